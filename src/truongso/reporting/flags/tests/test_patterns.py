"""Each pattern: what is found, and what looks alike and is not."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from truongso.kernel.money import Dong
from truongso.reporting.flags.patterns import (
    cash_lines,
    one_account,
    round_splits,
    share_up_total_down,
    unsettled_slips,
)
from truongso.reporting.flags.types import Paid, Quarter, Thresholds

LIMITS = Thresholds()
DAY = dt.date(2026, 10, 5)
_ids = itertools.count(1)


def paid(
    family: int, account: str = "", *, class_name: str = "3A2", amount: int = 250_000, invoice: int = 0,
    line: int | None = None, day: dt.date = DAY,
) -> Paid:  # fmt: skip
    return Paid(next(_ids), day, Dong(amount), family, invoice or family, class_name, account, line)


def test_one_account_for_most_of_a_class() -> None:
    rows = [paid(n, "111") for n in range(6)] + [paid(n, f"9{n}") for n in range(6, 12)]
    (found,) = one_account(rows, LIMITS)
    assert dict(found.params) == {"class": "3A2", "payer": "111", "families": 6, "of": 12}
    assert (len(found.payments), found.amount) == (6, Dong(1_500_000))
    assert found.payments == tuple(r.payment_id for r in rows[:6])


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("111", n, "3A2") for n in range(4)], "four families are below five"),
        ([("111", n, "3A2") for n in range(5)] + [(f"9{n}", n, "3A2") for n in range(5, 11)], "5 of 11 are below half"),
        ([("111", n % 3, "3A2") for n in range(9)], "brothers and sisters are one family"),
        ([("", n, "3A2") for n in range(9)], "the bank did not say which account"),
        (
            [("111", n, "3A2") for n in range(6)] + [("111", 100 + n, "3A3") for n in range(6)],
            "a wallet's pooled account pays in every class",
        ),
    ],
)
def test_no_finding_of_one_account(rows: list[tuple[str, int, str]], why: str) -> None:
    made = [paid(family, account, class_name=name) for account, family, name in rows]
    assert one_account(made, LIMITS) == [], why


def test_cash_handed_in_for_several_families() -> None:
    rows = [paid(1, line=7), paid(2, line=7), paid(3, line=8), paid(4, line=9), paid(5, line=9)]
    (found,) = cash_lines(rows, [7, 8], LIMITS)
    assert dict(found.params) == {"lines": 1, "families": 2}
    assert found.payments == tuple(r.payment_id for r in rows[:2])
    assert cash_lines(rows, [8], LIMITS) == []  # one family that pays in at the bank's counter
    assert cash_lines(rows, [], LIMITS) == []


def test_slips_that_were_never_paid_out() -> None:
    rows = [paid(n) for n in range(3)]
    (found,) = unsettled_slips({"12345678": rows}, LIMITS)
    assert dict(found.params) == {"terminal": "12345678", "slips": 3, "days": 14}
    assert unsettled_slips({"12345678": rows[:2], "87654321": rows[2:]}, LIMITS) == []


def split(invoice: int, *amounts: int, day: dt.date = DAY) -> list[Paid]:
    return [paid(invoice, invoice=invoice, amount=a, day=day) for a in amounts]


def test_one_invoice_in_round_parts_on_one_day() -> None:
    rows = [row for n in (1, 2, 3) for row in split(n, 100_000, 100_000, 55_000)]
    (found,) = round_splits(rows, LIMITS)
    assert dict(found.params) == {"groups": 3, "payments": 9, "round": 50_000}
    assert found.amount == Dong(765_000)


@pytest.mark.parametrize(
    "rows",
    [
        [row for n in (1, 2) for row in split(n, 100_000, 100_000, 55_000)],
        [row for n in (1, 2, 3) for row in split(n, 100_000, 155_000)],
        [row for n in (1, 2, 3) for row in split(n, 101_000, 102_000, 52_000)],
        [row for n in (1, 2, 3) for d in (1, 2, 3) for row in split(n, 100_000, day=DAY + dt.timedelta(days=d))],
    ],
)
def test_no_finding_of_splits(rows: list[Paid]) -> None:
    assert round_splits(rows, LIMITS) == []


def quarter(total: int, cashless: int, charged: int = 1_000) -> Quarter:
    return Quarter(Dong(total), Dong(cashless), Dong(charged))


def test_share_up_while_less_is_collected() -> None:
    (found,) = share_up_total_down(quarter(700, 490), quarter(1_000, 500), LIMITS)
    assert dict(found.params) == {
        "share_now": 700, "share_before": 500, "total_now": 700, "total_before": 1_000, "fall": 300,
    }  # fmt: skip
    assert found.payments == ()


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (quarter(700, 413), quarter(1_000, 500)),  # 9 points
        (quarter(810, 600), quarter(1_000, 500)),  # 19 % less
        (quarter(700, 490, charged=850), quarter(1_000, 500)),  # as much less was charged: half the fall
        (quarter(700, 490), quarter(0, 0)),
        (quarter(0, 0), quarter(1_000, 500)),
        (quarter(1_400, 1_200), quarter(1_000, 500)),  # more of both
    ],
)
def test_no_finding_of_the_share(now: Quarter, before: Quarter) -> None:
    assert share_up_total_down(now, before, LIMITS) == []
