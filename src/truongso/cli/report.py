"""`truongso report cashless`: counts, values and both cashless shares of a school in a period."""

from __future__ import annotations

import argparse
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .django import start
from .errors import Refused, UsageProblem

if TYPE_CHECKING:
    from truongso.organizations.public import School
    from truongso.reporting.public import Period
    from truongso.reporting.types import CashlessFigures, Figures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Ví dụ:\n"
        "  truongso report cashless --school 1502647201 --period 2026-Q4\n"
        "  truongso report cashless --school 1502647201 --period 2026-2027 --json\n\n"
        "Kỳ: 2026-11 tháng · 2026-Q4 quý · 2026-H1 nửa năm · 2026 năm · 2026-2027 năm học · "
        "2026-10-01..2026-10-31 từ ngày đến ngày."
    )
    reports = parser.add_subparsers(dest="report", metavar="cashless", required=True)
    cashless = reports.add_parser("cashless", help="tỷ lệ không dùng tiền mặt theo số lần và theo giá trị")
    cashless.add_argument("--school", required=True, metavar="MÃ", help="mã ngành của trường")
    cashless.add_argument("--period", required=True, metavar="KỲ", help="kỳ báo cáo, ví dụ 2026-Q4")
    cashless.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def run(args: argparse.Namespace) -> int:
    start()
    from django.db import DatabaseError

    from truongso.reporting.public import PeriodError, cashless_figures, period_refusal, read_period

    try:
        school = _school(args.school)
        period = read_period(args.period)
        figures = cashless_figures(school.pk, period)
    except PeriodError as error:
        raise UsageProblem(period_refusal(error).rstrip(".")) from None
    except DatabaseError:
        raise Refused("chưa đọc được cơ sở dữ liệu; chạy truongso check để biết vì sao") from None
    if args.json:
        print(json.dumps(_as_json(school, period, figures), ensure_ascii=False))
    else:
        print("\n".join(_as_text(school, period, figures)))
    return 0


def _school(code: str) -> School:
    from truongso.organizations.public import school_by_code

    school = school_by_code(code)
    if school is None:
        raise Refused(f"không có trường nào mang mã “{code}”")
    return school


def _as_json(school: School, period: Period, figures: CashlessFigures) -> dict[str, Any]:
    """The figures as counted: collected less refunded, with both beside them."""
    return {
        "school": school.code,
        "period": period.key,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "count": figures.all.count,
        "cashless_count": figures.cashless.count,
        "value_dong": int(figures.all.value),
        "cashless_value_dong": int(figures.cashless.value),
        "count_share": _rounded(figures.count_share),
        "value_share": _rounded(figures.value_share),
        "collected_dong": int(figures.collected.value),
        "refunded_dong": {m.method.value: int(m.refunded.value) for m in figures.by_method if m.refunded.value},
        "methods": {
            m.method.value: {
                "count": m.figures.count,
                "dong": int(m.figures.value),
                "count_share": _rounded(figures.count_share_of(m.method)),
                "value_share": _rounded(figures.value_share_of(m.method)),
                "collected": {"count": m.collected.count, "dong": int(m.collected.value)},
                "refunded": {"count": m.refunded.count, "dong": int(m.refunded.value)},
            }
            for m in figures.by_method
        },
    }


def _as_text(school: School, period: Period, figures: CashlessFigures) -> list[str]:
    from truongso.kernel.ui.formatting import ngay
    from truongso.payments.public import METHOD_NAMES
    from truongso.reporting.public import period_label

    rows = [
        _row(str(METHOD_NAMES[m.method]), m.collected, m.refunded,
             (figures.count_share_of(m.method), figures.value_share_of(m.method)))
        for m in figures.by_method
    ]  # fmt: skip
    whole = _row("Tổng cộng", figures.collected, figures.refunded, (None, None))
    shares = (figures.count_share, figures.value_share)
    cashless = _row("Không dùng tiền mặt", figures.cashless_collected, figures.cashless_refunded, shares)
    head = ("Phương thức", "Đã thu", "Đã hoàn", "Số lần", "Số tiền", "Tỷ lệ lần", "Tỷ lệ tiền")
    lines = _aligned([head, *rows, whole, cashless])
    rule = "─" * len(lines[0])
    empty = [] if figures.collected.count else ["Trong kỳ chưa có khoản nộp nào được ghi nhận."]
    title = f"{school.name} ({school.code})"
    return [
        title,
        f"{period_label(period)}: {ngay(period.first)} – {ngay(period.last)}",
        lines[0],
        rule,
        *lines[1:-2],
        rule,
        *lines[-2:],
        *empty,
    ]


def _row(
    name: str, collected: Figures, refunded: Figures, shares: tuple[Fraction | None, Fraction | None]
) -> tuple[str, ...]:
    net = collected - refunded
    count = f"{net.count:,}".replace(",", ".")
    return name, str(collected.value), str(refunded.value), count, str(net.value), *map(_percent, shares)


def _percent(share: Fraction | None) -> str:
    from truongso.kernel.ui.formatting import DASH, ti_le

    return DASH if share is None else ti_le(share.numerator, share.denominator)


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _rounded(share: Fraction | None) -> float | None:
    """A share as a number with four decimals, halves up; None stays null."""
    if share is None:
        return None
    ten_thousandths = (2 * 10_000 * share.numerator + share.denominator) // (2 * share.denominator)
    return ten_thousandths / 10_000
