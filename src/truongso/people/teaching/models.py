"""The subjects a school teaches, and who teaches which class which of them, from–to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row

OWN = "rieng:"
"""How the key of a school's own subject begins; a subject of the programme goes by its code."""
LONGEST = 80
"""Letters of a subject's name, as written and as folded."""


class SchoolSubject(SchoolScoped):
    """A subject taught at the school: one of the programme once it is first given to a class (`code`), or the school's
    own (""), which is offered until it is set aside."""

    code = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=LONGEST)
    name_fold = models.CharField(max_length=LONGEST)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            school_row("people_schoolsubject"),
            models.UniqueConstraint(fields=["school", "name_fold"], name="people_schoolsubject_name"),
            not_blank("name", name="people_schoolsubject_named"),
        ]

    @property
    def key(self) -> str:
        """How forms name it."""
        return self.code or f"{OWN}{self.pk}"

    def __str__(self) -> str:
        return self.name


class TeachingAssignment(SchoolChild):
    """A teacher teaches a class a subject from one day to another, at most to the end of the class's school year.

    Several may teach a class the same subject. `withdrawn_at`: put down by mistake and never in force.
    """

    public_id = PublicIdField()
    school_class = SchoolForeignKey("people.SchoolClass", related_name="+")
    subject = SchoolForeignKey("people.SchoolSubject", related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField()
    set_by = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "public_id"], name="people_teachingassignment_public"),
            models.UniqueConstraint(
                fields=["school", "school_class", "subject", "user", "valid_from"],
                condition=Q(withdrawn_at__isnull=True), name="people_teachingassignment_begins",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="people_teachingassignment_dates"
            ),
            SchoolKey("school_class", name="people_teachingassignment_class_key"),
            SchoolKey("subject", name="people_teachingassignment_subject_key"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "user"], name="people_teaching_user")]

    def __str__(self) -> str:
        return f"{self.school_class_id} {self.subject_id} {self.user_id} {self.valid_from}"
