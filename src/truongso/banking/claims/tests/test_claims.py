"""A family says it has paid: found, booked, or a case with a due time, and nothing about anybody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests import money

from truongso.banking.claims.models import ClaimMessage, PaymentClaim
from truongso.banking.claims.queries import ClaimCounts, ClaimFilter, claim_counts, claims
from truongso.banking.claims.services import answer_claim, look_for_money, make_claim
from truongso.banking.claims.types import ClaimRefusedError
from truongso.banking.claims.workdays import due_after
from truongso.banking.decide import decide_lines
from truongso.banking.services import assign
from truongso.banking.tasks import recheck_claims
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

FAMILY = Actor.system("family", "web")
DAY = dt.date(2026, 10, 5)


def _claim(invoice: Invoice, reference: str = "FT26278001", amount: int = 250_000, **more: Any) -> PaymentClaim:
    values = {"paid_on": DAY, "payer_name": "Trần Thị Thu Hằng", "answer_days": 1, "actor": FAMILY, **more}
    with savepoint():
        return make_claim(invoice, reference=reference, amount=Dong(amount), **values)


def test_a_claim_without_money_is_a_case_with_a_due_time(school: School) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice)
    assert (claim.state, claim.line_id, claim.closed_at) == ("open", None, None)
    assert claim.due_at == dt.datetime(2026, 10, 6, 17, tzinfo=clock.SCHOOL_TIME)
    assert (claim.reference, claim.reference_key, int(claim.amount)) == ("FT26278001", "FT26278001", 250_000)
    last = AuditEntry.objects.filter(school_id=school.pk).order_by("-seq")[0]
    assert (last.action, last.params["code"], last.actor_label) == ("banking:claim:make", invoice.code, "family")
    assert Payment.objects.for_school(school).count() == 0


@pytest.mark.parametrize(
    ("made", "days", "due"),
    [
        (dt.datetime(2026, 10, 5, 9), 1, dt.datetime(2026, 10, 6, 17)),
        (dt.datetime(2026, 10, 9, 23), 1, dt.datetime(2026, 10, 12, 17)),
        (dt.datetime(2026, 10, 10, 8), 1, dt.datetime(2026, 10, 12, 17)),
        (dt.datetime(2026, 10, 8, 8), 3, dt.datetime(2026, 10, 13, 17)),
    ],
)
def test_due_times_skip_weekends(made: dt.datetime, days: int, due: dt.datetime) -> None:
    zone = clock.SCHOOL_TIME
    assert due_after(made.replace(tzinfo=zone), days) == due.replace(tzinfo=zone)


@pytest.mark.parametrize("reference", ["FT26278001", "ft 26278-001", " FT26278001 "])
def test_waiting_money_is_found_by_reference_and_amount(school: School, reference: str) -> None:
    invoice = money.invoice(school)
    line = arrive(invoice.bank_account, "nop tien hoc", 250_000, "FT26278001", booked_on=DAY)
    claim = _claim(invoice, reference)
    assert (claim.state, claim.line_id) == ("found", line.pk)
    assert Payment.objects.for_school(school).count() == 0


def test_the_reference_may_stand_in_the_memo(school: School) -> None:
    invoice = money.invoice(school)
    line = arrive(invoice.bank_account, "MBVCB.6123456789.nop hoc phi", 250_000, "991", booked_on=DAY)
    assert _claim(invoice, "6123456789").line_id == line.pk
    assert _claim(invoice, "61234").line_id is None


@pytest.mark.parametrize(
    ("reference", "amount", "day"),
    [("FT26278001", 249_999, DAY), ("FT26278002", 250_000, DAY), ("FT26278001", 250_000, dt.date(2026, 9, 20))],
)
def test_half_the_truth_finds_nothing(school: School, reference: str, amount: int, day: dt.date) -> None:
    invoice = money.invoice(school)
    arrive(invoice.bank_account, "nop tien hoc", 250_000, "FT26278001", booked_on=DAY)
    claim = _claim(invoice, reference, amount, paid_on=day)
    assert (claim.state, claim.line_id) == ("open", None)


def test_money_booked_for_this_invoice_ends_the_claim_at_once(school: School, actor: Actor) -> None:
    invoice = money.invoice(school)
    line = arrive(invoice.bank_account, f"{invoice.code} thu", 250_000, "FT26278001", booked_on=DAY)
    assert decide_lines(school.pk, [line], actor=actor) == 1
    claim = _claim(invoice)
    assert (claim.state, claim.line_id) == ("booked", line.pk)
    assert claim.closed_at == clock.now()


def test_money_booked_for_another_family_is_told_to_nobody(school: School, actor: Actor) -> None:
    invoice, theirs = money.invoice(school), money.invoice(school, full_name="Lý Thị Mẩy")
    line = arrive(theirs.bank_account, f"{theirs.code} thu", 250_000, "FT26278001", booked_on=DAY)
    decide_lines(school.pk, [line], actor=actor)
    told = _claim(invoice)
    never = _claim(invoice, "FT00000000")
    for column in ("state", "line_id", "closed_at", "due_at"):
        assert getattr(told, column) == getattr(never, column), column


def test_money_of_another_school_is_not_looked_at(school: School, other_school: School) -> None:
    foreign = money.invoice(other_school)
    arrive(foreign.bank_account, "nop tien", 250_000, "FT26278001", booked_on=DAY)
    assert _claim(money.invoice(school)).state == "open"


def test_the_same_claim_twice_is_one(school: School) -> None:
    invoice = money.invoice(school)
    assert _claim(invoice).pk == _claim(invoice, "ft 26278 001").pk
    assert PaymentClaim.objects.for_school(school).count() == 1


@pytest.mark.usefixtures("verify_after")
def test_later_news_move_the_claim_by_the_clock(school: School, actor: Actor) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice)
    assert recheck_claims() == 0
    line = arrive(invoice.bank_account, "nop tien hoc", 250_000, "FT26278001", booked_on=DAY)
    assert recheck_claims() == 1
    claim.refresh_from_db()
    assert (claim.state, claim.line_id) == ("found", line.pk)
    with savepoint():
        assign(school.pk, line_id=line.pk, shares=[(invoice.pk, Dong(250_000))], actor=actor)
    assert recheck_claims() == 1
    claim.refresh_from_db()
    assert (claim.state, claim.line_id, claim.closed_at) == ("booked", line.pk, clock.now())
    with savepoint():
        assert not look_for_money(claim)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": "12-3"}, "reference_short"),
        ({"amount": 0}, "amount_not_positive"),
        ({"paid_on": dt.date(2026, 10, 6)}, "bad_day"),
        ({"paid_on": dt.date(2025, 8, 1)}, "bad_day"),
    ],
)
def test_what_cannot_be_a_claim_is_refused_and_leaves_nothing(
    school: School, changes: dict[str, Any], code: str
) -> None:
    invoice = money.invoice(school)
    with pytest.raises(ClaimRefusedError) as refused:
        _claim(invoice, **changes)
    assert refused.value.code == code
    assert PaymentClaim.objects.for_school(school).count() == 0


def test_five_claims_a_day_for_an_invoice_are_enough(school: School, school_day: dt.datetime) -> None:
    invoice = money.invoice(school)
    for n in range(5):
        _claim(invoice, f"FT0000{n}")
    with pytest.raises(ClaimRefusedError) as refused:
        _claim(invoice, "FT00009")
    assert (refused.value.code, refused.value.params) == ("too_many", {"most": 5})
    assert PaymentClaim.objects.for_school(school).count() == 5
    assert _claim(invoice, "FT00003").reference_key == "FT00003"
    with clock.frozen(school_day + dt.timedelta(days=1, minutes=1)):
        assert _claim(invoice, "FT00009").state == "open"


def test_an_answer_is_kept_and_may_end_the_claim(school: School, actor: Actor, school_day: dt.datetime) -> None:
    claim = _claim(money.invoice(school))
    with savepoint():
        answer_claim(claim, text="  Chưa thấy tiền về.\n Anh/chị gửi ảnh. ", closes=False, actor=actor)
    assert ClaimMessage.objects.for_school(school).get().text == "Chưa thấy tiền về.\nAnh/chị gửi ảnh."
    assert claim_counts(school.pk) == ClaimCounts(open=1, late=0, closed=0)
    with clock.frozen(school_day + dt.timedelta(days=2)):
        assert claim_counts(school.pk).late == 1
        assert [c.pk for c in claims(school.pk, ClaimFilter.LATE)] == [claim.pk]
    with savepoint():
        answer_claim(claim, text="Đã chuyển lại ngân hàng.", closes=True, actor=actor)
    assert (claim.state, claim.closed_at) == ("answered", clock.now())
    for text, code in (("Nữa", "not_open"), (" \n ", "answer_missing")):
        with pytest.raises(ClaimRefusedError) as refused, savepoint():
            answer_claim(claim, text=text, closes=True, actor=actor)
        assert refused.value.code == code
    assert ClaimMessage.objects.for_school(school).count() == 2


def _paid_by_line(invoice: Invoice, amount: int, day: dt.date = DAY) -> None:
    line = arrive(invoice.bank_account, f"{invoice.code} nop tien", amount, "FT99999999", booked_on=day)
    with savepoint():
        assert decide_lines(invoice.school_id, [line], actor=FAMILY) == 1


def test_a_mistyped_reference_ends_when_the_money_paid_the_whole_invoice(school: School) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice, "FT26278OO1")
    _paid_by_line(invoice, 250_000)
    assert recheck_claims() == 1
    claim.refresh_from_db()
    assert (claim.state, claim.line_id, claim.closed_at is not None) == ("booked", None, True)
    again = _claim(invoice, "FT77777777")  # one payment answers one claim
    assert again.state == "open"


@pytest.mark.parametrize(
    ("amount", "day"), [(100_000, DAY), (250_000, DAY + dt.timedelta(days=9))], ids=["part", "another day"]
)
def test_other_money_does_not_end_a_claim(school: School, amount: int, day: dt.date) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice, "FT26278OO1")
    _paid_by_line(invoice, amount, day)
    assert recheck_claims() == 0
    claim.refresh_from_db()
    assert claim.state == "open"


def test_cash_at_the_counter_is_not_the_claimed_transfer(school: School, actor: Actor) -> None:
    invoice = money.invoice(school)
    claim = _claim(invoice, "FT26278OO1")
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 250_000), **money.in_cash()), actor=actor)
    assert recheck_claims() == 0
    claim.refresh_from_db()
    assert claim.state == "open"  # its money may still be somewhere; the page says that the invoice is paid
