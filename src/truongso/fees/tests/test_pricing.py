"""Pricing one pupil's line: the rate of the day, the best reduction, exact đồng."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.fees.catalogue_data import catalogue, is_school_money, reduction_rules
from truongso.fees.pricing import (
    NoRateError,
    Price,
    Rate,
    Rule,
    price,
    priced,
    ranked_rules,
    rate_for,
    winning,
)
from truongso.fees.types import FeeNature
from truongso.kernel.money import ZERO, Dong

DAY = dt.date(2026, 10, 1)
FROM = dt.date(2026, 9, 1)


def rate(amount: int, grade: str = "", valid_from: dt.date = FROM, valid_to: dt.date | None = None) -> Rate:
    return Rate(grade, Dong(amount), valid_from, valid_to)


def rule(code: str, percent: int, **changes: object) -> Rule:
    values: dict[str, object] = {
        "code": code,
        "name": f"Giảm {percent}%",
        "nature": "service",
        "percent": percent,
        "everyone": False,
        "ownership": "",
        "legal_basis": "NQ 1/2026",
        "valid_from": FROM,
        "valid_to": None,
    }
    return Rule(**{**values, **changes})  # type: ignore[arg-type]


def service_price(**changes: object) -> Price | None:
    values: dict[str, object] = {
        "nature": FeeNature.SERVICE,
        "rates": [rate(150_000)],
        "rules": [],
        "ownership": "public",
        "grade": "3",
        "day": DAY,
        "quantity": 1,
    }
    return price(**{**values, **changes})  # type: ignore[arg-type]


def test_a_rate_for_the_grade_counts_before_one_for_every_grade() -> None:
    rates = [rate(150_000), rate(120_000, "3")]
    assert service_price(rates=rates) == Price(1, Dong(120_000), Dong(120_000), 0, ZERO, "", Dong(120_000))
    assert service_price(rates=rates, grade="4").amount == Dong(150_000)  # type: ignore[union-attr]


def test_both_ends_of_a_rate_are_included() -> None:
    rates = [rate(1, valid_from=DAY, valid_to=DAY)]
    assert rate_for(rates, "3", DAY) == rates[0]
    assert rate_for(rates, "3", DAY - dt.timedelta(days=1)) is None
    assert rate_for(rates, "3", DAY + dt.timedelta(days=1)) is None


def test_no_rate_on_the_day_is_never_0_dong() -> None:
    with pytest.raises(NoRateError) as caught:
        service_price(rates=[rate(150_000, "4")])
    assert (caught.value.grade, caught.value.day) == ("3", DAY)


def test_the_highest_percentage_counts_alone() -> None:
    rules = [rule("GIAM_50", 50), rule("GIAM_70", 70)]
    line = service_price(rules=rules, quantity=2, categories={"GIAM_50", "GIAM_70"})
    assert line == Price(2, Dong(150_000), Dong(300_000), 70, Dong(210_000), "Giảm 70% (NQ 1/2026)", Dong(90_000))


def test_a_reduction_is_rounded_half_up_to_one_dong() -> None:
    line = service_price(rates=[rate(15)], rules=[rule("GIAM_50", 50)], categories={"GIAM_50"})
    assert (line.reduction, line.amount) == (Dong(8), Dong(7))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "applies"),
    [
        ({}, True),
        ({"nature": "tuition"}, False),
        ({"ownership": "private"}, False),
        ({"ownership": "public"}, True),
        ({"valid_to": DAY - dt.timedelta(days=1)}, False),
        ({"valid_from": DAY + dt.timedelta(days=1)}, False),
    ],
)
def test_a_rule_counts_for_its_nature_ownership_and_days_only(change: dict[str, object], applies: bool) -> None:
    line = service_price(rules=[rule("GIAM_50", 50, **change)], categories={"GIAM_50"})
    assert line is not None
    assert line.amount == (Dong(75_000) if applies else Dong(150_000))


def test_a_rule_for_everyone_needs_no_category_and_wins_at_equal_percentage() -> None:
    rules = [rule("A_RIENG", 100), rule("CHUNG", 100, everyone=True)]
    ranked = ranked_rules(rules, nature=FeeNature.SERVICE, ownership="public", day=DAY)
    assert [r.code for r in ranked] == ["CHUNG", "A_RIENG"]
    assert winning(ranked, {"A_RIENG"}) == rules[1]


def test_a_voluntary_item_not_chosen_is_no_line() -> None:
    assert service_price(is_voluntary=True) is None
    assert service_price(is_voluntary=True, opted_in=True) is not None


def test_quantity_starts_at_one() -> None:
    with pytest.raises(ValueError, match="quantity"):
        priced(rate(1), 0, None)


def test_public_tuition_is_free_from_school_year_2025_2026() -> None:
    def tuition(ownership: str, day: dt.date) -> Price:
        found = price(
            nature=FeeNature.TUITION, rates=[rate(300_000, valid_from=dt.date(2024, 9, 1))], rules=reduction_rules(),
            ownership=ownership, grade="6", day=day, quantity=1,
        )  # fmt: skip
        assert found is not None
        return found

    free = tuition("public", dt.date(2025, 9, 1))
    assert free.amount == ZERO
    assert free.basis == "Miễn học phí trường công lập (Nghị quyết 217/2025/QH15; Nghị định 238/2025/NĐ-CP)"
    assert tuition("public", dt.date(2025, 8, 31)).amount == Dong(300_000)
    assert tuition("private", dt.date(2025, 9, 1)).amount == Dong(300_000)


@given(
    amount=st.integers(1, 10**12),
    quantity=st.integers(1, 366),
    percents=st.lists(st.integers(1, 100), max_size=4),
)
def test_amounts_add_up(amount: int, quantity: int, percents: list[int]) -> None:
    rules = [rule(f"R{n}", percent) for n, percent in enumerate(percents)]
    line = service_price(rates=[rate(amount)], rules=rules, quantity=quantity, categories={r.code for r in rules})
    assert line is not None
    assert line.gross == Dong(amount * quantity)
    assert line.amount + line.reduction == line.gross
    assert ZERO <= line.amount <= line.gross
    assert line.percent == max(percents, default=0)
    if line.percent == 100:
        assert line.amount == ZERO


def test_the_catalogue_holds_no_money_that_is_not_the_schools() -> None:
    codes = {item.code for item in catalogue()}
    assert {"HP", "AN_BT", "CS_BT", "BHYT"} <= codes
    assert not codes & {"QUY_CMHS", "TAI_TRO"}
    assert all(item.legal_basis for item in catalogue())
    assert all(is_school_money(item.code, item.name) for item in catalogue())


@pytest.mark.parametrize(
    "name", ["Quỹ phụ huynh lớp 3A2", "Kinh phí Ban đại diện CMHS", "QUỸ LỚP", "Hội cha mẹ học sinh"]
)
def test_the_parents_boards_fund_is_known_by_its_names(name: str) -> None:
    assert not is_school_money("X", name)
