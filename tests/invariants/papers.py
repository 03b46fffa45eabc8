"""What was handed off to an e-invoice provider, a reminder with its target, a message, a pupil's own number."""

from __future__ import annotations

import datetime as dt

from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.messaging.models import Delivery
from truongso.payments.einvoice.models import DocumentNumber, HandOff, HandOffRow, ItemDocument
from truongso.payments.models import Receipt
from truongso.payments.reminders.models import Reminder, ReminderTarget
from truongso.payments.virtual_accounts.models import GivenNumber, InvoiceNumber, VirtualAccount

TABLES = (
    "messaging_delivery", "payments_documentnumber", "payments_handoff", "payments_handoffrow",
    "payments_itemdocument", "payments_reminder", "payments_remindertarget", "payments_virtualaccount",
    "payments_givennumber", "payments_invoicenumber",
)  # fmt: skip

CONTENT = {
    "buyer": "Trần Thị Thu Hằng", "pupils": ["Nguyễn Bảo An"], "invoice_codes": ["TSAAAAAA"], "receipt": "BL-1",
    "paid_on": "2026-10-05", "method": "qr_transfer", "items": [],
}  # fmt: skip


def fill_papers(invoice: Invoice, receipt: Receipt) -> None:
    """One row in every guarded table."""
    now, school_id, day = clock.now(), invoice.school_id, dt.date(2026, 10, 5)
    own_number = f"962{invoice.school.invoice_prefix}00000"
    line = invoice.lines.order_by("pk")[0]
    ItemDocument.objects.create(
        school_id=school_id, fee_item_id=line.fee_item_id, document="receipt", tax_category="not_subject",
        legal_basis="NĐ 123/2020", valid_from=day, created_at=now,
    )  # fmt: skip
    handoff = HandOff.objects.create(
        school_id=school_id, first=day, last=day, rows=1, amount=Dong(120_000), created_at=now
    )
    row = HandOffRow.objects.create(
        school_id=school_id, handoff=handoff, receipt=receipt, code="BG-1", kind="original", document="receipt",
        amount=Dong(120_000), content=CONTENT, created_at=now,
    )  # fmt: skip
    DocumentNumber.objects.create(
        school_id=school_id, row=row, series="C26TTS", number="1", issued_on=day, created_at=now
    )
    delivery = Delivery.objects.create(
        school_id=school_id, kind="file", address="0900000001", template="reminder", body="Nhắc nộp", dedupe_key="r1",
        next_attempt_at=now, created_at=now,
    )  # fmt: skip
    reminder = Reminder.objects.create(
        school_id=school_id, round_id=invoice.round_id, template="reminder", send_at=now, state="approved",
        recipients=1, created_at=now,
    )  # fmt: skip
    ReminderTarget.objects.create(
        school_id=school_id, reminder=reminder, invoice=invoice, family_id=invoice.family_id, way="file",
        delivery=delivery, owed=Dong(180_000), created_at=now,
    )  # fmt: skip
    GivenNumber.objects.create(bank_bin="970436", number=own_number + "1", holder=f"pupil:{invoice.student_id}")
    GivenNumber.objects.create(bank_bin="970436", number=own_number + "2", holder=f"invoice:{invoice.pk}")
    InvoiceNumber.objects.create(
        school_id=school_id, bank_account_id=invoice.bank_account_id, invoice=invoice, number=own_number + "2",
        bank_bin="970436", created_at=now,
    )  # fmt: skip
    VirtualAccount.objects.create(
        school_id=school_id, bank_account_id=invoice.bank_account_id, student_id=invoice.student_id,
        number=own_number + "1", bank_bin="970436", assigned_on=day, created_at=now,
    )  # fmt: skip
