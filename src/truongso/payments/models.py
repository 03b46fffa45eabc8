"""Evidence of money, payments, what they are allocated to, receipts, family credit, and the inbox of notices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from truongso.kernel.constraints import SchoolKey, not_blank, one_of
from truongso.kernel.fields import DongField, PublicIdField, SchoolForeignKey
from truongso.kernel.money import ZERO
from truongso.kernel.tenancy import SchoolChild, SchoolScoped, school_row
from truongso.payments.types import CreditKind, EvidenceKind, Method, NoticeState


class Evidence(SchoolScoped):
    """One proof that money came: a bank line, a signed notice, a settlement row, a cashier's receipt.

    Each (kind, source, reference) is recorded once (invariant I06); the payments resting on it never exceed its
    amount (I07), which `used` tracks and triggers guard.
    """

    kind = models.CharField(max_length=12)
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    amount = DongField()
    used = DongField(default=ZERO)
    occurred_at = models.DateTimeField()
    payer_name = models.CharField(max_length=120, blank=True)
    payer_account = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_evidence"),
            models.UniqueConstraint(fields=["school", "kind", "source", "reference"], name="payments_evidence_once"),
            one_of("kind", EvidenceKind, name="payments_evidence_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_evidence_positive"),
            models.CheckConstraint(condition=Q(used__gte=0, used__lte=F("amount")), name="payments_evidence_used"),
        ]


class Payment(SchoolChild):
    """Settled money with the four mandatory fields. Never edited; undone only by a reversal.

    `allocated` (to invoices), `credited` (to the family) and `refunded` are derived; triggers refuse any other value.
    """

    public_id = PublicIdField()
    evidence = SchoolForeignKey(Evidence, related_name="payments")
    method = models.CharField(max_length=12)
    amount = DongField()
    allocated = DongField(default=ZERO)
    credited = DongField(default=ZERO)
    refunded = DongField(default=ZERO)
    received_at = models.DateTimeField()
    received_on = models.DateField()
    family = SchoolForeignKey("people.Family", related_name="+")
    payer_name = models.CharField(max_length=120)
    beneficiary_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    invoice_code = models.CharField(max_length=120)  # up to twelve invoices of one transfer
    reversed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_payment"),
            models.UniqueConstraint(fields=["school", "public_id"], name="payments_payment_public"),
            SchoolKey("evidence", name="payments_payment_evidence_key", kept=True),
            SchoolKey("family", name="payments_payment_family_key", kept=True),
            one_of("method", Method, name="payments_payment_method"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_payment_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, credited__gte=0, allocated__lte=F("amount") - F("credited")),
                name="payments_payment_allocated",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount") - F("allocated") - F("credited")),
                name="payments_payment_refunded",
            ),
            not_blank("payer_name", name="payments_payment_payer"),
            not_blank("beneficiary_name", name="payments_payment_beneficiary"),
            not_blank("reason", name="payments_payment_reason"),
            not_blank("invoice_code", name="payments_payment_code"),
        ]
        indexes = [
            models.Index(fields=["school", "family"], name="payments_payment_family"),
            models.Index(fields=["school", "evidence"], name="payments_payment_evidence"),
            models.Index(fields=["school", "received_on"], name="payments_payment_day"),
        ]


class Allocation(SchoolChild):
    """Part of a payment that settles part of an invoice line. Append-only; corrected by a reversing row (I05).

    Without `move` it was made when the payment was booked; otherwise by a move of its money afterwards.
    """

    payment = SchoolForeignKey(Payment, related_name="allocations")
    invoice = SchoolForeignKey("fees.Invoice", related_name="+")
    line = SchoolForeignKey("fees.InvoiceLine", related_name="+")
    amount = DongField()
    reverses = SchoolForeignKey("self", null=True, related_name="reversed_by")
    move = SchoolForeignKey("payments.CreditMove", null=True, related_name="allocations")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_allocation"),
            models.UniqueConstraint(
                fields=["school", "reverses"],
                name="payments_allocation_reversed_once",
                condition=Q(reverses__isnull=False),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_allocation_positive"),
            SchoolKey("payment", name="payments_allocation_payment_key", kept=True),
            SchoolKey("invoice", name="payments_allocation_invoice_key", kept=True),
            SchoolKey("line", name="payments_allocation_line_key", kept=True),
            SchoolKey("reverses", name="payments_allocation_reverses_key", kept=True),
            SchoolKey("move", name="payments_allocation_move_key", kept=True),
        ]
        indexes = [
            models.Index(fields=["school", "invoice"], name="payments_allocation_invoice"),
            models.Index(fields=["school", "line"], name="payments_allocation_line"),
            models.Index(fields=["school", "payment"], name="payments_allocation_payment"),
        ]


_TAKE_BACK = [CreditKind.REVERSAL.value, CreditKind.RESTORED.value, CreditKind.KEPT.value]


class CreditEntry(SchoolChild):
    """A movement of a family's credit; the kind says whether money came in or went out, the payment which money."""

    family = SchoolForeignKey("people.Family", related_name="+")
    payment = SchoolForeignKey(Payment, related_name="credits")
    invoice = SchoolForeignKey("fees.Invoice", null=True, related_name="+")
    kind = models.CharField(max_length=12)
    amount = DongField()
    reverses = SchoolForeignKey("self", null=True, related_name="reversed_by")
    move = SchoolForeignKey("payments.CreditMove", null=True, related_name="credits")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_creditentry"),
            one_of("kind", CreditKind, name="payments_creditentry_kind"),
            models.UniqueConstraint(fields=["school", "reverses"], name="payments_creditentry_reversed_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_creditentry_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=_TAKE_BACK, reverses__isnull=False)
                | (~Q(kind__in=_TAKE_BACK) & Q(reverses__isnull=True)),
                name="payments_creditentry_reversal",
            ),
            SchoolKey("family", name="payments_creditentry_family_key"),
            SchoolKey("payment", name="payments_creditentry_payment_key"),
            SchoolKey("invoice", name="payments_creditentry_invoice_key"),
            SchoolKey("reverses", name="payments_creditentry_reverses_key"),
            SchoolKey("move", name="payments_creditentry_move_key"),
        ]
        indexes = [
            models.Index(fields=["school", "family"], name="payments_creditentry_family"),
            models.Index(fields=["school", "invoice"], name="payments_creditentry_invoice"),
            models.Index(fields=["school", "payment"], name="payments_creditentry_payment"),
        ]


