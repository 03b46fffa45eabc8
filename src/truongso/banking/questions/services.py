"""Asking a family about a transfer, and taking their answer. An answer books nothing: it comes back as a hint."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError

from truongso.banking.acts.handling import set_aside
from truongso.banking.asides.types import AsideKind
from truongso.banking.line_acts import held_line, move_line, open_state
from truongso.banking.models import Aside, BankLine, LineQuestion
from truongso.banking.queries import OPEN_STATES
from truongso.banking.questions.queries import open_questions
from truongso.banking.questions.types import QuestionRefusedError, QuestionState
from truongso.banking.types import LineState
from truongso.fees.public import Invoice
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.names import tidy
from truongso.kernel.ui.formatting import dong, ngay, sdt
from truongso.messaging.public import TRANSFER_QUESTION, active_kinds, opted_out, queue
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import School
from truongso.payments.public import way_to_guardian
from truongso.people.public import Contact, Student, contacts_of_students

OPEN_FOR = dt.timedelta(days=14)
MOST_OPEN = 3
"""Families asked about one transfer at a time: more would be a poll of the school."""

ANSWERS = {"yes": QuestionState.YES, "no": QuestionState.NO, "unsure": QuestionState.UNSURE}


@transaction_required
def ask(school_id: int, *, line_id: int, student_id: int, actor: Actor) -> LineQuestion:
    """Ask a pupil's family whether a waiting transfer is theirs; the line is parked with who asked.

    The guardian is reached as reminders reach one; where none can be, the question waits under its link, to be handed
    over by hand. Raises QuestionRefusedError `unknown_family`, `asked_already`, `too_many` (most), `not_waiting`
    (state).
    """
    line = held_line(school_id, line_id)
    if line.state not in {*OPEN_STATES, LineState.PARKED.value}:
        raise QuestionRefusedError("not_waiting", state=line.state)
    student = Student.objects.for_school(school_id).filter(pk=student_id).first()
    if student is None:
        raise QuestionRefusedError("unknown_family")
    if open_questions(school_id, [line]).count() >= MOST_OPEN:
        raise QuestionRefusedError("too_many", most=MOST_OPEN)
    contacts = contacts_of_students(school_id, [student_id]).get(student_id, [])
    way = way_to_guardian(contacts, active_kinds(school_id), opted_out(school_id))
    made = _saved(
        LineQuestion(
            school_id=school_id, line=line, family_id=student.family_id, student=student, asked_at=clock.now(),
            channel=way[1].value if way else "", asked_by=actor.user_id, expires_at=clock.now() + OPEN_FOR,
        )
    )  # fmt: skip
    if way is not None:
        _send(made, student, way, actor)
    if line.state in OPEN_STATES:
        set_aside(
            school_id, line_id=line_id, state=LineState.PARKED, kind=AsideKind.ASKED, actor=actor,
            reason=f"Đã hỏi gia đình em {student.full_name}",
        )  # fmt: skip
    audit.record(
        actor, "banking:question:ask", school_id=school_id, subject=("bank_line", line.pk),
        params={"student": student_id, "channel": made.channel},
    )  # fmt: skip
    return made


@transaction_required
def answer(question_id: int, *, said: str, invoice: Invoice | None, note: str, actor: Actor) -> LineQuestion:
    """Keep what the family says, once. `invoice` is the one of theirs that they meant. The line waits for the
    accountant again when nobody else is asked.

    Raises QuestionRefusedError `unknown_answer`, `child_missing` (yes, but for nobody), `not_open`, `expired`.
    """
    rows = LineQuestion.objects.across_schools("the address of the page names the question, not the school")
    question: LineQuestion = rows.select_for_update(of=("self",)).get(pk=question_id)
    words = tidy(note)[:300]
    state = ANSWERS.get(said)
    if state is None:
        raise QuestionRefusedError("unknown_answer")
    if question.state != QuestionState.ASKED.value:
        raise QuestionRefusedError("not_open")
    if question.expires_at <= clock.now():
        raise QuestionRefusedError("expired")
    is_yes = state is QuestionState.YES
    if is_yes and invoice is None and not words:
        raise QuestionRefusedError("child_missing")
    if invoice is not None and (invoice.school_id, invoice.family_id) != (question.school_id, question.family_id):
        raise QuestionRefusedError("unknown_answer")
    question.state, question.answered_at, question.note = state.value, clock.now(), words
    question.invoice = invoice if is_yes else None
    question.save(update_fields=["state", "answered_at", "note", "invoice"])
    audit.record(
        actor, "banking:question:answer", school_id=question.school_id, subject=("bank_line", question.line_id),
        params={"said": state.value, "invoice": question.invoice_id or 0},
    )  # fmt: skip
    _back_to_queue(question, actor)
    return question


@transaction_required
def withdraw(school_id: int, *, question_id: int, actor: Actor) -> None:
    """The school no longer asks. Raises QuestionRefusedError `not_open`."""
    rows = LineQuestion.objects.for_school(school_id).filter(pk=question_id)
    question: LineQuestion | None = rows.select_for_update(of=("self",)).first()
    if question is None or question.state != QuestionState.ASKED.value:
        raise QuestionRefusedError("not_open")
    question.state = QuestionState.WITHDRAWN.value
    question.save(update_fields=["state"])
    audit.record(
        actor, "banking:question:withdraw", school_id=school_id, subject=("bank_line", question.line_id)
    )  # fmt: skip
    _back_to_queue(question, actor)


def link_of(question: LineQuestion) -> str:
    """The address of the family's page."""
    return f"{settings.PUBLIC_URL}/hoi/{question.public_id}"


def _saved(new: LineQuestion) -> LineQuestion:
    try:
        with savepoint():
            new.save(force_insert=True)
    except IntegrityError:
        raise QuestionRefusedError("asked_already") from None
    return new


@transaction_required
def _send(question: LineQuestion, student: Student, way: tuple[Contact, ChannelKind, str], actor: Actor) -> None:
    contact, kind, address = way
    line, school = question.line, School.objects.get(pk=question.school_id)
    values = {
        "nguoi_nhan": contact.full_name, "hoc_sinh": student.full_name, "truong": school.short_name,
        "so_tien": dong(line.amount), "ngay": ngay(line.booked_on), "dia_chi": link_of(question),
        "lien_he": sdt(school.support_phone or school.phone),
    }  # fmt: skip
    message = Outgoing(
        kind=kind, address=address, template=TRANSFER_QUESTION, values=values,
        dedupe_key=f"question:{question.public_id}",
    )  # fmt: skip
    queue(question.school_id, messages=[message], batch=f"question:{question.public_id}", actor=actor)


@transaction_required
def _back_to_queue(question: LineQuestion, actor: Actor) -> None:
    """A line that was parked for the answer waits for the accountant again, once nobody is asked any more."""
    line: BankLine = held_line(question.school_id, question.line_id)
    asked = Aside.objects.for_school(question.school_id).filter(
        line=line, ended_at__isnull=True, kind=AsideKind.ASKED.value
    )
    if line.state == LineState.PARKED.value and asked.exists() and not open_questions(line.school_id, [line]).exists():
        move_line(line, open_state(line), actor=actor)
