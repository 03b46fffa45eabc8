"""Bank feeds over real HTTP: the sandbox bank tells of transfers by SePay, Casso and payOS."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests import factories, money
from tests.protocols.scenes import ACTOR, AMOUNT, PAYER, closed_yesterday, counts, reopened
from truongso.banking.feed import disconnect, work_off_waiting
from truongso.banking.models import FeedConnection
from truongso.banking.public import BankLine, apply_statement, connect_feed, preview_statement
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import CreditEntry, Notice, Payment
from truongso.payments.public import invoice_payload
from truongso.payments.vietqr import decode
from truongso.sandbox.bank.feeds import feed_named
from truongso.sandbox.bank_client import SandboxBank, SandboxBankError
from truongso.sandbox.gateway_client import SandboxGateways, SandboxRefusal
from truongso.workspaces.tests.reading import text

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "key-the-provider-made-0001"
FEEDS = ("sepay", "casso", "payos")
TELL_OUT = ("sepay", "casso")  # payOS tells of credits alone
_PATHS = {"sepay": "sepay", "casso": "casso", "payos": "payos-bank"}


@dataclass
class Feed:
    """An account watched by one feed, and an invoice to be paid to it."""

    provider: str
    url: str
    secret: str
    account: BankAccount
    bank: SandboxBank
    invoice: Invoice

    @property
    def connection(self) -> FeedConnection:
        made: FeedConnection = FeedConnection.objects.for_school(self.account.school).get()
        return made

    def transfer(self, *, amount: int = AMOUNT, **more: Any) -> int:
        """A parent scans the invoice's code at the bank; returns the line."""
        made = self.bank.pay(payload=invoice_payload(self.invoice), payer=PAYER, amount=Dong(amount), **more)
        return int(made["line"]["id"])

    def settle(self) -> None:
        self.bank.wait_for_deliveries(account=self.account.number)

    def owed(self) -> int:
        self.invoice.refresh_from_db()
        return int(self.invoice.total) - int(self.invoice.paid)

    def post(self, body: bytes, *, secret: str) -> int:
        """A notice by anybody's hand; the status."""
        headers = feed_named(self.provider).signed_headers(body, secret=secret, at=clock.now())
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        try:
            connection.request("POST", parts.path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def connected(account: BankAccount, bank: SandboxBank, product: str, provider: str) -> tuple[str, str]:
    """The product's address for a feed and the key both sides have; the bank sends there."""
    with transaction():
        made, secret = connect_feed(account, provider=provider, actor=ACTOR, **_key(provider))
    url = f"{product}/hooks/{_PATHS[provider]}/{made.public_id}"
    bank.set_feed(account.number, provider, webhook=url, secret=secret)
    return url, secret


def _key(provider: str) -> dict[str, Any]:
    """Casso and payOS make the key, SePay takes ours."""
    return {} if provider == "sepay" else {"secret": SECRET}


@pytest.fixture
def account(school: School, bank: SandboxBank, request: pytest.FixtureRequest) -> BankAccount:
    with transaction():
        made = factories.bank_account(school, number=f"40{abs(hash(request.node.name)) % 10**9:09d}")
    bank.register_account(bin=made.bank_bin, number=made.number, holder=made.holder_name)
    return made


@pytest.fixture(params=FEEDS)
def feed(request: pytest.FixtureRequest, product: str, bank: SandboxBank, account: BankAccount) -> Feed:
    url, secret = connected(account, bank, product, request.param)
    return Feed(request.param, url, secret, account, bank, money.invoice(account.school, [AMOUNT]))


def test_success(feed: Feed) -> None:
    line = feed.transfer()
    feed.settle()
    assert (feed.owed(), counts()[:3]) == (0, (1, 1, 1))
    (delivery,) = feed.bank.deliveries(line=line)
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 1)
    assert money.broken_invariants() == []


def test_duplicate(feed: Feed) -> None:
    line = feed.transfer()
    for _ in range(3):
        feed.bank.resend(line)
    feed.settle()
    assert {d["state"] for d in feed.bank.deliveries(line=line)} == {"delivered"}
    assert (feed.owed(), counts()[:3], BankLine.objects.for_school(feed.account.school).count()) == (0, (1, 1, 1), 1)


def test_failure(feed: Feed) -> None:
    """A transfer the payer's bank refuses is told to nobody; money that goes out is told and pays nothing."""
    with pytest.raises(SandboxBankError) as caught:
        feed.bank.pay(payload=invoice_payload(feed.invoice), payer="9704360000066", amount=Dong(AMOUNT))
    assert caught.value.code == "balance_low"
    assert feed.bank.deliveries(account=feed.account.number) == []
    feed.transfer(amount=100_000)
    feed.bank.book_line(
        feed.account.number, direction="out", amount=Dong(100_000), memo=f"HOAN TRA {feed.invoice.code}"
    )
    feed.settle()
    lines = BankLine.objects.for_school(feed.account.school).values_list("direction", "amount")  # they may overtake
    assert {*lines} == {("in", Dong(100_000)), *({("out", Dong(100_000))} if feed.provider in TELL_OUT else set())}
    assert (feed.owed(), counts()[:3]) == (AMOUNT - 100_000, (1, 1, 1))
    assert money.broken_invariants() == []


