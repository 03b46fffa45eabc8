"""The fee catalogue with dated rates, exemptions, collection rounds and the invoices they issue."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.fees.types import FeeNature, FeeUnit, LineKind, RoundState
from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey, SealedField
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.organizations.public import BankAccount
from truongso.organizations.types import Ownership


class FeeItem(SchoolScoped):
    """A fee item of the school's catalogue. Parents'-board money is not school money and never becomes an item."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    nature = models.CharField(max_length=20)
    unit = models.CharField(max_length=10)
    is_voluntary = models.BooleanField(default=False)
    legal_basis = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("fees_feeitem"),
            models.UniqueConstraint(fields=["school", "code"], name="fees_feeitem_code"),
            one_of("nature", FeeNature, name="fees_feeitem_nature"),
            one_of("unit", FeeUnit, name="fees_feeitem_unit"),
            not_blank("name", name="fees_feeitem_named"),
        ]

    def __str__(self) -> str:
        return self.name


class FeeRate(SchoolChild):
    """What one unit of an item costs, from–to, by grade where it differs; with the deciding document."""

    fee_item = SchoolForeignKey(FeeItem, related_name="rates")
    grade = models.CharField(max_length=20, blank=True)  # blank: every grade
    amount = DongField()
    cap = DongField(null=True)  # the authority's ceiling, when the document sets one
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    document_number = models.CharField(max_length=120, blank=True)
    deciding_body = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            school_row("fees_feerate"),
            models.UniqueConstraint(fields=["school", "fee_item", "grade", "valid_from"], name="fees_feerate_once"),
            SchoolKey("fee_item", name="fees_feerate_item_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="fees_feerate_positive"),
            models.CheckConstraint(condition=Q(cap__isnull=True) | Q(amount__lte=F("cap")), name="fees_feerate_cap"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="fees_feerate_dates"
            ),
        ]


