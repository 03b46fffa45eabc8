"""Who answers for the accounts of a place reads who signed in there, who failed and who was refused."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils.http import urlencode
from tests import factories

from truongso.accounts.models import Membership
from truongso.accounts.services import new_activation
from truongso.accounts.signin.events import note
from truongso.accounts.signin.types import EventKind
from truongso.accounts.types import Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School, Supervision
from truongso.organizations.types import SupervisionFunction

pytestmark = pytest.mark.django_db
PAGE, TRAIL = "/nhat-ky/dang-nhap", "/nhat-ky/tai-khoan"


def at(day: int, hour: int = 9) -> Any:
    return clock.frozen(dt.datetime(2026, 10, day, hour, tzinfo=clock.SCHOOL_TIME))


def rows(client: Client, **query: str) -> list[tuple[str, str, str, int]]:
    found = client.get(f"{PAGE}?{urlencode(query)}").context["rows"]
    return [(one["who"], one["text"], one["how"], one["count"]) for one in found]


@pytest.fixture
def happened(school: School, other_school: School) -> None:
    lan = factories.user(Role.CASHIER, school=school, full_name="Lê Thị Lan")
    binh = factories.user(Role.ACCOUNTANT, school=school, full_name="Trần Văn Bình")
    stranger = factories.user(Role.CASHIER, school=other_school, full_name="Người Trường Khác")
    with at(5):
        note(EventKind.FAILED, user=lan, method="password")
        note(EventKind.FAILED, user=lan, method="password")
        note(EventKind.FAILED, name="khong-co-ai", method="password")
        note(EventKind.SIGNED_IN, user=stranger, method="password")
    with at(6):
        note(EventKind.SIGNED_IN, user=lan, method="password+sheet")
        note(EventKind.REFUSED, user=binh, route="hoc-sinh/<str:public_id>", status=404)


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.IT_ADMIN])
def test_a_school_reads_its_own_people_filtered_and_as_a_workbook(school: School, happened: None, role: Role) -> None:
    client = factories.login(Client(), factories.user(role, school=school, full_name="Người đọc"))
    lan_in = ("Lê Thị Lan", "Đăng nhập", "mật khẩu + phiếu mã", 1)
    lan_failed = ("Lê Thị Lan", "Sai mật khẩu hoặc khóa", "mật khẩu", 2)
    refused = ("Trần Văn Bình", "Bị từ chối", "không có hoặc của nơi khác: /hoc-sinh/…", 1)
    assert rows(client) == [refused, lan_in, lan_failed]
    assert rows(client, viec="failed") == rows(client, den="05/10/2026") == [lan_failed]
    assert rows(client, q="bình") == rows(client, viec="refused", tu="06/10/2026") == [refused]
    assert rows(client, q="không ai") == []
    assert "Người Trường Khác" not in client.get(PAGE).content.decode()
    answer = client.get(f"{PAGE}/tai-ve?viec=failed")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == ["Lê Thị Lan", "Sai mật khẩu hoặc khóa", "mật khẩu"]
    taken = AuditEntry.objects.get(action="workspaces:sign_ins:export", school_id=school.pk)
    assert taken.params == {"count": 1, "filter": {"viec": "failed"}}


def test_a_unit_reads_its_own_people_and_its_schools_and_nobody_elses(school: School, happened: None) -> None:
    units = [factories.org_unit(), factories.org_unit("Phòng Văn hóa – Xã hội")]
    Supervision.objects.create(
        school=school, unit=units[0], function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    ours, theirs = (
        factories.login(Client(), factories.user(Role.OFFICER, unit=one, full_name=f"Chuyên viên {n}"))
        for n, one in enumerate(units)
    )
    assert [row[0] for row in rows(ours)] == ["Trần Văn Bình", "Lê Thị Lan", "Lê Thị Lan"]
    assert rows(theirs) == []
    # A unit reads no pupil's name: neither who signed in nor what was done to the account. The school reads both.
    pupil = factories.user(Role.PUPIL, school=school, full_name="Em Học Sinh")
    with at(6, 10), savepoint():
        note(EventKind.SIGNED_IN, user=pupil, method="password")
        new_activation(actor=Actor(pupil.pk, pupil.full_name, "web"), user=pupil)
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    for page in (PAGE, "/nhat-ky"):
        assert "Em Học Sinh" not in ours.get(page).content.decode()
        assert "Em Học Sinh" in principal.get(page).content.decode()


def test_a_role_of_other_days_shows_nothing(school: School, other_school: School, happened: None) -> None:
    """Who works here since yesterday: what happened at the former school stays there."""
    Membership.objects.filter(user__full_name="Người Trường Khác").update(valid_to=dt.date(2026, 10, 31))
    mover = Membership.objects.get(user__full_name="Người Trường Khác").user
    Membership.objects.create(user=mover, role="cashier", school=school, valid_from=dt.date(2026, 11, 1))
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert "Người Trường Khác" not in {row[0] for row in rows(client)}
    former = factories.login(Client(), factories.user(Role.PRINCIPAL, school=other_school))
    assert [row[0] for row in rows(former)] == ["Người Trường Khác"]


def test_it_reads_what_was_done_to_accounts_and_nothing_of_money(school: School, happened: None) -> None:
    it = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school, full_name="Quản Trị Mạng"))
    owner = Membership.objects.get(user__full_name="Lê Thị Lan").user
    with savepoint():
        new_activation(actor=Actor(1, "Người Vận Hành", "cli"), user=owner)
        audit.record(
            Actor.system("tick"), "payments:receipt:print", school_id=school.pk, subject=("receipt", "BL-7"),
            params={"amount": 250_000},
        )  # fmt: skip
    page = it.get(TRAIL)
    assert [(one["action"], one["subject"]) for one in page.context["rows"]] == [
        ("Đường dẫn kích hoạt: lập", "Lê Thị Lan")
    ]
    text = re.sub(r"\s+", " ", page.content.decode())
    for hidden in ("BL-7", "250.000", "Tải Excel", "Tải dấu cuối ngày"):
        assert hidden not in text
    assert "Đăng nhập, từ chối" in text
    assert it.get(f"{TRAIL}?phan=payments").context["page"].paginator.count == 1
    assert it.get("/nhat-ky").status_code == it.get("/nhat-ky/tai-ve").status_code == 403
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=school))
    assert cashier.get(PAGE).status_code == cashier.get(TRAIL).status_code == 403