def test_late_for_a_closed_day(feed: Feed) -> None:
    """What the feed tells of a day that two people have closed waits outside until the day is open again."""
    closed = closed_yesterday(feed.account)
    feed.transfer(at=clock.now() - dt.timedelta(days=1))
    feed.settle()
    assert [d["state"] for d in feed.bank.deliveries(account=feed.account.number)] == ["delivered"]
    assert (feed.owed(), counts()[:3]) == (AMOUNT, (0, 0, 0))
    assert [n.state for n in Notice.objects.for_school(feed.account.school)] == ["verified"]
    reopened(closed)
    assert work_off_waiting(feed.connection) == 1
    assert (feed.owed(), counts()[:3]) == (0, (1, 1, 1))
    feed.bank.resend(feed.bank.lines(feed.account.number)[-1]["id"])
    feed.settle()
    assert (feed.owed(), counts()[:3]) == (0, (1, 1, 1))
    assert money.broken_invariants() == []


def test_two_transfers_told_in_the_wrong_order(feed: Feed) -> None:
    first = feed.transfer(amount=100_000, delay=3600)
    feed.transfer(amount=150_000)
    feed.bank.wait_for_deliveries(account=feed.account.number, left=1)
    (held,) = feed.bank.deliveries(line=first)
    feed.bank.delay(held["id"], 0)
    feed.settle()
    assert (feed.owed(), counts()[:3]) == (0, (2, 2, 2))


def test_lost_and_late(feed: Feed) -> None:
    """The statement tells what the feed did not; the notice that comes after it adds nothing."""
    line = feed.transfer(notify=False)
    with transaction():
        statement = preview_statement(
            feed.account, content=feed.bank.statement(feed.account.number), file_name="sao-ke.xlsx", actor=ACTOR
        )
    apply_statement(statement, actor=ACTOR)
    assert (feed.owed(), counts()[:3]) == (0, (1, 1, 1))
    feed.bank.resend(line)
    feed.settle()
    assert (feed.owed(), counts()[:3], BankLine.objects.for_school(feed.account.school).count()) == (0, (1, 1, 1), 1)
    assert money.broken_invariants() == []


def test_forged(feed: Feed) -> None:
    line = feed.transfer(notify=False)
    feed.bank.set_feed(feed.account.number, feed.provider, webhook=feed.url, secret="somebody-elses-key-0001")
    feed.bank.resend(line)
    feed.settle()
    (delivery,) = feed.bank.deliveries(line=line)
    assert delivery["state"] == "gave_up"
    assert delivery["status"] in {400, 401, 403}
    assert (feed.owed(), counts()[:3]) == (AMOUNT, (0, 0, 0))
    assert set(Notice.objects.for_school(feed.account.school).values_list("state", flat=True)) == {"refused"}


def test_changed_on_the_way(feed: Feed) -> None:
    line = feed.transfer(notify=False)
    feed.bank.resend(line, delay=3600)
    (held,) = feed.bank.deliveries(line=line)
    body = json.dumps(held["notice"], ensure_ascii=False).encode()
    assert feed.post(body.replace(b"250000", b"950000"), secret="somebody-elses-key-0001") in {400, 401, 403}
    assert (feed.owed(), counts()[:3]) == (AMOUNT, (0, 0, 0))
    feed.bank.delay(held["id"], 0)
    feed.settle()
    assert (feed.owed(), counts()[:3]) == (0, (1, 1, 1))


def test_a_feed_that_takes_over_from_another_tells_of_the_same_money(
    product: str, bank: SandboxBank, account: BankAccount
) -> None:
    """The school changes its provider; the new one tells again what the old one told."""
    with transaction():
        former, key = connect_feed(account, provider="sepay", actor=ACTOR)
    bank.set_feed(account.number, "sepay", webhook=f"{product}/hooks/sepay/{former.public_id}", secret=key)
    invoice = money.invoice(account.school, [AMOUNT])
    line = bank.pay(payload=invoice_payload(invoice), payer=PAYER)["line"]["id"]
    bank.wait_for_deliveries(account=account.number)
    with transaction():
        disconnect(former, actor=ACTOR)
    connected(account, bank, product, "casso")
    bank.resend(line, feed="casso")
    bank.wait_for_deliveries(account=account.number)
    invoice.refresh_from_db()
    lines = BankLine.objects.for_school(account.school).count()
    assert (invoice.paid, counts()[:3], lines) == (Dong(AMOUNT), (1, 1, 1), 1)
    assert money.broken_invariants() == []


