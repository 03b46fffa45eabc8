"""Acts on accounts that wait for a second person, and staff lists being read in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.accounts.types import Decision, RequestKind, Role
from truongso.kernel.constraints import one_of
from truongso.kernel.fields import PublicIdField
from truongso.kernel.tenancy import SchoolScoped, school_row


class AccountRequest(models.Model):
    """What one person asked for on somebody's account and another decides: a role, its end, a new link, a lost factor.

    Neither of the two is the person it is about, and at least one of them may approve at that place.
    """

    public_id = PublicIdField(unique=True)
    kind = models.CharField(max_length=12)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="requests")
    school = models.ForeignKey("organizations.School", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("organizations.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+")
    # Of a role to give or to end.
    role = models.CharField(max_length=24, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    membership = models.ForeignKey("accounts.Membership", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposer_approves = models.BooleanField()
    decision = models.CharField(max_length=8, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            one_of("kind", RequestKind, name="accounts_accountrequest_kind"),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decision__in=[decision.value for decision in Decision]),
                name="accounts_accountrequest_decision",
            ),
            models.CheckConstraint(
                condition=Q(role="") | Q(role__in=[role.value for role in Role]), name="accounts_accountrequest_role"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="accounts_accountrequest_decided",
            ),
            # Two people, and neither is the one it is about.
            models.CheckConstraint(
                condition=(Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by"))) & ~Q(proposed_by=F("user")),
                name="accounts_accountrequest_two",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("user")), name="accounts_accountrequest_other"
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=False) | Q(unit__isnull=False), name="accounts_accountrequest_place"
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "role"], condition=Q(decision=""), name="accounts_accountrequest_open"
            ),
        ]
        indexes = [
            models.Index(fields=["school"], condition=Q(decision=""), name="accounts_request_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id} {self.decision or '…'}"


class StaffList(SchoolScoped):
    """An uploaded list of staff: the rows as read, kept until somebody applies what the preview shows."""

    public_id = PublicIdField()
    file_name = models.CharField(max_length=200)
    rows = models.JSONField()
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("accounts_stafflist"),
            models.UniqueConstraint(fields=["school", "public_id"], name="accounts_stafflist_public"),
        ]

    def __str__(self) -> str:
        return self.file_name
