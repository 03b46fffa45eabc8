"""Two equal part refunds of one VNPAY payment while requests or answers are lost: each is paid once, none is lost."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import DatabaseError
from tests import money

from truongso.kernel import clock, outgoing
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction
from truongso.kernel.outgoing import Answer, OutgoingError
from truongso.organizations.models import School
from truongso.payments.gateways.tests import twin
from truongso.payments.gateways.tests.twin import CREDENTIALS, _hmac
from truongso.payments.models import PortalWord, RefundItem, RefundPayout
from truongso.payments.providers.vnpay import protocol
from truongso.payments.refunds.payouts import ask_gateway, say_from_portal, settle_from_portal
from truongso.payments.refunds.tests.build import PRINCIPAL, PROPOSER, approved, ask_fee, items
from truongso.payments.refunds.types import ItemState, RefundRefusedError, RefundWay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "school_day")]


class Vnpay:
    """VNPAY's refunds: a request id is taken once (94), the order shows its last refund, money never exceeds 250 000.

    `loses` is what happens to the next refund request: "request" never arrives, "answer" is lost on its way back.
    `names` False: the description is not shown in answers.
    """

    def __init__(self) -> None:
        self.given: list[tuple[str, int, str]] = []
        self.loses: list[str] = []
        self.names = True
        self.shows = True  # False: the order still shows the payment, as if no refund had come
        self.query_says, self.query_status = "00", "00"
        self.refund_says = ""

    def call(self, base: str, **request: Any) -> Answer:
        asked = json.loads(request["body"] or b"{}")
        lost = self.loses.pop(0) if asked["vnp_Command"] == "refund" and self.loses else ""
        if lost == "request":
            raise OutgoingError("timeout")
        said = self._refund(asked) if asked["vnp_Command"] == "refund" else self._query(asked)
        if lost == "answer":
            raise OutgoingError("timeout")
        names = protocol._REFUND_SIGNED if asked["vnp_Command"] == "refund" else protocol._QUERY_SIGNED
        text = "|".join(said.get(f"vnp_{name}", "") for name in names)
        said["vnp_SecureHash"] = _hmac(CREDENTIALS["vnpay"]["hash_secret"], text, "sha512")
        return Answer(200, json.dumps(said).encode())

    def _refund(self, asked: dict[str, Any]) -> dict[str, str]:
        amount = int(asked["vnp_Amount"]) // 100
        if self.refund_says:
            return self._plain(asked, self.refund_says)
        if asked["vnp_RequestId"] in {number for number, _amount, _info in self.given}:
            return self._plain(asked, "94")
        if amount + sum(a for _number, a, _info in self.given) > 250_000:
            return self._plain(asked, "99")
        self.given.append((asked["vnp_RequestId"], amount, asked["vnp_OrderInfo"]))
        return self._shown(asked, "05")

    def _query(self, asked: dict[str, Any]) -> dict[str, str]:
        if self.query_says != "00":
            return self._plain(asked, self.query_says)
        return self._shown(asked, self.query_status)

    def _shown(self, asked: dict[str, Any], status: str) -> dict[str, str]:
        given = self.given if self.shows or asked["vnp_Command"] == "refund" else []
        last = given[-1] if given else ("", 250_000, "hoc phi")
        return self._plain(asked, "00") | {
            "vnp_Amount": str(last[1] * 100), "vnp_TransactionNo": "4711", "vnp_TransactionStatus": status,
            "vnp_TransactionType": "03" if given else "01", "vnp_OrderInfo": last[2] if self.names else "",
            "vnp_PayDate": f"{clock.now().astimezone(clock.SCHOOL_TIME):%Y%m%d%H%M%S}",
        }  # fmt: skip

    def _plain(self, asked: dict[str, Any], code: str) -> dict[str, str]:
        return {"vnp_ResponseId": "r", "vnp_Command": asked["vnp_Command"], "vnp_ResponseCode": code,
                "vnp_TmnCode": asked["vnp_TmnCode"], "vnp_TxnRef": asked["vnp_TxnRef"]}  # fmt: skip


@pytest.fixture
def vnpay(monkeypatch: pytest.MonkeyPatch) -> Vnpay:
    made = Vnpay()
    monkeypatch.setattr(outgoing, "call", made.call)
    return made


@pytest.fixture
def pair(school: School, vnpay: Vnpay) -> list[RefundItem]:
    """Two approved refunds of 35 000 đ of one payment of 250 000 đ by VNPAY."""
    invoice = money.invoice(school, [250_000])
    attempt = twin.start(twin.channel(school, "vnpay"), (invoice, 250_000))
    twin.notice(attempt).send()
    for _ in range(2):
        approved(school, ask_fee(invoice, way=RefundWay.GATEWAY), account=None)
    return items(school)


def ask(item: RefundItem) -> ItemState:
    return ask_gateway(item.school_id, item_id=item.pk, actor=PROPOSER)


def say(item: RefundItem, *, was_refunded: bool, seen: str = "VNP 4711", by: Actor = PROPOSER) -> None:
    with transaction():
        say_from_portal(item.school_id, item_id=item.pk, was_refunded=was_refunded, seen=seen, actor=by)


def confirm(item: RefundItem, *, by: Actor = PRINCIPAL, is_so: bool = True) -> None:
    with transaction():
        settle_from_portal(item.school_id, item_id=item.pk, is_so=is_so, actor=by)


def settle(item: RefundItem, *, was_refunded: bool, seen: str = "VNP 4711") -> None:
    say(item, was_refunded=was_refunded, seen=seen)
    confirm(item)


def states(school: School) -> list[tuple[str, int]]:
    return [(i.state, i.refusals) for i in items(school)]


def paid(school: School) -> list[tuple[str, int]]:
    rows = RefundPayout.objects.for_school(school).order_by("pk")
    return [(p.item.code, int(p.amount)) for p in rows.select_related("item")]


@pytest.mark.parametrize("names", [True, False], ids=["named", "unnamed"])
def test_an_answer_is_lost_and_found_again(school: School, pair: list[RefundItem], vnpay: Vnpay, names: bool) -> None:
    first, second = pair
    vnpay.names, vnpay.loses = names, ["answer"]
    assert ask(first) is ItemState.SENT
    with pytest.raises(RefundRefusedError, match="gateway_busy"):
        ask(second)  # one at a time, so that it is known which one happened
    assert ask(first) is ItemState.PAID  # the order shows it
    assert [number for number, _a, _i in vnpay.given] == [first.code]
    assert paid(school) == [(first.code, 35_000)]


def test_a_lost_request_is_not_taken_for_the_twin_before_it(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    first, second = pair
    assert ask(first) is ItemState.SENT  # "05": the gateway works on it
    assert ask(first) is ItemState.PAID
    vnpay.loses = ["request"]
    assert ask(second) is ItemState.SENT
    assert len(vnpay.given) == 1
    assert ask(second) is ItemState.SENT  # the order shows the first one: asked again, and taken now
    assert ask(second) is ItemState.PAID
    assert [(number, amount) for number, amount, _i in vnpay.given] == [(first.code, 35_000), (second.code, 35_000)]
    assert paid(school) == [(first.code, 35_000), (second.code, 35_000)]


def test_a_lost_answer_of_the_second_twin_is_found_by_its_reference(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    first, second = pair
    assert (ask(first), ask(first)) == (ItemState.SENT, ItemState.PAID)
    vnpay.loses = ["answer"]
    assert ask(second) is ItemState.SENT
    assert ask(second) is ItemState.PAID
    assert [number for number, _a, _i in vnpay.given] == [first.code, second.code]
    assert paid(school) == [(first.code, 35_000), (second.code, 35_000)]


def test_twins_that_cannot_be_told_apart_wait(school: School, pair: list[RefundItem], vnpay: Vnpay) -> None:
    """The gateway shows no description: whether the last refund is the first or the second one, nothing says."""
    first, second = pair
    assert (ask(first), ask(first)) == (ItemState.SENT, ItemState.PAID)
    vnpay.names, vnpay.loses = False, ["request"]
    assert (ask(second), ask(second)) == (ItemState.SENT, ItemState.SENT)
    assert len(vnpay.given) == 1
    assert paid(school) == [(first.code, 35_000)]
    vnpay.names = True
    assert (ask(second), ask(second)) == (ItemState.SENT, ItemState.PAID)
    assert len(vnpay.given) == 2


def test_a_request_lost_for_a_day_is_looked_at_by_a_person(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    """The gateway knows a repeated request for a day only: after that it might pay it twice. It stays under way until
    a person has looked at the gateway's own pages and says so in an act of its own."""
    first, _second = pair
    vnpay.loses = ["request"]
    assert ask(first) is ItemState.SENT
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        for _ in range(2):
            with pytest.raises(RefundRefusedError, match="gateway_missing"):
                ask(first)
            assert (vnpay.given, paid(school), states(school)) == ([], [], [("sent", 0), ("due", 0)])
        settle(first, was_refunded=False)
        assert (vnpay.given, paid(school), states(school)) == ([], [], [("due", 1), ("due", 0)])
        assert (ask(first), ask(first)) == (ItemState.SENT, ItemState.PAID)
    assert [number for number, _amount, _info in vnpay.given] == [f"{first.code}R1"]
    assert paid(school) == [(first.code, 35_000)]


