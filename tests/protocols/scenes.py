"""What every gateway goes through with the product, written once; each provider's file runs them all."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from tests import money
from truongso.banking.closing import services as closing
from truongso.banking.closing.models import DayClose
from truongso.banking.closing.tests.test_day_close import ACCOUNTANT, PRINCIPAL, close
from truongso.banking.tests import helpers
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.gateways.channels import set_active
from truongso.payments.models import Evidence, Payment, Receipt
from truongso.payments.public import (
    Attempt,
    AttemptMoney,
    Channel,
    ChannelTerms,
    GatewayRefusedError,
    add_channel,
    ask_gateways,
    query_back,
    start_attempt,
)
from truongso.payments.types import Share
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateway_client import SandboxGateways, SandboxRefusal, Visit
from truongso.sandbox.json_client import Json

ACTOR = Actor.system("test", "cli")
PAYER = "9704360000011"
AMOUNT = 250_000
_numbers = count(1)
_NAMES = {
    "vnpay": {"tmn_code": "code", "hash_secret": "hash_secret"},
    "momo": {"partner_code": "code", "access_key": "access_key", "secret_key": "secret_key"},
    "zalopay": {"app_id": "code", "key1": "key1", "key2": "key2"},
    "payos": {"client_id": "code", "api_key": "api_key", "checksum_key": "checksum_key"},
}


@dataclass
class Scene:
    """A school with a contract at one gateway, and a family that has begun to pay an invoice."""

    product: str
    gateways: SandboxGateways
    bank: SandboxBank
    merchant: Json
    channel: Channel
    invoice: Invoice
    attempt: Attempt
    visit: Visit

    @property
    def provider(self) -> str:
        return str(self.merchant["provider"])

    def pay(self, *, amount: int = AMOUNT, copies: int = 1, delay: float = 0.0) -> str:
        """The family pays; the notice is sent `copies` times after `delay`. Returns where their browser goes then."""
        if self.provider != "payos":
            return self.visit.pay(copies=copies, delay=delay)
        self.gateways.plan_notices("payos", self.merchant["code"], copies=copies, delay=delay)
        self.visit.transfer(self.bank, payer=PAYER, amount=Dong(amount))
        self.heard_from_bank()
        return f"{self.product}/p/tra-ve/payos/{self.attempt.public_id}"

    def heard_from_bank(self) -> None:
        """Until payOS has heard of every transfer to the school's account."""
        self.bank.wait_for_deliveries(account=self.merchant["account"])

    def settle(self) -> None:
        """Until every notice of this order has been answered."""
        self.visit.wait_for_deliveries()

    def state(self) -> tuple[str, str, str, int]:
        self.attempt.refresh_from_db()
        a = self.attempt
        return a.state, a.amount_state, a.time_state, int(a.received)

    def owed(self) -> int:
        self.invoice.refresh_from_db()
        return int(self.invoice.total) - int(self.invoice.paid)


NOTHING = ("pending", "none", "none", 0)
PAID = ("paid", "exact", "in_time", AMOUNT)


def contract(gateways: SandboxGateways, bank: SandboxBank, provider: str, *, memo_limit: int = 25) -> Json:
    """A merchant whose money ends on an account of its own."""
    number = f"60000{next(_numbers):06d}"
    bank.register_account(bin="970422", number=number, holder="TRUONG TIEU HOC LE VAN TAM")
    return gateways.sign_up(
        provider,
        name="Tiểu học Lê Văn Tám",
        account=number,
        bin="970422",
        holder="TRUONG TIEU HOC LE VAN TAM",
        fee_bp=0 if provider == "payos" else 110,
        memo_limit=memo_limit,
    )


def connected(school: School, gateways: SandboxGateways, merchant: Json) -> Channel:
    """The school's channel with the merchant's keys, in use; the gateway knows where notices go."""
    provider = merchant["provider"]
    values = {**merchant["keys"], "code": merchant["code"]}
    credentials = {name: values[theirs] for name, theirs in _NAMES[provider].items()}
    if provider == "payos":
        credentials["description_length"] = "25"
    with transaction():
        channel = add_channel(
            school.pk,
            provider=provider,
            credentials=credentials,
            terms=ChannelTerms(f"Cổng {provider}"),
            actor=ACTOR,
            api_base=gateways.base(provider),
        )
        set_active(channel, active=True, actor=ACTOR)
    return channel


def told_where(gateways: SandboxGateways, merchant: Json, product: str, channel: Channel) -> None:
    """The address of notices as it stands in the contract."""
    gateways.sign_up(
        merchant["provider"],
        name=merchant["name"],
        code=merchant["code"],
        keys=merchant["keys"],
        notify=f"{product}/hooks/{channel.provider}/{channel.public_id}",
        account=merchant["account"],
        bin=merchant["bin"],
        holder="TRUONG TIEU HOC LE VAN TAM",
        fee_bp=merchant["fee_bp"],
    )


