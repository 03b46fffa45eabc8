"""`truongso match`: the matcher of the product on two files alone; with --dry-run on a school's waiting money."""

from __future__ import annotations

import argparse
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.reasons import describe
from truongso.banking.matching.types import Decision, OpenInvoice, Reason, Rule, Transfer, Verdict
from truongso.fees.types import is_valid
from truongso.kernel.money import Dong

from .errors import Refused, UsageProblem
from .files import read_limited, write_atomically

INVOICE_COLUMNS = ("code", "amount", "student_name", "class_name", "account")
TRANSFER_COLUMNS = ("id", "date", "bank_ref", "amount", "memo", "payer_name", "payer_account", "account")
DECISION_COLUMNS = ("id", "decision", "codes", "amounts", "rule", "reason")

_LARGEST_FILE = 500_000_000
_AMOUNT = re.compile("[0-9]{1,15}")
_LINES_NAMED = 5

Row = Mapping[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--invoices", type=Path, metavar="I.csv", help="hóa đơn còn phải nộp")
    parser.add_argument("--transfers", type=Path, metavar="T.csv", help="tiền về, theo thứ tự đến")
    parser.add_argument("--out", type=Path, metavar="O.csv", help="tệp kết quả, ghi đè nếu đã có")
    parser.add_argument("--dry-run", action="store_true", help="xem trước việc khớp lại của một trường, không ghi gì")
    parser.add_argument("--school", metavar="MÃ", help="mã ngành của trường, đi cùng --dry-run")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON, đi cùng --dry-run")
    parser.epilog = (
        "Tệp CSV mã hóa UTF-8, ngăn cột bằng dấu phẩy, dòng đầu là tên cột (thứ tự tùy ý):\n"
        f"  I.csv  {','.join(INVOICE_COLUMNS)}\n"
        f"  T.csv  {','.join(TRANSFER_COLUMNS)}\n"
        f"  O.csv  {','.join(DECISION_COLUMNS)}\n\n"
        "decision: auto (tự ghi nhận), suggest (gợi ý, chờ người duyệt), repeat (dòng ngân hàng lặp lại),\n"
        "none (không nhận ra). codes và amounts nối bằng dấu “;”. amounts là số tiền ghi vào từng hóa đơn,\n"
        "không vượt số còn phải nộp; phần còn lại là số dư của gia đình. Hóa đơn đã nộp đủ có số tiền 0.\n"
        "Số tiền là số nguyên đồng, không dấu ngăn. Cột account để trống trong cả một tệp thì mọi hóa đơn\n"
        "và giao dịch thuộc một tài khoản chung. Giao dịch có số tiền không hợp lệ nhận decision none, rule\n"
        "bad_amount; các dòng khác vẫn được khớp và lệnh kết thúc với mã 1.\n\n"
        "Ví dụ:\n"
        "  truongso match --invoices hoa-don.csv --transfers sao-ke.csv --out ket-qua.csv\n"
        "  truongso match --dry-run --school 1502647201"
    )


def run(args: argparse.Namespace) -> int:
    files = {"--invoices": args.invoices, "--transfers": args.transfers, "--out": args.out}
    if args.dry_run:
        return _dry_run(args, [name for name, given in files.items() if given is not None])
    missing = [name for name, given in files.items() if given is None]
    if missing:
        raise UsageProblem(f"thiếu {', '.join(missing)}")
    for name in ("school", "json"):
        if getattr(args, name):
            raise UsageProblem(f"--{name} chỉ đi cùng --dry-run")
    return _match(args)


def _dry_run(args: argparse.Namespace, files: list[str]) -> int:
    if files:
        raise UsageProblem(f"--dry-run không đi cùng {', '.join(files)}")
    if not args.school:
        raise UsageProblem("thiếu --school")
    from .match_preview import preview

    return preview(args.school, as_json=args.json)


def _match(args: argparse.Namespace) -> int:
    invoices = _invoices(args.invoices)
    rows = list(_rows(args.transfers, TRANSFER_COLUMNS))
    accounts = [_account(row) for _, row in rows]
    if not any(accounts) or not any(invoice.account for invoice in invoices):
        invoices = [replace(invoice, account="") for invoice in invoices]
        accounts = [""] * len(rows)
    only = {invoice.account for invoice in invoices}
    home = only.pop() if len(only) == 1 else ""
    transfers = [_transfer(row, account or home) for (_, row), account in zip(rows, accounts, strict=True)]
    decided = iter(Matcher(invoices).match_all(one for one in transfers if one is not None))
    decisions = [
        _bad_amount(row) if transfer is None else next(decided)
        for (_, row), transfer in zip(rows, transfers, strict=True)
    ]
    write_atomically(args.out, _as_csv([row["id"] for _, row in rows], decisions))
    bad = [line for (line, _), transfer in zip(rows, transfers, strict=True) if transfer is None]
    if bad:
        named = ", ".join(map(str, bad[:_LINES_NAMED])) + (", …" if len(bad) > _LINES_NAMED else "")
        raise Refused(
            f"{args.transfers}: từ chối {len(bad)} dòng vì số tiền không phải số nguyên đồng lớn hơn 0 "
            f"(dòng {named}); các dòng khác đã khớp và ghi vào {args.out}"
        )
    return 0


def _invoices(path: Path) -> list[OpenInvoice]:
    lines: dict[str, int] = {}
    invoices: list[OpenInvoice] = []
    for line, row in _rows(path, INVOICE_COLUMNS):
        invoice = _invoice(row, f"{path}, dòng {line}")
        if invoice.code in lines:
            raise Refused(f"{path}, dòng {line}: mã {invoice.code} đã có ở dòng {lines[invoice.code]}")
        if invoices and bool(invoice.account) != bool(invoices[0].account):
            raise Refused(f"{path}, dòng {line}: cột account phải điền ở mọi dòng hoặc để trống ở mọi dòng")
        lines[invoice.code] = line
        invoices.append(invoice)
    return invoices


def _invoice(row: Row, where: str) -> OpenInvoice:
    code, amount = row["code"].strip(), row["amount"].strip()
    if not is_valid(code):
        raise Refused(f"{where}: “{code}” không phải mã hóa đơn hợp lệ")
    if not _is_amount(amount):
        raise Refused(f"{where}: số tiền “{amount}” phải là số nguyên đồng lớn hơn 0, không dấu ngăn")
    return OpenInvoice(code, Dong(int(amount)), row["student_name"].strip(), row["class_name"].strip(), _account(row))


def _account(row: Row) -> str:
    return "".join(row["account"].split()).upper()


def _is_amount(text: str) -> bool:
    return _AMOUNT.fullmatch(text) is not None and int(text) > 0


def _transfer(row: Row, account: str) -> Transfer | None:
    """The transfer of a row; None when its amount cannot be read, which is never taken for 0."""
    amount = row["amount"].strip()
    if not _is_amount(amount):
        return None
    return Transfer(
        id=row["id"],
        date=row["date"].strip(),
        bank_ref=row["bank_ref"].strip(),
        amount=Dong(int(amount)),
        memo=row["memo"],
        payer_name=row["payer_name"],
        payer_account="".join(row["payer_account"].split()).upper(),
        account=account,
    )


def _bad_amount(row: Row) -> Decision:
    return Decision(Verdict.NONE, Rule.BAD_AMOUNT, Reason("bad_amount", {"amount": row["amount"].strip()}))


def _as_csv(ids: Sequence[str], decisions: Sequence[Decision]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(DECISION_COLUMNS)
    writer.writerows(
        (
            identity,
            decision.verdict.value,
            ";".join(decision.codes),
            ";".join(str(amount.value) for amount in decision.amounts),
            decision.rule.value,
            describe(decision.reason),
        )
        for identity, decision in zip(ids, decisions, strict=True)
    )
    return text.getvalue().encode("utf-8")


def _rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """The rows of a CSV file by column name, each with its line number; blank lines are left out."""
    try:
        text = read_limited(path, _LARGEST_FILE).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{path}: không phải UTF-8; hãy lưu lại tệp dạng CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        places = _places(next(reader, []), columns, path)
        width = max(places.values()) + 1
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) < width:
                raise Refused(f"{path}, dòng {line}: chỉ có {len(cells)} cột, cần {width}")
            yield line, {column: cells[place] for column, place in places.items()}
    except csv.Error:
        raise Refused(f"{path}, dòng {reader.line_num}: dấu nháy hoặc ô không đúng dạng CSV") from None


def _places(header: list[str], columns: Sequence[str], path: Path) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    missing = [column for column in columns if column not in names]
    if missing:
        found = ", ".join(name for name in names if name not in columns)
        hint = f" (cột không dùng đến: {found})" if found else ""
        raise Refused(f"{path}: thiếu cột {', '.join(missing)}{hint}; dòng đầu phải là {','.join(columns)}")
    twice = [column for column in columns if names.count(column) > 1]
    if twice:
        raise Refused(f"{path}: cột {twice[0]} có hai lần")
    return {column: names.index(column) for column in columns}
