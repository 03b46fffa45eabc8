"""What a receipt says, in the words and forms in which paper, page and PDF show it.

Everything comes from the receipt's content as issued; only its cancellation and whom to ask are looked up. Contents:
unit with address and tax or budget code, number, date, payer, pupil, reason, lines, amount in figures and words, method
and reference, and the four fields of the letters (payer, beneficiary, reason, invoice code).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel import clock
from truongso.kernel.dong_in_words import dong_in_words
from truongso.kernel.money import ZERO, Dong
from truongso.payments.contact import as_printed, short_check_url, support_of
from truongso.payments.models import Receipt
from truongso.payments.receipt_signature import Issued, digest, short
from truongso.payments.types import Method

METHODS = {
    Method.QR_TRANSFER: gettext_lazy("Chuyển khoản VietQR"),
    Method.WEB: gettext_lazy("Cổng thanh toán trực tuyến"),
    Method.MOBILE_MONEY: gettext_lazy("Mobile Money"),
    Method.CARD_POS: gettext_lazy("Thẻ qua máy POS"),
    Method.CASH: gettext_lazy("Tiền mặt"),
    Method.BANK_BILL: gettext_lazy("Thanh toán hóa đơn qua ngân hàng"),
}


SHORT_METHODS = {
    Method.QR_TRANSFER: gettext_lazy("VietQR"),
    Method.WEB: gettext_lazy("Cổng trực tuyến"),
    Method.MOBILE_MONEY: gettext_lazy("Mobile Money"),
    Method.CARD_POS: gettext_lazy("Thẻ POS"),
    Method.CASH: gettext_lazy("Tiền mặt"),
    Method.BANK_BILL: gettext_lazy("Ngân hàng thu hộ"),
}
"""The same for narrow columns."""


class Edition(StrEnum):
    """Which copy a paper is: the electronic one, the first printed one, or a reprint."""

    ELECTRONIC = "electronic"
    PRINTED = "printed"
    REPRINT = "reprint"


@dataclass(frozen=True, slots=True)
class PupilPart:
    """What the payment settled for one pupil on one invoice."""

    student_name: str
    class_name: str
    code: str
    reason: str
    lines: tuple[tuple[str, Dong], ...]
    fields: tuple[tuple[str, str], ...] = ()  # what the department's template adds: label and value


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """One receipt, ready to be shown. `surplus` went to the family's credit."""

    public_id: str
    number: str
    issued_at: dt.datetime
    received_at: dt.datetime
    school_name: str
    school_address: str
    school_codes: str
    payer_name: str
    beneficiary_name: str
    reason: str
    invoice_code: str
    amount: Dong
    words: str
    surplus: Dong
    method: Method
    reference: str
    parts: tuple[PupilPart, ...]
    check_url: str
    cancelled_at: dt.datetime | None
    cancel_reason: str
    edition: Edition
    prints: int = 0  # which print this is; 0 for the electronic receipt
    fingerprint: str = ""  # of what was signed, in short
    support: str = ""  # whom to ask today, whenever it was issued

    @property
    def method_short(self) -> str:
        """VietQR, for narrow columns."""
        return str(SHORT_METHODS[self.method])

    @property
    def method_name(self) -> str:
        """Chuyển khoản VietQR."""
        return str(METHODS[self.method])

    @property
    def method_text(self) -> str:
        """Chuyển khoản VietQR (không dùng tiền mặt)."""
        if not self.method.is_cashless:
            return self.method_name
        return _("%(method)s (không dùng tiền mặt)") % {"method": self.method_name}

    @property
    def pupils_text(self) -> str:
        """Nguyễn Bảo An – lớp 3A2; every pupil once."""
        named = [_("%(name)s – lớp %(class)s") % {"name": p.student_name, "class": p.class_name} for p in self.parts]
        return "; ".join(dict.fromkeys(named))

    @property
    def extras(self) -> tuple[tuple[str, str], ...]:
        """What the department's template adds, each label once with its values of all invoices."""
        values: dict[str, dict[str, None]] = {}
        for part in self.parts:
            for label, value in part.fields:
                values.setdefault(label, {})[value] = None
        return tuple((label, "; ".join(shown)) for label, shown in values.items())

    @property
    def extras_text(self) -> str:
        """Lớp: 3A2 · Năm học: 2026–2027."""
        return " · ".join(f"{label}: {value}" for label, value in self.extras)

    @property
    def lines(self) -> tuple[tuple[str, Dong], ...]:
        """Every settled line; with several invoices each one names its invoice."""
        if len(self.parts) == 1:
            return self.parts[0].lines
        return tuple((f"{what} ({p.code})", amount) for p in self.parts for what, amount in p.lines)

    @property
    def date_text(self) -> str:
        """Ngày 11 tháng 12 năm 2026: the school day of issue."""
        day = clock.school_date(self.issued_at)
        return _("Ngày %(day)02d tháng %(month)02d năm %(year)d") % {
            "day": day.day,
            "month": day.month,
            "year": day.year,
        }

    @property
    def edition_text(self) -> str:
        return {
            Edition.ELECTRONIC: _("Liên điện tử"),
            Edition.PRINTED: _("Liên giao người nộp tiền"),
            Edition.REPRINT: _("Bản sao, lần in thứ %(n)s") % {"n": self.prints},
        }[self.edition]

    @property
    def short_check(self) -> str:
        """The check address as people type it: thu.example.edu.vn/kt/k7f2-9mqx-3bcd."""
        return as_printed(short_check_url(self.public_id))

    @property
    def is_copy(self) -> bool:
        return self.edition is Edition.REPRINT

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    def as_printed(self, times: int) -> ReceiptPaper:
        """The same receipt as its `times`-th print: the first is the payer's, every later one a copy."""
        return replace(self, edition=Edition.REPRINT if times > 1 else Edition.PRINTED, prints=times)


