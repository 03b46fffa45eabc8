"""Money of approved refunds leaving: at the counter, by the gateway, by the bank; and coming back.

Locks: cash box → refund → audit head. A refund is held while it is paid; two at once cannot both take its next
attempt number (UNIQUE), whatever a lock forgot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.names import tidy
from truongso.ledger.public import NewEntry, account_ids, open_bank_account, open_books, post_many, reverse_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.public import BankAccount
from truongso.payments.cash.services import require_cash
from truongso.payments.gateways.types import RefundState
from truongso.payments.models import CreditMove, Payment
from truongso.payments.refunds import gateway
from truongso.payments.refunds.models import PortalWord, RefundDecision, RefundItem, RefundPayout, RefundVoucher
from truongso.payments.refunds.numbers import next_number
from truongso.payments.refunds.services import locked_item, set_state
from truongso.payments.refunds.types import CounterKind, ItemState, PayoutKind, RefundRefusedError, RefundWay, WordState

_OPEN = {ItemState.DUE.value, ItemState.SENT.value}
_UNDER_WAY = {ItemState.SENT.value}


@transaction_required
def pay_refund_in_cash(school_id: int, *, item_id: int, recipient_name: str, actor: Actor) -> RefundVoucher:
    """Give a refund out at the counter, with a numbered voucher for the person who takes it.

    Raises RefundRefusedError `needs_person`, `recipient_missing`, `unknown_item`, `not_due` (state), `other_way`;
    CashRefusedError `day_locked`, `not_enough_cash`.
    """
    recipient = tidy(recipient_name)[:120]
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    if not recipient:
        raise RefundRefusedError("recipient_missing")
    asked = RefundItem.objects.for_school(school_id).filter(pk=item_id).first()
    if asked is None:
        raise RefundRefusedError("unknown_item")
    require_cash(school_id, amount=asked.amount, day=clock.today())
    item = locked_item(school_id, item_id)
    _refuse_unless(item, RefundWay.CASH, {ItemState.DUE.value})
    open_books(school_id)
    (payout,) = _pay(
        school_id, [item], credit=account_ids(school_id)[AccountRole.CASH, 0], day=clock.today(), actor=actor
    )
    year, number = next_number(school_id, CounterKind.VOUCHER)
    voucher: RefundVoucher = RefundVoucher.objects.create(
        school_id=school_id, year=year, number=number, payout=payout, recipient_name=recipient,
        issued_at=clock.now(), issued_by=actor.user_id,
    )  # fmt: skip
    return voucher


@transaction_required
def refunds_left(
    school_id: int, *, item_ids: Sequence[int], bank_account_id: int, day: dt.date, reference: str, actor: Actor
) -> list[RefundPayout]:
    """The bank shows that refunds left an account: paid, in the order of ids.

    Raises RefundRefusedError `unknown_item`, `not_due` (state), `other_way`.
    """
    items = [locked_item(school_id, pk) for pk in sorted(set(item_ids))]
    for item in items:
        _refuse_unless(item, RefundWay.BANK, _OPEN)
    open_books(school_id)
    account = BankAccount.objects.for_school(school_id).get(pk=bank_account_id)
    bank = open_bank_account(school_id, bank_account_id=bank_account_id, name=f"{account.number} {account.holder_name}")
    return _pay(school_id, items, credit=bank, day=day, reference=reference, actor=actor)


@transaction_required
def refund_returned(school_id: int, *, payout_id: int, day: dt.date, reference: str, actor: Actor) -> RefundPayout:
    """The bank sent a refund back as a credit, which stands in the books as money of unknown purpose: the refund is
    due again. Raises RefundRefusedError `unknown_payout`, `came_back_before`."""
    payout = _standing_payout(school_id, payout_id)
    back = _back(payout, PayoutKind.RETURNED, day=day, reference=reference, note="", actor=actor)
    accounts = account_ids(school_id)
    leg = Leg(accounts[AccountRole.SUSPENSE, 0], accounts[AccountRole.REFUND_DUE, 0], payout.amount)
    post_many(school_id, entries=[NewEntry(EntryKind.REFUND_PAID, back.pk, day, (leg,))], actor_id=actor.user_id)
    return back


@transaction_required
def undo_payout(school_id: int, *, payout_id: int, reason: str, actor: Actor) -> RefundPayout:
    """A payout by bank was recorded on the wrong line: taken back by a reversing entry, the refund waits again.

    Raises RefundRefusedError `reason_missing`, `unknown_payout`, `came_back_before`, `other_way`.
    """
    reason = tidy(reason)[:300]
    if not reason:
        raise RefundRefusedError("reason_missing")
    payout = _standing_payout(school_id, payout_id)
    if payout.way != RefundWay.BANK.value:
        raise RefundRefusedError("other_way")
    today = clock.today()
    back = _back(payout, PayoutKind.UNDONE, day=today, reference="", note=reason, actor=actor)
    reverse_many(school_id, sources=[(EntryKind.REFUND_PAID, payout.pk)], occurred_on=today, actor_id=actor.user_id)
    return back


def ask_gateway(school_id: int, *, item_id: int, actor: Actor, under_way_only: bool = False) -> ItemState:
    """Have the gateway give a refund back; call it outside transactions, and again for one that is still under way.

    With `under_way_only` nothing is begun anew and nothing sent again, also where the gateway says that it never got
    it: the clock asks what became of a refund, people let money go.

    Returns PAID, or SENT while the gateway works on it or gave no answer. Raises RefundRefusedError `unknown_item`,
    `not_due` (state), `other_way`, `gateway_busy` (code) while another refund of the same payment is under way,
    `gateway_refused` (problem): then the refund is due as before; `gateway_missing`: the gateway does not show it, to
    the clock or a day after it was asked; it stays SENT until a person asks for it again the same day, or two people
    say what the gateway's own pages show (`settle_from_portal`).
    """
    with transaction():
        item, payment, others = _held_with_others(school_id, item_id)
        _refuse_unless(item, RefundWay.GATEWAY, _UNDER_WAY if under_way_only else _OPEN)
        if under_way_only and _open_words(school_id).filter(item=item).exists():
            raise RefundRefusedError("not_due", state=item.state)
        if busy := next((o for o in others if o.state == ItemState.SENT.value), None):
            raise RefundRefusedError("gateway_busy", code=busy.code)
        was_asked = item.state == ItemState.SENT.value
        may_repeat = not under_way_only and item.asked_on == clock.today()
        if was_asked and gateway.must_not_ask(school_id, payment=payment, may_repeat=may_repeat):
            raise RefundRefusedError("gateway_missing")
        # Its own earlier askings look like it too.
        has_twin = item.refusals > 0 or any(
            o.amount == item.amount and (o.asks or o.state == ItemState.PAID.value) for o in others
        )
        mine = _asked_once_more(item)
        asked_at = RefundDecision.objects.for_school(school_id).get(request_id=item.request_id).decided_at
        reason = item.request.reason
        audit.record(
            actor, "payments:refund:gateway", school_id=school_id, subject=("refund", item.code),
            params={"amount": int(item.amount), "payment": payment.public_id},
        )  # fmt: skip
    try:
        told = gateway.ask(
            school_id, payment=payment, amount=item.amount, reason=reason, reference=_reference(item),
            requested_at=asked_at, was_asked=was_asked, has_twin=has_twin, may_repeat=may_repeat,
        )  # fmt: skip
    except RefundRefusedError:
        _due_again(school_id, item_id, mine)
        raise
    if told.state is RefundState.MISSING:
        raise RefundRefusedError("gateway_missing")
    if told.state in {RefundState.REFUSED, RefundState.UNSUPPORTED}:
        _due_again(school_id, item_id, mine)
        raise RefundRefusedError("gateway_refused", problem=told.problem or told.state.value)
    if told.state is RefundState.DONE:
        with transaction():
            _gateway_paid(school_id, item_id, told.refund_id, actor)
        return ItemState.PAID
    return ItemState.SENT


def is_late_at_gateway(item: RefundItem) -> bool:
    """Whether the gateway was asked on an earlier day and has not settled it yet."""
    is_asked = item.way == RefundWay.GATEWAY.value and item.state == ItemState.SENT.value
    return is_asked and item.asked_on is not None and item.asked_on < clock.today()


@transaction_required
def say_from_portal(school_id: int, *, item_id: int, was_refunded: bool, seen: str, actor: Actor) -> PortalWord:
    """A person looked at the gateway's own pages; nothing happens to the refund until another one has looked too.

    `was_refunded`: it is there and paid, `seen` is its number there. Otherwise it is not there or was refused, `seen`
    says what was seen. Not on the day it was asked: until the day is over the gateway itself is asked. A word before
    that nobody confirmed is dropped. Raises RefundRefusedError `needs_person`, `reason_missing`, `unknown_item`,
    `other_way`, `not_due` (state), `gateway_asked_today`.
    """
    seen = tidy(seen)[:300]
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    if not seen:
        raise RefundRefusedError("reason_missing")
    item = _late_at_gateway(school_id, item_id)
    now = clock.now()
    _open_words(school_id).filter(item=item).update(
        state=WordState.DROPPED.value, decided_at=now, decided_by=actor.user_id
    )
    word: PortalWord = PortalWord.objects.create(
        school_id=school_id, item=item, reference=_reference(item), asks=item.asks, was_refunded=was_refunded,
        seen=seen, said_at=now, said_by=actor.user_id,
    )  # fmt: skip
    _record_word(actor, "portal_said", item, word)
    return word


@transaction_required
def settle_from_portal(school_id: int, *, item_id: int, is_so: bool, actor: Actor) -> RefundItem:
    """Another person looked too: confirmed, the refund is paid, or due under a new reference; otherwise the word is
    dropped and the refund stays as it is. Whoever said it may drop it.

    Raises RefundRefusedError as `say_from_portal`, `no_word`, `own_word`, `asked_since`.
    """
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    item = _late_at_gateway(school_id, item_id)
    word = _open_words(school_id).select_for_update().filter(item=item).first()
    if word is None:
        raise RefundRefusedError("no_word")
    if is_so and word.said_by == actor.user_id:
        raise RefundRefusedError("own_word")
    if is_so and (word.reference, word.asks) != (_reference(item), item.asks):
        raise RefundRefusedError("asked_since")
    word.state = (WordState.CONFIRMED if is_so else WordState.DROPPED).value
    word.decided_at, word.decided_by = clock.now(), actor.user_id
    word.save(update_fields=["state", "decided_at", "decided_by"])
    verb = ("portal_paid" if word.was_refunded else "portal_unpaid") if is_so else "portal_dropped"
    _record_word(actor, verb, item, word)
    if is_so and word.was_refunded:
        _gateway_paid(school_id, item_id, word.seen, actor)
        item.refresh_from_db()
    elif is_so:
        _free(item)
    return item


def portal_word(item: RefundItem) -> PortalWord | None:
    """What was said of a refund and waits for another person; 1 query."""
    found: PortalWord | None = _open_words(item.school_id).filter(item=item).first()
    return found


def _open_words(school_id: int) -> QuerySet[PortalWord]:
    return PortalWord.objects.for_school(school_id).filter(state=WordState.SAID.value)


def _late_at_gateway(school_id: int, item_id: int) -> RefundItem:
    item = locked_item(school_id, item_id)
    _refuse_unless(item, RefundWay.GATEWAY, {ItemState.SENT.value})
    if not is_late_at_gateway(item):
        raise RefundRefusedError("gateway_asked_today")
    return item


def _record_word(actor: Actor, verb: str, item: RefundItem, word: PortalWord) -> None:
    audit.record(
        actor, f"payments:refund:{verb}", school_id=item.school_id, subject=("refund", item.code), reason=word.seen,
        params={"amount": int(item.amount), "was_refunded": word.was_refunded, "said_by": word.said_by},
    )  # fmt: skip


def _asked_once_more(item: RefundItem) -> int:
    """Note that the gateway is asked; the number of this asking."""
    item.asks += 1
    if item.state == ItemState.DUE.value:
        item.asked_on = clock.today()
    item.save(update_fields=["asks", "asked_on"])
    set_state(item, ItemState.SENT)
    return int(item.asks)


def _reference(item: RefundItem) -> str:
    """What names the refund at the gateway: the same until the gateway has plainly refused it, or a person
    saw there that it did not happen."""
    return f"{item.code}R{item.refusals}" if item.refusals else str(item.code)


def _held_with_others(school_id: int, item_id: int) -> tuple[RefundItem, Payment, list[RefundItem]]:
    """A refund, the payment it is taken from, and the other refunds of that payment by the gateway, all held in the
    order of ids: one at a time is asked. Raises RefundRefusedError `unknown_item`, `other_way`."""
    rows = RefundItem.objects.for_school(school_id)
    asked = rows.filter(pk=item_id).first()
    if asked is None:
        raise RefundRefusedError("unknown_item")
    if asked.way != RefundWay.GATEWAY.value:
        raise RefundRefusedError("other_way", way=asked.way)
    payment = _payment_of(asked)
    moves = CreditMove.objects.for_school(school_id).filter(
        payment=payment, kind="refunded", reversed_by__isnull=True, refund_item__isnull=False
    )
    ids = {item_id, *moves.values_list("refund_item_id", flat=True)}
    held = {row.pk: row for row in rows.filter(pk__in=ids).select_for_update().order_by("pk")}
    others = [row for pk, row in held.items() if pk != item_id and row.way == RefundWay.GATEWAY.value]
    return held[item_id], payment, others


def _gateway_paid(school_id: int, item_id: int, reference: str, actor: Actor) -> None:
    item = locked_item(school_id, item_id)
    if item.state == ItemState.PAID.value:  # asked twice at once: the same refund, paid once
        return
    _refuse_unless(item, RefundWay.GATEWAY, _OPEN)
    open_books(school_id)
    # The gateway keeps it off what it owes the school.
    transit = account_ids(school_id)[AccountRole.IN_TRANSIT, 0]
    _pay(school_id, [item], credit=transit, day=clock.today(), reference=reference, actor=actor)


def _due_again(school_id: int, item_id: int, asking: int) -> None:
    """The gateway said no: due as before, unless it has been asked once more meanwhile. Then the later answer counts,
    for what it asked may be under way."""
    with transaction():
        item = locked_item(school_id, item_id)
        if item.state == ItemState.SENT.value and item.asks == asking:
            _free(item)


def _free(item: RefundItem) -> None:
    """Due again; what is asked next is another refund, under a reference of its own."""
    item.refusals += 1
    item.save(update_fields=["refusals"])
    set_state(item, ItemState.DUE)


def _payment_of(item: RefundItem) -> Payment:
    moves = CreditMove.objects.for_school(item.school_id).filter(refund_item=item, kind="refunded")
    return moves.filter(reversed_by__isnull=True).select_related("payment").get().payment  # type: ignore[no-any-return]


def _pay(
    school_id: int, items: Sequence[RefundItem], *, credit: int, day: dt.date, actor: Actor, reference: str = ""
) -> list[RefundPayout]:
    """Write payouts of held refunds and book them: refunds to pay against where the money was."""
    now = clock.now()
    earlier: dict[int, int] = {}
    paid = RefundPayout.objects.for_school(school_id).filter(item__in=items, kind=PayoutKind.PAID.value)
    for item_id in paid.values_list("item_id", flat=True):
        earlier[item_id] = earlier.get(item_id, 0) + 1
    made = RefundPayout.objects.bulk_create(
        RefundPayout(
            school_id=school_id, item=i, kind=PayoutKind.PAID.value, way=i.way, attempt=earlier.get(i.pk, 0) + 1,
            amount=i.amount, reference=reference[:80], occurred_on=day, created_at=now, created_by=actor.user_id,
        )
        for i in items
    )  # fmt: skip
    due = account_ids(school_id)[AccountRole.REFUND_DUE, 0]
    entries = [NewEntry(EntryKind.REFUND_PAID, p.pk, day, (Leg(due, credit, p.amount),)) for p in made]
    post_many(school_id, entries=entries, actor_id=actor.user_id)
    for item in items:
        set_state(item, ItemState.PAID)
    audit.record_many(
        actor,
        school_id=school_id,
        acts=[
            audit.Act(
                "payments:refund:pay", "refund", i.code,
                {"amount": int(i.amount), "way": i.way, "reference": reference[:80]},
            )
            for i in items
        ],
    )  # fmt: skip
    return made


def _back(
    payout: RefundPayout, kind: PayoutKind, *, day: dt.date, reference: str, note: str, actor: Actor
) -> RefundPayout:
    school_id = payout.school_id
    item = locked_item(school_id, payout.item_id)
    if RefundPayout.objects.for_school(school_id).filter(reverses=payout).exists():
        raise RefundRefusedError("came_back_before")
    back: RefundPayout = RefundPayout.objects.create(
        school_id=school_id, item=item, kind=kind.value, way=payout.way, attempt=payout.attempt, amount=payout.amount,
        reverses=payout, reference=reference[:80], occurred_on=day, note=note, created_at=clock.now(),
        created_by=actor.user_id,
    )  # fmt: skip
    waits = kind is PayoutKind.UNDONE and item.file_id is not None
    set_state(item, ItemState.SENT if waits else ItemState.DUE)
    audit.record(
        actor, f"payments:refund:{kind.value}", school_id=school_id, subject=("refund", item.code), reason=note,
        params={"amount": int(payout.amount), "reference": reference[:80]},
    )  # fmt: skip
    return back


def _standing_payout(school_id: int, payout_id: int) -> RefundPayout:
    rows = RefundPayout.objects.for_school(school_id).filter(pk=payout_id, kind=PayoutKind.PAID.value)
    payout: RefundPayout | None = rows.select_for_update().first()
    if payout is None:
        raise RefundRefusedError("unknown_payout")
    return payout


def _refuse_unless(item: RefundItem, way: RefundWay, states: set[str]) -> None:
    if item.way != way.value:
        raise RefundRefusedError("other_way", way=item.way)
    if item.state not in states:
        raise RefundRefusedError("not_due", state=item.state)
