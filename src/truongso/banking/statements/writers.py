"""Statements as the banks hand them out, for the sandbox bank and for tests.

Labels come from the layouts; banners, footers and number forms follow what public importers of these files
expect. Vietcombank prints no balances and no times, MB no references; neither they nor BIDV print the other
side's account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from truongso.banking.statements.layouts import Layout, layout_named
from truongso.banking.statements.types import StatementLine
from truongso.banking.types import Direction
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong, total
from truongso.kernel.sheet_cells import clean_text
from truongso.kernel.sheet_writer import ExportCell, SheetOut, write_csv, write_xlsx


class FileFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class StatementOut:
    """What a bank knows of an account's period. `lines` stand oldest first; their balances are recomputed."""

    account: str
    holder: str
    opening: Dong
    lines: Sequence[StatementLine]

    @property
    def total_in(self) -> Dong:
        return total(line.amount for line in self.lines if line.direction is Direction.IN)

    @property
    def total_out(self) -> Dong:
        return total(line.amount for line in self.lines if line.direction is Direction.OUT)

    @property
    def closing(self) -> Dong:
        return self.opening + self.total_in - self.total_out


_Rows = list[list[ExportCell]]


@dataclass(frozen=True, slots=True)
class _Form:
    """How one bank prints: its roles without content, number and date forms, banner and footer."""

    unprinted: frozenset[str]
    money: Callable[[Dong], str]
    banner: Callable[[StatementOut], _Rows]
    footer: Callable[[StatementOut], dict[str, str]]


def write_statement(layout: str, statement: StatementOut, file_format: FileFormat) -> bytes:
    """A statement file in one of the layouts vietcombank_simple, bidv_detail, bidv_ibank, mb_detail.

    Raises KeyError for a layout without a writer.
    """
    form, known = _FORMS[layout], layout_named(layout)
    lines = printed_lines(layout, statement)
    rows = [_row(known, form, number, line) for number, line in enumerate(lines, 1)]
    footer = form.footer(statement)
    rows.append([footer.get(column.role) for column in known.columns])
    banner = form.banner(statement)
    header = [column.printed for column in known.columns]
    if file_format is FileFormat.CSV:
        return write_csv([*banner, header, *rows])
    return write_xlsx([SheetOut("Sao kê", header, rows, banner=banner)])


def printed_lines(layout: str, statement: StatementOut) -> list[StatementLine]:
    """The lines as far as the layout can carry them: what reading the written file gives back."""
    form, known = _FORMS[layout], layout_named(layout)
    balance, lines = statement.opening, []
    for line in statement.lines:
        balance += line.signed
        memo = clean_text(line.memo)
        lines.append(
            replace(
                line,
                memo=memo if known.memo_break is None else break_memo(memo, known.memo_break),
                reference="" if "reference" in form.unprinted else clean_text(line.reference),
                booked_at=None if "time" in form.unprinted else _whole_second(line.booked_at),
                balance=None if "balance" in form.unprinted else balance,
                counter_account="",
                counter_name="",
            )
        )
    return lines


def break_memo(memo: str, width: int = 35, *, joiner: str = "  ") -> str:
    """A memo cut hard every `width` characters and rejoined, as MB prints it; codes are cut through as well.
    A memo cut hard every `width` characters and rejoined, as MB prints it; codes are cut through as well."""
    return joiner.join(memo[start : start + width] for start in range(0, len(memo), width))


