"""Homeroom teachers of classes, from–to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild


class Homeroom(SchoolChild):
    """A teacher has a class from one day to another, or until further notice. A class has one at a time."""

    school_class = SchoolForeignKey("people.SchoolClass", related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    set_by = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_class"], condition=Q(valid_to__isnull=True), name="people_homeroom_one_open"
            ),
            models.UniqueConstraint(fields=["school", "school_class", "valid_from"], name="people_homeroom_begins"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="people_homeroom_dates"
            ),
            SchoolKey("school_class", name="people_homeroom_class_key"),
        ]
        indexes = [models.Index(fields=["school", "user"], name="people_homeroom_user")]

    def __str__(self) -> str:
        return f"{self.school_class_id} {self.user_id} {self.valid_from}"
