"""Closing days of a bank account: opening + in − out = closing by statement and books, signed by two, locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.banking.acts.handling import assign
from truongso.banking.closing import services
from truongso.banking.closing.models import CloseBook, DayClose
from truongso.banking.closing.queries import book_state, day_figures
from truongso.banking.closing.signatures import seen_digest
from truongso.banking.closing.types import ClosingRefusedError, DayFigures, Gap, Open, Side
from truongso.banking.models import BankLine, StatementImport
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import StatementOut
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import DAY, arrive, line
from truongso.banking.types import Direction
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "later")]
ACCOUNTANT, PRINCIPAL, OTHER = (Actor(user_id=n, label=f"user {n}", channel="web") for n in (1, 2, 3))
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def later() -> Iterator[None]:
    """9:00 on the third day after the statement's."""
    with clock.frozen(dt.datetime(2026, 10, 9, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def bring(account: BankAccount, *lines: StatementLine) -> StatementImport:
    """A statement that prints its balances: 1.000.000 đ before these lines."""
    return helpers.bring(account, *lines, layout="bidv_detail")[0]


def figures(account: BankAccount, first: dt.date = DAY, last: dt.date = DAY) -> DayFigures:
    return day_figures(account.school_id, account, first, last)


def sign(
    account: BankAccount, first: dt.date = DAY, last: dt.date = DAY, *, note: str = "", seen: str | None = None,
    actor: Actor = ACCOUNTANT,
) -> DayClose:  # fmt: skip
    with savepoint():
        return services.sign_days(
            account.school, account, first=first, last=last, note=note,
            seen=seen_digest(figures(account, first, last)) if seen is None else seen, actor=actor,
        )  # fmt: skip


def confirm(row: DayClose, actor: Actor = PRINCIPAL) -> DayClose:
    with savepoint():
        return services.confirm_days(row.school, close_id=row.pk, seen=row.digest, actor=actor)


def close(account: BankAccount, first: dt.date = DAY, last: dt.date = DAY) -> DayClose:
    return confirm(sign(account, first, last))


def locked(account: BankAccount) -> dt.date | None:
    row = CloseBook.objects.for_school(account.school_id).filter(bank_account=account).first()
    return row.locked_through if row else None


def refused(code: str, act: Callable[[], object]) -> ClosingRefusedError:
    """It is refused for that reason and nothing is written."""
    before = (
        DayClose.objects.across_schools("test").count(), AuditEntry.objects.count(),
        list(DayClose.objects.across_schools("test").order_by("pk").values()),
        list(CloseBook.objects.across_schools("test").values_list("bank_account_id", "locked_through")),
    )  # fmt: skip
    with pytest.raises(ClosingRefusedError) as caught, savepoint():
        act()
    assert caught.value.code == code
    after = (
        DayClose.objects.across_schools("test").count(), AuditEntry.objects.count(),
        list(DayClose.objects.across_schools("test").order_by("pk").values()),
        list(CloseBook.objects.across_schools("test").values_list("bank_account_id", "locked_through")),
    )  # fmt: skip
    assert after == before
    return caught.value


def test_a_day_is_the_statement_and_the_books_with_every_difference_named(account: BankAccount) -> None:
    bring(
        account, line("TS lop 3A2", 250_000, "FT1"), line("tien la", 40_000, "FT2"),
        line("phi quan ly tai khoan", 11_000, "FT3", Direction.OUT),
    )  # fmt: skip
    found = figures(account)
    assert found.proven == Side(Dong(1_000_000), Dong(290_000), Dong(11_000))
    assert found.proven.closing == Dong(1_279_000)
    assert found.booked == Side(Dong(0), Dong(290_000), Dong(0))
    assert found.carried == Dong(1_000_000)
    (gap,) = found.gaps
    fee = BankLine.objects.for_school(account.school_id).get(direction="out")
    assert (gap.kind, gap.amount, gap.line) == (Gap.NOT_IN_BOOKS, Dong(-11_000), fee.public_id)
    assert found.unexplained == Dong(0)
    assert sorted((i.kind, int(i.amount)) for i in found.open_items) == [
        (Open.UNMATCHED, 40_000),
        (Open.UNMATCHED, 250_000),
    ]
    assert found.blockers == ()
    assert book_state(account.school, account).first == DAY


def test_two_people_sign_and_the_day_is_locked(account: BankAccount) -> None:
    bring(account, line("TS lop 3A2", 250_000, "FT1"))
    row = sign(account)
    assert (row.state, row.signed_by, row.closing, row.book_closing) == ("signed", 1, Dong(1_250_000), Dong(250_000))
    assert locked(account) == DAY
    refused("same_person", lambda: confirm(row, ACCOUNTANT))
    refused("needs_person", lambda: confirm(row, Actor.system("tick")))
    done = confirm(row)
    assert (done.state, done.decided_by, done.digest) == ("confirmed", 2, row.digest)
    refused("not_signed", lambda: confirm(row, OTHER))
    assert AuditEntry.objects.filter(action__startswith="banking:day_close:").count() == 2


def test_a_closed_day_takes_no_line_and_no_posting(account: BankAccount) -> None:
    bring(account, line("TS lop 3A2", 250_000, "FT1"))
    close(account)
    for direction in Direction:
        with pytest.raises(IntegrityError, match="the period is closed"), savepoint():
            arrive(account, "den muon", 70_000, "FT9", direction=direction)
    assert BankLine.objects.for_school(account.school_id).count() == 1
    assert arrive(account, "hom sau", 70_000, "FT9", booked_on=NEXT).amount == Dong(70_000)


def test_money_of_a_closed_day_is_still_given_to_its_family(account: BankAccount) -> None:
    """The lock holds what the bank says; whose the money is may be found out later."""
    invoice = money.invoice(account.school, [250_000])
    bring(account, line("khong ro", 250_000, "FT1"))
    row = close(account)
    waiting = BankLine.objects.for_school(account.school_id).get()
    with savepoint():
        assign(account.school_id, line_id=waiting.pk, shares=[(invoice.pk, Dong(250_000))], actor=ACCOUNTANT)
    invoice.refresh_from_db()
    assert invoice.paid == Dong(250_000)
    assert DayClose.objects.for_school(account.school_id).get().digest == row.digest


def test_the_next_days_go_on_from_the_last(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"), line("hai", 50_000, "FT2", booked_on=NEXT))
    refused("not_over", lambda: sign(account, DAY, clock.today()))
    close(account)
    refused("not_next", lambda: sign(account, DAY, NEXT))
    second = close(account, NEXT, NEXT)
    assert (second.opening, second.money_in, second.closing) == (Dong(1_250_000), Dong(50_000), Dong(1_300_000))
    assert (second.book_opening, second.book_closing) == (Dong(250_000), Dong(300_000))
    state = book_state(account.school, account)
    assert (state.locked_through, state.first) == (NEXT, NEXT + dt.timedelta(days=1))


def test_what_was_looked_at_is_what_is_signed(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    seen = seen_digest(figures(account))
    arrive(account, "hai", 50_000, "FT2")
    refused("figures_changed", lambda: sign(account, seen=seen))


def test_a_statement_that_does_not_add_up_never_closes_its_day(account: BankAccount) -> None:
    statement = bring(account, line("mot", 250_000, "FT1"))
    StatementImport.objects.for_school(account.school_id).filter(pk=statement.pk).update(flagged=True)
    assert [b.code for b in figures(account).blockers] == ["flagged"]
    refused("flagged", lambda: sign(account))
    by_hand = DayClose(
        school_id=account.school_id, bank_account=account, first_on=DAY, last_on=DAY, opening=Dong(0),
        money_in=Dong(0), money_out=Dong(0), closing=Dong(0), book_opening=Dong(0), book_in=Dong(0),
        book_out=Dong(0), book_closing=Dong(0), lines_digest="x", digest="x", signed_at=clock.now(), signed_by=1,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="never closed"), savepoint():
        by_hand.save()
    assert not DayClose.objects.for_school(account.school_id).exists()
    assert book_state(account.school, account).first == NEXT  # the flagged day is passed over


def test_days_without_a_statement_stand_in_the_way_unless_the_balances_around_them_agree(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    after = figures(account, DAY, NEXT)
    assert [(b.code, b.params) for b in after.blockers] == [("missing_days", {"days": [NEXT.isoformat()]})]
    refused("missing_days", lambda: sign(account, DAY, NEXT))
    follow = DAY + dt.timedelta(days=2)
    out = StatementOut(
        account=account.number, holder=account.holder_name, opening=Dong(1_250_000),
        lines=(line("ba", 30_000, "FT3", booked_on=follow),),
    )  # fmt: skip
    helpers.bring_file(account, out, layout="bidv_detail")
    proven = figures(account, DAY, NEXT)
    assert (proven.blockers, proven.empty_days) == ((), (NEXT,))
    assert close(account, DAY, NEXT).closing == Dong(1_250_000)


def test_balances_that_do_not_follow_stand_in_the_way(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    out = StatementOut(
        account=account.number, holder=account.holder_name, opening=Dong(1_270_000),
        lines=(line("hai", 30_000, "FT3", booked_on=NEXT),),
    )  # fmt: skip
    helpers.bring_file(account, out, layout="bidv_detail")
    (blocker,) = figures(account, DAY, NEXT).blockers
    assert (blocker.code, blocker.params) == (
        "balance_breaks", {"day": DAY.isoformat(), "printed": 1_270_000, "counted": 1_250_000},
    )  # fmt: skip
    refused("balance_breaks", lambda: sign(account, DAY, NEXT))


def test_what_only_the_feed_told_needs_a_word(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    arrive(account, "bao co khong co trong sao ke", 70_000, "FT7")
    found = figures(account)
    assert [(g.kind, g.amount) for g in found.gaps] == [(Gap.NOT_ON_STATEMENT, Dong(-70_000))]
    assert found.booked.money_in == Dong(320_000)
    refused("note_missing", lambda: sign(account))
    row = sign(account, note="  Ngân hàng xác nhận\n ghi ngày 7/10 ")
    assert row.note == "Ngân hàng xác nhận ghi ngày 7/10"


def test_refused_days_are_open_again(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    row = sign(account)
    with savepoint():
        services.refuse_days(account.school, close_id=row.pk, reason="Thiếu sao kê", actor=PRINCIPAL)
    assert locked(account) is None
    refused("not_signed", lambda: confirm(row))
    again = close(account)
    assert again.pk != row.pk
    assert locked(account) == DAY


def test_reopening_takes_two_people_and_a_reason(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"), line("hai", 50_000, "FT2", booked_on=NEXT))
    first, second = close(account), close(account, NEXT, NEXT)

    def ask(row: DayClose, why: str = "Sao kê sai", actor: Actor = ACCOUNTANT) -> DayClose:
        with savepoint():
            return services.ask_reopening(account.school, close_id=row.pk, reason=why, actor=actor)

    def reopen(row: DayClose, actor: Actor) -> DayClose:
        with savepoint():
            return services.reopen_days(account.school, close_id=row.pk, actor=actor)

    refused("not_last", lambda: ask(first))
    refused("reason_missing", lambda: ask(second, " "))
    refused("not_asked", lambda: reopen(second, PRINCIPAL))
    ask(second)
    refused("asked_before", lambda: ask(second, actor=PRINCIPAL))
    refused("same_person", lambda: reopen(second, ACCOUNTANT))
    done = reopen(second, PRINCIPAL)
    assert (done.state, done.reopen_asked_by, done.reopened_by) == ("reopened", 1, 2)
    assert locked(account) == DAY
    arrive(account, "den muon", 70_000, "FT9", booked_on=NEXT)
    with pytest.raises(IntegrityError), savepoint():
        arrive(account, "den muon", 70_000, "FT9")


def test_signed_figures_cannot_be_written_over(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    row = close(account)
    rows = DayClose.objects.for_school(account.school_id)
    for change in (
        {"closing": Dong(1)},
        {"digest": "0" * 64},
        {"signed_by": 9},
        {"state": "signed"},
        {"decided_by": 9},
    ):
        with pytest.raises(IntegrityError), savepoint():
            rows.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), savepoint():
        rows.filter(pk=row.pk).delete()
    with pytest.raises(IntegrityError), savepoint():
        CloseBook.objects.for_school(account.school_id).update(locked_through=None)
    assert rows.get().digest == row.digest
    assert Entry.objects.for_school(account.school_id).count() == 1


@pytest.mark.django_db
def test_days_passed_over_are_explained_by_whoever_signs_the_next(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"))
    close(account)
    third = NEXT + dt.timedelta(days=1)
    for opening, reference, day in ((1_250_000, "FT2", NEXT), (1_260_000, "FT3", third)):
        out = StatementOut(
            account=account.number, holder=account.holder_name, opening=Dong(opening),
            lines=(line("tiep", 10_000, reference, booked_on=day),),
        )  # fmt: skip
        statement = helpers.bring_file(account, out, layout="bidv_detail")
        if day == NEXT:
            StatementImport.objects.for_school(account.school_id).filter(pk=statement.pk).update(flagged=True)
    clock_of = dt.datetime.combine(third + dt.timedelta(days=1), dt.time(9), tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(clock_of):
        skipped = refused("passed_over", lambda: sign(account, third, third))
        assert skipped.params == {"first": NEXT.isoformat(), "last": NEXT.isoformat()}
        assert sign(account, third, third, note="Ngân hàng in sai số dư ngày 07").note.startswith("Ngân hàng")


@pytest.mark.django_db
def test_opened_days_are_signed_again_before_any_later_ones(account: BankAccount) -> None:
    bring(account, line("mot", 250_000, "FT1"), line("hai", 50_000, "FT2", booked_on=NEXT))
    row = close(account)
    with savepoint():
        services.ask_reopening(account.school, close_id=row.pk, reason="Xem lại", actor=ACCOUNTANT)
        services.reopen_days(account.school, close_id=row.pk, actor=PRINCIPAL)
    assert book_state(account.school, account).locked_through is None
    assert refused("not_next", lambda: sign(account, NEXT, NEXT)).params == {"day": DAY.isoformat()}
    assert close(account, DAY, NEXT).first_on == DAY


def test_without_printed_balances_the_books_say_where_the_days_begin(account: BankAccount) -> None:
    helpers.bring(account, line("mot", 250_000, "FT1"), line("phi", 11_000, "FT3", Direction.OUT))
    found = figures(account)
    assert (found.has_balances, found.blockers, found.carried) == (False, (), Dong(0))
    row = close(account)
    assert (row.opening, row.closing, row.book_closing) == (Dong(0), Dong(239_000), Dong(250_000))
    assert row.details["has_balances"] is False


def test_balances_on_the_rows_alone_are_read_either_way_up(account: BankAccount) -> None:
    statement = bring(account, line("mot", 250_000, "FT1"), line("hai", 50_000, "FT2", booked_on=NEXT))
    StatementImport.objects.for_school(account.school_id).filter(pk=statement.pk).update(
        opening_balance=None, closing_balance=None
    )
    found = figures(account, DAY, NEXT)
    assert (found.has_balances, found.proven) == (True, Side(Dong(1_000_000), Dong(300_000)))


@pytest.mark.parametrize("lines", [3, 40])
def test_the_number_of_queries_does_not_grow_with_the_lines(
    account: BankAccount, lines: int, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    bring(account, *(line(f"so {n}", 1_000 + n, f"FT{n}") for n in range(lines)))
    with django_assert_num_queries(19):
        figures(account)