@pytest.mark.parametrize("code", ["02", "03", "91", "94", "95", "97", "99"])
def test_no_answer_to_the_question_is_no_refusal_of_the_refund(
    school: School, pair: list[RefundItem], vnpay: Vnpay, code: str
) -> None:
    """The refund was taken in; that the question after it is turned down (94: too often) says nothing of the money."""
    first, _second = pair
    assert ask(first) is ItemState.SENT
    vnpay.query_says = code
    assert (ask(first), ask(first)) == (ItemState.SENT, ItemState.SENT)
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        assert ask(first) is ItemState.SENT
        assert states(school) == [("sent", 0), ("due", 0)]
        assert [number for number, _amount, _info in vnpay.given] == [first.code]
        vnpay.query_says = "00"
        assert ask(first) is ItemState.PAID
    assert [number for number, _amount, _info in vnpay.given] == [first.code]
    assert paid(school) == [(first.code, 35_000)]


def test_an_order_that_still_shows_the_payment_frees_nothing(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    first, _second = pair
    assert ask(first) is ItemState.SENT
    vnpay.shows = False
    assert ask(first) is ItemState.SENT  # asked for again under its own number, which the gateway knows
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        for _ in range(3):
            with pytest.raises(RefundRefusedError, match="gateway_missing"):
                ask(first)
        assert states(school) == [("sent", 0), ("due", 0)]
        assert [number for number, _amount, _info in vnpay.given] == [first.code]
        settle(first, was_refunded=True)
    assert states(school) == [("paid", 0), ("due", 0)]
    assert paid(school) == [(first.code, 35_000)]
    assert RefundPayout.objects.for_school(school).get().reference == "VNP 4711"


def test_a_request_repeated_and_turned_down_stays_under_way(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    """The order lags behind, so it is asked for again, and turned down for whatever reason: the first asking may
    stand all the same."""
    first, _second = pair
    assert ask(first) is ItemState.SENT
    vnpay.shows, vnpay.refund_says = False, "99"
    assert ask(first) is ItemState.SENT
    assert states(school) == [("sent", 0), ("due", 0)]
    assert [number for number, _amount, _info in vnpay.given] == [first.code]


@pytest.mark.parametrize("names", [True, False], ids=["named", "unnamed"])
def test_99_to_a_first_request_is_asked_about_before_it_is_believed(
    school: School, pair: list[RefundItem], vnpay: Vnpay, names: bool
) -> None:
    """Refused once the order shows no such refund; where it might be its twin's, nothing is known."""
    first, second = pair
    vnpay.names, vnpay.refund_says = names, "99"
    vnpay.query_says = "91"
    assert ask(first) is ItemState.SENT  # no answer to the question: under way for all we know
    vnpay.query_says, vnpay.refund_says = "00", ""
    assert (ask(first), ask(first)) == (ItemState.SENT, ItemState.PAID)  # not shown: asked for again
    vnpay.refund_says = "99"
    if names:
        with pytest.raises(RefundRefusedError, match="gateway_refused"):
            ask(second)
    else:
        assert ask(second) is ItemState.SENT
    assert states(school) == [("paid", 0), ("due", 1) if names else ("sent", 0)]
    assert paid(school) == [(first.code, 35_000)]


@pytest.mark.parametrize(("status", "state"), [("09", ("due", 1)), ("01", ("sent", 0)), ("07", ("sent", 0))])
def test_only_a_refund_shown_as_rejected_is_free_again(
    school: School, pair: list[RefundItem], vnpay: Vnpay, status: str, state: tuple[str, int]
) -> None:
    first, _second = pair
    assert ask(first) is ItemState.SENT
    vnpay.query_status = status
    if status == "09":
        with pytest.raises(RefundRefusedError, match="gateway_refused"):
            ask(first)
    else:
        assert ask(first) is ItemState.SENT
    assert (states(school)[0], paid(school)) == (state, [])


def test_a_rejected_refund_is_not_taken_for_the_one_asked_after_it(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    """Without descriptions the rejected first asking and the second one of the same item look alike."""
    first, _second = pair
    assert ask(first) is ItemState.SENT
    vnpay.query_status, vnpay.names = "09", False
    with pytest.raises(RefundRefusedError, match="gateway_refused"):
        ask(first)
    assert (ask(first), ask(first)) == (ItemState.SENT, ItemState.SENT)
    assert states(school) == [("sent", 1), ("due", 0)]
    assert [number for number, _amount, _info in vnpay.given] == [first.code, f"{first.code}R1"]


def test_what_a_person_saw_at_the_gateway_is_taken_late_and_with_words(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    """Not on the day of asking (the gateway itself answers), not for what is due, not without saying what was seen."""
    first, second = pair
    assert ask(first) is ItemState.SENT
    for was_refunded in (True, False):
        with pytest.raises(RefundRefusedError, match="gateway_asked_today"):
            settle(first, was_refunded=was_refunded)
        with clock.frozen(clock.now() + dt.timedelta(days=1)):
            with pytest.raises(RefundRefusedError, match="reason_missing"):
                settle(first, was_refunded=was_refunded, seen=" ")
            with pytest.raises(RefundRefusedError, match="not_due"):
                settle(second, was_refunded=was_refunded)
    assert (states(school), paid(school)) == ([("sent", 0), ("due", 0)], [])


def test_asked_for_again_it_is_the_same_refund(school: School, pair: list[RefundItem], vnpay: Vnpay) -> None:
    first, _second = pair
    vnpay.loses = ["request", "answer"]
    assert (ask(first), ask(first), ask(first)) == (ItemState.SENT, ItemState.SENT, ItemState.PAID)
    assert vnpay.given == [(first.code, 35_000, f"{first.code} KHONG PHUC VU BUA AN")]


@pytest.mark.parametrize("was_refunded", [True, False])
def test_what_one_person_saw_takes_another_to_count(
    school: School, pair: list[RefundItem], vnpay: Vnpay, was_refunded: bool
) -> None:
    """Nobody frees, or ends, a refund alone: "not there" said wrongly pays a family twice."""
    first, _second = pair
    vnpay.loses = ["request"]
    assert ask(first) is ItemState.SENT
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        with pytest.raises(RefundRefusedError, match="no_word"):
            confirm(first)
        say(first, was_refunded=was_refunded)
        with pytest.raises(RefundRefusedError, match="own_word"):
            confirm(first, by=PROPOSER)
        assert (states(school), paid(school)) == ([("sent", 0), ("due", 0)], [])
        confirm(first, is_so=False)  # the other one saw nothing of the kind
        with pytest.raises(RefundRefusedError, match="no_word"):
            confirm(first)
        assert (states(school), paid(school)) == ([("sent", 0), ("due", 0)], [])
        say(first, was_refunded=not was_refunded, seen="nhầm")
        say(first, was_refunded=was_refunded, seen="VNP 4712", by=PRINCIPAL)  # replaces the former word
        confirm(first, by=PROPOSER)
    words = [(w.seen, w.state, w.said_by, w.decided_by) for w in PortalWord.objects.for_school(school).order_by("pk")]
    assert words == [
        ("VNP 4711", "dropped", PROPOSER.user_id, PRINCIPAL.user_id),
        ("nhầm", "dropped", PROPOSER.user_id, PRINCIPAL.user_id),
        ("VNP 4712", "confirmed", PRINCIPAL.user_id, PROPOSER.user_id),
    ]  # fmt: skip
    assert (states(school)[0], paid(school)) == (
        (("paid", 0), [(first.code, 35_000)]) if was_refunded else (("due", 1), [])
    )


def test_asked_again_since_is_not_what_was_seen_and_the_database_wants_two(
    school: School, pair: list[RefundItem], vnpay: Vnpay
) -> None:
    first, _second = pair
    vnpay.loses = ["request"]
    assert ask(first) is ItemState.SENT
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        say(first, was_refunded=False)
        RefundItem.objects.for_school(school).filter(pk=first.pk).update(asks=2)
        with pytest.raises(RefundRefusedError, match="asked_since"):
            confirm(first)
    word = PortalWord.objects.for_school(school)
    with pytest.raises(DatabaseError, match="payments_portalword_two"), savepoint():
        word.update(state="confirmed", decided_by=PROPOSER.user_id, decided_at=clock.now())
    with pytest.raises(DatabaseError, match="fixed once said"), savepoint():
        word.update(was_refunded=True)
    assert (states(school), paid(school)) == ([("sent", 0), ("due", 0)], [])
