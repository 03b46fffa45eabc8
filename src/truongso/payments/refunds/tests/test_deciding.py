"""Proposing and deciding: the preview, two people, credit notes, money that becomes due."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from tests import money

from truongso.fees.models import InvoiceLine
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.models import CreditMove, RefundDecision, RefundItem, RefundRequest
from truongso.payments.public import undo
from truongso.payments.refunds.planning import plan
from truongso.payments.refunds.services import approve, keep_as_credit, propose, reject, withdraw
from truongso.payments.refunds.tests.build import (
    PRINCIPAL,
    PROPOSER,
    approved,
    ask_fee,
    items,
    money_of,
    owed,
    paid,
    pay,
    proposed,
)
from truongso.payments.refunds.types import Account, Ask, RefundKind, RefundRefusedError, RefundWay
from truongso.payments.types import PaymentRefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


def moved(school: School) -> tuple[int, ...]:
    """What would change if money moved."""
    tables = (CreditMove, InvoiceLine, RefundDecision)
    return tuple(m.objects.for_school(school).count() for m in tables)


def test_the_preview_names_everyone_and_says_why_not(school: School) -> None:
    first = paid(school)
    half = money.invoice(school, [200_000, 100_000], full_name="Lê Minh Châu")
    other = money.invoice(school, [20_000], full_name="Phạm Gia Hân")
    pay(half, 180_000)
    ask = Ask(
        RefundKind.FEE, RefundWay.CREDIT, codes=(first.code, half.code, other.code),
        fee_item_id=first.lines.order_by("pk")[0].fee_item_id, amount=Dong(35_000),
    )  # fmt: skip
    found = plan(school.pk, ask)
    assert [(i.student_name, i.amount, i.lowered) for i in found.items] == [
        ("Nguyễn Bảo An", Dong(35_000), Dong(35_000)),
        ("Lê Minh Châu", Dong(15_000), Dong(35_000)),
    ]
    assert [(e.student_name, e.reason, e.params) for e in found.excluded] == [
        ("Phạm Gia Hân", "above_fee", {"payable": Dong(20_000)})
    ]
    assert (found.amount, found.lowered) == (Dong(50_000), Dong(70_000))


def test_one_proposes_another_approves_and_the_money_is_due(school: School) -> None:
    invoice = paid(school)
    request = proposed(school, ask_fee(invoice))
    assert money_of(school) == [(300_000, 0, 0)], "a proposal moves nothing"
    assert (request.amount, request.lowered, request.number, request.year) == (Dong(35_000), Dong(35_000), 1, 2026)
    with savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
    (item,) = items(school)
    assert (item.state, item.amount, item.account_number) == ("due", Dong(35_000), "0071000999888")
    assert money_of(school) == [(265_000, 0, 35_000)]
    invoice.refresh_from_db()
    assert (invoice.total, invoice.paid) == (Dong(265_000), Dong(265_000))
    assert (owed(school, AccountRole.REFUND_DUE), owed(school, AccountRole.FAMILY_CREDIT)) == (35_000, 0)
    decision = RefundDecision.objects.for_school(school).get()
    assert (decision.decided_by, decision.digest) == (202, request.digest)
    acts = AuditEntry.objects.filter(school_id=school.pk, action__startswith="payments:refund:").order_by("seq")
    assert [(a.action, a.actor_id) for a in acts] == [
        ("payments:refund:propose", 101), ("payments:refund:approve", 202)
    ]  # fmt: skip


def test_nobody_approves_or_rejects_his_own_proposal(school: School) -> None:
    request = proposed(school, ask_fee(paid(school)))
    before = moved(school)
    with pytest.raises(RefundRefusedError, match="own_request"), savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PROPOSER)
    with pytest.raises(RefundRefusedError, match="own_request"), savepoint():
        reject(school.pk, request_id=request.pk, digest=request.digest, reason="Thôi", actor=PROPOSER)
    assert moved(school) == before
    with pytest.raises(IntegrityError, match="nobody decides"), savepoint(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_refunddecision (school_id, request_id, decision, reason, digest, decided_at, "
            "decided_by) SELECT school_id, id, 'approved', '', digest, proposed_at, proposed_by "
            "FROM payments_refundrequest"
        )
    assert moved(school) == before


def test_a_decision_is_on_what_was_shown(school: School) -> None:
    request = proposed(school, ask_fee(paid(school)))
    before = moved(school)
    with pytest.raises(RefundRefusedError, match="digest_differs"), savepoint():
        approve(school.pk, request_id=request.pk, digest="0" * 64, actor=PRINCIPAL)
    assert moved(school) == before


def test_a_decided_request_stays_decided(school: School) -> None:
    request = proposed(school, ask_fee(paid(school)))
    with savepoint():
        reject(school.pk, request_id=request.pk, digest=request.digest, reason="Thiếu minh chứng", actor=PRINCIPAL)
    before = moved(school)
    with pytest.raises(RefundRefusedError, match="already_decided"), savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
    assert moved(school) == before
    assert [i.state for i in items(school)] == ["dropped"]
    assert money_of(school) == [(300_000, 0, 0)]


def test_only_the_proposer_withdraws(school: School) -> None:
    request = proposed(school, ask_fee(paid(school)))
    with pytest.raises(RefundRefusedError, match="not_yours"), savepoint():
        withdraw(school.pk, request_id=request.pk, reason="Nhầm", actor=PRINCIPAL)
    with savepoint():
        withdraw(school.pk, request_id=request.pk, reason="Nhầm lớp", actor=PROPOSER)
    assert RefundRequest.objects.for_school(school).get().state == "withdrawn"


def test_what_changed_since_the_proposal_is_not_approved(school: School) -> None:
    invoice = money.invoice(school, [200_000])
    first = pay(invoice, 200_000)
    request = proposed(school, ask_fee(invoice))
    with savepoint():
        undo(school.pk, payment_id=first.pk, reason="Ngân hàng thu hồi", actor=PROPOSER)
    before = moved(school)
    with pytest.raises(RefundRefusedError, match="figures_changed"), savepoint():
        approve(school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
    assert moved(school) == before
    assert RefundRequest.objects.for_school(school).get().state == "proposed"


def test_a_line_waits_in_one_request_only(school: School) -> None:
    invoice = paid(school)
    proposed(school, ask_fee(invoice))
    found = plan(school.pk, ask_fee(invoice))
    assert found.items == ()
    assert [(e.reason, e.params) for e in found.excluded] == [("already_proposed", {"request": "HT-2026-0001"})]
    with pytest.raises(RefundRefusedError, match="nothing_to_refund"), savepoint():
        propose(school.pk, ask=ask_fee(invoice), reason="Lần nữa", actor=PROPOSER)
    assert RefundRequest.objects.for_school(school).count() == 1


def test_a_whole_invoice_is_given_back(school: School) -> None:
    invoice = paid(school)
    ask = Ask(RefundKind.INVOICE, RefundWay.CASH, codes=(invoice.code,))
    (item,) = approved(school, ask, account=None)
    assert (item.amount, item.lowered, item.way) == (Dong(300_000), Dong(300_000), "cash")
    invoice.refresh_from_db()
    assert (invoice.total, invoice.paid) == (Dong(0), Dong(0))
    assert money_of(school) == [(0, 0, 300_000)]


def test_kept_as_credit_at_once(school: School) -> None:
    (item,) = approved(school, ask_fee(paid(school), way=RefundWay.CREDIT), account=None)
    assert item.state == "done"
    assert money_of(school) == [(265_000, 35_000, 0)]
    assert (owed(school, AccountRole.REFUND_DUE), owed(school, AccountRole.FAMILY_CREDIT)) == (0, 35_000)


def test_an_unpaid_fee_is_only_lowered(school: School) -> None:
    invoice = money.invoice(school, [200_000])
    (item,) = approved(school, ask_fee(invoice), account=None)
    assert (item.state, item.amount, item.lowered) == ("done", Dong(0), Dong(35_000))
    invoice.refresh_from_db()
    assert (invoice.total, invoice.paid) == (Dong(165_000), Dong(0))


def test_credit_is_given_back(school: School) -> None:
    invoice = money.invoice(school, [100_000])
    pay(invoice, 130_000)
    (item,) = approved(school, Ask(RefundKind.CREDIT, RefundWay.BANK))
    assert (item.state, item.amount) == ("due", Dong(30_000))
    assert money_of(school) == [(100_000, 0, 30_000)]


def test_no_more_credit_than_there_is(school: School) -> None:
    invoice = money.invoice(school, [100_000])
    pay(invoice, 130_000)
    found = plan(school.pk, Ask(RefundKind.CREDIT, RefundWay.BANK, amount=Dong(30_001)))
    assert found.items == ()
    assert [(e.reason, e.params) for e in found.excluded] == [("above_credit", {"credit": Dong(30_000)})]


def test_refunds_to_the_bank_need_an_account(school: School) -> None:
    invoice = paid(school)
    with pytest.raises(RefundRefusedError, match="accounts_missing"), savepoint():
        propose(school.pk, ask=ask_fee(invoice), reason="Nghỉ bão", actor=PROPOSER)
    assert RefundRequest.objects.for_school(school).count() == 0
    with savepoint():
        propose(school.pk, ask=ask_fee(invoice), reason="Nghỉ bão", actor=PROPOSER, lacking_to_credit=True)
    (item,) = items(school)
    assert item.way == "credit"


def test_an_account_confirmed_once_is_known_next_time(school: School) -> None:
    invoice = paid(school)
    approved(school, ask_fee(invoice))
    found = plan(school.pk, ask_fee(invoice))
    assert [i.account for i in found.items] == [Account("970436", "0071000999888", "TRAN THI THU HANG")]


def test_a_refunded_payment_is_not_undone(school: School) -> None:
    invoice = money.invoice(school, [200_000])
    payment = pay(invoice, 200_000)
    (item,) = approved(school, ask_fee(invoice))
    with pytest.raises(PaymentRefusedError, match="payment_refunded"), savepoint():
        undo(school.pk, payment_id=payment.pk, reason="Nhầm", actor=PROPOSER)
    assert money_of(school) == [(165_000, 0, 35_000)]
    with savepoint():
        keep_as_credit(school.pk, item_id=item.pk, reason="Gia đình xin để lại", actor=PROPOSER)
        undo(school.pk, payment_id=payment.pk, reason="Nhầm", actor=PROPOSER)
    assert money_of(school) == [(0, 0, 0)]
    assert owed(school, AccountRole.REFUND_DUE) == 0


def test_brothers_and_sisters_get_one_transfer(school: School) -> None:
    first = paid(school)
    second = money.invoice(school, [200_000], full_name="Nguyễn Bảo Khang", family=first.family)
    pay(second, 200_000)
    ask = Ask(
        RefundKind.FEE, RefundWay.BANK, codes=(first.code, second.code), amount=Dong(10_000),
        fee_item_id=first.lines.order_by("pk")[0].fee_item_id,
    )  # fmt: skip
    (item,) = approved(school, ask)
    assert item.amount == Dong(20_000)
    assert set(item.student_name.split(" · ")) == {"Nguyễn Bảo An", "Nguyễn Bảo Khang"}
    assert sorted(money_of(school)) == [(190_000, 0, 10_000), (290_000, 0, 10_000)]


def test_a_foreign_school_knows_nothing_of_it(school: School, other_school: School) -> None:
    request = proposed(school, ask_fee(paid(school)))
    with pytest.raises(RefundRefusedError, match="unknown_request"), savepoint():
        approve(other_school.pk, request_id=request.pk, digest=request.digest, actor=PRINCIPAL)
    assert RefundItem.objects.for_school(other_school).count() == 0
    assert RefundRequest.objects.for_school(school).get().state == "proposed"
