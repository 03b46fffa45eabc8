"""Receipts: gap-free numbers per school and year, what the paper says kept as issued, never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truongso.fees.public import InfoField, LockedInvoice, extra_fields_by_id
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import new_row
from truongso.kernel.db import transaction_required
from truongso.kernel.ids import new_public_ids
from truongso.kernel.money import Dong
from truongso.organizations.public import School
from truongso.payments.allocation import LineShare
from truongso.payments.models import Payment, Receipt, ReceiptBook, ReceiptCancellation, SigningKey
from truongso.payments.signing.keys import key_pair
from truongso.payments.signing.services import published, sign_receipts

BOOK = "BL"  # biên lai


@dataclass(frozen=True, slots=True)
class Paper:
    """What one receipt is written from."""

    payment: Payment
    invoices: Sequence[LockedInvoice]
    shares: dict[int, list[LineShare]]
    surplus: Dong
    reference: str  # of the bank or provider, as printed


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A receipt book held by this transaction, and what its next receipts are written from besides their payments."""

    year: int
    last: int
    school: dict[str, str]
    extras: Mapping[int, tuple[InfoField, ...]]
    key: SigningKey


@transaction_required
def open_book(school_id: int, *, invoice_ids: Iterable[int]) -> OpenBook:
    """Hold the receipt book of this year, for receipts about these invoices; 5 queries.

    The number comes from the locked book row in this very transaction (a sequence would leave gaps on rollback);
    the trigger on receipts moves the counter and refuses any other number.
    """
    year = clock.today().year
    return OpenBook(
        year, _locked_last(school_id, year), _school_block(school_id), extra_fields_by_id(school_id, invoice_ids),
        published(key_pair()),
    )  # fmt: skip


@transaction_required
def issue_many(school_id: int, *, papers: Sequence[Paper], book: OpenBook) -> list[Receipt]:
    """One receipt per payment, numbered on from the book's last, and signed."""
    now = clock.now()
    issued = Receipt.objects.bulk_create(
        new_row(
            Receipt, school_id=school_id, public_id=public_id, year=book.year, book=BOOK, number=number,
            payment_id=paper.payment.pk, issued_at=now, content=_content(paper, book.school, book.extras),
        )
        for (number, paper), public_id in zip(
            enumerate(papers, start=book.last + 1), new_public_ids(len(papers)), strict=True
        )
    )  # fmt: skip
    sign_receipts(issued, key=book.key)
    return issued


@transaction_required
def cancel(school_id: int, *, payment_id: int, reason: str, actor: Actor) -> None:
    """Mark the payment's receipt as cancelled; the number stays used."""
    receipt = Receipt.objects.for_school(school_id).get(payment_id=payment_id)
    ReceiptCancellation.objects.create(
        school_id=school_id, receipt=receipt, reason=reason, created_at=clock.now(), created_by=actor.user_id
    )


def _locked_last(school_id: int, year: int) -> int:
    ReceiptBook.objects.bulk_create([ReceiptBook(school_id=school_id, year=year, book=BOOK)], ignore_conflicts=True)
    query = ReceiptBook.objects.for_school(school_id).filter(year=year, book=BOOK)
    book = query.select_for_update().get()
    return int(book.last_number)


def _school_block(school_id: int) -> dict[str, str]:
    """Who issues, as of now: a school that is renamed later keeps its old name on old receipts."""
    school = School.objects.get(pk=school_id)
    return {
        "name": school.name, "address": school.address, "phone": school.phone, "tax_code": school.tax_code,
        "budget_code": school.budget_code,
    }  # fmt: skip


def _content(paper: Paper, school: dict[str, str], extras: Mapping[int, tuple[InfoField, ...]]) -> dict[str, Any]:
    names = {line.id: line.description for invoice in paper.invoices for line in invoice.lines}
    return {
        "payer_name": paper.payment.payer_name,
        "beneficiary_name": paper.payment.beneficiary_name,
        "reason": paper.payment.reason,
        "invoice_code": paper.payment.invoice_code,
        "amount": int(paper.payment.amount),
        "surplus": int(paper.surplus),
        "method": paper.payment.method,
        "received_at": paper.payment.received_at.isoformat(),
        "reference": paper.reference,
        "school": school,
        "invoices": [
            {
                "code": invoice.code,
                "student_name": invoice.student_name,
                "class_name": invoice.class_name,
                "reason": invoice.reason,
                "lines": [{"description": names[s.line_id], "amount": int(s.amount)} for s in paper.shares[invoice.id]],
                **({"fields": [[one.label, one.value] for one in extras[invoice.id]]} if invoice.id in extras else {}),
            }
            for invoice in {i.id: i for i in paper.invoices}.values()
        ],
    }
