"""Pages of partners and of changes: the list is worked off, tried, asked for, approved; who may do what."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import outgoing
from truongso.organizations.models import School
from truongso.payments.gateways.models import Attempt, Channel
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.tests.double import Double
from truongso.payments.models import PartnerFile, Payment, SetupChange
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("school_day")]

TERMS = {
    "contract_number": "12/2026/HĐ", "signed_on": "01/09/2026", "ends_on": "31/10/2026",
    "contact_name": "Trần Văn Bình", "contact_phone": "1900 5555 77",
    "contact_email": "hotro@vnpay.example", "methods": ["web"], "fee_percent": "1,1",
    "fee_fixed": "1.650", "fees_agreed": "on", "started_on": "10/09/2026", "integrated_on": "20/09/2026",
}  # fmt: skip


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def principal(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))


def made(school: School) -> tuple[Channel, PartnerFile, str]:
    channel = twin.channel(school, "zalopay", active=False)
    file = PartnerFile.objects.for_school(school).get(subject=channel.public_id)
    return channel, file, reverse("workspaces:partner", args=[file.public_id])


def test_a_partner_goes_from_list_to_operation(
    school: School, accountant: Client, principal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, _file, here = made(school)
    invoice = money.invoice(school, [500_000])
    assert "0/6 mục" in text(accountant.get(reverse("workspaces:partners")))
    assert accountant.post(here, TERMS).status_code == 302
    shown = text(accountant.get(here))
    assert (shown.count("còn thiếu"), "Đề nghị đưa vào vận hành" in shown) == (1, False)
    double = Double()
    monkeypatch.setattr(outgoing, "call", double.call)
    for form, said in (
        ({"ma": "TS0000000", "so_tien": "10.000"}, "không có phiếu mang mã này"),
        ({"ma": invoice.code, "so_tien": "100.001"}, "không được quá 100.000"),
    ):
        answer = principal.post(f"{here}/thu", form)
        assert (answer.status_code, said in text(answer)) == (422, True)
    assert Attempt.objects.for_school(school).count() == 0
    assert accountant.post(f"{here}/thu", {"ma": invoice.code, "so_tien": "10.000"}).status_code == 403
    assert principal.post(f"{here}/thu", {"ma": invoice.code.lower(), "so_tien": "10.000"}).status_code == 302
    attempt = Attempt.objects.for_school(school).get()
    assert attempt.pay_url in accountant.get(here).content.decode()
    assert twin.notice(attempt).send().status_code == 200
    payment = Payment.objects.for_school(school).get()
    assert accountant.post(f"{here}/bang-chung", {"khoan": "khac"}, follow=True).status_code == 200
    accountant.post(f"{here}/bang-chung", {"khoan": payment.public_id})
    assert "Đề nghị đưa vào vận hành" in text(accountant.get(here))
    accountant.post(f"{here}/van-hanh", {"ly_do": "Đủ danh mục"})
    change = SetupChange.objects.for_school(school).get()
    waiting = text(principal.get(reverse("workspaces:changes")))
    assert ("Mở cổng thanh toán cho phụ huynh" in waiting, "Đủ danh mục" in waiting) == (True, True)
    principal.post(reverse("workspaces:change_decide", args=[change.public_id]), {"viec": "duyet"})
    channel.refresh_from_db()
    assert (channel.is_active, "Đang vận hành" in text(accountant.get(reverse("workspaces:partners")))) == (True, True)
    assert "hết hạn 31/10/2026" in text(accountant.get(reverse("workspaces:partners"))), "26 days before the end"


def test_a_bad_form_keeps_what_was_typed_and_saves_nothing(school: School, accountant: Client) -> None:
    _channel, file, here = made(school)
    for change, said in (
        ({"ends_on": "01/08/2026"}, "Ngày hết hạn trước ngày ký"), ({"contact_email": "hotro"}, "e-mail chưa đúng"),
        ({"fee_percent": "một phẩy một"}, "Ghi tỷ lệ phần trăm như 1,1"),
        ({"signed_on": "31/02/2026"}, "không có ngày 31"),
    ):  # fmt: skip
        answer = accountant.post(here, {**TERMS, **change})
        assert (answer.status_code, said in text(answer)) == (422, True), change
        assert 'value="12/2026/HĐ"' in answer.content.decode()
    file.refresh_from_db()
    assert file.contract_number == ""


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.PRINCIPAL, (200, 404, 422, 403, 403)),
        (Role.IT_ADMIN, (200, 302, 403, 403, 302)),
        (Role.CASHIER, (403, 403, 403, 403, 403)),
    ],
)
def test_who_may_do_what(school: School, role: Role, statuses: tuple[int, ...]) -> None:
    """Sees · writes terms · tries · names the proof · asks for operation. Who sets up sees no money."""
    _channel, _file, here = made(school)
    client = factories.login(Client(), factories.user(role, school=school))
    got = [client.get(here), client.post(here, TERMS), client.post(f"{here}/thu", {}),
           client.post(f"{here}/bang-chung", {}), client.post(f"{here}/van-hanh", {"ly_do": "x"})]  # fmt: skip
    assert tuple(answer.status_code for answer in got) == statuses
    assert SetupChange.objects.for_school(school).count() == 0


def test_another_schools_partner_does_not_exist(
    school: School, other_school: School, accountant: Client, principal: Client
) -> None:
    _channel, file, here = made(other_school)
    answers: list[Any] = [accountant.get(here), accountant.post(here, TERMS)]
    answers += [accountant.post(f"{here}/{act}", {"ly_do": "x"}) for act in ("bang-chung", "van-hanh")]
    answers.append(principal.post(f"{here}/thu", {}))
    assert [a.status_code for a in answers] == [404] * 5
    file.refresh_from_db()
    assert file.contract_number == ""
