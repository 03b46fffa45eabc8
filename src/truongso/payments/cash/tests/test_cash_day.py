"""Counting the box: expected against counted, two people, locked days, reopening."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole, EntryKind
from truongso.organizations.models import School
from truongso.payments.cash import services
from truongso.payments.cash.book import cash_balance, cash_book
from truongso.payments.cash.models import CashBox, CashCount
from truongso.payments.cash.types import CashRefusedError, CountedCash, DepositRequest
from truongso.payments.models import Payment, Receipt
from truongso.payments.public import pay_refund_in_cash, undo
from truongso.payments.refunds.tests.build import PROPOSER, approved, ask_fee, pay
from truongso.payments.refunds.types import RefundWay
from truongso.payments.types import EvidenceKind, Method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]

Take = Callable[[int], Payment]
MONDAY = dt.date(2026, 10, 5)
FULL = CountedCash({500_000: 1, 100_000: 2, 50_000: 1})  # 750.000


@pytest.fixture(autouse=True)
def _day(school_day: dt.datetime) -> None:
    """Everything happens on Monday 5/10/2026 at 9:00 unless a test moves on."""


def later(days: int = 0, hours: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, 5, 9, tzinfo=clock.SCHOOL_TIME) + dt.timedelta(days=days, hours=hours)


def sign(school: School, actor: Actor, cash: CountedCash = FULL, reason: str = "", day: dt.date = MONDAY) -> CashCount:
    with savepoint():
        return services.sign_count(school.pk, day=day, cash=cash, reason=reason, actor=actor)


def refused(code: str, act: Callable[[], object]) -> CashRefusedError:
    """The act is refused with this code, and no row changes."""
    before = (
        list(CashCount.objects.across_schools("test").values()),
        list(CashBox.objects.across_schools("t").values()),
    )
    entries, audits = Entry.objects.across_schools("test").count(), AuditEntry.objects.count()
    with pytest.raises(CashRefusedError) as error, savepoint():
        act()
    assert error.value.code == code
    now = (list(CashCount.objects.across_schools("test").values()), list(CashBox.objects.across_schools("t").values()))
    assert now == before
    assert (Entry.objects.across_schools("test").count(), AuditEntry.objects.count()) == (entries, audits)
    return error.value


def test_a_count_that_agrees_is_signed_confirmed_and_books_nothing(
    school: School, cashier: Actor, accountant: Actor, take: Take
) -> None:
    take(500_000)
    take(250_000)
    count = sign(school, cashier)
    assert (count.expected, count.counted, count.difference) == (Dong(750_000), Dong(750_000), Dong(0))
    assert [(int(x.denomination), x.pieces) for x in count.lines.order_by("-denomination")] == [
        (500_000, 1), (100_000, 2), (50_000, 1),
    ]  # fmt: skip
    with savepoint():
        services.confirm_count(school.pk, count_id=count.pk, actor=accountant)
    count.refresh_from_db()
    assert (count.state, count.decided_by) == ("confirmed", accountant.user_id)
    assert not Entry.objects.for_school(school).filter(kind="cash_day").exists()
    assert CashBox.objects.for_school(school).get().locked_through == MONDAY


@pytest.mark.parametrize("found", [({500_000: 1, 200_000: 1}, -50_000), ({500_000: 2}, 250_000)])
def test_a_difference_needs_a_reason_and_is_booked_when_confirmed(
    school: School, cashier: Actor, accountant: Actor, take: Take, found: tuple[dict[int, int], int]
) -> None:
    take(750_000)
    cash, difference = CountedCash(found[0]), found[1]
    error = refused("reason_missing", lambda: services.sign_count(
        school.pk, day=MONDAY, cash=cash, reason=" ", actor=cashier
    ))  # fmt: skip
    assert error.params == {"difference": difference}
    count = sign(school, cashier, cash, "Trả nhầm tiền thừa, đã tìm lại phiếu")
    assert cash_balance(school.pk) == Dong(750_000)
    with savepoint():
        services.confirm_count(school.pk, count_id=count.pk, actor=accountant)
    assert cash_balance(school.pk) == cash.amount
    cleared = account_ids(school.pk)[AccountRole.CASH_DIFFERENCE, 0]
    assert balance(school.pk, cleared) == Dong(-difference)
    entry = Entry.objects.for_school(school).get(kind=EntryKind.CASH_DAY.value)
    assert (entry.occurred_on, entry.source_id) == (MONDAY, count.pk)


def test_who_counted_does_not_confirm_or_refuse(school: School, cashier: Actor, take: Take) -> None:
    take(750_000)
    count = sign(school, cashier)
    refused("same_person", lambda: services.confirm_count(school.pk, count_id=count.pk, actor=cashier))
    refused("same_person", lambda: services.refuse_count(school.pk, count_id=count.pk, reason="x", actor=cashier))
    with pytest.raises(IntegrityError), savepoint():  # nor by hand
        CashCount.objects.for_school(school).update(
            state="confirmed", decided_by=cashier.user_id, decided_at=clock.now()
        )


def test_a_process_does_not_count(school: School, actor: Actor, take: Take) -> None:
    take(750_000)
    refused("needs_person", lambda: services.sign_count(school.pk, day=MONDAY, cash=FULL, reason="", actor=actor))


def test_a_signed_day_takes_no_cash_and_no_undo(school: School, cashier: Actor, accountant: Actor, take: Take) -> None:
    payment = take(750_000)
    count = sign(school, cashier)
    for _state in ("signed", "confirmed"):
        with pytest.raises(IntegrityError, match="the cash day is closed"):
            take(10_000)
        with pytest.raises(IntegrityError, match="the cash day is closed"), savepoint():
            undo(school.pk, payment_id=payment.pk, reason="Nhầm", actor=cashier)
        refused("day_locked", lambda: services.require_open(school.pk, MONDAY))
        refused("day_locked", lambda: services.require_cash(school.pk, amount=Dong(1), day=MONDAY))
        with savepoint():
            if _state == "signed":
                services.confirm_count(school.pk, count_id=count.pk, actor=accountant)
    assert (Payment.objects.for_school(school).count(), Receipt.objects.for_school(school).count()) == (1, 1)
    assert cash_balance(school.pk) == Dong(750_000)


def test_the_correction_of_a_closed_day_is_booked_on_the_next(
    school: School, cashier: Actor, accountant: Actor, take: Take
) -> None:
    payment = take(750_000)
    count = sign(school, cashier)
    with savepoint():
        services.confirm_count(school.pk, count_id=count.pk, actor=accountant)
    with clock.frozen(later(days=1)), savepoint():
        undo(school.pk, payment_id=payment.pk, reason="Nhầm học sinh", actor=cashier)
    assert cash_balance(school.pk, through=MONDAY) == Dong(750_000)
    assert cash_balance(school.pk) == Dong(0)


def test_a_refused_count_opens_the_day_again_and_is_counted_anew(
    school: School, cashier: Actor, accountant: Actor, take: Take
) -> None:
    take(750_000)
    first = sign(school, cashier, CountedCash({500_000: 1}), "Thiếu chưa rõ vì sao")
    refused("why_missing", lambda: services.refuse_count(school.pk, count_id=first.pk, reason=" ", actor=accountant))
    with savepoint():
        services.refuse_count(school.pk, count_id=first.pk, reason="Đếm sót một cọc", actor=accountant)
    assert CashBox.objects.for_school(school).get().locked_through is None
    take(10_000)
    second = sign(school, cashier, CountedCash({500_000: 1, 200_000: 1, 50_000: 1, 10_000: 1}))
    assert (second.expected, second.difference) == (Dong(760_000), Dong(0))
    refused("not_signed", lambda: services.confirm_count(school.pk, count_id=first.pk, actor=accountant))


def test_reopening_needs_a_reason_and_a_second_person(
    school: School, cashier: Actor, accountant: Actor, take: Take
) -> None:
    take(750_000)
    count = sign(school, cashier, CountedCash({500_000: 1, 200_000: 1}), "Thiếu một tờ 50.000")
    with savepoint():
        services.confirm_count(school.pk, count_id=count.pk, actor=accountant)
    again = lambda: services.reopen(school.pk, count_id=count.pk, actor=accountant)  # noqa: E731
    refused("not_asked", again)
    refused("why_missing", lambda: services.ask_reopening(school.pk, count_id=count.pk, reason="", actor=accountant))
    with savepoint():
        services.ask_reopening(school.pk, count_id=count.pk, reason="Phụ huynh đến muộn", actor=accountant)
    refused("same_person", again)
    refused("asked_before", lambda: services.ask_reopening(
        school.pk, count_id=count.pk, reason="nữa", actor=cashier
    ))  # fmt: skip
    with savepoint():
        services.reopen(school.pk, count_id=count.pk, actor=cashier)
    assert CashBox.objects.for_school(school).get().locked_through is None
    assert cash_balance(school.pk) == Dong(750_000)  # the difference is taken back
    take(10_000)
    recount = sign(school, cashier, CountedCash({500_000: 1, 200_000: 1, 50_000: 1, 10_000: 1}))
    assert recount.difference == Dong(0)


def test_only_the_last_closed_day_reopens(school: School, cashier: Actor, accountant: Actor, take: Take) -> None:
    take(750_000)
    monday = sign(school, cashier)
    with savepoint():
        services.confirm_count(school.pk, count_id=monday.pk, actor=accountant)
    with clock.frozen(later(days=1)):
        sign(school, cashier, day=MONDAY + dt.timedelta(days=1))
        refused("not_last_day", lambda: services.ask_reopening(
            school.pk, count_id=monday.pk, reason="Xem lại", actor=cashier
        ))  # fmt: skip


def test_a_forgotten_day_is_closed_with_the_next_one(school: School, cashier: Actor, take: Take) -> None:
    take(750_000)
    with clock.frozen(later(days=1)):
        take(50_000)
        error = refused("later_cash", lambda: services.sign_count(
            school.pk, day=MONDAY, cash=FULL, reason="", actor=cashier
        ))  # fmt: skip
        assert error.params == {"day": "2026-10-06"}
        sign(school, cashier, CountedCash({500_000: 1, 200_000: 1, 100_000: 1}), day=MONDAY + dt.timedelta(days=1))
    refused("day_locked", lambda: services.require_open(school.pk, MONDAY))


def test_bad_counts_are_refused(school: School, cashier: Actor, take: Take) -> None:
    take(750_000)
    cases = {
        "future_day": (MONDAY + dt.timedelta(days=1), FULL), "unknown_denomination": (MONDAY, CountedCash({30_000: 1})),
        "bad_pieces": (MONDAY, CountedCash({1_000: 100_001})),
    }  # fmt: skip
    for code, (day, cash) in cases.items():
        refused(code, lambda day=day, cash=cash: services.sign_count(  # type: ignore[misc]
            school.pk, day=day, cash=cash, reason="", actor=cashier
        ))  # fmt: skip
    sign(school, cashier)
    refused("day_locked", lambda: services.sign_count(school.pk, day=MONDAY, cash=FULL, reason="", actor=cashier))


def test_the_book_of_a_day_adds_up(school: School, cashier: Actor, accountant: Actor, take: Take) -> None:
    take(500_000)
    wrong = take(300_000)
    with savepoint():
        undo(school.pk, payment_id=wrong.pk, reason="Ghi nhầm", actor=accountant)
        account = factories.bank_account(school, number="0071000999999")
        request = DepositRequest(account.pk, Dong(400_000), MONDAY, "GNT 0012", "t" * 26)
        services.deposit(school.pk, request=request, actor=cashier)
    book = cash_book(school.pk, MONDAY, MONDAY)
    assert [(r.kind.value, int(r.amount), int(r.balance)) for r in book.rows] == [
        ("receipt", 500_000, 500_000), ("receipt", 300_000, 800_000), ("receipt_undone", -300_000, 500_000),
        ("deposit", -400_000, 100_000),
    ]  # fmt: skip
    assert (book.opening, book.taken, book.given, book.closing) == (
        Dong(0), Dong(800_000), Dong(700_000), Dong(100_000),
    )  # fmt: skip
    sums = {s.actor_id: (s.receipts, int(s.taken), int(s.given)) for s in book.by_cashier}
    assert sums == {cashier.user_id: (2, 800_000, 400_000), accountant.user_id: (0, 0, 300_000)}
    assert cash_book(school.pk, MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=9)).opening == Dong(100_000)


def test_a_refund_given_out_stands_in_the_book_with_its_voucher(school: School) -> None:
    invoice = money.invoice(school, (200_000,))
    pay(invoice, 200_000, kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now())
    (item,) = approved(school, ask_fee(invoice, way=RefundWay.CASH), account=None)
    with savepoint():
        pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Trần Thị Thu Hằng", actor=PROPOSER)
    book = cash_book(school.pk, MONDAY, MONDAY)
    row = book.rows[-1]
    assert (row.kind.value, row.number, row.person, row.amount, row.balance) == (
        "refund", "PC-2026-000001", "Trần Thị Thu Hằng", -item.amount, Dong(200_000) - item.amount,
    )  # fmt: skip
