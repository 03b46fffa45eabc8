"""Setting channels up: secrets go in and never come out, nothing is believed of an address, few may do it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel import outgoing
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.gateways.credentials import live_credentials
from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.tests.double import Double
from truongso.payments.models import PartnerFile, SetupChange
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.public import book

pytestmark = [pytest.mark.django_db]
HERE = "/thu/kenh-thu"
SECRETS = {
    field.name: twin.CREDENTIALS[code][field.name]
    for code, gateway in GATEWAYS.items()
    for field in gateway.fields
    if field.is_secret
}


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))


def _form(provider: str, **changes: str) -> dict[str, str]:
    return {**twin.CREDENTIALS[provider], "label": "Cổng của trường", "method": "web", "api_base": "", **changes}


def _add(browser: Client, provider: str, **changes: str) -> Channel:
    browser.post(f"{HERE}/them/{provider}", _form(provider, **changes))
    found: Channel = Channel.objects.across_schools("tests look everywhere").get()
    return found


@pytest.mark.parametrize("provider", twin.PROVIDERS)
def test_a_channel_is_added_and_its_secrets_never_come_out(school: School, browser: Client, provider: str) -> None:
    assert browser.get(f"{HERE}/them/{provider}").status_code == 200
    channel = _add(browser, provider, fee_percent="1,1", fee_fixed="1.650", payer_pays="on")
    assert (channel.provider, channel.is_active, channel.api_base) == (provider, False, "")
    assert (channel.fee_basis_points, channel.fee_fixed, channel.payer_pays) == (110, Dong(1_650), True)
    assert channel.fee_of(Dong(500_000)) == Dong(7_150)
    assert channel.cost_to_payer(Dong(500_000)) == Dong(507_150)
    assert live_credentials(channel) == [twin.CREDENTIALS[provider]]
    pages = [browser.get(HERE), browser.get(f"{HERE}/{channel.public_id}")]
    seen = "".join(p.content.decode() for p in pages) + str(channel.sealed_credentials)
    seen += str(list(AuditEntry.objects.values_list("params", flat=True)))
    assert [name for name, value in SECRETS.items() if value in seen] == []
    assert f"/hooks/{provider}/{channel.public_id}" in seen
    assert channel.merchant in seen


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hash_secret": ""}, "Thông tin này là bắt buộc"),
        ({"hash_secret": "có dấu và cách"}, "không đúng dạng"),
        ({"tmn_code": "a b"}, "không đúng dạng"),
        ({"label": ""}, "bắt buộc"),
        ({"fee_percent": "1.234"}, "Ghi tỷ lệ phần trăm như"),
        ({"fee_percent": "99"}, "Phí không hợp lý"),
        ({"fee_fixed": "-5"}, "không được âm"),
        ({"method": "cash"}, ""),
        ({"api_base": "https://evil.example"}, ""),
        ({"api_base": "http://127.0.0.1:9999"}, ""),
        ({"api_base": "https://sandbox.vnpayment.vn.evil.example"}, ""),
    ],
)
def test_a_bad_form_adds_nothing_and_keeps_what_is_not_secret(
    browser: Client, change: dict[str, str], said: str
) -> None:
    answer = browser.post(f"{HERE}/them/vnpay", _form("vnpay", **change))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert Channel.objects.across_schools("tests count everything").count() == 0
    assert twin.CREDENTIALS["vnpay"]["hash_secret"] not in page
    if "bắt buộc" not in said:
        assert said in page


def test_a_local_twin_only_in_sandbox_mode(school: School, browser: Client, settings: object) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:8099"  # type: ignore[attr-defined]
    for base in ("http://localhost:1", "http://10.0.0.1:80", "http://127.0.0.1.evil.example:80", "http://127.0.0.1"):
        browser.post(f"{HERE}/them/vnpay", _form("vnpay", api_base=base))
    assert Channel.objects.for_school(school).count() == 0
    assert _add(browser, "vnpay", api_base="http://127.0.0.1:8099").api_base == "http://127.0.0.1:8099"


def test_keys_are_replaced_once_another_person_approves_and_the_former_ones_dropped(
    school: School, accountant: Client, browser: Client
) -> None:
    channel = _add(browser, "vnpay")
    here = f"{HERE}/{channel.public_id}"
    new = {"tmn_code": "TRUONG01", "hash_secret": "the-next-secret"}
    for bad in ({**new, "tmn_code": "OTHER001", "ly_do": "Đổi"}, {**new, "ly_do": ""}):
        assert accountant.post(f"{here}/khoa", bad).status_code == 200
    assert browser.post(f"{here}/khoa", {**new, "ly_do": "Đổi"}).status_code == 403, "who approves does not ask"
    assert SetupChange.objects.for_school(school).count() == 0
    assert accountant.post(f"{here}/khoa", {**new, "ly_do": "Cổng đổi khóa"}).status_code == 302
    change = SetupChange.objects.for_school(school).get()
    assert "the-next-secret" not in f"{change.sealed} {change.detail} {change.title}"
    channel.refresh_from_db()
    assert live_credentials(channel) == [twin.CREDENTIALS["vnpay"]], "nothing is signed or believed with it yet"
    assert browser.post(f"/cai-dat/cho-duyet/{change.public_id}/quyet-dinh", {"viec": "duyet"}).status_code == 302
    channel.refresh_from_db()
    change.refresh_from_db()
    assert (live_credentials(channel), change.sealed) == ([new, twin.CREDENTIALS["vnpay"]], "")
    assert "Đang nhận cả khóa cũ" in browser.get(here).content.decode()
    browser.post(f"{here}/bo-khoa-cu")
    channel.refresh_from_db()
    assert live_credentials(channel) == [new]


def test_trying_opening_by_two_and_pausing(
    school: School, accountant: Client, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = Double()
    monkeypatch.setattr(outgoing, "call", double.call)
    channel = _add(browser, "zalopay")
    here = f"{HERE}/{channel.public_id}"
    assert "Cổng đã trả lời" in browser.post(f"{here}/thu", follow=True).content.decode()
    double.down = "timeout"
    assert "Cổng không trả lời kịp." in browser.post(f"{here}/thu", follow=True).content.decode()
    assert "Đang lỗi" not in browser.get(HERE).content.decode()  # not open yet: nobody is affected
    ask = {"bat": "1", "ly_do": "Mở cho phụ huynh"}
    assert browser.post(f"{here}/mo", ask).status_code == 403
    assert "Danh mục kiểm tra của đối tác chưa đủ" in accountant.post(f"{here}/mo", ask, follow=True).content.decode()
    assert SetupChange.objects.for_school(school).count() == 0
    complete(school, channel)
    accountant.post(f"{here}/mo", ask)
    accountant.post(f"{here}/mo", ask)  # asking twice is asking once
    change = SetupChange.objects.for_school(school).get()
    channel.refresh_from_db()
    assert not channel.is_active
    browser.post(f"/cai-dat/cho-duyet/{change.public_id}/quyet-dinh", {"viec": "duyet"})
    channel.refresh_from_db()
    assert (channel.is_active, PartnerFile.objects.for_school(school).get().is_live) == (True, True)
    browser.post(f"{here}/mo", {"bat": "0"})
    channel.refresh_from_db()
    assert not channel.is_active
    actions = AuditEntry.objects.filter(subject_kind="channel").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["payments:channel:add", "payments:channel:enable", "payments:channel:disable"]


def complete(school: School, channel: Channel) -> None:
    """The partner's list worked off, with a booked payment as proof."""
    payment = book(school.pk, booking=money.booking((money.invoice(school), 10_000)), actor=twin.ACTOR)
    day = dt.date(2026, 10, 1)
    PartnerFile.objects.for_school(school).filter(subject=channel.public_id).update(
        contract_number="1", signed_on=day, is_open_ended=True, contact_name="A", contact_phone="190012",
        contact_email="a@b.vn", methods=["web"], fees_agreed=True, started_on=day, integrated_on=day,
        test_payment=payment,
    )  # fmt: skip


