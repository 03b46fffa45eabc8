"""Casso and payOS beside SePay: the same recipe, their own words and signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking import feed
from truongso.banking.feed import FeedRefusedError
from truongso.banking.feed_changes import approve_feed
from truongso.banking.models import BankLine, FeedConnection
from truongso.banking.tests.helpers import ACTOR, only_in_the_inbox, rows
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, SetupChange

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("verify_after"),
]
SECRET = "a-secret-of-the-provider"


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def _connect(account: BankAccount, provider: str) -> FeedConnection:
    with transaction():
        made, _secret = feed.connect(account, provider=provider, secret=SECRET, actor=ACTOR)
    return made


def _casso(made: FeedConnection, memo: str, amount: int, *, secret: str = SECRET, **changes: Any) -> HttpResponse:
    data = {
        "id": 77, "reference": "FT7701", "description": memo, "amount": amount, "runningBalance": 9_000_000,
        "transactionDateTime": "2026-10-06 14:02:37", "accountNumber": made.bank_account.number,
        "bankName": "VPBank", "bankAbbreviation": "VPB", "virtualAccountNumber": "", "virtualAccountName": "",
        "counterAccountName": "NGUYỄN VĂN A", "counterAccountNumber": "8888888888", **changes,
    }  # fmt: skip
    body = {"error": 0, "data": data}
    text = "1790000000000." + json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()
    answer: Any = Client().post(
        f"/hooks/casso/{made.public_id}", data=json.dumps(body), content_type="application/json",
        headers={"X-Casso-Signature": f"t=1790000000000,v1={signature}"},
    )  # fmt: skip
    return answer  # type: ignore[no-any-return]


def _payos(made: FeedConnection, memo: str, amount: int, *, secret: str = SECRET, **changes: Any) -> HttpResponse:
    data = {
        "orderCode": 0, "amount": amount, "description": memo, "accountNumber": made.bank_account.number,
        "reference": "4146", "transactionDateTime": "2026-10-06 14:02:37", "currency": "VND", "paymentLinkId": "",
        "code": "00", "desc": "success", "counterAccountName": None, "counterAccountNumber": "8888888888",
        "virtualAccountNumber": "", "virtualAccountName": "", **changes,
    }  # fmt: skip
    text = "&".join(f"{k}={'' if data[k] is None else data[k]}" for k in sorted(data))
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    body = json.dumps({"code": "00", "success": True, "data": data, "signature": signature})
    answer: Any = Client().post(f"/hooks/payos-bank/{made.public_id}", data=body, content_type="application/json")
    return answer  # type: ignore[no-any-return]


SENDERS = {"casso": _casso, "payos": _payos}


@pytest.mark.parametrize("provider", SENDERS)
def test_a_transfer_is_booked_once(school: School, account: BankAccount, provider: str) -> None:
    made, invoice = _connect(account, provider), money.invoice(school, [250_000])
    for _ in range(3):
        answer = SENDERS[provider](made, f"{invoice.code} nop", 250_000)
        assert (answer.status_code, json.loads(answer.content)) == (200, {"success": True})
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    line = BankLine.objects.for_school(school).get()
    assert (line.amount, line.counter_account, line.state) == (Dong(250_000), "8888888888", "matched")
    assert Payment.objects.for_school(school).get().method == "qr_transfer"


@pytest.mark.parametrize("provider", SENDERS)
def test_a_foreign_signature_opens_nothing(school: School, account: BankAccount, provider: str) -> None:
    made, invoice = _connect(account, provider), money.invoice(school, [250_000])
    with only_in_the_inbox("signature_wrong"):
        assert SENDERS[provider](made, f"{invoice.code} nop", 250_000, secret="another-secret").status_code == 401


@pytest.mark.parametrize("provider", SENDERS)
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"accountNumber": "9999999999"}, "other_account"),
        ({"amount": 0}, "field_value"),
        ({"transactionDateTime": "1900-01-01 00:00:00"}, "date_implausible"),
    ],
)
def test_a_genuine_notice_with_a_bad_content_stays_in_the_inbox(
    account: BankAccount, provider: str, change: dict[str, Any], problem: str
) -> None:
    made = _connect(account, provider)
    with only_in_the_inbox(problem):
        assert SENDERS[provider](made, "tien", **{"amount": 5_000, **change}).status_code == 422


@pytest.mark.parametrize("provider", SENDERS)
def test_a_known_movement_with_another_amount_is_refused(account: BankAccount, provider: str) -> None:
    made = _connect(account, provider)
    assert SENDERS[provider](made, "tien", 5_000).status_code == 200
    with only_in_the_inbox("replay_differs"):
        assert SENDERS[provider](made, "tien", 50_000).status_code == 422


def test_short_references_of_payos_are_no_key(school: School, account: BankAccount) -> None:
    made = _connect(account, "payos")
    for day in ("06", "07"):
        assert _payos(made, "tien", 5_000, transactionDateTime=f"2026-10-{day} 08:00:00").status_code == 200
    assert BankLine.objects.for_school(school).count() == 2


@pytest.mark.parametrize("provider", SENDERS)
def test_a_virtual_account_that_carries_the_code_names_the_invoice(
    school: School, account: BankAccount, provider: str
) -> None:
    made, invoice = _connect(account, provider), money.invoice(school, [250_000])
    SENDERS[provider](made, "chuyen tien", 250_000, virtualAccountNumber=invoice.code)
    line = BankLine.objects.for_school(school).get()
    assert (line.memo, line.virtual_account, line.state) == ("chuyen tien", invoice.code, "matched")
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


def test_cassos_outgoing_money_is_a_line_without_entry(school: School, account: BankAccount) -> None:
    assert _casso(_connect(account, "casso"), "phi", -11_000).status_code == 200
    assert rows() == {"Notice": 1, "BankLine": 1, "FeedSighting": 1}
    assert BankLine.objects.for_school(school).get().state == "outgoing"


def test_connections_need_the_providers_own_secret(account: BankAccount) -> None:
    for secret, code in (
        ("", "secret_missing"),
        ("has space in it", "secret_malformed"),
        ("short", "secret_malformed"),
    ):
        with pytest.raises(FeedRefusedError, match=code), transaction():
            feed.connect(account, provider="casso", secret=secret, actor=ACTOR)
    with pytest.raises(FeedRefusedError, match="unknown_provider"), transaction():
        feed.connect(account, provider="paypal", secret=SECRET, actor=ACTOR)
    assert FeedConnection.objects.for_school(account.school_id).count() == 0


def test_the_page_takes_the_secret_and_never_shows_it(school: School, account: BankAccount) -> None:
    browser = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    form = {"tai_khoan": account.public_id, "nha_cung_cap": "casso", "khoa": SECRET, "ly_do": "Nối Casso"}
    page = browser.post("/thu/ket-noi/moi", form).content.decode()
    made = FeedConnection.objects.for_school(school).get()
    assert f"/hooks/casso/{made.public_id}" in page
    assert SECRET not in page + browser.get("/thu/ket-noi").content.decode()
    assert SECRET not in str(made.sealed_secrets)
    assert _casso(made, "tien", 5_000).status_code == 401, "not before another person approves"
    change = SetupChange.objects.for_school(school).get()
    with transaction():
        approve_feed(school, change_id=change.pk, actor=Actor(99, "Hiệu trưởng", "web"))
    assert _casso(made, "tien", 5_000).status_code == 200