def started(scene_channel: Channel, invoice: Invoice, amount: int = AMOUNT) -> Attempt:
    return start_attempt(
        invoice.school_id,
        channel=scene_channel,
        shares=[Share(invoice.pk, Dong(amount))],
        return_url=f"/p/{invoice.public_id}",
        actor=ACTOR,
    )


def counts() -> tuple[int, ...]:
    """Evidence, payments, receipts, gateway moneys there are."""
    models = (Evidence, Payment, Receipt, AttemptMoney)
    return tuple(m.objects.across_schools("tests count everything").count() for m in models)


def closed_yesterday(account: BankAccount) -> DayClose:
    """Yesterday with one credit of 1 000 đ, signed and confirmed."""
    day = clock.today() - dt.timedelta(days=1)
    helpers.bring(account, helpers.line("lai tien gui", 1_000, "LAI1", booked_on=day), layout="bidv_detail")
    return close(account, day, day)


def reopened(row: DayClose) -> None:
    """Open the closed day again, by two."""
    with transaction():
        closing.ask_reopening(row.school, close_id=row.pk, reason="Tin báo đến muộn", actor=ACCOUNTANT)
        closing.reopen_days(row.school, close_id=row.pk, actor=PRINCIPAL)


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> Request | None:
        return None


def browse(url: str) -> tuple[int, str]:
    """The status and where it leads."""
    try:
        with build_opener(_NoRedirects()).open(url, timeout=20) as answer:
            return answer.status, ""
    except HTTPError as answer:
        return answer.code, answer.headers.get("Location", "")


class AtAGateway:
    """A family on the way to a gateway's page."""

    provider: ClassVar[str]

    @pytest.fixture
    def scene(self, school: School, product: str, gateways: SandboxGateways, bank: SandboxBank) -> Scene:
        merchant = contract(gateways, bank, self.provider)
        channel = connected(school, gateways, merchant)
        told_where(gateways, merchant, product, channel)
        invoice = money.invoice(school, [AMOUNT])
        attempt = started(channel, invoice)
        visit = gateways.visit(attempt.pay_url)
        return Scene(product, gateways, bank, merchant, channel, invoice, attempt, visit)


def _almost_over(gateways: SandboxGateways, channel: Channel, invoice: Invoice) -> tuple[Attempt, Visit]:
    """An order in its last seconds and its page: few of them, more where the machine was too busy to place it, or to
    open the page, in time."""
    for left in (3, 15):
        try:
            with clock.frozen(clock.now() - dt.timedelta(minutes=15, seconds=-left)):
                attempt = started(channel, invoice)
            return attempt, gateways.visit(attempt.pay_url)
        except (GatewayRefusedError, SandboxRefusal):
            if left == 15:
                raise
    raise AssertionError("unreachable")


