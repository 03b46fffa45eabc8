"""Reads of questions to families."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from truongso.banking.models import BankLine, LineQuestion
from truongso.banking.questions.types import QuestionState
from truongso.fees.public import Invoice
from truongso.kernel.among import among


def open_questions(school_id: int, lines: Iterable[BankLine]) -> QuerySet[LineQuestion]:
    """Questions about these lines that nobody has answered."""
    rows = LineQuestion.objects.for_school(school_id).filter(state=QuestionState.ASKED.value)
    return rows.filter(among("line_id", [line.pk for line in lines]))


def questions_of(line: BankLine) -> list[LineQuestion]:
    """Everything that was asked about a line, the latest first, with pupil and invoice; 1 query."""
    rows = LineQuestion.objects.for_school(line.school_id).filter(line=line)
    return list(rows.select_related("student", "invoice").order_by("-pk"))


def answers_of(school_id: int, lines: Iterable[BankLine]) -> dict[int, str]:
    """Line id → the latest word on it: the state of the question asked last; 1 query."""
    rows = LineQuestion.objects.for_school(school_id).filter(among("line_id", [line.pk for line in lines]))
    return dict(rows.exclude(state=QuestionState.WITHDRAWN.value).order_by("pk").values_list("line_id", "state"))


def question_by_public_id(public_id: str) -> LineQuestion | None:
    """The question behind a family's page, with line, account, pupil and school; 1 query."""
    rows = LineQuestion.objects.across_schools("the address of the page names the question, not the school")
    related = ("line__bank_account", "student", "school", "invoice")
    found: LineQuestion | None = rows.select_related(*related).filter(public_id=public_id).first()
    return found


def invoices_asked(question: LineQuestion) -> list[Invoice]:
    """The family's invoices that still take money, which a yes can be for; 1 query."""
    rows = Invoice.objects.for_school(question.school_id).filter(
        family_id=question.family_id, cancelled_at__isnull=True
    )
    return [i for i in rows.order_by("student_name", "pk") if i.total > i.paid][:20]
