"""Requests about a child's data, links to its copy, erasures, holds, terms of keeping, incidents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.people.privacy.types import (
    ConsentParty,
    DataRequestChannel,
    DataRequestKind,
    DataRequestState,
    ErasureState,
    IncidentState,
)

_ANSWERED = Q(state=DataRequestState.RECEIVED.value, answered_at__isnull=True) | (
    ~Q(state=DataRequestState.RECEIVED.value) & Q(answered_at__isnull=False)
)
_CARRIED_OUT = Q(state=DataRequestState.DONE.value, done_at__isnull=False) | (
    ~Q(state=DataRequestState.DONE.value) & Q(done_at__isnull=True)
)
_DECIDED = Q(state=ErasureState.PROPOSED.value, decided_at__isnull=True) | (
    ~Q(state=ErasureState.PROPOSED.value) & Q(decided_at__isnull=False)
)
_ON_PAPER = Q(signed_on__isnull=True, paper_place="", scan_sha256="") | (
    Q(signed_on__isnull=False, channel=DataRequestChannel.SCHOOL.value) & ~Q(paper_place="")
)
_TOLD = Q(state=IncidentState.OPEN.value, told_at__isnull=True) | ~Q(state=IncidentState.OPEN.value)


class DataRequest(SchoolChild):
    """What somebody asked about a child's data; numbered per school. What was asked stays as asked.

    `answer_by` and `act_by` are the law's clock at the time of asking; one extension moves `act_by`.
    """

    public_id = PublicIdField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    channel = models.CharField(max_length=8)
    student = SchoolForeignKey("people.Student", related_name="data_requests")
    guardian = SchoolForeignKey("people.Guardian", null=True, related_name="+")
    asked_by = models.CharField(max_length=120)
    detail = models.CharField(max_length=1000, blank=True)
    asked_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True)
    answer_by = models.DateTimeField()
    act_by = models.DateTimeField()
    state = models.CharField(max_length=10, default=DataRequestState.RECEIVED.value)
    answer = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            school_row("people_datarequest"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_datarequest_public"),
            models.UniqueConstraint(fields=["school", "number"], name="people_datarequest_number"),
            SchoolKey("student", name="people_datarequest_student_key"),
            SchoolKey("guardian", name="people_datarequest_guardian_key"),
            one_of("kind", DataRequestKind, name="people_datarequest_kind"),
            one_of("channel", DataRequestChannel, name="people_datarequest_channel"),
            one_of("state", DataRequestState, name="people_datarequest_state"),
            not_blank("asked_by", name="people_datarequest_asker"),
            models.CheckConstraint(condition=_ANSWERED, name="people_datarequest_answered"),
            models.CheckConstraint(condition=_CARRIED_OUT, name="people_datarequest_carried_out"),
            models.CheckConstraint(
                condition=~Q(state=DataRequestState.REFUSED.value) | ~Q(answer=""), name="people_datarequest_reasoned"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student"], name="people_datarequest_student"),
            models.Index(fields=["school", "state", "act_by"], name="people_datarequest_list"),
        ]

    def __str__(self) -> str:
        return f"YC-{self.number}"


class CopyLink(SchoolChild):
    """A link by which one guardian fetches the copy of one child's data, for a while and a few times.

    Nothing of the data is stored for it: the copy is made when it is fetched. Only the token's hash is kept.
    """

    request = SchoolForeignKey(DataRequest, related_name="links")
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("people_copylink"),
            models.UniqueConstraint(fields=["school", "token_hash"], name="people_copylink_token"),
            SchoolKey("request", name="people_copylink_request_key"),
        ]
        indexes = [models.Index(fields=["token_hash"], name="people_copylink_find")]


class LegalHold(SchoolChild):
    """Data that must stay whatever its term: of one pupil, or of the whole school (no pupil named)."""

    public_id = PublicIdField()
    number = models.PositiveIntegerField()
    student = SchoolForeignKey("people.Student", null=True, related_name="legal_holds")
    reason = models.CharField(max_length=300)
    document = models.CharField(max_length=120, blank=True)
    set_at = models.DateTimeField()
    set_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            school_row("people_legalhold"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_legalhold_public"),
            models.UniqueConstraint(fields=["school", "number"], name="people_legalhold_number"),
            SchoolKey("student", name="people_legalhold_student_key"),
            not_blank("reason", name="people_legalhold_reason"),
        ]


class Erasure(SchoolChild):
    """Erasing a child's data: proposed by one person with what would go and stay, decided by another."""

    public_id = PublicIdField()
    student = SchoolForeignKey("people.Student", related_name="erasures")
    request = SchoolForeignKey(DataRequest, null=True, related_name="erasures")
    state = models.CharField(max_length=8, default=ErasureState.PROPOSED.value)
    reason = models.CharField(max_length=300)
    proposed_at = models.DateTimeField()
    proposed_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    """Rows by table that were changed, and by table that were kept: the proof without the data."""

    class Meta:
        constraints = [
            school_row("people_erasure"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_erasure_public"),
            models.UniqueConstraint(
                fields=["school", "student"], name="people_erasure_one_open",
                condition=Q(state=ErasureState.PROPOSED.value),
            ),
            SchoolKey("student", name="people_erasure_student_key"),
            SchoolKey("request", name="people_erasure_request_key"),
            one_of("state", ErasureState, name="people_erasure_state"),
            not_blank("reason", name="people_erasure_reason"),
            models.CheckConstraint(condition=_DECIDED, name="people_erasure_decided"),
            models.CheckConstraint(
                condition=~Q(state=ErasureState.DONE.value) | ~Q(proposed_by=models.F("decided_by")),
                name="people_erasure_two_people",
            ),
        ]  # fmt: skip


class RetentionTerm(SchoolScoped):
    """How many days a school keeps one kind of rows, where it is not the usual term."""

    code = models.CharField(max_length=40)
    days = models.PositiveIntegerField()
    document = models.CharField(max_length=120)
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("people_retentionterm"),
            models.UniqueConstraint(fields=["school", "code"], name="people_retentionterm_once"),
            not_blank("document", name="people_retentionterm_document"),
        ]

    def __str__(self) -> str:
        return self.code


