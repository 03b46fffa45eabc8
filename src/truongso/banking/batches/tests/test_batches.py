"""The bank's one net credit for a batch of cards: out of transit, fee to expense, counted once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories, money

from truongso.banking.batches.fit import batches_for, lines_for
from truongso.banking.batches.models import BatchLink
from truongso.banking.batches.services import link, unlink
from truongso.banking.lines import Reported, record
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.services import assign
from truongso.banking.statements.keys import line_keys
from truongso.banking.tests import helpers
from truongso.banking.types import LineRefusedError
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.ledger.public import account_ids, balance, close_month, open_books
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.bills.tests.bank import bank
from truongso.payments.models import Payment, PosTerminal, SettlementBatch, SettlementItem
from truongso.payments.services import undo
from truongso.payments.settlements import services
from truongso.payments.settlements.tests.build import ACTOR, DAY, bring, row, slip, terminal
from truongso.payments.settlements.types import SettlementRefusedError

NEXT_DAY = DAY + dt.timedelta(days=1)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def at(school: School, account: BankAccount) -> PosTerminal:
    return terminal(school, account=account)


def credit(account: BankAccount, amount: int, memo: str = "POS79900019.881867.20261005") -> BankLine:
    """The bank's line, brought by a statement."""
    content = helpers.line(memo, amount, f"FT{amount}", booked_on=NEXT_DAY)
    with savepoint():
        (made,) = record(account, [Reported(line_keys([content], account=account.number)[0], content)], actor_id=None)
    return made


def sums(school: School) -> dict[str, int]:
    with savepoint():
        open_books(school.pk)
    accounts = account_ids(school.pk)
    roles = (AccountRole.IN_TRANSIT, AccountRole.SUSPENSE, AccountRole.COLLECTION_FEE)
    return {role.value: int(balance(school.pk, accounts[role, 0])) for role in roles}


def one_batch(school: School, at: PosTerminal) -> SettlementBatch:
    invoice = money.invoice(school, [1_500_000])
    one, two = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 500_000))
    bring(school, [row(one, 11_000), row(two, 5_500)])
    batch: SettlementBatch = SettlementBatch.objects.for_school(school).get()
    return batch


pytestmark = pytest.mark.django_db
held = pytest.mark.usefixtures("school_day", "verify_after")


@held
def test_the_net_credit_settles_the_batch(school: School, at: PosTerminal, account: BankAccount) -> None:
    batch = one_batch(school, at)
    line = credit(account, 1_483_500)
    assert sums(school) == {"in_transit": 1_500_000, "suspense": -1_483_500, "collection_fee": 0}
    (found,) = batches_for(line)
    assert (found.batches[0].pk, found.is_named, found.open, found.days) == (batch.pk, True, 0, 1)
    assert [s.line.pk for s in lines_for(batch)] == [line.pk]
    with savepoint():
        (made,) = link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert sums(school) == {"in_transit": 0, "suspense": 0, "collection_fee": 16_500}
    assert balance(school.pk, account_ids(school.pk)[AccountRole.BANK, account.pk]) == Dong(1_483_500)
    line.refresh_from_db()
    batch.refresh_from_db()
    assert (line.state, batch.paid_at is not None, made.amount) == ("settled", True, Dong(1_483_500))
    assert Payment.objects.for_school(school).count() == 2  # counted once
    assert batches_for(line) == lines_for(batch) == []
    assert MatchDecision.objects.for_school(school).get(line=line).reason["code"] == "batch_linked"


@held
def test_a_wrong_link_is_taken_back(school: School, at: PosTerminal, account: BankAccount) -> None:
    batch, line = one_batch(school, at), credit(account, 1_483_500)
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    with pytest.raises(LineRefusedError, match="reason_missing"), savepoint():
        unlink(school.pk, line_id=line.pk, reason=" ", actor=ACTOR)
    with savepoint():
        unlink(school.pk, line_id=line.pk, reason="Nhầm lô", actor=ACTOR)
    assert sums(school) == {"in_transit": 1_500_000, "suspense": -1_483_500, "collection_fee": 0}
    with pytest.raises(LineRefusedError, match="not_linked"), savepoint():
        unlink(school.pk, line_id=line.pk, reason="x", actor=ACTOR)
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert sums(school)["in_transit"] == 0
    assert BatchLink.objects.for_school(school).count() == 2