def receipt_number(receipt: Receipt) -> str:
    """BL-2026-000123: book, year, number."""
    return f"{receipt.book}-{receipt.year}-{receipt.number:06}"


def check_url(public_id: str, mark: str) -> str:
    """The address under which anyone can see whether a receipt is real; `mark` is compared with what was signed."""
    return f"{settings.PUBLIC_URL}/kt/{public_id}?m={mark}"


def papers_of(receipts: Iterable[Receipt]) -> list[ReceiptPaper]:
    """Receipts as papers; they come with `cancellations` prefetched, otherwise each costs a query; 1 more for their
    schools when these have not been read."""
    found = list(receipts)
    prefetch_related_objects(found, "school")
    return [_paper(receipt, support_of(receipt.school)) for receipt in found]


def paper_of(receipt: Receipt) -> ReceiptPaper:
    """One receipt as paper."""
    return papers_of([receipt])[0]


def _paper(receipt: Receipt, support: str) -> ReceiptPaper:
    mark = short(digest(Issued(receipt.public_id, receipt_number(receipt), receipt.issued_at, receipt.content)))
    said = receipt.content
    school = said["school"]
    cancelled = next(iter(receipt.cancellations.all()), None)
    amount = Dong(said["amount"])
    return ReceiptPaper(
        public_id=receipt.public_id,
        number=receipt_number(receipt),
        issued_at=receipt.issued_at,
        received_at=dt.datetime.fromisoformat(said["received_at"]),
        school_name=school["name"],
        school_address=school["address"],
        school_codes=_codes(school["tax_code"], school["budget_code"]),
        payer_name=said["payer_name"],
        beneficiary_name=said["beneficiary_name"],
        reason=said["reason"],
        invoice_code=said["invoice_code"],
        amount=amount,
        words=dong_in_words(amount),
        surplus=Dong(said["surplus"]) if said["surplus"] else ZERO,
        method=Method(said["method"]),
        reference=said["reference"],
        parts=tuple(_part(one) for one in said["invoices"]),
        check_url=check_url(receipt.public_id, mark),
        cancelled_at=cancelled.created_at if cancelled else None,
        cancel_reason=cancelled.reason if cancelled else "",
        edition=Edition.ELECTRONIC,
        fingerprint=mark,
        support=support,
    )


def _part(said: dict[str, object]) -> PupilPart:
    lines: Sequence[dict[str, object]] = said["lines"]  # type: ignore[assignment]
    fields: Sequence[tuple[str, str]] = said.get("fields", ())  # type: ignore[assignment]
    return PupilPart(
        student_name=str(said["student_name"]),
        class_name=str(said["class_name"]),
        code=str(said["code"]),
        reason=str(said["reason"]),
        lines=tuple((str(line["description"]), Dong(int(str(line["amount"])))) for line in lines),
        fields=tuple((str(label), str(value)) for label, value in fields),
    )


def _codes(tax_code: str, budget_code: str) -> str:
    """Mã số thuế … · Mã ĐVQHNS …, as far as known."""
    known = [
        _("Mã số thuế: %(code)s") % {"code": tax_code} if tax_code else "",
        _("Mã ĐVQHNS: %(code)s") % {"code": budget_code} if budget_code else "",
    ]
    return " · ".join(text for text in known if text)
