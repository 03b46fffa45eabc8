"""The dated tree of units, the schools under them, and each school's receiving bank accounts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolScoped, school_row
from truongso.organizations.types import Area, Ownership, SchoolLevel, SupervisionFunction, UnitKind


class OrgUnit(models.Model):
    """A management unit, from–to. One that ended keeps its row, so that old reports keep the old tree."""

    kind = models.CharField(max_length=24)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    document = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="organizations_orgunit_code"),
            one_of("kind", UnitKind, name="organizations_orgunit_kind"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organizations_orgunit_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """A school: the tenant. `invoice_prefix` are the two letters its invoice codes start with."""

    code = models.CharField(max_length=20, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=80)
    level = models.CharField(max_length=20)
    ownership = models.CharField(max_length=20, default=Ownership.PUBLIC.value)
    area = models.CharField(max_length=24, default=Area.URBAN.value)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    tax_code = models.CharField(max_length=20, blank=True)
    budget_code = models.CharField(max_length=20, blank=True)
    # Electronic identification code of the unit (Decision 20/2020): payment-acceptor code of Decision 4597.
    identification_code = models.CharField(max_length=35, blank=True)
    invoice_prefix = models.CharField(max_length=2)
    support_contact = models.CharField(max_length=200, blank=True)
    support_phone = models.CharField(max_length=20, blank=True)
    support_hours = models.CharField(max_length=120, blank=True)
    # Working days within which the support team answers a family.
    answer_days = models.PositiveSmallIntegerField(default=1)
    fanpage = models.URLField(blank=True)
    has_public_page = models.BooleanField(default=False)
    # Words of `Module` the school does without; an unknown word switches nothing off.
    switched_off = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            one_of("level", SchoolLevel, name="organizations_school_level"),
            one_of("ownership", Ownership, name="organizations_school_ownership"),
            one_of("area", Area, name="organizations_school_area"),
            not_blank("name", name="organizations_school_named"),
            models.CheckConstraint(
                condition=Q(answer_days__gte=1, answer_days__lte=10), name="organizations_school_answers"
            ),
            # Nobody is asked to pay on a page that names no one to turn to (letter LC-2.3).
            models.CheckConstraint(
                condition=Q(has_public_page=False) | ~(Q(support_contact="") | Q(support_phone="")),
                name="organizations_school_supported",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name


class SchoolSite(SchoolScoped):
    """A satellite campus (điểm trường)."""

    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("organizations_schoolsite"),
            models.UniqueConstraint(fields=["school", "name"], name="organizations_schoolsite_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Supervision(models.Model):
    """Which unit supervises a school for which function, from–to."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="supervisions")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="supervisions")
    function = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "function", "unit", "valid_from"], name="organizations_supervision_once"
            ),
            one_of("function", SupervisionFunction, name="organizations_supervision_function"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organizations_supervision_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.function} {self.unit_id}"


class SchoolYear(models.Model):
    """A school year such as 2026-2027, the same for all schools of a province."""

    code = models.CharField(max_length=9, unique=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="organizations_schoolyear_dates")
        ]

    def __str__(self) -> str:
        return self.code.replace("-", "–")


class BankAccount(SchoolScoped):
    """An account on which the school receives money. `holder_name` is the beneficiary on every invoice.

    What it is never changes; another account takes its place. `replaced_by` is then the account in use today, always
    one step away: papers that name this one still credit it, new codes name its successor.
    """

    public_id = PublicIdField()
    bank_bin = models.CharField(max_length=6)
    number = models.CharField(max_length=19)
    holder_name = models.CharField(max_length=120)
    label = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    replaced_by = SchoolForeignKey("self", null=True, related_name="replaces")
    replaced_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("organizations_bankaccount"),
            SchoolKey("replaced_by", name="organizations_bankaccount_successor"),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True, replaced_at__isnull=True)
                | Q(replaced_by__isnull=False, replaced_at__isnull=False, is_active=False),
                name="organizations_bankaccount_replaced",
            ),
            models.UniqueConstraint(fields=["school", "bank_bin", "number"], name="organizations_bankaccount_number"),
            models.UniqueConstraint(fields=["school", "public_id"], name="organizations_bankaccount_public"),
            not_blank("holder_name", name="organizations_bankaccount_holder"),
            not_blank("number", name="organizations_bankaccount_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.number} – {self.holder_name}"

    @property
    def present(self) -> BankAccount:
        """The account that takes this one's money today: its successor, or itself."""
        successor: BankAccount | None = self.replaced_by
        return successor or self


# Slices of the room keep their tables beside their code.
from truongso.organizations.payment_template.models import PaymentTemplate, PaymentTemplateField  # noqa: E402, F401
