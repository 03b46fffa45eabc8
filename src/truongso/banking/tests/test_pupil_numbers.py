"""Money sent to the number that a bank gave one pupil: from the assigned number to the booked payment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import factories, money

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Holder, OpenInvoice, Transfer, Verdict
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.tests.helpers import ACTOR, Hook, hook
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Payment
from truongso.payments.public import VirtualAccount, assign_number
from truongso.payments.virtual_accounts.services import release
from truongso.people.models import Student

pytestmark = [
    pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls"), pytest.mark.usefixtures("school_day"),
]  # fmt: skip

NUMBER = "962TS000007"


@pytest.fixture
def sepay(school: School) -> Hook:
    made = hook(school)
    factories.number_rule(made.account, "962TS", 6)
    return made


@pytest.fixture(autouse=True)
def _books_add_up() -> Iterator[None]:
    yield
    assert money.broken_invariants() == []


def give(sepay: Hook, student: Student, number: str = NUMBER) -> VirtualAccount:
    with transaction():
        return assign_number(sepay.account, student=student, number=number, actor=ACTOR)


def pay(sepay: Hook, memo: str, amount: int, *, number: int = 92_704, to: str = NUMBER) -> MatchDecision:
    """A signed notice of the feed about money on a pupil's number; what was decided."""
    assert sepay.send(sepay.body(memo, amount, number, subAccount=to)).status_code == 200
    line = BankLine.objects.for_school(sepay.account.school_id).order_by("-pk")[0]
    assert line.virtual_account == to
    found: MatchDecision = MatchDecision.objects.for_school(line.school_id).filter(line=line).order_by("-pk")[0]
    return found


def test_without_any_memo_the_number_names_the_pupil_and_the_money_is_booked(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    give(sepay, invoice.student)
    said = pay(sepay, "chuyen tien", 250_000)
    assert (said.decision, said.rule, said.reason["code"], said.confidence) == (
        "auto", "virtual_account", "virtual_pupil", 100,
    )  # fmt: skip
    assert said.reason["params"]["student"] == "Nguyễn Bảo An 3A2"
    payment = Payment.objects.for_school(school).get()
    assert (payment.amount, payment.allocated, payment.invoice_code) == (Dong(250_000), Dong(250_000), invoice.code)
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert payment.receipts.for_school(school).count() == 1


def test_the_number_counts_in_small_letters_too(school: School, sepay: Hook) -> None:
    give(sepay, money.invoice(school, [250_000]).student)
    assert pay(sepay, "", 250_000, to=NUMBER.lower()).decision == "auto"


def test_all_invoices_of_the_pupil_at_once_and_one_of_two(school: School, sepay: Hook) -> None:
    first = money.invoice(school, [250_000])
    second = money.invoice(school, [90_000], pupil=first.student)
    give(sepay, first.student)
    assert pay(sepay, "", 340_000).reason["code"] == "virtual_pupil"
    assert [i.paid for i in Invoice.objects.for_school(school).order_by("pk")] == [Dong(250_000), Dong(90_000)]
    third = money.invoice(school, [70_000], pupil=second.student)
    fourth = money.invoice(school, [60_000], pupil=second.student)
    assert pay(sepay, "", 60_000, number=2).decision == "auto"
    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.paid, fourth.paid) == (Dong(0), Dong(60_000))


@pytest.mark.parametrize(
    ("amount", "code", "booked"),
    [(100_000, "virtual_pupil_under", (100_000, 0)), (300_000, "virtual_pupil_over", (250_000, 50_000))],
)
def test_another_amount_of_a_single_invoice(
    school: School, sepay: Hook, amount: int, code: str, booked: tuple[int, int]
) -> None:
    give(sepay, money.invoice(school, [250_000]).student)
    said = pay(sepay, "", amount)
    assert (said.decision, said.reason["code"]) == ("auto", code)
    payment = Payment.objects.for_school(school).get()
    assert (int(payment.allocated), int(payment.credited)) == booked


def test_several_invoices_and_another_amount_wait_for_a_person(school: School, sepay: Hook) -> None:
    first = money.invoice(school, [250_000])
    money.invoice(school, [90_000], pupil=first.student)
    give(sepay, first.student)
    said = pay(sepay, "", 100_000)
    assert (said.decision, said.reason["code"], said.reason["params"]["count"]) == (
        "suggest", "virtual_pupil_several", "2",
    )  # fmt: skip
    assert not Payment.objects.for_school(school).exists()


def test_the_code_of_another_pupil_in_the_memo_stops_it(school: School, sepay: Hook) -> None:
    mine = money.invoice(school, [250_000])
    other = money.invoice(school, [250_000], full_name="Trần Bình Minh")
    give(sepay, mine.student)
    said = pay(sepay, f"{other.code} thu thang 10", 250_000)
    assert (said.decision, said.reason["code"], said.reason["params"]["other"]) == (
        "suggest", "virtual_pupil_differs", other.code,
    )  # fmt: skip
    assert [one["code"] for one in said.candidates] == [mine.code, other.code]
    assert not Payment.objects.for_school(school).exists()


def test_the_pupils_own_code_in_the_memo_says_which_invoice(school: School, sepay: Hook) -> None:
    first = money.invoice(school, [250_000])
    second = money.invoice(school, [90_000], pupil=first.student)
    give(sepay, first.student)
    assert pay(sepay, f"{second.code}", 50_000).rule == "under"
    second.refresh_from_db()
    assert second.paid == Dong(50_000)


def test_a_number_taken_back_is_only_proposed(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    held = give(sepay, invoice.student)
    with transaction():
        release(held, reason="Ngân hàng đổi", actor=ACTOR)
    said = pay(sepay, "", 250_000)
    assert (said.decision, said.reason["code"]) == ("suggest", "virtual_pupil_former")
    assert [one["code"] for one in said.candidates] == [invoice.code]
    assert not Payment.objects.for_school(school).exists()


def test_money_to_a_number_that_was_ever_anothers_is_only_proposed() -> None:
    """Numbers no longer change hands; where one did, a family that kept the former code may still pay to it."""
    holders = [Holder("former", "2026-09-01", "2026-10-01"), Holder("present", "2026-10-01")]
    matcher = Matcher(
        [OpenInvoice("TS27UGWSG", Dong(250_000), "Trần Bình Minh", "3A2", "1", "present")],
        numbers={("1", NUMBER): holders},
    )
    said = matcher.decide(Transfer("1", "2026-10-09", "", Dong(250_000), "", account="1", virtual_account=NUMBER))
    assert (said.verdict, said.reason.code, said.codes) == (Verdict.SUGGEST, "virtual_pupil_former", ("TS27UGWSG",))


def test_a_number_nobody_holds_and_a_pupil_who_owes_nothing(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    assert pay(sepay, "", 250_000, to="962TS999999").decision != "auto"
    give(sepay, invoice.student)
    pay(sepay, "", 250_000, number=2)
    said = pay(sepay, "", 250_000, number=3)
    assert (said.decision, said.rule) == ("suggest", "already_paid")
    assert Payment.objects.for_school(school).count() == 1


def test_another_schools_number_says_nothing_here(school: School, other_school: School, sepay: Hook) -> None:
    money.invoice(school, [250_000])
    foreign = factories.student(other_school, "Lê Chi")
    account = factories.bank_account(other_school, number="0071000999999")
    factories.number_rule(account, "962TS", 6)
    with transaction():
        assign_number(account, student=foreign, number=NUMBER, actor=ACTOR)
    assert pay(sepay, "", 250_000).decision != "auto"
    assert not Payment.objects.across_schools("nobody got money").exists()
