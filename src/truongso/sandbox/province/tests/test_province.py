"""The demo province: dated units, supervision by function and date, fees by law, fitting people."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict

import pytest

from truongso.fees.types import FeeNature, prefix_fault
from truongso.kernel.money import Dong
from truongso.kernel.names import fold
from truongso.organizations.types import SchoolLevel, SupervisionFunction, UnitKind
from truongso.sandbox.province.fees import HEALTH_INSURANCE, REDUCTION_RULES, fee_items
from truongso.sandbox.province.name_pools import FAMOUS
from truongso.sandbox.province.province import (
    CAM_DUONG,
    DEPARTMENT,
    LAO_CAI,
    OLD_DEPARTMENT,
    OLD_DIVISION,
    SCHOOLS,
    SUPERVISIONS,
    UNITS,
    division_code,
    school_by_code,
)
from truongso.sandbox.province.pupils import PUPILS_AT, born_in, classes, generate_pupils, pupils_of

PUPILS = generate_pupils()
LAST_OLD_DAY, FIRST_NEW_DAY = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
SCHOOL_DAY = dt.date(2026, 11, 20)


def units_on(day: dt.date) -> set[str]:
    return {u.code for u in UNITS if u.valid_from <= day and (u.valid_to is None or day <= u.valid_to)}


def supervisors(school: str, day: dt.date) -> dict[SupervisionFunction, str]:
    rows = [
        s
        for s in SUPERVISIONS
        if s.school == school and s.valid_from <= day and (s.valid_to is None or day <= s.valid_to)
    ]
    assert len(rows) == len(SupervisionFunction)
    return {s.function: s.unit for s in rows}


def test_the_city_division_ends_on_30_june_2025_and_communes_begin_the_day_after() -> None:
    assert OLD_DIVISION in units_on(LAST_OLD_DAY)
    assert OLD_DIVISION not in units_on(FIRST_NEW_DAY)
    communes = {u.code for u in UNITS if u.kind is UnitKind.COMMUNE}
    assert communes == {"02647", "02671", "02746"}
    assert not communes & units_on(LAST_OLD_DAY)
    assert communes <= units_on(FIRST_NEW_DAY)


def test_every_parent_unit_exists_while_its_unit_does() -> None:
    by_code = {u.code: u for u in UNITS}
    assert len(by_code) == len(UNITS)
    for unit in UNITS:
        if unit.parent:
            parent = by_code[unit.parent]
            assert parent.valid_from <= unit.valid_from
            assert parent.valid_to is None or (unit.valid_to is not None and unit.valid_to <= parent.valid_to)
        assert len(unit.code) <= 20
        assert len(unit.name) <= 200


def test_supervision_follows_function_and_date() -> None:
    primary, upper = SCHOOLS[1], SCHOOLS[3]
    assert set(supervisors(primary.code, LAST_OLD_DAY).values()) == {OLD_DIVISION}
    assert supervisors(primary.code, FIRST_NEW_DAY) == {
        SupervisionFunction.STATE_MANAGEMENT: LAO_CAI,
        SupervisionFunction.FINANCE: LAO_CAI,
        SupervisionFunction.PROFESSIONAL: division_code(LAO_CAI),
        SupervisionFunction.REPORTING: division_code(LAO_CAI),
    }
    assert supervisors(SCHOOLS[2].code, FIRST_NEW_DAY)[SupervisionFunction.FINANCE] == CAM_DUONG
    assert set(supervisors(upper.code, LAST_OLD_DAY).values()) == {OLD_DEPARTMENT}
    assert set(supervisors(upper.code, FIRST_NEW_DAY).values()) == {DEPARTMENT}


def test_schools_have_codes_prefixes_and_accounts_that_the_product_accepts() -> None:
    assert [s.level for s in SCHOOLS] == list(SchoolLevel)
    assert [prefix_fault(s.invoice_prefix) for s in SCHOOLS] == [None] * 4
    assert len({s.invoice_prefix for s in SCHOOLS}) == len({s.code for s in SCHOOLS}) == 4
    assert {s.account.bank_bin for s in SCHOOLS} == {"970436", "970418", "970422"}
    for school in SCHOOLS:
        assert re.fullmatch(r"9\d{12,13}", school.account.number)
        assert school.code.startswith(f"15{school.commune}")
        assert re.fullmatch(r"02140000\d{3}", school.support_phone)
        assert school.email.endswith(".example")
        assert school_by_code(school.code) is school
    with pytest.raises(KeyError):
        school_by_code("9999999999")


def test_health_insurance_is_computed_from_pay_rate_share_and_months() -> None:
    assert [terms.pupil_share(12) for terms in HEALTH_INSURANCE] == [Dong(631_800), Dong(683_100)]
    assert HEALTH_INSURANCE[0].pupil_share(6) == Dong(315_900)
    assert HEALTH_INSURANCE[0].pupil_share(3) == Dong(157_950)


def test_tuition_is_priced_and_exempted_at_public_schools_from_2025_2026() -> None:
    tuition = {s.level: item for s in SCHOOLS for item in fee_items(s) if item.nature is FeeNature.TUITION}
    assert {level: item.rates[0].amount for level, item in tuition.items()} == {
        SchoolLevel.PRESCHOOL: Dong(300_000),
        SchoolLevel.LOWER_SECONDARY: Dong(300_000),
        SchoolLevel.UPPER_SECONDARY: Dong(200_000),
    }
    (free,) = [rule for rule in REDUCTION_RULES if rule.everyone]
    assert (free.percent, free.nature, free.ownership, free.valid_from) == (
        100,
        FeeNature.TUITION,
        "public",
        dt.date(2025, 9, 1),
    )
    assert "217/2025/QH15" in free.legal_basis


def test_every_item_has_one_rate_for_a_school_day_within_its_ceiling() -> None:
    for school in SCHOOLS:
        items = fee_items(school)
        assert len({item.code for item in items}) == len(items)
        for item in items:
            rates = [
                r for r in item.rates if r.valid_from <= SCHOOL_DAY and (r.valid_to is None or r.valid_to >= SCHOOL_DAY)
            ]
            assert len(rates) == 1, item.code
            assert rates[0].amount > Dong(0)
            assert all(rate.cap is None or rate.amount <= rate.cap for rate in item.rates)
            assert item.legal_basis
            assert len(item.legal_basis) <= 300
            assert all(r.document_number and len(r.document_number) <= 120 for r in item.rates)
    assert "QUY_CMHS" not in {item.code for school in SCHOOLS for item in fee_items(school)}


def test_rules_are_told_apart_by_code_and_nature() -> None:
    keys = [(rule.code, rule.nature, rule.valid_from) for rule in REDUCTION_RULES]
    assert len(set(keys)) == len(keys)


def test_there_are_1200_pupils_in_classes_of_28_to_36() -> None:
    assert len(PUPILS) == 1200
    assert {s.level: len(pupils_of(s, PUPILS)) for s in SCHOOLS} == PUPILS_AT
    sizes = Counter((p.school, p.class_name) for p in PUPILS)
    assert sizes == {(c.school, c.name): c.size for c in classes()}
    assert all(28 <= size <= 36 for size in sizes.values())
    assert len(sizes) == 37


def test_ages_follow_the_grade() -> None:
    assert [born_in(grade) for grade in ("3-4 tuổi", "5-6 tuổi", "1", "6", "10", "12")] == [
        2023,
        2021,
        2020,
        2015,
        2011,
        2009,
    ]
    assert all(p.birth_date.year == born_in(p.grade) for p in PUPILS)


def test_codes_persons_and_phones_are_invented_and_unique() -> None:
    assert len({p.sector_code for p in PUPILS}) == 1200
    assert all(re.fullmatch(r"9915\d{6}", p.sector_code) for p in PUPILS)
    persons = Counter((p.school, fold(p.full_name), p.birth_date) for p in PUPILS)
    assert max(persons.values()) == 1
    assert all(re.fullmatch(r"0900000\d{3}", p.family.phone) for p in PUPILS)
    names = {fold(p.full_name) for p in PUPILS} | {fold(p.family.payer.full_name) for p in PUPILS}
    assert not names & FAMOUS


def test_brothers_and_sisters_share_a_family_also_across_schools() -> None:
    children = defaultdict(list)
    for pupil in PUPILS:
        children[pupil.family.number].append(pupil)
    assert len(children) == 892
    assert sum(len(group) > 1 for group in children.values()) == 253
    assert sum(len({p.school for p in group}) > 1 for group in children.values()) == 224
    for group in children.values():
        family = group[0].family
        assert all(p.family is family for p in group)
        assert len({p.full_name.split()[0] for p in group}) == 1


def test_peoples_categories_and_choices_are_all_there() -> None:
    assert Counter(p.family.ethnicity for p in PUPILS) == {
        "Kinh": 718,
        "Tày": 131,
        "Dao": 128,
        "Giáy": 117,
        "Mông": 106,
    }
    assert Counter(c for p in PUPILS for c in p.categories) == {
        "poor_household": 88,
        "near_poor_household": 63,
        "disabled": 14,
    }
    rules = {rule.code for rule in REDUCTION_RULES}
    assert all(set(p.categories) <= rules for p in PUPILS)
    voluntary = {s.code: {i.code for i in fee_items(s) if i.is_voluntary} for s in SCHOOLS}
    assert all(set(p.opted_in) <= voluntary[p.school] for p in PUPILS)
    boarding = {"AN_BT", "CS_BT", "NAU_AN", "TB_BT"}
    assert all(len(boarding & set(p.opted_in)) in {0, 4} for p in PUPILS)
    assert not any({"DP", "BHTT"} & set(p.opted_in) for p in PUPILS if "poor_household" in p.categories)


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert generate_pupils() == PUPILS
    assert [p.full_name for p in generate_pupils(7)] != [p.full_name for p in PUPILS]
