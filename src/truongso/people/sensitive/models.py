"""Sealed facts of pupils, and who looked at them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.accounts.types import Role
from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import SchoolForeignKey, SealedField
from truongso.kernel.tenancy import SchoolChild, school_row
from truongso.people.sensitive.types import FactKind


class SensitiveFact(SchoolChild):
    """One sealed fact of a pupil. `blind` finds an exact personal number without reading any; "" for other kinds,
    of which a digest would tell too much (there are few ethnicities)."""

    student = SchoolForeignKey("people.Student", related_name="+")
    kind = models.CharField(max_length=16)
    value = SealedField()
    blind = models.CharField(max_length=16, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("people_sensitivefact"),
            models.UniqueConstraint(fields=["school", "student", "kind"], name="people_sensitivefact_once"),
            models.UniqueConstraint(
                fields=["school", "blind"], name="people_sensitivefact_number", condition=~Q(blind="")
            ),
            SchoolKey("student", name="people_sensitivefact_student_key"),
            one_of("kind", FactKind, name="people_sensitivefact_kind"),
            models.CheckConstraint(
                condition=Q(blind="") | Q(kind=FactKind.PERSONAL_NUMBER.value), name="people_sensitivefact_blind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.kind}"

    @property
    def seal_identity(self) -> str:
        """What the sealed value is bound to."""
        return f"{self.student_id}|{self.kind}"


class AccessEntry(SchoolChild):
    """Somebody looked at sensitive data of a pupil. Never changed; goes when its term of 24 months is over."""

    student = SchoolForeignKey("people.Student", related_name="+")
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=120)
    role = models.CharField(max_length=24)
    seen = models.JSONField()  # words of `SeenKind`
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    request_id = models.CharField(max_length=16, blank=True, default="")  # the page it was looked at on

    class Meta:
        constraints = [
            school_row("people_accessentry"),
            SchoolKey("student", name="people_accessentry_student_key"),
            one_of("role", Role, name="people_accessentry_role"),
            not_blank("reason", name="people_accessentry_reasoned"),
        ]
        indexes = [
            models.Index(fields=["school", "student", "at"], name="people_access_pupil"),
            models.Index(fields=["school", "user_id", "at"], name="people_access_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.student_id}"