@dataclass
class Wallet:
    """A family's Mobile Money wallet in front of an invoice's code."""

    bank: SandboxBank
    gateways: SandboxGateways
    account: BankAccount
    invoice: Invoice
    payload: str

    def pay(self, **more: Any) -> int:
        """Scan the code and confirm; the line at the school's bank."""
        fullest = max(self.gateways.wallets(), key=lambda one: int(one["balance"]))
        made = self.gateways.pay_by_wallet(wallet=fullest["number"], payload=self.payload, **more)
        return int(made["line"]["id"])

    def settled(self) -> tuple[int, list[tuple[str, int]], tuple[int, ...]]:
        """When nothing is on its way: what is owed, the payments' methods and amounts, rows."""
        self.bank.wait_for_deliveries(account=self.account.number)
        self.invoice.refresh_from_db()
        booked = Payment.objects.for_school(self.account.school).order_by("pk").values_list("method", "amount")
        assert money.broken_invariants() == []
        return int(self.invoice.total - self.invoice.paid), [(m, int(a)) for m, a in booked], counts()[:3]


@pytest.fixture
def wallet(product: str, bank: SandboxBank, gateways: SandboxGateways, account: BankAccount) -> Wallet:
    connected(account, bank, product, "casso")
    invoice = money.invoice(account.school, [AMOUNT], due_on=clock.today())
    return Wallet(bank, gateways, account, invoice, invoice_payload(invoice))


PAID_BY_WALLET = (0, [("mobile_money", AMOUNT)], (1, 1, 1))


def test_mobile_money_success_and_duplicate(wallet: Wallet) -> None:
    line = wallet.pay()
    assert wallet.settled() == PAID_BY_WALLET
    for _ in range(2):
        wallet.bank.resend(line)
    assert wallet.settled() == PAID_BY_WALLET


def test_mobile_money_failure(wallet: Wallet) -> None:
    """Above the month's limit of the operator, or above the balance: nothing moves."""
    for amount, code in ((200_000_001, "wallet_limit"), (150_000_000, "http")):
        with pytest.raises(SandboxRefusal) as caught:
            wallet.pay(amount=Dong(amount))
        assert caught.value.code in {code, "balance_low", "bank_refused"}
    assert wallet.settled() == (AMOUNT, [], (0, 0, 0))


def test_mobile_money_out_of_order_and_forged(wallet: Wallet) -> None:
    """Two parts told the wrong way round, and one told by somebody without the key."""
    first = wallet.pay(amount=Dong(100_000), notify=False)
    wallet.pay(amount=Dong(150_000))
    wallet.bank.wait_for_deliveries(account=wallet.account.number)
    wallet.bank.resend(first)
    assert wallet.settled() == (0, [("mobile_money", 150_000), ("mobile_money", 100_000)], (2, 2, 2))
    url = wallet.bank.accounts()[-1]["feeds"][0]["webhook"]
    wallet.bank.set_feed(wallet.account.number, "casso", webhook=url, secret="somebody-elses-key-0001")
    wallet.pay(amount=Dong(50_000))
    assert wallet.settled()[2] == (2, 2, 2)


def test_mobile_money_lost_and_late(wallet: Wallet) -> None:
    """The statement tells what the feed did not, with the operator's words in the memo; the notice adds nothing."""
    line = wallet.pay(notify=False)
    with transaction():
        statement = preview_statement(
            wallet.account, content=wallet.bank.statement(wallet.account.number), file_name="sao-ke.xlsx", actor=ACTOR
        )
    apply_statement(statement, actor=ACTOR)
    assert wallet.settled() == PAID_BY_WALLET
    wallet.bank.resend(line)
    assert wallet.settled() == PAID_BY_WALLET


def seen(wallet: Wallet) -> str:
    """The family's page as words."""
    return text(Client().get(f"/p/{wallet.invoice.public_id}"))


def test_an_operator_takes_less_than_the_code_asks(wallet: Wallet) -> None:
    """What came is booked, the rest is owed, and the page has a code for the rest alone."""
    wallet.pay(amount=Dong(245_000))
    assert wallet.settled() == (5_000, [("mobile_money", 245_000)], (1, 1, 1))
    page = seen(wallet)
    assert "Còn thiếu Nộp một phần 5.000 đ" in page
    assert "Nhà trường đã nhận 245.000 đ trong 250.000 đ. Mã QR dưới đây là cho phần còn thiếu." in page
    rest = decode(invoice_payload(wallet.invoice))
    assert (rest.amount, rest.account) == (Dong(5_000), wallet.account.number)
    wallet.payload = invoice_payload(wallet.invoice)
    wallet.pay()
    assert wallet.settled() == (0, [("mobile_money", 245_000), ("mobile_money", 5_000)], (2, 2, 2))
    assert "Đã nộp đủ 250.000 đ" in seen(wallet)


def test_an_operator_sends_more_than_the_code_asks(wallet: Wallet) -> None:
    """The invoice takes what it owes; the rest is the family's, on the page too."""
    wallet.pay(amount=Dong(260_000))
    assert wallet.settled() == (0, [("mobile_money", 260_000)], (1, 1, 1))
    entry = CreditEntry.objects.for_school(wallet.account.school).get()
    assert (entry.family_id, entry.amount) == (wallet.invoice.family_id, Dong(10_000))
    page = seen(wallet)
    assert "Đã nộp đủ 250.000 đ" in page
    assert "Phần nộp thừa 10.000 đ được ghi có cho gia đình." in page
