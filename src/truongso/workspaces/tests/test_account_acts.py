"""What was done to an account is read by the places of its owner, and by no other."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import Membership, User
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER
from truongso.accounts.services import new_activation
from truongso.accounts.staffing.services import Manager, reset_factors
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.scope import of_unit
from truongso.organizations.models import School, Supervision
from truongso.organizations.types import SupervisionFunction

OPERATOR = Actor(None, "Nguyễn Văn Vận Hành", "cli")
YEAR = dt.date(2026, 9, 1)
NOON = dt.datetime(2026, 10, 5, 12, tzinfo=clock.SCHOOL_TIME)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _held() -> Any:
    with clock.frozen(NOON):
        yield


def reader(role: Role = Role.PRINCIPAL, **place: Any) -> Client:
    return factories.login(Client(), factories.user(role, full_name="Người đọc", **place))


def acts(client: Client, query: str = "phan=accounts") -> list[tuple[str, str, str]]:
    rows = client.get(f"/nhat-ky?{query}").context["rows"]
    return [(one["action"], one["who"], one["subject"]) for one in rows]


def link_for(user: User, day: dt.date, by: Actor = OPERATOR) -> None:
    with clock.frozen(dt.datetime.combine(day, dt.time(9), clock.SCHOOL_TIME)), savepoint():
        new_activation(actor=by, user=user)


def test_a_second_factor_that_was_reset_is_read_where_its_owner_works(school: School, other_school: School) -> None:
    manager = factories.user(Role.PRINCIPAL, school=school, full_name="Trần Thị Hiệu Trưởng")
    owner = factories.user(Role.CASHIER, school=school, full_name="Lê Thị Thủ Quỹ")
    by = Manager(manager, approves=True, scope=frozenset({school.pk}))
    with savepoint():
        reset_factors(user=owner, reason="Mất điện thoại", actor=by.actor)
    said = [one for one in acts(reader(school=school)) if one[2] == "Lê Thị Thủ Quỹ"]
    assert ("Lớp xác thực thứ hai: thu lại", "Trần Thị Hiệu Trưởng", "Lê Thị Thủ Quỹ") in said
    assert acts(reader(school=other_school)) == []


def test_dates_of_roles_decide_who_reads(school: School, other_school: School) -> None:
    """Here until September, there from November on; in between the person is nobody's and both read it."""
    mover = factories.user(Role.CASHIER, school=school, full_name="Phạm Văn Chuyển")
    Membership.objects.filter(user=mover).update(valid_from=YEAR, valid_to=dt.date(2026, 9, 30))
    Membership.objects.create(
        user=mover, role=Role.CASHIER.value, school=other_school, valid_from=dt.date(2026, 11, 1), valid_to=None
    )
    for day in (dt.date(2026, 9, 15), dt.date(2026, 10, 15), dt.date(2026, 11, 15)):
        link_for(mover, day)
    here, there = reader(school=school), reader(school=other_school)
    days = [
        [clock.school_date(row["at"]).month for row in client.get("/nhat-ky?viec=create").context["rows"]]
        for client in (here, there)
    ]
    assert days == [[10, 9], [11, 10]]


def test_filters_export_and_paging_cover_them(school: School) -> None:
    owner = factories.user(Role.ACCOUNTANT, school=school, full_name="Đỗ Thị Kế Toán")
    link_for(owner, NOON.date())
    client = reader(school=school)
    assert acts(client, "phan=payments") == []
    assert acts(client, "q=V%E1%BA%ADn+H%C3%A0nh") == acts(client, "viec=create") == acts(client, "kenh=cli")
    assert acts(client, "q=V%E1%BA%ADn+H%C3%A0nh") == [
        ("Đường dẫn kích hoạt: lập", "Nguyễn Văn Vận Hành", "Đỗ Thị Kế Toán")
    ]
    assert acts(client, "den=04/10/2026") == []
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/nhat-ky/tai-ve?phan=accounts").content)).worksheets[0]
    taken = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any("Đỗ Thị Kế Toán" in row and school.short_name in row for row in taken)


def test_a_unit_reads_its_own_people_by_name_and_those_of_its_schools_without(
    school: School, other_school: School
) -> None:
    unit = factories.org_unit()
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    colleague = factories.user(Role.OFFICE, unit=unit, full_name="Vũ Thị Chuyên Viên")
    teacher = factories.user(Role.CASHIER, school=school, full_name="Lê Thị Thủ Quỹ")
    stranger = factories.user(Role.CASHIER, school=other_school, full_name="Người Trường Khác")
    for one in (colleague, teacher, stranger):
        link_for(one, NOON.date())
    with savepoint():
        set_policy(actor=OPERATOR, place=unit, policy=LETTER, valid_from=NOON.date(), note="Theo công văn")
    assert AuditEntry.objects.get(action="accounts:policy:set").school_id == of_unit(unit.pk)
    client = reader(Role.OFFICER, unit=unit)
    found = client.get("/nhat-ky?phan=accounts").context["rows"]
    assert sorted((one["action"], one["school"], one["subject"]) for one in found) == [
        ("Chính sách tài khoản: đặt", unit.name, unit.code),
        ("Đường dẫn kích hoạt: lập", unit.name, "Vũ Thị Chuyên Viên"),
        ("Đường dẫn kích hoạt: lập", school.short_name, ""),
    ]
    assert len(client.get("/nhat-ky?phan=accounts&truong=.").context["rows"]) == 2
    assert len(client.get(f"/nhat-ky?phan=accounts&truong={school.code}").context["rows"]) == 1
    other_unit = factories.org_unit("Phòng Văn hóa – Xã hội")
    assert acts(reader(Role.OFFICER, unit=other_unit)) == []
