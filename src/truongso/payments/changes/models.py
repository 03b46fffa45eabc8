"""What one person asked for and another decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import not_blank, one_of
from truongso.kernel.fields import PublicIdField
from truongso.kernel.tenancy import SchoolScoped, school_row
from truongso.payments.changes.types import OPEN_STATES, ChangeKind, ChangeState

_OPEN = [s.value for s in OPEN_STATES]


class SetupChange(SchoolScoped):
    """One change of a school's set-up, fixed once asked for; its state and who decided follow.

    `subject` is the public id of what changes ("bin/number" of a further account), `title` how people call it,
    `detail` what is to hold after it, without secrets; these are in `sealed` until the change has ended. An approved
    change of account takes effect at `effective_at`. `told` counts who was reached of each audience when it was asked
    for.
    """

    public_id = PublicIdField()
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    detail = models.JSONField(default=dict)
    sealed = models.TextField(blank=True)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default=ChangeState.PROPOSED.value)
    told = models.JSONField(default=dict)
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            school_row("payments_setupchange"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_setupchange_public"),
            models.UniqueConstraint(
                fields=["school", "kind", "subject"], name="payments_setupchange_open", condition=Q(state__in=_OPEN)
            ),
            one_of("kind", ChangeKind, name="payments_setupchange_kind"),
            one_of("state", ChangeState, name="payments_setupchange_state"),
            not_blank("reason", name="payments_setupchange_reasoned"),
            # Nobody decides on what he asked for himself.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="payments_setupchange_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[s.value for s in (ChangeState.APPROVED, ChangeState.DONE, ChangeState.FAILED)])
                | Q(decided_by__isnull=False, decided_at__isnull=False, effective_at__isnull=False),
                name="payments_setupchange_decided",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended_at__isnull=True) | (~Q(state__in=_OPEN) & Q(ended_at__isnull=False)),
                name="payments_setupchange_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ChangeState.CANCELLED.value, ChangeState.REJECTED.value]) | ~Q(end_reason=""),
                name="payments_setupchange_why",
            ),
            # Nothing secret outlives the change.
            models.CheckConstraint(condition=Q(state__in=_OPEN) | Q(sealed=""), name="payments_setupchange_forgets"),
        ]
        indexes = [
            models.Index(
                fields=["effective_at"], name="payments_setupchange_due", condition=Q(state=ChangeState.APPROVED.value)
            ),
            models.Index(fields=["school", "state"], name="payments_setupchange_state_ix"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it may still come, or be taken back."""
        return self.state in _OPEN
