"""The dated tree (requirement R72), schools, years and bank accounts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from truongso.kernel.actor import Actor
from truongso.kernel.db import TransactionRequiredError
from truongso.kernel.models import AuditEntry
from truongso.organizations import public
from truongso.organizations.models import BankAccount, OrgUnit, School, SchoolYear, Supervision
from truongso.organizations.types import OrganizationError, SchoolLevel, SupervisionFunction, UnitKind

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("test")
SINCE = dt.date(2010, 9, 1)
BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
REPORTING, PROFESSIONAL = SupervisionFunction.REPORTING, SupervisionFunction.PROFESSIONAL


def make_school(code: str = "10TH001", **values: Any) -> School:
    given: dict[str, Any] = {
        "code": code,
        "name": f"Trường Tiểu học {code}",
        "short_name": f"TH {code}",
        "level": SchoolLevel.PRIMARY,
        "invoice_prefix": "TH",
        "prefix_fault": lambda _prefix: None,
    }
    return public.create_school(actor=ACTOR, **{**given, **values})


def make_unit(kind: UnitKind, code: str, name: str, since: dt.date, parent: OrgUnit | None = None) -> OrgUnit:
    return public.create_unit(actor=ACTOR, kind=kind, code=code, name=name, valid_from=since, parent=parent)


class Province:
    """Lào Cai across 1/7/2025: the department stays, the city division ends, wards take over."""

    def __init__(self) -> None:
        self.department = make_unit(UnitKind.DEPARTMENT, "10", "Sở GD&ĐT Lào Cai", dt.date(2000, 1, 1))
        self.city = make_unit(
            UnitKind.DISTRICT_DIVISION,
            "080",
            "Phòng GD&ĐT TP Lào Cai",
            dt.date(2004, 11, 30),
            self.department,
        )
        self.school = make_school()
        self.upper = make_school("10PT001", level=SchoolLevel.UPPER_SECONDARY)
        public.supervise(actor=ACTOR, school=self.school, unit=self.city, function=REPORTING, valid_from=SINCE)
        public.supervise(actor=ACTOR, school=self.upper, unit=self.department, function=REPORTING, valid_from=SINCE)
        public.end_unit(actor=ACTOR, unit=self.city, valid_to=BEFORE, document="Nghị quyết 202/2025/QH15")
        self.ward = make_unit(UnitKind.COMMUNE, "02647", "UBND phường Lào Cai", AFTER, self.department)
        public.supervise(actor=ACTOR, school=self.school, unit=self.ward, function=REPORTING, valid_from=AFTER)


def test_former_city_division_is_seen_until_30_6_2025_and_not_after() -> None:
    p = Province()
    assert [u.name for u in public.units_under(p.department, BEFORE)] == [p.department.name, p.city.name]
    assert [u.name for u in public.units_under(p.department, AFTER)] == [p.department.name, p.ward.name]
    assert public.schools_under(p.city, BEFORE) == [p.school]
    assert public.schools_under(p.city, AFTER) == []
    assert public.schools_under(p.ward, BEFORE) == []
    assert public.schools_under(p.ward, AFTER) == [p.school]
    for day in (BEFORE, AFTER):
        assert public.schools_under(p.department, day) == [p.upper, p.school]
    assert public.unit_path(p.city, BEFORE) == [p.department, p.city]
    assert public.unit_path(p.city, AFTER) == []
    assert public.supervising_unit(p.school, BEFORE) == p.city
    assert public.supervising_unit(p.school, AFTER) == p.ward


def test_supervision_is_by_function() -> None:
    p = Province()
    public.supervise(actor=ACTOR, school=p.school, unit=p.department, function=PROFESSIONAL, valid_from=AFTER)
    assert public.schools_under(p.ward, AFTER, PROFESSIONAL) == []
    assert public.schools_under(p.department, AFTER, PROFESSIONAL) == [p.school]
    assert public.supervising_unit(p.school, AFTER) == p.ward


def test_taking_over_ends_the_earlier_supervision_the_day_before_and_asking_twice_changes_nothing() -> None:
    p = Province()
    other = make_unit(UnitKind.COMMUNE, "02650", "UBND phường Cam Đường", AFTER, p.department)
    since = dt.date(2026, 1, 1)
    first = public.supervise(actor=ACTOR, school=p.school, unit=other, function=REPORTING, valid_from=since)
    rows = Supervision.objects.count()
    again = public.supervise(actor=ACTOR, school=p.school, unit=other, function=REPORTING, valid_from=since)
    assert again == first
    assert Supervision.objects.count() == rows
    assert public.supervising_unit(p.school, dt.date(2025, 12, 31)) == p.ward
    assert public.supervising_unit(p.school, since) == other


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda p: public.end_unit(actor=ACTOR, unit=p.city, valid_to=AFTER), "already_ended"),
        (lambda p: public.end_unit(actor=ACTOR, unit=p.department, valid_to=AFTER), "has_children"),
        (lambda p: public.end_unit(actor=ACTOR, unit=p.ward, valid_to=BEFORE), "ends_before_start"),
        (lambda _: make_unit(UnitKind.COMMUNE, "02647", "Trùng mã", AFTER), "code_taken"),
        (lambda p: make_unit(UnitKind.COMMUNE, "9", "Dưới phòng cũ", AFTER, p.city), "parent_not_in_force"),
        (
            lambda p: public.supervise(actor=ACTOR, school=p.school, unit=p.city, function=REPORTING, valid_from=AFTER),
            "unit_not_in_force",
        ),
        (
            lambda p: public.supervise(
                actor=ACTOR,
                school=p.school,
                unit=p.department,
                function=REPORTING,
                valid_from=dt.date(2020, 1, 1),
            ),
            "supervised_later",
        ),
        (lambda _: make_school(), "code_taken"),
        (lambda p: make_school("X2", slug=p.school.slug), "slug_taken"),
        (lambda _: make_school("X3", prefix_fault=lambda _prefix: "prefix_jargon"), "bad_prefix"),
        (lambda _: public.ensure_school_year(actor=ACTOR, code="2026-2028"), "bad_year"),
        (lambda _: public.ensure_school_year(actor=ACTOR, code="2026/2027"), "bad_year"),
    ],
)
def test_refusals_change_nothing(act: Any, code: str) -> None:
    p = Province()
    before = _everything()
    with pytest.raises(OrganizationError) as refusal:
        act(p)
    assert refusal.value.code == code
    assert _everything() == before


def test_school_year_is_made_once() -> None:
    year = public.ensure_school_year(actor=ACTOR, code="2026-2027")
    assert (year.starts_on, year.ends_on) == (dt.date(2026, 8, 1), dt.date(2027, 7, 31))
    assert public.ensure_school_year(actor=ACTOR, code="2026-2027") == year
    assert SchoolYear.objects.count() == 1
    assert public.school_year_on(dt.date(2027, 7, 31)) == year
    assert public.school_year_on(dt.date(2027, 8, 1)) is None
    with pytest.raises(OrganizationError) as refusal:
        public.ensure_school_year(actor=ACTOR, code="2026-2027", starts_on=dt.date(2026, 9, 5))
    assert refusal.value.code == "year_differs"


def test_bank_account_is_added_once_and_can_be_switched_off() -> None:
    school = make_school()
    account = public.add_bank_account(
        actor=ACTOR, school=school, bank_bin="970436", number=" 0011 0012 34567 ", holder_name="TRUONG TH"
    )
    assert account.number == "0011001234567"
    assert public.bank_accounts(school) == [account]
    assert public.deactivate_bank_account(actor=ACTOR, account=account, reason="đổi ngân hàng") is True
    assert public.deactivate_bank_account(actor=ACTOR, account=account, reason="lần hai") is False
    assert public.bank_accounts(school) == []
    assert public.bank_accounts(school, active_only=False) == [account]
    acts = AuditEntry.objects.filter(school_id=school.pk).order_by("seq").values_list("action", "reason")
    assert list(acts) == [
        ("organizations:school:create", ""),
        ("organizations:bank_account:add", ""),
        ("organizations:bank_account:deactivate", "đổi ngân hàng"),
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"bank_bin": "123456"}, "unknown_bank"),
        ({"number": "12-34"}, "bad_account_number"),
        ({"number": "1" * 20}, "bad_account_number"),
        ({"holder_name": "  "}, "holder_missing"),
        ({}, "account_known"),
    ],
)
def test_bad_bank_accounts_are_refused(values: dict[str, str], code: str) -> None:
    school = make_school()
    given = {"bank_bin": "970436", "number": "0011001234567", "holder_name": "TRUONG TH"}
    public.add_bank_account(actor=ACTOR, school=school, **given)
    before = _everything()
    with pytest.raises(OrganizationError) as refusal:
        public.add_bank_account(actor=ACTOR, school=school, **{**given, **values})
    assert refusal.value.code == code
    assert _everything() == before


@pytest.mark.django_db(transaction=True)
def test_writes_demand_a_transaction() -> None:
    with pytest.raises(TransactionRequiredError):
        make_school()
    assert School.objects.count() == 0


def _everything() -> list[list[Any]]:
    return [
        list(OrgUnit.objects.order_by("id").values()),
        list(School.objects.order_by("id").values()),
        list(Supervision.objects.order_by("id").values()),
        list(SchoolYear.objects.order_by("id").values()),
        list(BankAccount.objects.across_schools("test compares everything").order_by("id").values()),
        list(AuditEntry.objects.order_by("id").values_list("hash")),
    ]
