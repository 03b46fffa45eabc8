"""Pupils, their families and guardians, classes and enrolment, and imports of rosters."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey, SealedField
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.people.types import Gender, Relationship, StudentStatus


class Staff(SchoolScoped):
    """A member of staff; `user_id` once the person signs in."""

    full_name = models.CharField(max_length=120)
    name_fold = models.CharField(max_length=120)
    sector_code = models.CharField(max_length=20, blank=True)
    job_title = models.CharField(max_length=80, blank=True)
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [school_row("people_staff")]

    def __str__(self) -> str:
        return self.full_name


class SchoolClass(SchoolScoped):
    """A class in one school year, for example 3A2."""

    school_year = models.ForeignKey("organizations.SchoolYear", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    name_fold = models.CharField(max_length=40)
    grade = models.CharField(max_length=20)
    site = SchoolForeignKey("organizations.SchoolSite", null=True, related_name="+")

    class Meta:
        constraints = [
            school_row("people_schoolclass"),
            models.UniqueConstraint(fields=["school", "school_year", "name_fold"], name="people_schoolclass_name"),
            SchoolKey("site", name="people_schoolclass_site_key"),
            not_blank("name", name="people_schoolclass_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Family(SchoolScoped):
    """The household that pays for its children at this school: holder of credit, one link for parents."""

    public_id = PublicIdField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("people_family"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_family_public"),
        ]


class Student(SchoolChild):
    """A pupil. `sector_code` is the ministry's identifier, `school_code` the school's own."""

    public_id = PublicIdField()
    sector_code = models.CharField(max_length=20, blank=True)
    school_code = models.CharField(max_length=20, blank=True)
    full_name = models.CharField(max_length=120)
    name_fold = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=360)
    birth_date = models.DateField(null=True)
    gender = models.CharField(max_length=8, default=Gender.UNKNOWN.value)
    status = models.CharField(max_length=12, default=StudentStatus.STUDYING.value)
    family = SchoolForeignKey(Family, related_name="students")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("people_student"),
            models.UniqueConstraint(
                fields=["school", "sector_code"],
                name="people_student_sector_code",
                condition=~Q(sector_code=""),
            ),
            models.UniqueConstraint(
                fields=["school", "school_code"],
                name="people_student_school_code",
                condition=~Q(school_code=""),
            ),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_student_public"),
            SchoolKey("family", name="people_student_family_key"),
            not_blank("full_name", name="people_student_named"),
            one_of("gender", Gender, name="people_student_gender"),
            one_of("status", StudentStatus, name="people_student_status"),
        ]
        indexes = [
            models.Index(fields=["school", "family"], name="people_student_family"),
            models.Index(fields=["school", "name_fold"], name="people_student_fold"),
        ]

    def __str__(self) -> str:
        return self.full_name


class Guardian(SchoolChild):
    """A parent or guardian: the payer's name on invoices and the address for messages."""

    family = SchoolForeignKey(Family, related_name="guardians")
    full_name = models.CharField(max_length=120)
    name_fold = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)
    # Further numbers a roster gave, in the order met: an import never erases one and never adds one twice.
    other_phones = models.JSONField(default=list, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            school_row("people_guardian"),
            SchoolKey("family", name="people_guardian_family_key"),
            not_blank("full_name", name="people_guardian_named"),
        ]
        indexes = [
            models.Index(fields=["school", "family"], name="people_guardian_family"),
            models.Index(fields=["school", "phone"], name="people_guardian_phone"),
        ]

    @property
    def phones(self) -> tuple[str, ...]:
        """Every number known, the main one first."""
        return tuple(number for number in (self.phone, *self.other_phones) if number)

    def add_phones(self, numbers: Iterable[str]) -> bool:
        """Keep numbers that are not known yet (in memory); True when there was one."""
        added = [number for number in numbers if number not in self.phones]
        if added and not self.phone:
            self.phone, *added = added
            self.other_phones = [*self.other_phones, *added]
            return True
        self.other_phones = [*self.other_phones, *added]
        return bool(added)

    def __str__(self) -> str:
        return self.full_name


class Guardianship(SchoolChild):
    """Who is what to which child; `is_payer` marks whose name stands on the child's invoices."""

    student = SchoolForeignKey(Student, related_name="guardianships")
    guardian = SchoolForeignKey(Guardian, related_name="guardianships")
    relationship = models.CharField(max_length=10)
    is_payer = models.BooleanField(default=False)

    class Meta:
        constraints = [
            school_row("people_guardianship"),
            models.UniqueConstraint(fields=["school", "student", "guardian"], name="people_guardianship_once"),
            models.UniqueConstraint(
                fields=["school", "student"], name="people_guardianship_one_payer", condition=Q(is_payer=True)
            ),
            SchoolKey("student", name="people_guardianship_student_key"),
            SchoolKey("guardian", name="people_guardianship_guardian_key"),
            one_of("relationship", Relationship, name="people_guardianship_kind"),
        ]
        indexes = [
            models.Index(fields=["school", "guardian"], name="people_guardianship_guardian"),
        ]


class Enrolment(SchoolChild):
    """A pupil in a class, from–to. A change of class closes one row and opens another."""

    student = SchoolForeignKey(Student, related_name="enrolments")
    school_class = SchoolForeignKey(SchoolClass, related_name="enrolments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            school_row("people_enrolment"),
            models.UniqueConstraint(
                fields=["school", "student"],
                name="people_enrolment_one_open",
                condition=Q(valid_to__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="people_enrolment_dates",
            ),
            SchoolKey("student", name="people_enrolment_student_key"),
            SchoolKey("school_class", name="people_enrolment_class_key"),
        ]
        indexes = [
            models.Index(fields=["school", "school_class"], name="people_enrolment_school_class"),
            models.Index(fields=["school", "student"], name="people_enrolment_student"),
        ]


class RosterImport(SchoolScoped):
    """One uploaded roster: the file's hash, what the preview found, and when it was applied.

    `content` is the file, sealed, as long as somebody has still to look at it; b"" afterwards.
    """

    public_id = PublicIdField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = SealedField()
    school_year = models.ForeignKey("organizations.SchoolYear", on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.BigIntegerField(null=True)
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            school_row("people_rosterimport"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_rosterimport_public"),
        ]

    @property
    def seal_identity(self) -> str:
        """What the sealed file is bound to."""
        return str(self.public_id)


# Slices of the room keep their tables beside their code.
from truongso.people.family_accounts.models import AccountOffer, FamilyAccount  # noqa: E402
from truongso.people.guardians.models import FormerGuardian  # noqa: E402
from truongso.people.homeroom.models import Homeroom  # noqa: E402
from truongso.people.privacy.models import (  # noqa: E402
    Consent,
    CopyLink,
    DataRequest,
    Erasure,
    Incident,
    LegalHold,
    RetentionTerm,
    SchoolExport,
)
from truongso.people.sensitive.models import AccessEntry, SensitiveFact  # noqa: E402
from truongso.people.teaching.models import SchoolSubject, TeachingAssignment  # noqa: E402

__all__ = [
    "AccessEntry",
    "AccountOffer",
    "Consent",
    "CopyLink",
    "DataRequest",
    "Enrolment",
    "Erasure",
    "Family",
    "FamilyAccount",
    "FormerGuardian",
    "Guardian",
    "Guardianship",
    "Homeroom",
    "Incident",
    "LegalHold",
    "RetentionTerm",
    "RosterImport",
    "SchoolClass",
    "SchoolExport",
    "SchoolSubject",
    "SensitiveFact",
    "Staff",
    "Student",
    "TeachingAssignment",
]
