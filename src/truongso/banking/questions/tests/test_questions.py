"""Questions to families: who is asked, what they say, and that nothing is booked by an answer."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.models import BankLine, LineQuestion
from truongso.banking.questions import services
from truongso.banking.questions.queries import answers_of, invoices_asked, question_by_public_id
from truongso.banking.questions.types import QuestionRefusedError
from truongso.banking.services import match_again
from truongso.banking.tests.helpers import bring, line, rows
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.messaging.models import Delivery
from truongso.messaging.public import opt_out, save_channel
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import BankAccount, School

pytestmark = pytest.mark.django_db(transaction=True)
FAMILY = Actor.system("family", "web")


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def person(school: School) -> Actor:
    user = factories.user(Role.ACCOUNTANT, school=school)
    return Actor(user_id=user.pk, label=user.full_name, channel="web")


@pytest.fixture
def outbox(school: School, person: Actor) -> None:
    with transaction():
        save_channel(
            school.pk, kind=ChannelKind.FILE, is_active=True, sender="", endpoint="", secret="", actor=person
        )  # fmt: skip


def _waiting(school: School, account: BankAccount) -> tuple[BankLine, Invoice]:
    invoice = money.invoice(school, [250_000])
    bring(account, line("chuyen tien", 250_000, "R1"))
    return BankLine.objects.for_school(school).get(), invoice


def _ask(row: BankLine, invoice: Invoice, person: Actor) -> LineQuestion:
    with transaction():
        return services.ask(row.school_id, line_id=row.pk, student_id=invoice.student_id, actor=person)


def _answer(question: LineQuestion, said: str, invoice: Invoice | None = None, note: str = "") -> LineQuestion:
    with transaction():
        return services.answer(question.pk, said=said, invoice=invoice, note=note, actor=FAMILY)


def test_the_payer_is_asked_once_and_the_line_is_parked(
    school: School, account: BankAccount, person: Actor, outbox: None
) -> None:
    row, invoice = _waiting(school, account)
    question = _ask(row, invoice, person)
    row.refresh_from_db()
    assert (row.state, question.channel) == ("parked", "file")
    sent = Delivery.objects.for_school(school).get()
    assert sent.address == "0900000001"
    assert f"/hoi/{question.public_id}" in sent.body
    assert "250.000\u00a0đ ngày 06/10/2026" in sent.body
    assert "chuyen tien" not in sent.body  # what the payer wrote is nobody's business but the school's
    before = rows()
    with pytest.raises(QuestionRefusedError, match="asked_already"):
        _ask(row, invoice, person)
    assert rows() == before
    assert Delivery.objects.for_school(school).count() == 1


def test_a_yes_is_a_hint_and_books_nothing(school: School, account: BankAccount, person: Actor) -> None:
    row, invoice = _waiting(school, account)
    question = _ask(row, invoice, person)
    assert question.channel == ""  # no channel is on: the link is handed over by hand
    assert [i.pk for i in invoices_asked(question)] == [invoice.pk]
    before = rows()
    answered = _answer(question, "yes", invoice, "Tôi chuyển giúp con")
    row.refresh_from_db()
    assert (row.state, answered.state, answered.invoice_id, answered.note) == (
        "waiting", "yes", invoice.pk, "Tôi chuyển giúp con",
    )  # fmt: skip
    assert rows() == before
    with transaction():
        assert match_again(school.pk, actor=FAMILY) == 0
    assert Invoice.objects.for_school(school).get().paid.value == 0
    assert answers_of(school.pk, [row]) == {row.pk: "yes"}
    assert money.broken_invariants() == []


@pytest.mark.parametrize(
    ("said", "code"), [("maybe", "unknown_answer"), ("", "unknown_answer"), ("yes", "child_missing")]
)
def test_an_answer_has_to_say_something(
    school: School, account: BankAccount, person: Actor, said: str, code: str
) -> None:
    row, invoice = _waiting(school, account)
    question = _ask(row, invoice, person)
    with pytest.raises(QuestionRefusedError, match=code):
        _answer(question, said)
    question.refresh_from_db()
    row.refresh_from_db()
    assert (question.state, row.state) == ("asked", "parked")


def test_a_family_answers_for_its_own_children_only(
    school: School, other_school: School, account: BankAccount, person: Actor
) -> None:
    row, invoice = _waiting(school, account)
    theirs = money.invoice(school, [250_000], full_name="Lý Văn Bình")
    elsewhere = money.invoice(other_school, [250_000])
    question = _ask(row, invoice, person)
    for foreign in (theirs, elsewhere):
        with pytest.raises(QuestionRefusedError, match="unknown_answer"):
            _answer(question, "yes", foreign)
    question.refresh_from_db()
    assert (question.state, question.invoice_id) == ("asked", None)


def test_an_answer_stands_and_an_old_link_takes_none(school: School, account: BankAccount, person: Actor) -> None:
    row, invoice = _waiting(school, account)
    question = _ask(row, invoice, person)
    _answer(question, "no")
    for said in ("yes", "no"):
        with pytest.raises(QuestionRefusedError, match="not_open"):
            _answer(question, said, invoice)
    again = _ask(row, invoice, person)
    with clock.frozen(clock.now() + dt.timedelta(days=15)), pytest.raises(QuestionRefusedError, match="expired"):
        _answer(again, "no")
    with transaction():
        services.withdraw(school.pk, question_id=again.pk, actor=person)
    with pytest.raises(QuestionRefusedError, match="not_open"):
        _answer(again, "no")
    row.refresh_from_db()
    assert row.state == "waiting"
    found = question_by_public_id(question.public_id)
    assert found is not None
    assert found.state == "no"


def test_who_wants_no_messages_gets_none_and_three_families_are_enough(
    school: School, account: BankAccount, person: Actor, outbox: None
) -> None:
    row, invoice = _waiting(school, account)
    with transaction():
        opt_out(school.pk, kind=ChannelKind.FILE, address="0900000001", actor=person)
    assert _ask(row, invoice, person).channel == ""
    assert Delivery.objects.for_school(school).count() == 0
    for name in ("Lý Văn Bình", "Giàng A Chu"):
        _ask(row, money.invoice(school, [1_000], full_name=name), person)
    fourth = money.invoice(school, [1_000], full_name="Vàng Thị Chi")
    with pytest.raises(QuestionRefusedError, match="too_many"):
        _ask(row, fourth, person)
    assert LineQuestion.objects.for_school(school).count() == 3


def test_the_line_waits_again_when_the_last_one_asked_has_answered(
    school: School, account: BankAccount, person: Actor
) -> None:
    row, invoice = _waiting(school, account)
    other = money.invoice(school, [250_000], full_name="Lý Văn Bình")
    first, second = _ask(row, invoice, person), _ask(row, other, person)
    _answer(first, "no")
    row.refresh_from_db()
    assert row.state == "parked"
    _answer(second, "unsure")
    row.refresh_from_db()
    assert row.state == "waiting"
    assert money.broken_invariants() == []