class PaymentReversal(SchoolChild):
    """Why and by whom a payment was undone. One per payment."""

    payment = SchoolForeignKey(Payment, related_name="reversals")
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_paymentreversal"),
            models.UniqueConstraint(fields=["school", "payment"], name="payments_paymentreversal_once"),
            SchoolKey("payment", name="payments_paymentreversal_payment_key"),
            not_blank("reason", name="payments_paymentreversal_reasoned"),
        ]


class ReceiptBook(SchoolScoped):
    """The counter of a school's receipt numbers in one year. Only the trigger on receipts moves it (I08)."""

    year = models.PositiveSmallIntegerField()
    book = models.CharField(max_length=10)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            school_row("payments_receiptbook"),
            models.UniqueConstraint(fields=["school", "year", "book"], name="payments_receiptbook_once"),
        ]


class Receipt(SchoolChild):
    """A numbered receipt, gap-free per school, year and book. Append-only; a cancelled one keeps its number."""

    public_id = PublicIdField()
    year = models.PositiveSmallIntegerField()
    book = models.CharField(max_length=10)
    number = models.BigIntegerField()
    payment = SchoolForeignKey(Payment, related_name="receipts")
    issued_at = models.DateTimeField()
    content = models.JSONField()  # what the paper says, as issued

    class Meta:
        constraints = [
            school_row("payments_receipt"),
            models.UniqueConstraint(fields=["school", "year", "book", "number"], name="payments_receipt_number"),
            models.UniqueConstraint(fields=["school", "payment"], name="payments_receipt_one_per_payment"),
            models.UniqueConstraint(fields=["public_id"], name="payments_receipt_public"),
            SchoolKey("payment", name="payments_receipt_payment_key", kept=True),
        ]


class ReceiptCancellation(SchoolChild):
    """A receipt no longer counts; its number stays used."""

    receipt = SchoolForeignKey(Receipt, related_name="cancellations")
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            school_row("payments_receiptcancellation"),
            models.UniqueConstraint(fields=["school", "receipt"], name="payments_receiptcancellation_once"),
            SchoolKey("receipt", name="payments_receiptcancellation_receipt_key"),
        ]


