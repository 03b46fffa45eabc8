"""The picture a parent saves or sends: the invoice's QR with school, amount and code around it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image

from truongso.fees.public import Invoice
from truongso.kernel import banks
from truongso.kernel.documents import compile_typst_png
from truongso.kernel.money import Dong, total
from truongso.kernel.qr_image import qr_svg
from truongso.payments.contact import as_printed, short_check_url, support_of
from truongso.payments.groups.models import InvoiceGroup
from truongso.payments.invoice_qr import group_payload, invoice_payload, number_payload, part_of

TEMPLATE = Path(__file__).parent / "paper" / "invoice_picture.typ"
_PPI = 144  # 540 × 720 points become 1,080 × 1,440 pixels


def invoice_picture(invoice: Invoice, *, amount: Dong | None = None, number: str = "") -> bytes:
    """A PNG of 1,080 × 1,440 pixels that bank apps read from the photo library. No child's name is in it.

    The invoice comes with `school`, `round` and `bank_account`; `amount` is a part that the family chose,
    `number` the pupil's own number at the bank in place of the school's. Raises VietQrError as `invoice_payload`.
    """
    payload = number_payload(invoice, number, amount=amount) if number else invoice_payload(invoice, amount=amount)
    return _picture(
        invoice, payload, amount=part_of(invoice, amount), code=invoice.code, number=number,
        check=short_check_url(invoice.public_id),
    )  # fmt: skip


def group_picture(group: InvoiceGroup, invoices: Sequence[Invoice]) -> bytes:
    """The same picture for several invoices paid by one transfer, with the address where any code is checked.

    Raises VietQrError as `invoice_payload`.
    """
    payload = group_payload(group, invoices)
    owed = total(i.total - i.paid for i in invoices if i.cancelled_at is None)
    check = f"{settings.PUBLIC_URL}/kt"
    return _picture(invoices[0], payload, amount=owed, code=group.code, check=check)


def _picture(invoice: Invoice, payload: str, *, amount: Dong, code: str, check: str, number: str = "") -> bytes:
    account = invoice.receiving_account
    bank, shown = banks.find(account.bank_bin), grouped(number or account.number)
    drawn = compile_typst_png(
        TEMPLATE,
        {
            "school": invoice.school.name,
            "qr": qr_svg(payload, title=code),
            "amount": str(amount),
            "code": code,
            "holder": invoice.receiver_name,
            "account": f"{bank.short_name} · {shown}" if bank else shown,
            "check": as_printed(check),
            "support": support_of(invoice.school),
            "labels": {
                "check": _("Kiểm tra mã thật:"),
                "code": _("Nội dung chuyển khoản"),
                "hint": _("Mở app ngân hàng, chọn Quét QR, chọn ảnh này"),
            },
        },
        ppi=_PPI,
    )
    return _small(drawn)


def grouped(number: str) -> str:
    """0071 0001 2345 6: easier to read out and to compare."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _small(png: bytes) -> bytes:
    """The same picture in 32 colours: a fifth of the bytes on a slow line."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(32, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
    return out.getvalue()
