"""Bank lines and where they were seen, statement imports, feed connections, and decisions of the matcher."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from truongso.banking.types import DecisionKind, Direction, ImportState, LineState, RowState
from truongso.kernel.constraints import SchoolKey, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row


class FeedConnection(SchoolScoped):
    """A bank feed that pushes credits of one account. Secrets are kept encrypted, several live at once for rotation."""

    public_id = PublicIdField()
    provider = models.CharField(max_length=20)
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    sealed_secrets = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_notice_at = models.DateTimeField(null=True)
    pace = models.JSONField(default=dict)  # how often it usually stirs (kernel.pace)

    class Meta:
        constraints = [
            school_row("banking_feedconnection"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_feedconnection_public"),
            SchoolKey("bank_account", name="banking_feedconnection_account_key"),
        ]
        indexes = [models.Index(fields=["public_id"], name="banking_feed_by_public")]


class BankLine(SchoolChild):
    """One movement on a receiving account, once, however often it is reported.

    `content_key` with `occurrence` tells honest twins apart: the n-th equal movement of an account is the n-th row,
    whether it comes in one file, a later file or a feed. The memo is kept verbatim.
    """

    public_id = PublicIdField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    direction = models.CharField(max_length=3)
    amount = DongField()
    booked_on = models.DateField()
    booked_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    memo = models.TextField(blank=True)
    counter_name = models.CharField(max_length=160, blank=True)
    counter_account = models.CharField(max_length=40, blank=True)
    counter_bank = models.CharField(max_length=80, blank=True, default="")  # BIN or name, as reported
    virtual_account = models.CharField(max_length=40, blank=True, default="")  # stands for one invoice or pupil
    balance = DongField(null=True)
    content_key = models.CharField(max_length=64)
    occurrence = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default=LineState.WAITING.value)
    undoes = models.BooleanField(default=False)  # the bank takes an earlier movement of the other direction back
    reverses = SchoolForeignKey("self", null=True, related_name="reversals")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("banking_bankline"),
            models.UniqueConstraint(
                fields=["school", "bank_account", "content_key", "occurrence"], name="banking_bankline_once"
            ),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_bankline_public"),
            SchoolKey("bank_account", name="banking_bankline_account_key"),
            SchoolKey("reverses", name="banking_bankline_reverses_key"),
            models.UniqueConstraint(
                fields=["school", "reverses"],
                name="banking_bankline_reversed_once",
                condition=Q(reverses__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | Q(direction="out"), name="banking_bankline_reverses_out"
            ),
            one_of("direction", Direction, name="banking_bankline_direction"),
            one_of("state", LineState, name="banking_bankline_state"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="banking_bankline_positive"),
        ]
        indexes = [
            models.Index(fields=["school", "state", "booked_on"], name="banking_bankline_queue"),
            models.Index(fields=["school", "bank_account", "booked_on"], name="banking_bankline_day"),
        ]


class MatchDecision(SchoolChild):
    """What the matcher or a person decided about a bank line, with rule, version and reasons. Append-only."""

    line = SchoolForeignKey(BankLine, related_name="decisions")
    decision = models.CharField(max_length=10)
    rule = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    reason = models.JSONField()  # code and parameters, worded when shown
    candidates = models.JSONField(default=list)
    confidence = models.PositiveSmallIntegerField(null=True)  # percent, as measured; None without a proposal
    differs = models.JSONField(default=list)  # what of the transfer differs from the proposal
    payment = SchoolForeignKey("payments.Payment", null=True, related_name="+")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            SchoolKey("line", name="banking_matchdecision_line_key", kept=True),
            SchoolKey("payment", name="banking_matchdecision_payment_key", kept=True),
            one_of("decision", DecisionKind, name="banking_matchdecision_kind"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(0, 100)),
                name="banking_matchdecision_percent",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "line"], name="banking_decision_line"),
            models.Index(fields=["school", "payment"], name="banking_decision_payment"),
        ]


class StatementImport(SchoolScoped):
    """One uploaded statement: the file's hash, the layout found, what the rows became.

    `period_from` to `period_to` are the days it covers: as the bank prints them, else of its bookings. `flagged`: its
    own totals or balances do not add up, so a period that it covers cannot be closed.
    """

    public_id = PublicIdField()
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()  # the file as uploaded
    layout = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default=ImportState.PREVIEWED.value)
    opening_balance = DongField(null=True)
    closing_balance = DongField(null=True)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    flagged = models.BooleanField(default=False)
    problems = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    uploaded_by = models.BigIntegerField(null=True)
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            school_row("banking_statementimport"),
            models.UniqueConstraint(fields=["school", "public_id"], name="banking_statementimport_public"),
            SchoolKey("bank_account", name="banking_statementimport_account_key"),
            one_of("state", ImportState, name="banking_statementimport_state"),
        ]


class StatementRow(SchoolChild):
    """A row of an imported statement, kept verbatim, and what became of it."""

    statement = SchoolForeignKey(StatementImport, related_name="rows")
    row_number = models.PositiveIntegerField()
    cells = models.JSONField()
    state = models.CharField(max_length=8)
    problem = models.JSONField(null=True)
    bank_account = SchoolForeignKey("organizations.BankAccount", related_name="+")
    content_key = models.CharField(max_length=64, blank=True)
    occurrence = models.PositiveIntegerField(default=0)
    line = SchoolForeignKey(BankLine, null=True, related_name="sightings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "statement", "row_number"], name="banking_statementrow_once"),
            SchoolKey("statement", name="banking_statementrow_statement_key"),
            SchoolKey("bank_account", name="banking_statementrow_account_key"),
            SchoolKey("line", name="banking_statementrow_line_key", kept=True),
            one_of("state", RowState, name="banking_statementrow_state"),
        ]
        indexes = [
            models.Index(fields=["school", "bank_account", "content_key"], name="banking_statementrow_content"),
            models.Index(fields=["school", "line"], name="banking_statementrow_line"),
        ]


class FeedSighting(SchoolChild):
    """A bank line as a feed reported it: one row per notice that was believed."""

    connection = SchoolForeignKey(FeedConnection, related_name="+")
    external_id = models.CharField(max_length=80)
    notice = SchoolForeignKey("payments.Notice", related_name="+")
    line = SchoolForeignKey(BankLine, related_name="feed_sightings")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("banking_feedsighting"),
            models.UniqueConstraint(fields=["school", "connection", "external_id"], name="banking_feedsighting_once"),
            SchoolKey("connection", name="banking_feedsighting_connection_key"),
            SchoolKey("notice", name="banking_feedsighting_notice_key"),
            SchoolKey("line", name="banking_feedsighting_line_key"),
        ]
        indexes = [
            models.Index(fields=["school", "line"], name="banking_feedsighting_line"),
        ]


# Slices of the room keep their tables beside their code.
from truongso.banking.acts.models import LineAct, LineActRow  # noqa: E402
from truongso.banking.asides.models import Aside  # noqa: E402
from truongso.banking.batches.models import BatchLink  # noqa: E402
from truongso.banking.claims.models import ClaimMessage, PaymentClaim  # noqa: E402
from truongso.banking.closing.models import CloseBook, DayClose, MonthClose  # noqa: E402
from truongso.banking.deposits.models import DepositLink  # noqa: E402
from truongso.banking.learning.models import ForgottenPayer  # noqa: E402
from truongso.banking.mapping.models import StatementLayout  # noqa: E402
from truongso.banking.questions.models import LineQuestion  # noqa: E402
from truongso.banking.refunds.models import RefundLine  # noqa: E402

__all__ = [
    "Aside",
    "BankLine",
    "BatchLink",
    "ClaimMessage",
    "CloseBook",
    "DayClose",
    "DepositLink",
    "FeedConnection",
    "FeedSighting",
    "ForgottenPayer",
    "LineAct",
    "LineActRow",
    "LineQuestion",
    "MatchDecision",
    "MonthClose",
    "PaymentClaim",
    "RefundLine",
    "StatementImport",
    "StatementLayout",
    "StatementRow",
]
