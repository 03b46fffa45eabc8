"""Who was a guardian of which child until when."""

from __future__ import annotations

from django.db import models

from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild
from truongso.people.types import Relationship


class FormerGuardian(SchoolChild):
    """A guardianship that ended. The row of `Guardianship` goes and this one stays: what opens a child's pages or
    writes to its guardians asks for the former, and so forgets nobody who is none any more."""

    student = SchoolForeignKey("people.Student", related_name="former_guardians")
    guardian = SchoolForeignKey("people.Guardian", related_name="former_guardianships")
    relationship = models.CharField(max_length=10)
    was_payer = models.BooleanField()
    ended_at = models.DateTimeField()
    ended_by = models.BigIntegerField(null=True)
    row = models.BigIntegerField()
    """Which row of `Guardianship` it was: the places of the others in the pupil's list do not move."""

    class Meta:
        constraints = [
            SchoolKey("student", name="people_formerguardian_student_key"),
            SchoolKey("guardian", name="people_formerguardian_guardian_key"),
            one_of("relationship", Relationship, name="people_formerguardian_kind"),
        ]
        indexes = [
            models.Index(fields=["school", "student"], name="people_formerguardian_student"),
            models.Index(fields=["school", "guardian"], name="people_formerguardian_guardian"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} {self.student_id}"