class SchoolExport(SchoolScoped):
    """An archive of everything the school has, made by the school itself; the file lies in the data directory until
    `kept_until`."""

    public_id = PublicIdField()
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    asked_label = models.CharField(max_length=120)
    kept_until = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    downloads = models.PositiveSmallIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("people_schoolexport"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_schoolexport_public"),
            not_blank("reason", name="people_schoolexport_reason"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Consent(SchoolChild):
    """One yes or no to an optional purpose, by the representative or by the child; the latest counts. Append-only.

    `version` is the wording that was read, `text_sha256` proves it.
    """

    student = SchoolForeignKey("people.Student", related_name="consents")
    purpose = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    text_sha256 = models.CharField(max_length=64)
    party = models.CharField(max_length=16)
    is_given = models.BooleanField()
    guardian = SchoolForeignKey("people.Guardian", null=True, related_name="+")
    said_by = models.CharField(max_length=120)
    channel = models.CharField(max_length=8)
    at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True)
    # Of an answer on paper: the date on it, where it lies, sha256 of a scan (the picture itself is kept nowhere).
    signed_on = models.DateField(null=True)
    paper_place = models.CharField(max_length=160, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            school_row("people_consent"),
            SchoolKey("student", name="people_consent_student_key"),
            SchoolKey("guardian", name="people_consent_guardian_key"),
            one_of("party", ConsentParty, name="people_consent_party"),
            one_of("channel", DataRequestChannel, name="people_consent_channel"),
            not_blank("said_by", name="people_consent_said"),
            models.CheckConstraint(condition=_ON_PAPER, name="people_consent_paper"),
        ]
        indexes = [models.Index(fields=["school", "student", "purpose"], name="people_consent_of")]


class Incident(SchoolScoped):
    """A breach of personal data, the clock for telling the authority, and what was done."""

    public_id = PublicIdField()
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    happened_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    tell_by = models.DateTimeField()
    classes = models.JSONField(default=list)
    people = models.PositiveIntegerField()
    description = models.CharField(max_length=2000)
    consequences = models.CharField(max_length=2000, blank=True)
    measures = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, default=IncidentState.OPEN.value)
    recorded_at = models.DateTimeField()
    recorded_by = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    told_to = models.CharField(max_length=160, blank=True)
    told_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    conclusion = models.CharField(max_length=1000, blank=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("people_incident"),
            models.UniqueConstraint(fields=["school", "public_id"], name="people_incident_public"),
            models.UniqueConstraint(fields=["school", "number"], name="people_incident_number"),
            one_of("state", IncidentState, name="people_incident_state"),
            not_blank("title", name="people_incident_titled"),
            not_blank("description", name="people_incident_described"),
            models.CheckConstraint(condition=_TOLD, name="people_incident_told"),
        ]

    def __str__(self) -> str:
        return self.title