class Notice(SchoolScoped):
    """The inbox: a provider's notice, raw as received, before anything is believed of it."""

    provider = models.CharField(max_length=20)
    connection = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80, blank=True)
    body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=NoticeState.RECEIVED.value)
    problem = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    stripped_at = models.DateTimeField(null=True)  # the people in it were taken out, or all of it

    class Meta:
        constraints = [
            school_row("payments_notice"),
            one_of("state", NoticeState, name="payments_notice_state"),
            models.UniqueConstraint(
                fields=["school", "provider", "connection", "external_id"], name="payments_notice_processed_once",
                condition=Q(state=NoticeState.PROCESSED.value) & ~Q(external_id=""),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "provider", "external_id"], name="payments_notice_external")]


class ForgedTally(SchoolScoped):
    """How many notices of a day were not genuine, by connection and problem: only the first few are kept themselves."""

    provider = models.CharField(max_length=20)
    connection = models.CharField(max_length=40)
    day = models.DateField()
    problem = models.CharField(max_length=60)
    count = models.PositiveIntegerField(default=0)
    latest = models.DateTimeField()

    class Meta:
        constraints = [
            school_row("payments_forgedtally"),
            models.UniqueConstraint(
                fields=["school", "provider", "connection", "day", "problem"], name="payments_forgedtally_once"
            ),
        ]


# Slices of the room keep their tables beside their code.
from truongso.payments.bills.models import (  # noqa: E402
    BillCall,
    BillPartner,
    BillReconciliation,
    BillService,
    BillTransaction,
)
from truongso.payments.cash.models import CashBox, CashCount, CashCountLine, CashDeposit  # noqa: E402
from truongso.payments.changes.models import SetupChange  # noqa: E402
from truongso.payments.credit.models import CreditMove  # noqa: E402
from truongso.payments.einvoice.models import (  # noqa: E402
    DocumentNumber,
    HandOff,
    HandOffRow,
    ItemDocument,
)
from truongso.payments.gateways.models import (  # noqa: E402
    Attempt,
    AttemptMoney,
    AttemptShare,
    Channel,
)
from truongso.payments.groups.models import GroupedInvoice, InvoiceGroup  # noqa: E402
from truongso.payments.methods.models import MethodSetting  # noqa: E402
from truongso.payments.partners.models import PartnerFile  # noqa: E402
from truongso.payments.pos.models import PosSlip, PosTerminal  # noqa: E402
from truongso.payments.printing.models import PrintPart, PrintRun  # noqa: E402
from truongso.payments.refunds.models import (  # noqa: E402
    PortalWord,
    RefundAccount,
    RefundCounter,
    RefundDecision,
    RefundFile,
    RefundItem,
    RefundPart,
    RefundPayout,
    RefundRequest,
    RefundVoucher,
)
from truongso.payments.reminders.models import Reminder, ReminderTarget  # noqa: E402
from truongso.payments.settlements.models import (  # noqa: E402
    SettlementBatch,
    SettlementFile,
    SettlementItem,
    SettleTerm,
)
from truongso.payments.signing.models import ReceiptSignature, SigningKey  # noqa: E402
from truongso.payments.virtual_accounts.models import (  # noqa: E402
    GivenNumber,
    InvoiceNumber,
    VirtualAccount,
    VirtualAccountList,
    VirtualAccountRule,
)

__all__ = [
    "Allocation",
    "Attempt",
    "AttemptMoney",
    "AttemptShare",
    "BillCall",
    "BillPartner",
    "BillReconciliation",
    "BillService",
    "BillTransaction",
    "CashBox",
    "CashCount",
    "CashCountLine",
    "CashDeposit",
    "Channel",
    "CreditEntry",
    "CreditMove",
    "DocumentNumber",
    "Evidence",
    "ForgedTally",
    "GivenNumber",
    "GroupedInvoice",
    "HandOff",
    "HandOffRow",
    "InvoiceGroup",
    "InvoiceNumber",
    "ItemDocument",
    "MethodSetting",
    "Notice",
    "PartnerFile",
    "Payment",
    "PaymentReversal",
    "PortalWord",
    "PosSlip",
    "PosTerminal",
    "PrintPart",
    "PrintRun",
    "Receipt",
    "ReceiptBook",
    "ReceiptCancellation",
    "ReceiptSignature",
    "RefundAccount",
    "RefundCounter",
    "RefundDecision",
    "RefundFile",
    "RefundItem",
    "RefundPart",
    "RefundPayout",
    "RefundRequest",
    "RefundVoucher",
    "Reminder",
    "ReminderTarget",
    "SettleTerm",
    "SettlementBatch",
    "SettlementFile",
    "SettlementItem",
    "SetupChange",
    "SigningKey",
    "VirtualAccount",
    "VirtualAccountList",
    "VirtualAccountRule",
]
