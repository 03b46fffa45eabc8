"""Who stands at the counter: a name without accents, a class, a code, or whatever a handheld scanner types.

Scanners type the text of a code into the field like a keyboard: the invoice's VietQR, the address of its payment page
or of a receipt, or the code alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from truongso.fees.public import Invoice, InvoiceLine, invoices_of_family
from truongso.fees.types import LineKind, is_valid, normalise
from truongso.kernel.money import Dong, total
from truongso.kernel.names import fold
from truongso.organizations.public import School
from truongso.payments.public import Allocation, Receipt, receipt_by_public_id
from truongso.payments.vietqr import VietQrError, decode
from truongso.people.public import PupilFilter, Student, class_names, pupils
from truongso.people.types import StudentStatus

LONGEST = 600  # a VietQR has up to 512 symbols
SHOWN = 50

_ADDRESS = re.compile(r"/(p|kt)/([0-9a-hjkmnp-tv-z]{26})(?![0-9a-z])", re.IGNORECASE)
_WORD = re.compile(r"[0-9A-Z]+")
_VIETQR = "000201"


class Miss(StrEnum):
    """Why nobody was found."""

    NOTHING = "nothing"
    DAMAGED_QR = "damaged_qr"
    OTHER_QR = "other_qr"
    OTHER_ADDRESS = "other_address"


@dataclass(frozen=True, slots=True)
class Found:
    """One family (`family_id`, and the invoice or receipt that led to it), several pupils to choose from, or a miss."""

    family_id: int | None = None
    invoice: Invoice | None = None
    receipt: Receipt | None = None
    pupils: Sequence[Student] = ()
    miss: Miss | None = None


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A charge that still owes; `key` is how forms name it."""

    line: InvoiceLine
    key: str
    owed: Dong


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with what it owes and the lines that owe it."""

    invoice: Invoice
    lines: tuple[OpenLine, ...]
    allows_partial: bool

    @property
    def owed(self) -> Dong:
        return self.invoice.total - self.invoice.paid


@dataclass(frozen=True, slots=True)
class FamilyDebt:
    """What a household owes at the school, the oldest due first."""

    family_id: int
    pupils: tuple[Student, ...]
    open: tuple[OpenInvoice, ...]
    latest_paid: Invoice | None

    @property
    def owed(self) -> Dong:
        return total(i.owed for i in self.open)


def find(school: School, text: str) -> Found:
    """Who is meant by what was typed or scanned; at most 5 queries."""
    typed = text.strip()[:LONGEST]
    if not typed:
        return Found(miss=Miss.NOTHING)
    if address := _ADDRESS.search(typed):
        return _by_address(school, address[1].lower(), address[2].lower())
    if typed.startswith(_VIETQR):
        return _by_qr(school, typed)
    invoice = _by_code(school, typed)
    if invoice is not None:
        return Found(family_id=invoice.family_id, invoice=invoice)
    return _by_words(school, typed)


def debt_of(school: School, family_id: int) -> FamilyDebt:
    """All that a family owes, of every child; 4 queries."""
    every = [i for i in invoices_of_family(school.pk, family_id) if i.cancelled_at is None]
    owing = sorted((i for i in every if i.total > i.paid), key=lambda i: (i.due_on, i.pk))
    rows = (
        InvoiceLine.objects.for_school(school)
        .filter(invoice_id__in=[i.pk for i in owing])
        .exclude(kind=LineKind.CREDIT.value)
        .order_by("pk")
    )
    lines: dict[int, list[InvoiceLine]] = {}
    for row in rows:
        lines.setdefault(row.invoice_id, []).append(row)
    with_round = Invoice.objects.for_school(school).filter(pk__in=[i.pk for i in owing], round__allows_partial=True)
    partial = set(with_round.values_list("pk", flat=True))
    children = Student.objects.for_school(school).filter(family_id=family_id).order_by("sort_key", "pk")
    paid = [i for i in every if i.total <= i.paid]
    return FamilyDebt(
        family_id, tuple(children),
        tuple(OpenInvoice(i, _open_lines(i, lines.get(i.pk, [])), i.pk in partial) for i in owing),
        paid[0] if paid else None,
    )  # fmt: skip


def _open_lines(invoice: Invoice, lines: Sequence[InvoiceLine]) -> tuple[OpenLine, ...]:
    found = []
    for n, line in enumerate(lines, start=1):
        owed = line.amount - line.credited - line.paid
        if owed:
            found.append(OpenLine(line, f"{invoice.code}-{n}", owed))
    return tuple(found)


def _by_address(school: School, kind: str, public_id: str) -> Found:
    if kind == "p":
        invoice = Invoice.objects.for_school(school).filter(public_id=public_id).first()
        return Found(family_id=invoice.family_id, invoice=invoice) if invoice else Found(miss=Miss.OTHER_ADDRESS)
    receipt = receipt_by_public_id(public_id)
    if receipt is None or receipt.school_id != school.pk:
        return Found(miss=Miss.OTHER_ADDRESS)
    settled = Allocation.objects.for_school(school).filter(payment_id=receipt.payment_id).select_related("invoice")
    first = settled.order_by("pk").first()
    return Found(family_id=first.invoice.family_id if first else receipt.payment.family_id, receipt=receipt)


def _by_qr(school: School, payload: str) -> Found:
    try:
        read = decode(payload)
    except VietQrError:
        return Found(miss=Miss.DAMAGED_QR)
    more = read.templates.get("62", {})
    for word in _WORD.findall(fold(f"{more.get('01', '')} {more.get('08', '')}")):
        invoice = _by_code(school, word)
        if invoice is not None:
            return Found(family_id=invoice.family_id, invoice=invoice)
    return Found(miss=Miss.OTHER_QR)


def _by_code(school: School, text: str) -> Invoice | None:
    code = normalise(text)
    if not is_valid(code):
        return None
    return Invoice.objects.for_school(school).filter(code=code).first()


def _by_words(school: School, text: str) -> Found:
    """Pupils by name or sector code; a word that is the name of a class narrows the search to it."""
    classes = {fold(name): name for name in class_names(school)}
    words = text.split()
    named = [classes[fold(w)] for w in words if fold(w) in classes]
    rest = " ".join(w for w in words if fold(w) not in classes)
    wanted = PupilFilter(text=rest, class_name=named[0] if named else "")
    rows = list(pupils(school, wanted).filter(status=StudentStatus.STUDYING.value)[:SHOWN])
    if not rows:
        rows = list(pupils(school, wanted)[:SHOWN])
    families = {p.family_id for p in rows}
    if not rows:
        return Found(miss=Miss.NOTHING)
    return Found(family_id=rows[0].family_id, pupils=rows) if len(families) == 1 else Found(pupils=rows)
