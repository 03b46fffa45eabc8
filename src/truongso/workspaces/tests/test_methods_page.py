"""The staff's page of ways to pay: n of 4 ready, n of 4 used, what is missing; and the settings."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.organizations.models import School
from truongso.payments.methods.models import MethodSetting
from truongso.payments.models import PartnerFile
from truongso.payments.public import book, settings_of
from truongso.payments.types import Method
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.fixture
def accountant(school: School, client: Client) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def _form(school: School, **changes: str) -> dict[str, str]:
    form: dict[str, str] = {}
    for number, (method, row) in enumerate(settings_of(school.pk).items(), start=1):
        form |= {f"{method.value}-position": str(number), f"{method.value}-how_to": row.how_to}
        if row.is_on:
            form[f"{method.value}-is_on"] = "on"
    return {**form, **changes}


def test_the_meter_counts_what_is_ready_and_what_is_proved(school: School, accountant: Client, actor: Actor) -> None:
    invoice = money.invoice(school, [200_000])
    payment = book(school.pk, booking=money.booking((invoice, 200_000)), actor=actor)
    page = accountant.get("/thu/phuong-thuc")
    shown = text(page)
    assert "Sẵn sàng 1/4 phương thức" in shown
    assert "Đã có người dùng 1/4 phương thức" in shown
    assert "chưa đạt 3/4 phương thức" in shown
    assert "Chưa khai báo máy POS nào đang dùng. Nhận máy của ngân hàng rồi khai báo." in shown
    assert "khoản nộp ngày 05/10/2026" in shown
    assert f"/thu/khoan-nop/{payment.public_id}" in page.content.decode()


def test_settings_are_saved_in_order_with_what_families_are_told(school: School, accountant: Client) -> None:
    form = _form(
        school, **{"mobile_money-is_on": "on", "cash-position": "1", "cash-how_to": "Phòng kế toán, 7:30–11:00"}
    )
    form["card_pos-payer_pays"], form["card_pos-fee_basis_points"] = "on", "0,8"
    form["card_pos-fee_fixed"] = "1.100"
    assert "Đã lưu các cách nộp tiền." in text(accountant.post("/thu/phuong-thuc/thiet-lap", form, follow=True))
    kept = settings_of(school.pk)
    assert kept[Method.MOBILE_MONEY].is_on
    assert kept[Method.CASH].how_to == "Phòng kế toán, 7:30–11:00"
    pos = kept[Method.CARD_POS]
    assert (pos.payer_pays, int(pos.fee_fixed), pos.fee_basis_points) == (True, 1_100, 80)


def test_turning_everything_off_is_refused_and_changes_nothing(school: School, accountant: Client) -> None:
    form = {name: value for name, value in _form(school).items() if not name.endswith("is_on")}
    answer = accountant.post("/thu/phuong-thuc/thiet-lap", form)
    assert answer.status_code == 422
    assert "Bật ít nhất một cách nộp tiền." in text(answer)
    assert MethodSetting.objects.for_school(school).count() == 0


def test_a_bad_fee_is_said_at_its_field(school: School, accountant: Client) -> None:
    answer = accountant.post("/thu/phuong-thuc/thiet-lap", _form(school, **{"card_pos-fee_basis_points": "100,01"}))
    assert answer.status_code == 422
    assert MethodSetting.objects.for_school(school).count() == 0


def test_a_contract_that_is_about_to_end_is_told_where_readiness_is_looked_at(
    school: School, accountant: Client
) -> None:
    factories.in_operation(school, "acquirer", "Vietcombank")
    rows = PartnerFile.objects.for_school(school)
    for days, is_told in ((31, False), (30, True), (-1, True)):
        ends = clock.today() + dt.timedelta(days=days)
        rows.update(ends_on=ends)
        said = f"Hợp đồng với Vietcombank hết hạn {ends:%d/%m/%Y}" in text(accountant.get("/thu/phuong-thuc"))
        assert said is is_told, days