class ReductionRule(models.Model):
    """Law as data: a policy category exempts from, or reduces, items of a nature by a percentage, from–to.

    `ownership` limits a rule to public or private schools (blank: all). `everyone` rules need no personal category
    (free public tuition under Resolution 217/2025/QH15).
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    nature = models.CharField(max_length=20)
    percent = models.PositiveSmallIntegerField()
    everyone = models.BooleanField(default=False)
    ownership = models.CharField(max_length=20, blank=True)
    legal_basis = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "nature", "valid_from"], name="fees_reductionrule_once"),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="fees_reductionrule_percent"),
            one_of("nature", FeeNature, name="fees_reductionrule_nature"),
            models.CheckConstraint(
                condition=Q(ownership__in=["", *(o.value for o in Ownership)]), name="fees_reductionrule_ownership"
            ),
            not_blank("legal_basis", name="fees_reductionrule_basis"),
        ]

    def __str__(self) -> str:
        return self.name


class Exemption(SchoolChild):
    """A pupil belongs to a policy category, from–to, on the strength of a document (sealed; b"": still to come)."""

    student = SchoolForeignKey("people.Student", related_name="+")
    rule_code = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    document = SealedField()
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("fees_exemption"),
            models.UniqueConstraint(
                fields=["school", "student", "rule_code", "valid_from"], name="fees_exemption_once"
            ),
            SchoolKey("student", name="fees_exemption_student_key"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="fees_exemption_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.valid_from}"

    @property
    def seal_identity(self) -> str:
        """What the sealed document is bound to."""
        return f"{self.student_id}|{self.rule_code}|{self.valid_from.isoformat()}"


class OptIn(SchoolChild):
    """A family chose a voluntary item for a pupil, from–to. Without it the item is never charged."""

    student = SchoolForeignKey("people.Student", related_name="+")
    fee_item = SchoolForeignKey(FeeItem, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("fees_optin"),
            models.UniqueConstraint(fields=["school", "student", "fee_item", "valid_from"], name="fees_optin_once"),
            SchoolKey("student", name="fees_optin_student_key"),
            SchoolKey("fee_item", name="fees_optin_item_key"),
        ]
        indexes = [
            models.Index(fields=["school", "fee_item"], name="fees_optin_fee_item"),
        ]


class CollectionRound(SchoolScoped):
    """A collection round (đợt thu): items × classes, previewed, then issued once."""

    public_id = PublicIdField()
    name = models.CharField(max_length=160)
    school_year = models.ForeignKey("organizations.SchoolYear", on_delete=models.PROTECT, related_name="+")
    priced_on = models.DateField()  # the day whose rates, exemptions and enrolment count
    due_on = models.DateField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    allows_partial = models.BooleanField(default=False)  # families may pay in parts
    # The department's template in force at issue; its papers keep it. None: the four mandatory fields alone.
    payment_template = models.ForeignKey(
        "organizations.PaymentTemplate", null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=8, default=RoundState.DRAFT.value)
    planned_at = models.DateTimeField(null=True)  # when the preview was last computed
    issued_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("fees_collectionround"),
            models.UniqueConstraint(fields=["school", "public_id"], name="fees_collectionround_public"),
            SchoolKey("bank_account", name="fees_collectionround_account_key"),
            one_of("state", RoundState, name="fees_collectionround_state"),
            not_blank("name", name="fees_collectionround_named"),
        ]

    def __str__(self) -> str:
        return self.name


class RoundItem(SchoolChild):
    """An item of a round: how many units are charged."""

    round = SchoolForeignKey(CollectionRound, models.CASCADE, related_name="items")
    fee_item = SchoolForeignKey(FeeItem, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            school_row("fees_rounditem"),
            models.UniqueConstraint(fields=["school", "round", "fee_item"], name="fees_rounditem_once"),
            SchoolKey("round", name="fees_rounditem_round_key"),
            SchoolKey("fee_item", name="fees_rounditem_item_key"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="fees_rounditem_quantity"),
        ]


class RoundClass(SchoolChild):
    """A class that a round covers."""

    round = SchoolForeignKey(CollectionRound, models.CASCADE, related_name="classes")
    school_class = SchoolForeignKey("people.SchoolClass", related_name="+")

    class Meta:
        constraints = [
            school_row("fees_roundclass"),
            models.UniqueConstraint(fields=["school", "round", "school_class"], name="fees_roundclass_once"),
            SchoolKey("round", name="fees_roundclass_round_key"),
            SchoolKey("school_class", name="fees_roundclass_class_key"),
        ]


class PlannedLine(SchoolChild):
    """The priced plan of a draft round: what each pupil would be charged. Rebuilt by every preview, frozen at issue."""

    round = SchoolForeignKey(CollectionRound, models.CASCADE, related_name="planned")
    student = SchoolForeignKey("people.Student", related_name="+")
    school_class = SchoolForeignKey("people.SchoolClass", related_name="+")
    fee_item = SchoolForeignKey(FeeItem, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    unit_amount = DongField()
    gross = DongField()
    reduction_percent = models.PositiveSmallIntegerField(default=0)
    reduction = DongField(default=ZERO)
    reduction_basis = models.CharField(max_length=500, blank=True)
    amount = DongField()

    class Meta:
        constraints = [
            school_row("fees_plannedline"),
            models.UniqueConstraint(fields=["school", "round", "student", "fee_item"], name="fees_plannedline_once"),
            SchoolKey("round", name="fees_plannedline_round_key"),
            SchoolKey("student", name="fees_plannedline_student_key"),
            SchoolKey("school_class", name="fees_plannedline_class_key"),
            SchoolKey("fee_item", name="fees_plannedline_item_key"),
            models.CheckConstraint(
                condition=Q(gross=F("unit_amount") * F("quantity"), amount=F("gross") - F("reduction"), amount__gte=0),
                name="fees_plannedline_sums",
            ),
        ]


class Invoice(SchoolChild):
    """A payment request with its code (the letter's "mã/số hóa đơn thanh toán"; not a tax invoice).

    The four mandatory fields (LC-2.2: payer, beneficiary, reason, invoice code) are copied here as issued and can
    not be blank. `total` and `paid` are derived from lines and allocations; triggers refuse any other value.
    """

    public_id = PublicIdField()
    code = models.CharField(max_length=9)
    round = SchoolForeignKey(CollectionRound, related_name="invoices")
    student = SchoolForeignKey("people.Student", related_name="+")
    family = SchoolForeignKey("people.Family", related_name="+")
    school_class = SchoolForeignKey("people.SchoolClass", related_name="+")
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    payer_name = models.CharField(max_length=120)
    beneficiary_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    student_name = models.CharField(max_length=120)  # as issued
    class_name = models.CharField(max_length=40)
    search_fold = models.CharField(max_length=400)  # pupil, payer, class and code, accent-folded
    sort_key = models.CharField(max_length=360)
    total = DongField()
    paid = DongField(default=ZERO)
    due_on = models.DateField()
    issued_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("fees_invoice"),
            models.UniqueConstraint(fields=["school", "code"], name="fees_invoice_code"),
            models.UniqueConstraint(fields=["public_id"], name="fees_invoice_public"),
            # pupil before round: serves the pupil's invoices too, so that no index of its own costs each issue
            models.UniqueConstraint(fields=["school", "student", "round"], name="fees_invoice_once_per_round"),
            SchoolKey("round", name="fees_invoice_round_key"),
            SchoolKey("student", name="fees_invoice_student_key"),
            SchoolKey("family", name="fees_invoice_family_key"),
            SchoolKey("school_class", name="fees_invoice_class_key"),
            SchoolKey("bank_account", name="fees_invoice_account_key"),
            not_blank("payer_name", name="fees_invoice_payer"),
            not_blank("beneficiary_name", name="fees_invoice_beneficiary"),
            not_blank("reason", name="fees_invoice_reason"),
            not_blank("code", name="fees_invoice_coded"),
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("total")), name="fees_invoice_paid_in_total"),
        ]
        indexes = [
            models.Index(fields=["school", "family"], name="fees_invoice_family"),
            models.Index(fields=["school", "round", "sort_key"], name="fees_invoice_list"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def receiving_account(self) -> BankAccount:
        """Where money for it goes today: the account it was issued with, or the one in its place."""
        issued_with: BankAccount = self.bank_account
        return issued_with.present

    @property
    def receiver_name(self) -> str:
        """The beneficiary to show beside the receiving account; the row keeps the one it was issued with."""
        is_as_issued = self.bank_account.replaced_by_id is None
        return self.beneficiary_name if is_as_issued else self.receiving_account.holder_name


class InvoiceLine(SchoolChild):
    """One line of an invoice. Append-only but for `credited` and `paid`, which triggers derive.

    A credit note line (kind `credit`) names the line it reduces; its amount is what is taken off.
    """

    invoice = SchoolForeignKey(Invoice, related_name="lines")
    fee_item = SchoolForeignKey(FeeItem, related_name="+")
    kind = models.CharField(max_length=8, default=LineKind.CHARGE.value)
    adjusts = SchoolForeignKey("self", null=True, related_name="credits")
    description = models.CharField(max_length=200)
    nature = models.CharField(max_length=20)
    quantity = models.PositiveSmallIntegerField()
    unit_amount = DongField()
    gross = DongField()
    reduction_percent = models.PositiveSmallIntegerField(default=0)
    reduction = DongField(default=ZERO)
    reduction_basis = models.CharField(max_length=500, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    amount = DongField()
    credited = DongField(default=ZERO)
    paid = DongField(default=ZERO)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("fees_invoiceline"),
            SchoolKey("invoice", name="fees_invoiceline_invoice_key"),
            SchoolKey("fee_item", name="fees_invoiceline_item_key"),
            SchoolKey("adjusts", name="fees_invoiceline_adjusts_key"),
            one_of("kind", LineKind, name="fees_invoiceline_kind"),
            one_of("nature", FeeNature, name="fees_invoiceline_nature"),
            models.CheckConstraint(
                condition=Q(gross=F("unit_amount") * F("quantity"), amount=F("gross") - F("reduction"), amount__gte=0),
                name="fees_invoiceline_sums",
            ),
            models.CheckConstraint(
                condition=Q(kind=LineKind.CREDIT.value, adjusts__isnull=False, amount__gt=0)
                | (~Q(kind=LineKind.CREDIT.value) & Q(adjusts__isnull=True)),
                name="fees_invoiceline_credit",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, credited__gte=0, paid__lte=F("amount") - F("credited")),
                name="fees_invoiceline_paid_in_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "adjusts"], name="fees_invoiceline_adjusts", condition=Q(adjusts__isnull=False)
            ),
            models.Index(fields=["school", "fee_item"], name="fees_invoiceline_fee_item"),
            models.Index(fields=["school", "invoice"], name="fees_invoiceline_invoice"),
        ]
