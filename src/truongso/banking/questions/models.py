"""A transfer that a family was asked about, and the answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.banking.questions.types import QuestionState
from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, school_row

_ANSWERED = [QuestionState.YES.value, QuestionState.NO.value, QuestionState.UNSURE.value]


class LineQuestion(SchoolChild):
    """A family is asked whether a credit is theirs. The public id is the key of the page it opens.

    The answer is a hint for the accountant and books nothing; `invoice` is the one a family meant, `note` its words.
    """

    public_id = PublicIdField()
    line = SchoolForeignKey("banking.BankLine", related_name="questions")
    family = SchoolForeignKey("people.Family", related_name="+")
    student = SchoolForeignKey("people.Student", related_name="+")  # whose guardian was asked
    channel = models.CharField(max_length=5, blank=True)  # "": the link was handed over by hand
    state = models.CharField(max_length=9, default=QuestionState.ASKED.value)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    invoice = SchoolForeignKey("fees.Invoice", null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("banking_linequestion"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_linequestion_public"),
            models.UniqueConstraint(
                fields=["school", "line", "family"], name="banking_linequestion_once",
                condition=Q(state=QuestionState.ASKED.value),
            ),
            SchoolKey("line", name="banking_linequestion_line_key"),
            SchoolKey("family", name="banking_linequestion_family_key"),
            SchoolKey("student", name="banking_linequestion_student_key"),
            SchoolKey("invoice", name="banking_linequestion_invoice_key"),
            one_of("state", QuestionState, name="banking_linequestion_state"),
            models.CheckConstraint(
                condition=Q(state__in=_ANSWERED, answered_at__isnull=False)
                | (~Q(state__in=_ANSWERED) & Q(answered_at__isnull=True, invoice__isnull=True, note="")),
                name="banking_linequestion_answered",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["public_id"], name="banking_linequestion_by_public"),
            models.Index(fields=["school", "line"], name="banking_linequestion_line"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.line_id}"