@held
def test_a_credit_of_a_closed_month_is_linked_in_the_open_one(
    school: School, at: PosTerminal, account: BankAccount
) -> None:
    batch, line = one_batch(school, at), credit(account, 1_483_500)
    with savepoint():
        close_month(school.pk, 2026, 10)
    later = dt.datetime(2026, 11, 9, 9, tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(later), savepoint():
        (made,) = link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    entry = Entry.objects.for_school(school).get(kind="settlement", source_id=made.pk)
    assert (line.booked_on, entry.occurred_on) == (NEXT_DAY, later.date())
    assert sums(school) == {"in_transit": 0, "suspense": 0, "collection_fee": 16_500}


@held
def test_one_credit_pays_all_batches_of_a_day(school: School, at: PosTerminal, account: BankAccount) -> None:
    invoice = money.invoice(school, [1_500_000])
    one, two = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 500_000))
    bring(school, [row(one, 11_000, lot="7"), row(two, 5_500, lot="8")])
    line = credit(account, 1_483_500, memo="TT THE POS")
    (found,) = batches_for(line)
    assert (len(found.batches), found.is_named) == (2, False)
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[b.pk for b in found.batches], actor=ACTOR)
    assert sums(school) == {"in_transit": 0, "suspense": 0, "collection_fee": 16_500}


@held
def test_what_is_no_fee_money_stays_of_unknown_purpose(school: School, at: PosTerminal, account: BankAccount) -> None:
    known = slip(at, (money.invoice(school, [1_000_000]), 1_000_000))
    bring(school, [row(known, 11_000), row(known, 1_000, gross=91_000, rrn="628999999999", approval="ABC123")])
    batch, line = SettlementBatch.objects.for_school(school).get(), credit(account, 989_000 + 90_000)
    with pytest.raises(LineRefusedError, match="batch_open"), savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    item = SettlementItem.objects.for_school(school).get(state="unknown")
    with savepoint():
        services.set_aside(school.pk, item_id=item.pk, reason="Tiền căng tin", actor=ACTOR)
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert sums(school) == {"in_transit": 0, "suspense": -90_000, "collection_fee": 11_000}
    with pytest.raises(SettlementRefusedError, match="batch_paid"), savepoint():
        services.take_up_again(school.pk, item_id=item.pk, actor=ACTOR)


@held
def test_refusals_change_nothing(school: School, other_school: School, at: PosTerminal, account: BankAccount) -> None:
    batch = one_batch(school, at)
    right, less = credit(account, 1_483_500), credit(account, 1_480_000)
    elsewhere = credit(factories.bank_account(school, number="0099000777888"), 1_483_500)
    foreign = credit(factories.bank_account(other_school), 1_483_500)
    before = sums(school)
    for line, ids, code in (
        (less, [batch.pk], "batch_differs"), (elsewhere, [batch.pk], "batch_other_account"),
        (right, [], "unknown_batch"), (right, [0], "unknown_batch"), (foreign, [batch.pk], "unknown_line"),
    ):  # fmt: skip
        with pytest.raises(LineRefusedError, match=code), savepoint():
            link(school.pk, line_id=line.pk, batch_ids=ids, actor=ACTOR)
    assert batches_for(less) == batches_for(elsewhere) == []
    assert sums(school) == before
    assert not BatchLink.objects.for_school(school).exists()
    with savepoint():
        link(school.pk, line_id=right.pk, batch_ids=[batch.pk], actor=ACTOR)
    for act in ("batch_paid", "not_waiting"):
        again = credit(account, 1_483_500, memo="again") if act == "batch_paid" else right
        with pytest.raises(LineRefusedError, match=act), savepoint():
            link(school.pk, line_id=again.pk, batch_ids=[batch.pk], actor=ACTOR)


@held
def test_the_database_refuses_to_count_the_credit_again(school: School, at: PosTerminal, account: BankAccount) -> None:
    batch, line = one_batch(school, at), credit(account, 1_483_500)
    invoice = money.invoice(school, [2_000_000], full_name="Lê An")
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    with pytest.raises(LineRefusedError, match="not_waiting"), savepoint():
        assign(school.pk, line_id=line.pk, shares=[(invoice.pk, Dong(1_483_500))], actor=ACTOR)
    BankLine.objects.for_school(school).filter(pk=line.pk).update(state="waiting")
    with pytest.raises(IntegrityError, match="no payment of its own"), savepoint():
        assign(school.pk, line_id=line.pk, shares=[(invoice.pk, Dong(1_483_500))], actor=ACTOR)
    BankLine.objects.for_school(school).filter(pk=line.pk).update(state="settled")


