"""Several invoices paid together: a signed list in the address, nothing stored until a code is needed.

Money never crosses from one receiving account to another: each account gets its own bundle, with its own code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core import signing
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from truongso.fees.public import Invoice, invoices_anywhere
from truongso.kernel import banks
from truongso.kernel.masking import masked_name
from truongso.kernel.money import Dong, total
from truongso.kernel.qr_image import qr_svg
from truongso.kernel.ui.formatting import dong
from truongso.payments.public import (
    MOST_INVOICES,
    InvoiceGroup,
    group_memo,
    group_of,
    group_payload,
    grouped,
    invoice_memo,
    invoice_payload,
)
from truongso.payments.vietqr import VietQrError
from truongso.workspaces.payment_page import state_on_page

_SALT = "truongso.basket"
_LIFETIME = 7 * 86_400
MOST = 24
"""Invoices in one basket."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice of a basket. `is_own` when it came through the family's link; otherwise names are masked."""

    invoice_id: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An invoice of a basket as it is shown."""

    invoice: Invoice
    is_own: bool

    @property
    def name(self) -> str:
        return self.invoice.student_name if self.is_own else masked_name(self.invoice.student_name)

    @property
    def is_open(self) -> bool:
        return state_on_page(self.invoice).is_open

    @property
    def owed(self) -> Dong:
        return self.invoice.total - self.invoice.paid if self.is_open else Dong(0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one transfer to one receiving account pays. `needs_code`: a group has to be made first."""

    listed: list[Listed]
    group: InvoiceGroup | None

    @property
    def invoices(self) -> list[Invoice]:
        """The invoices that still take money."""
        return [one.invoice for one in self.listed if one.is_open]

    @property
    def invoice(self) -> Invoice:
        return self.listed[0].invoice

    @property
    def owed(self) -> Dong:
        return total(one.owed for one in self.listed)

    @property
    def needs_code(self) -> bool:
        return len(self.invoices) > 1 and self.group is None

    @property
    def is_too_long(self) -> bool:
        return len(self.invoices) > MOST_INVOICES

    @property
    def memo(self) -> str:
        open_ones = self.invoices
        if self.group is not None and len(open_ones) > 1:
            return group_memo(self.group, len(open_ones))
        return invoice_memo(open_ones[0]) if open_ones else ""

    @property
    def payload(self) -> str:
        """ "" while a code is missing, when nothing is owed, or when no bank app could carry it out."""
        open_ones = self.invoices
        if not open_ones or self.needs_code:
            return ""
        try:
            if len(open_ones) > 1 and self.group is not None:
                return group_payload(self.group, open_ones)
            return invoice_payload(open_ones[0])
        except VietQrError:
            return ""

    @property
    def qr(self) -> SafeString:
        payload = self.payload
        if not payload:
            return SafeString("")
        title = _("Mã VietQR: %(amount)s, nội dung %(code)s") % {"amount": dong(self.owed), "code": self.memo}
        return mark_safe(qr_svg(payload, title=title))  # noqa: S308  drawn by us, its title is escaped there

    @property
    def account_shown(self) -> str:
        bank = banks.find(self.invoice.receiving_account.bank_bin)
        number = grouped(self.invoice.receiving_account.number)
        return f"{bank.short_name} · {number}" if bank else number

    @property
    def families(self) -> int:
        return len({invoice.family_id for invoice in self.invoices})


@dataclass(frozen=True, slots=True)
class Basket:
    """The bundles of a basket and what they come to."""

    entries: list[Entry]
    bundles: list[Bundle]

    @property
    def owed(self) -> Dong:
        return total(bundle.owed for bundle in self.bundles)

    @property
    def needs_code(self) -> bool:
        return any(bundle.needs_code and not bundle.is_too_long for bundle in self.bundles)

    @property
    def version(self) -> str:
        """Changes whenever something was paid: an entity tag, quoted."""
        return '"' + "-".join(str(bundle.owed.value) for bundle in self.bundles) + '"'


def token_of(entries: Iterable[Entry]) -> str:
    """The basket as a part of an address that nobody can make up or change."""
    return signing.dumps([[e.invoice_id, int(e.is_own)] for e in entries], salt=_SALT, compress=True)


def read_token(token: str) -> list[Entry] | None:
    """The entries of a basket's address; None when it was made up, changed or is older than a week."""
    try:
        rows = signing.loads(token, salt=_SALT, max_age=_LIFETIME)
    except signing.BadSignature:
        return None
    return [Entry(int(invoice_id), bool(is_own)) for invoice_id, is_own in rows]


def with_invoices(entries: Collection[Entry], invoices: Iterable[Invoice], *, is_own: bool) -> list[Entry]:
    """The entries with further invoices, each once; what came by the family's own link stays unmasked."""
    found = {e.invoice_id: e for e in entries}
    for invoice in invoices:
        known = found.get(invoice.pk)
        found[invoice.pk] = Entry(invoice.pk, is_own or (known is not None and known.is_own))
    return list(found.values())[:MOST]


def basket_of(entries: list[Entry]) -> Basket:
    """The basket of an address: 1 query, and 1 for each account with several open invoices."""
    own = {e.invoice_id: e.is_own for e in entries}
    invoices = invoices_anywhere(list(own), reason="the signed address of a basket names its invoices")
    accounts: dict[int, list[Listed]] = {}
    for invoice in invoices:
        accounts.setdefault(invoice.receiving_account.pk, []).append(Listed(invoice, own[invoice.pk]))
    return Basket(entries, [_bundle(listed) for listed in accounts.values()])


def _bundle(listed: list[Listed]) -> Bundle:
    open_ones = [one.invoice.pk for one in listed if one.is_open]
    group = group_of(listed[0].invoice.school_id, open_ones) if len(open_ones) > 1 else None
    return Bundle(listed, group)