def _whole_second(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.astimezone(SCHOOL_TIME).replace(microsecond=0)


def _row(layout: Layout, form: _Form, number: int, line: StatementLine) -> list[ExportCell]:
    day = f"{line.booked_on:%d/%m/}{line.booked_on.year:04}"
    outgoing = line.direction is Direction.OUT
    values = {
        "ordinal": str(number),
        "date": day if line.booked_at is None else f"{day} {line.booked_at:%H:%M:%S}",
        "posting_date": day,
        "reference": line.reference or (str(number) if layout.ordinal_reference else ""),
        "debit": form.money(line.amount) if outgoing else "",
        "credit": "" if outgoing else form.money(line.amount),
        "balance": "" if line.balance is None else form.money(line.balance),
        "memo": line.memo,
    }
    return [values[column.role] for column in layout.columns]


def _commas(amount: Dong) -> str:
    return f"{amount.value:,}"


def _commas_vnd(amount: Dong) -> str:
    return f"{amount.value:,} VND"


def _commas_decimals(amount: Dong) -> str:
    return f"{amount.value:,}.00"


def _period(statement: StatementOut) -> str:
    days = [line.booked_on for line in statement.lines]
    if not days:
        return ""
    return f"{min(days):%d/%m/%Y} - {max(days):%d/%m/%Y}"


def _vietcombank_banner(statement: StatementOut) -> _Rows:
    return [
        ["NGÂN HÀNG TMCP NGOẠI THƯƠNG VIỆT NAM - VIETCOMBANK"],
        ["SAO KÊ TÀI KHOẢN"],
        ["Số tài khoản:", statement.account],
        ["Chủ tài khoản:", statement.holder],
        ["Loại tiền:", "VND"],
        ["Từ ngày - đến ngày:", _period(statement)],
        [],
    ]


def _bidv_banner(statement: StatementOut) -> _Rows:
    return [
        ["NGÂN HÀNG TMCP ĐẦU TƯ VÀ PHÁT TRIỂN VIỆT NAM"],
        [],
        ["BÁO CÁO CHI TIẾT SỐ DƯ TÀI KHOẢN"],
        [f"Kỳ báo cáo: {_period(statement)}"],
        ["Số tài khoản cũ/Old account no:", ""],
        [f"Số tài khoản/Account no: {statement.account}"],
        [f"Tên tài khoản/Account name: {statement.holder}"],
        ["Loại tiền tệ/Currency: VND"],
        ["Số dư đầu kỳ/Opening balance", _commas_vnd(statement.opening)],
        ["Số dư cuối kỳ/Closing balance", _commas_vnd(statement.closing)],
        [],
    ]


def _mb_banner(statement: StatementOut) -> _Rows:
    return [
        ["NGÂN HÀNG TMCP QUÂN ĐỘI"],
        ["MBBANK"],
        ["SAO KÊ CHI TIẾT TÀI KHOẢN/ACCOUNT STATEMENT"],
        ["Từ ngày đến ngày/Period", _period(statement)],
        ["Tên khách hàng/Customer name", statement.holder],
        ["Tài khoản/Account No", statement.account],
        ["Loại tiền/Currency", "VND"],
        ["Số dư đầu kỳ/Opening balance", f"{_commas_decimals(statement.opening)} VND"],
        ["Số dư cuối kỳ/Closing balance", f"{_commas_decimals(statement.closing)} VND"],
        [],
    ]


def _labelled_totals(role: str, label: str, money: Callable[[Dong], str]) -> Callable[[StatementOut], dict[str, str]]:
    def footer(statement: StatementOut) -> dict[str, str]:
        return {role: label, "debit": money(statement.total_out), "credit": money(statement.total_in)}

    return footer


def _mb_totals(statement: StatementOut) -> dict[str, str]:
    """MB's totals stand without label and date."""
    return {
        "debit": _commas_decimals(statement.total_out),
        "credit": _commas_decimals(statement.total_in),
        "balance": _commas_decimals(statement.closing),
    }


_FORMS = {
    "vietcombank_simple": _Form(
        unprinted=frozenset({"time", "balance"}),
        money=_commas,
        banner=_vietcombank_banner,
        footer=_labelled_totals("reference", "Tổng số", _commas),
    ),
    "bidv_detail": _Form(
        unprinted=frozenset(),
        money=_commas,
        banner=_bidv_banner,
        footer=_labelled_totals("reference", "Tổng cộng", _commas),
    ),
    "bidv_ibank": _Form(
        unprinted=frozenset(),
        money=_commas_vnd,
        banner=_bidv_banner,
        footer=_labelled_totals("ordinal", "Tổng cộng", _commas_vnd),
    ),
    "mb_detail": _Form(
        unprinted=frozenset({"reference"}),
        money=_commas_decimals,
        banner=_mb_banner,
        footer=_mb_totals,
    ),
}
WRITTEN_LAYOUTS = tuple(_FORMS)