class GatewayScenes(AtAGateway):
    """Success, failure, duplicate, out of order, late, lost, forged, and a gateway that is down."""

    failure: ClassVar[str] = "cancelled"
    failure_is_told: ClassVar[bool] = True

    def test_success(self, scene: Scene) -> None:
        back = scene.pay()
        scene.settle()
        assert scene.state() == PAID
        assert scene.owed() == 0
        assert counts() == (1, 1, 1, 1)
        assert [(d["state"], d["attempts"]) for d in scene.visit.deliveries()] == [("delivered", 1)]
        assert browse(back) == (302, f"/p/{scene.invoice.public_id}")
        assert money.broken_invariants() == []

    def test_failure(self, scene: Scene) -> None:
        back = scene.visit.finish(self.failure)
        scene.settle()
        assert scene.state()[0] == ("failed" if self.failure_is_told else "pending")
        assert bool(scene.visit.deliveries()) is self.failure_is_told
        assert browse(back)[0] == 200
        query_back(scene.attempt)
        assert scene.state() == ("failed", "none", "none", 0)
        assert (scene.owed(), counts()) == (AMOUNT, (0, 0, 0, 0))

    def test_duplicate(self, scene: Scene) -> None:
        scene.pay(copies=3)
        scene.settle()
        scene.visit.notify(copies=2)
        scene.settle()
        assert [d["state"] for d in scene.visit.deliveries()] == ["delivered"] * 5
        assert (scene.state(), scene.owed(), counts()) == (PAID, 0, (1, 1, 1, 1))

    def test_return_before_notice(self, scene: Scene) -> None:
        back = scene.pay(delay=3600)
        assert scene.state() == NOTHING
        # The way back asks the gateway instead of believing its address.
        assert browse(back) == (302, f"/p/{scene.invoice.public_id}")
        assert (scene.state(), counts()) == (PAID, (1, 1, 1, 1))
        for delivery in scene.visit.deliveries():
            scene.gateways.delay(delivery["id"], 0)
        scene.settle()
        assert [d["state"] for d in scene.visit.deliveries()] == ["delivered"]
        assert (scene.state(), scene.owed(), counts()) == (PAID, 0, (1, 1, 1, 1))

    def test_an_address_made_up_by_the_payer_pays_nothing(self, scene: Scene) -> None:
        back = urlsplit(scene.visit.order()["return_url"])
        made_up = "vnp_ResponseCode=00&vnp_TransactionStatus=00&resultCode=0&status=PAID&code=00"
        assert browse(f"{scene.product}{back.path}?{made_up}")[0] == 200
        assert (scene.state(), counts()) == (NOTHING, (0, 0, 0, 0))

    def test_the_second_of_two_attempts_is_told_first(self, scene: Scene) -> None:
        second = started(scene.channel, scene.invoice)
        later = Scene(**{**vars(scene), "attempt": second, "visit": scene.gateways.visit(second.pay_url)})
        scene.pay(delay=3600)
        later.pay()
        for delivery in scene.visit.deliveries():
            scene.gateways.delay(delivery["id"], 0)
        later.settle()
        scene.settle()
        # Both came: the invoice takes one, the other is the family's credit; nothing is refused.
        assert (scene.state()[0], later.state()[0]) == ("paid", "paid")
        assert {scene.state()[1], later.state()[1]} == {"exact", "over"}
        assert (scene.owed(), counts()) == (0, (2, 2, 2, 2))
        assert money.broken_invariants() == []

    def test_late(self, school: School, product: str, gateways: SandboxGateways, bank: SandboxBank) -> None:
        merchant = contract(gateways, bank, self.provider)
        channel = connected(school, gateways, merchant)
        told_where(gateways, merchant, product, channel)
        invoice = money.invoice(school, [AMOUNT])
        attempt, visit = _almost_over(gateways, channel, invoice)
        scene = Scene(product, gateways, bank, merchant, channel, invoice, attempt, visit)
        time.sleep(max((attempt.expires_at - clock.now()).total_seconds(), 0) + 1.1)
        scene.pay()
        scene.settle()
        assert scene.state() == ("paid", "exact", "late", AMOUNT)
        assert (scene.owed(), counts()) == (0, (1, 1, 1, 1))

    def test_lost(self, scene: Scene) -> None:
        scene.pay(copies=0)
        scene.settle()
        assert (scene.state(), scene.visit.deliveries()) == (NOTHING, [])
        Attempt.objects.for_school(scene.channel.school_id).update(next_query_at=clock.now())
        assert ask_gateways() == 1
        assert (scene.state(), scene.owed(), counts()) == (PAID, 0, (1, 1, 1, 1))
        assert ask_gateways() == 0
        scene.visit.notify()
        scene.settle()
        assert counts() == (1, 1, 1, 1)

    def test_forged(self, scene: Scene) -> None:
        scene.pay(copies=0)
        scene.visit.notify(is_forged=True)
        scene.settle()
        assert {d["state"] for d in scene.visit.deliveries()} == {"gave_up"}
        assert (scene.state(), scene.owed(), counts()) == (NOTHING, AMOUNT, (0, 0, 0, 0))

    def test_genuine_but_of_another_amount(self, scene: Scene) -> None:
        scene.pay(copies=0)
        field, value = {
            "vnpay": ("vnp_Amount", "100000"),
            "momo": ("amount", 1_000),
            "zalopay": ("amount", 1_000),
            "payos": ("amount", 1_000),
        }[self.provider]
        scene.visit.notify(changes={field: value})
        scene.settle()
        if self.provider == "payos":  # a transfer to the school's own account: what came is what counts
            assert scene.state() == ("paid", "partial", "in_time", 1_000)
        else:
            assert (scene.state(), counts()) == (NOTHING, (0, 0, 0, 0))

    def test_a_gateway_that_is_down(self, scene: Scene) -> None:
        scene.gateways.switch(self.provider, down=True)
        try:
            scene.pay()
            query_back(scene.attempt)
            assert (scene.state(), counts()) == (NOTHING, (0, 0, 0, 0))
            scene.channel.refresh_from_db()
            assert scene.channel.failing_since is not None
        finally:
            scene.gateways.switch(self.provider, down=False)
        scene.settle()
        assert (scene.state(), scene.owed(), counts()) == (PAID, 0, (1, 1, 1, 1))
        scene.channel.refresh_from_db()
        assert scene.channel.failing_since is None
