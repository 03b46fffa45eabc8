"""The office founds schools under its unit and sees those alone."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import Membership
from truongso.accounts.types import Role
from truongso.ledger.models import Account
from truongso.organizations.models import School, Supervision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

FORM = {
    "name": "Trường Tiểu học Hoa Mai", "short_name": "TH Hoa Mai", "code": "10-HM", "level": "primary",
    "ownership": "public", "area": "mountain", "invoice_prefix": "hm", "address": "Xã Tả Van",
}  # fmt: skip


def test_a_school_is_founded_supervised_and_given_its_first_principal(school: School) -> None:
    unit = factories.org_unit()
    client = factories.login(Client(), factories.user(Role.OFFICE, unit=unit))
    assert "Chưa có trường nào" in client.get("/phong/truong").content.decode()
    answer = client.post("/phong/truong/moi", FORM)
    assert answer["Location"] == "/phong/truong/10-HM/nguoi-dung/them"
    made = School.objects.get(code="10-HM")
    assert (made.invoice_prefix, made.slug, made.area) == ("HM", "th-hoa-mai", "mountain")
    assert Supervision.objects.filter(school=made, unit=unit).count() == 4
    assert Account.objects.for_school(made).exists()
    slip = client.post(
        answer["Location"], {"full_name": "Lò Thị Trưởng", "role": "principal", "valid_from": "05/10/2026"}
    )
    assert "PHIẾU KÍCH HOẠT TÀI KHOẢN" in slip.content.decode()
    assert Membership.objects.get(school=made).role == "principal"
    page = client.get("/phong/truong").content.decode()
    assert "Trường Tiểu học Hoa Mai" in page
    assert school.name not in page


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"code": "79-THU"}, "Mã trường này đã có."),
        ({"invoice_prefix": "1O"}, "Hai chữ cái không dấu"),
        ({"name": ""}, "Không để trống ô này."),
    ],
)
def test_bad_data_founds_nothing(school: School, change: dict[str, str], text: str) -> None:
    client = factories.login(Client(), factories.user(Role.OFFICE, unit=factories.org_unit()))
    answer = client.post("/phong/truong/moi", {**FORM, **change})
    assert (answer.status_code, text in answer.content.decode(), School.objects.count()) == (422, True, 1)


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.IT_ADMIN, Role.ACCOUNTANT])
def test_schools_themselves_found_none(school: School, role: Role) -> None:
    client = factories.login(Client(), factories.user(role, school=school))
    assert client.get("/phong/truong").status_code == 403
    assert client.post("/phong/truong/moi", FORM).status_code == 403
    assert School.objects.count() == 1


def test_an_officer_reads_and_does_not_found(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.OFFICER, unit=factories.org_unit()))
    assert client.get("/phong/truong").status_code == 200
    assert client.post("/phong/truong/moi", FORM).status_code == 403
    assert School.objects.count() == 1
