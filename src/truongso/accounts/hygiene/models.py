"""Shared accounts, review campaigns, leaked lists, warnings of long unused accounts, acknowledged rules."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.accounts.hygiene.types import BY_CLOCK, AccountClass, LeakOutcome, ReviewDecision
from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.organizations.public import OrgUnit

_CLOCK_WORDS = sorted(decision.value for decision in BY_CLOCK)


class SharedAccount(models.Model):
    """An account of an organisation and the person who answers for it; personal accounts have no row."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="shared")
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    set_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.user_id} → {self.owner_id}"


class ReviewRound(models.Model):
    """A campaign that a unit starts at all its schools, and among its own people: this part the unit signs. Without a
    unit it is one over the operators."""

    public_id = PublicIdField(unique=True)
    unit = models.ForeignKey("organizations.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    classes = models.JSONField()
    started_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True, digest="")
                | (Q(signed_by__isnull=False, signed_at__isnull=False, closed_at__isnull=False) & ~Q(digest="")),
                name="accounts_reviewround_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.started_at:%d/%m/%Y}"

    @property
    def the_unit(self) -> OrgUnit:
        """Whose campaign it is; those of operators never come here."""
        return _unit(self.unit)


class ReviewedAccount(models.Model):
    """One account in a campaign, as it stood at the start, and what was decided."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    account_class = models.CharField(max_length=8)
    roles = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=16, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    # The act waits for a second person: a sensitive account.
    waits = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.user_id} {self.decision or '…'}"


def _reviewed(table: str) -> list[models.BaseConstraint]:
    """What the database holds of every `ReviewedAccount`."""
    return [
        one_of("account_class", AccountClass, name=f"{table}_class"),
        models.CheckConstraint(
            condition=Q(decision="") | Q(decision__in=[one.value for one in ReviewDecision]), name=f"{table}_decision"
        ),
        models.CheckConstraint(
            condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
            | Q(decision__in=_CLOCK_WORDS, decided_at__isnull=False, decided_by__isnull=True)
            | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision__in=["", *_CLOCK_WORDS])),
            name=f"{table}_decided",
        ),
        # Nobody reviews their own account.
        models.CheckConstraint(
            condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("user")), name=f"{table}_other"
        ),
    ]


class UnitReviewItem(ReviewedAccount):
    """An account of the unit, or of one below, in a unit's campaign; without a unit an operator's."""

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="items")
    unit = models.ForeignKey("organizations.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "user"], name="accounts_unitreviewitem_once"),
            *_reviewed("accounts_unitreviewitem"),
        ]

    @property
    def the_unit(self) -> OrgUnit:
        """Where the account stands; those of operators never come here."""
        return _unit(self.unit)


def _unit(found: OrgUnit | None) -> OrgUnit:
    if found is None:
        raise ValueError("a campaign of operators has no unit")
    return found


class Review(SchoolScoped):
    """A campaign at one school: open until it is signed or its term is over, then signed by the principal."""

    public_id = PublicIdField()
    round = models.ForeignKey(ReviewRound, null=True, on_delete=models.PROTECT, related_name="+")
    classes = models.JSONField()
    started_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    due_on = models.DateField()
    reminded = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("accounts_review"),
            models.UniqueConstraint(fields=["school", "public_id"], name="accounts_review_public"),
            models.UniqueConstraint(fields=["school"], condition=Q(closed_at=None), name="accounts_review_open"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True, digest="")
                | (Q(signed_by__isnull=False, signed_at__isnull=False, closed_at__isnull=False) & ~Q(digest="")),
                name="accounts_review_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.started_at:%d/%m/%Y}"


class ReviewItem(ReviewedAccount, SchoolChild):
    """An account of the school in its campaign."""

    review = SchoolForeignKey(Review, related_name="items")

    class Meta:
        constraints = [
            school_row("accounts_reviewitem"),
            SchoolKey("review", name="accounts_reviewitem_review"),
            models.UniqueConstraint(fields=["school", "review", "user"], name="accounts_reviewitem_once"),
            *_reviewed("accounts_reviewitem"),
        ]
        indexes = [models.Index(fields=["school", "review", "decision"], name="accounts_reviewitem_of")]


class LeakReport(models.Model):
    """An uploaded list of leaked accounts, at a school or at a unit for its schools."""

    public_id = PublicIdField(unique=True)
    school = models.ForeignKey("organizations.School", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organizations.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    source = models.CharField(max_length=300, blank=True)
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    handled_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(school__isnull=False, unit__isnull=True) | Q(school__isnull=True, unit__isnull=False),
                name="accounts_leakreport_place",
            ),
            models.CheckConstraint(
                condition=Q(handled_by__isnull=True, handled_at__isnull=True)
                | Q(handled_by__isnull=False, handled_at__isnull=False),
                name="accounts_leakreport_handled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.uploaded_at:%d/%m/%Y}"


class LeakRow(models.Model):
    """A line of a leaked list: masked, never as written, and never with the password that stood beside it."""

    report = models.ForeignKey(LeakReport, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()
    masked = models.CharField(max_length=120, blank=True)
    fault = models.CharField(max_length=20, blank=True)
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    # The school whose people hand the new link over; none for people of the unit itself.
    school = models.ForeignKey("organizations.School", null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, blank=True)
    is_told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "row"], name="accounts_leakrow_once"),
            models.UniqueConstraint(
                fields=["report", "user"], condition=Q(user__isnull=False), name="accounts_leakrow_user"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | (Q(outcome__in=[one.value for one in LeakOutcome]) & Q(user__isnull=False)),
                name="accounts_leakrow_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.row}"


class IdleWarning(models.Model):
    """The owner of a long unused account was told; suspended when the account stays unused."""

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="+")
    used_at = models.DateTimeField()
    warned_on = models.DateField()
    suspend_on = models.DateField()
    is_told = models.BooleanField()
    suspended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.suspend_on:%d/%m/%Y}"


class MailRulesRead(models.Model):
    """Somebody read the rules of official mail, in a version, and will keep them."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="mail_rules")
    version = models.PositiveSmallIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="accounts_mailrulesread_once")]

    def __str__(self) -> str:
        return f"{self.user_id} v{self.version}"


class HygieneSweep(models.Model):
    """The day on which the clock last looked at long unused accounts; one row."""

    done_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.done_on:%d/%m/%Y}"
