"""Tables without business words: audit trail, outbox, jobs. Ids of users and schools are plain values here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import one_of
from truongso.kernel.types import JobState, KeyUse


class AuditHead(models.Model):
    """The last link of each school's audit chain; school 0 stands for what belongs to no school."""

    school_id = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")


class AuditEntry(models.Model):
    """Who did what to which thing, when and why. Append-only, hash-chained per school (invariant I11)."""

    school_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=120)
    channel = models.CharField(max_length=12)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    # From where (`kernel.origin`); empty for commands, jobs, and what was written before entries had it.
    request_id = models.CharField(max_length=16, blank=True, default="")
    source = models.CharField(max_length=50, blank=True, default="")
    device = models.CharField(max_length=80, blank=True, default="")
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_id", "seq"], name="kernel_audit_seq"),
            models.UniqueConstraint(fields=["school_id", "prev_hash"], name="kernel_audit_no_fork"),
        ]
        indexes = [models.Index(fields=["school_id", "subject_kind", "subject_id"], name="kernel_audit_subject")]


class KeptHead(models.Model):
    """Where a chain of the audit trail stood at the end of a day, kept apart from the chain (`kernel.audit_heads`)."""

    school_id = models.BigIntegerField()
    day = models.DateField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "day"], name="kernel_kepthead_once")]


class OutboxEvent(models.Model):
    """A fact that others may react to later, written in the same transaction as the fact itself."""

    school_id = models.BigIntegerField()
    topic = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField()
    created_at = models.DateTimeField()


class OutboxDelivery(models.Model):
    """One event for one handler: at least once, so handlers are idempotent."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=120)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="kernel_outbox_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="kernel_outbox_due", condition=Q(done_at__isnull=True))
        ]


class Job(models.Model):
    """A long piece of work with progress. One row per business act (`key`), so starting it twice is one job."""

    school_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=JobState.WAITING.value)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    started_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_id", "kind", "key"], name="kernel_job_once"),
            one_of("state", JobState, name="kernel_job_state"),
        ]


class DataKey(models.Model):
    """A key of one school's sealed columns (`kernel.school_keys`), itself sealed with the installation's key.

    Destroyed keys keep their row without the key: what was sealed with them is gone for good.
    """

    school_id = models.BigIntegerField()
    use = models.CharField(max_length=5)
    number = models.PositiveSmallIntegerField()
    wrapped = models.TextField(blank=True)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_id", "use", "number"], name="kernel_datakey_once"),
            one_of("use", KeyUse, name="kernel_datakey_use"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) & ~Q(wrapped="") | Q(destroyed_at__isnull=False, wrapped=""),
                name="kernel_datakey_destroyed",
            ),
        ]


class Tally(models.Model):
    """How often something was tried within one window of time: a limit that holds across processes.

    `key` is a keyed hash of what is counted and whose tries they are: no address is kept in the open.
    """

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)