@held
def test_a_refund_after_settlement_comes_off_the_next_credit(
    school: School, at: PosTerminal, account: BankAccount
) -> None:
    invoice = money.invoice(school, [2_000_000])
    first = slip(at, (invoice, 400_000))
    bring(school, [row(first, 4_400, lot="1")])
    line = credit(account, 395_600)
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[SettlementBatch.objects.for_school(school).get().pk], actor=ACTOR)
        undo(school.pk, payment_id=first.payment.pk, reason="Hủy trên máy", actor=ACTOR)
    assert sums(school)["in_transit"] == -400_000  # the acquirer will keep it back
    second = slip(at, (invoice, 900_000))
    back = row(first, 0, lot="2", gross=-400_000)
    bring(school, [row(second, 9_900, lot="2"), back], settled_on=NEXT_DAY)
    batch = SettlementBatch.objects.for_school(school).get(paid_at__isnull=True)
    assert (batch.gross, batch.fee, batch.net) == (Dong(500_000), Dong(9_900), Dong(490_100))
    line = credit(account, 490_100)
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert sums(school) == {"in_transit": 0, "suspense": 0, "collection_fee": 14_300}


@held
@pytest.mark.urls("truongso.payments.bills.tests.urls")
def test_a_bank_of_the_bill_service_settles_the_same_way(school: School, account: BankAccount) -> None:
    vcb, invoice = bank(school), money.invoice(school, [800_000])
    vcb.notify((invoice, 300_000), transaction_id="FT1")
    vcb.notify((invoice, 500_000), transaction_id="FT2")
    header = ["Mã giao dịch", "Số tiền", "Phí"]
    done = bring(
        school, [["FT1", 300_000, 1_000], ["FT2", 500_000, 1_000], ["FT9", 5_000, 0]], header=header,
        source="bill:vietcombank",
    )  # fmt: skip
    assert (done.new, done.open) == (3, 1)
    item = SettlementItem.objects.for_school(school).get(state="unknown")
    with pytest.raises(SettlementRefusedError, match="not_for_pos"), savepoint():
        services.assign_invoices(school.pk, item_id=item.pk, shares=[], actor=ACTOR)
    vcb.notify((invoice, 5_000), transaction_id="FT9")  # the lost notify comes
    with savepoint():
        assert services.match_again(school.pk) == 1
    batch, line = SettlementBatch.objects.for_school(school).get(), credit(account, 803_000)
    assert batches_for(line)[0].batches == (batch,)
    with savepoint():
        link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert sums(school) == {"in_transit": 0, "suspense": 0, "collection_fee": 2_000}


STEP = st.tuples(st.integers(1, 9), st.integers(0, 3), st.sampled_from(["settle", "wait", "undo", "other"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=8), st.booleans())
def test_whatever_happens_transit_is_what_is_not_settled(
    school: School, at: PosTerminal, account: BankAccount, steps: list[tuple[int, int, str]], paid: bool
) -> None:
    """Σ gross = Σ fee + Σ net always, and money in transit = slips that no paid batch has settled."""
    with clock.frozen(money.NOON), savepoint():
        invoice = money.invoice(school, [50_000_000])
        rows, waiting, taken = [], 0, 0
        for number, (amount, fee, what) in enumerate(steps):
            gross = amount * 100_000
            recorded = slip(at, (invoice, gross))
            if what == "undo":
                undo(school.pk, payment_id=recorded.payment.pk, reason="nhầm", actor=ACTOR)
            elif what == "settle":
                rows.append(row(recorded, fee * 1_000))
                taken += gross
            else:
                waiting += gross
            if what == "other":
                rows.append(row(recorded, 0, gross=7_000, rrn=f"62888888888{number}", approval=f"OTH00{number}"))
        if rows:
            bring(school, rows)
            settle_all(school, account, paid=paid)
        for batch in SettlementBatch.objects.for_school(school):
            assert batch.gross == batch.fee + batch.net
        is_paid = bool(rows) and paid
        assert sums(school)["in_transit"] == waiting + (0 if is_paid else taken)
        assert money.broken_invariants() == []
        transaction.set_rollback(True)  # the next example starts from the same school


def settle_all(school: School, account: BankAccount, *, paid: bool) -> None:
    for item in SettlementItem.objects.for_school(school).filter(state="unknown"):
        services.set_aside(school.pk, item_id=item.pk, reason="không phải học phí", actor=ACTOR)
    if paid:
        for batch in SettlementBatch.objects.for_school(school):
            line = credit(account, int(batch.net))
            link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert Entry.objects.for_school(school).exists()