def test_name_and_fee_are_changed(browser: Client) -> None:
    channel = _add(browser, "momo")
    form = {"label": "Ví MoMo", "fee_percent": "0,85", "fee_fixed": ""}
    assert browser.post(f"{HERE}/{channel.public_id}", form).status_code == 302
    channel.refresh_from_db()
    assert (channel.label, channel.fee_basis_points, channel.fee_fixed) == ("Ví MoMo", 85, Dong(0))
    assert channel.fee_of(Dong(100_001)) == Dong(850)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.HOMEROOM_TEACHER, Role.IT_ADMIN])
def test_others_may_not(school: School, browser: Client, role: Role) -> None:
    channel = _add(browser, "vnpay")
    other = factories.login(Client(), factories.user(role, school=school))
    for path in ("", "/them/vnpay", f"/{channel.public_id}"):
        assert other.get(f"{HERE}{path}").status_code == 403
    for act in ("khoa", "bo-khoa-cu", "mo", "thu"):
        assert other.post(f"{HERE}/{channel.public_id}/{act}", {"bat": "1"}).status_code == 403
    channel.refresh_from_db()
    assert not channel.is_active


def test_another_schools_channel_does_not_exist(other_school: School, browser: Client) -> None:
    theirs = twin.channel(other_school, "vnpay")
    assert browser.get(f"{HERE}/{theirs.public_id}").status_code == 404
    for act in ("khoa", "bo-khoa-cu", "mo", "thu"):
        assert browser.post(f"{HERE}/{theirs.public_id}/{act}", {"bat": "0"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.is_active
