"""Signatures, checked again."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check
from truongso.payments.models import ReceiptSignature
from truongso.payments.signing.queries import is_untouched


def changed_receipts() -> list[str]:
    """Numbers of receipts that do not say what was signed."""
    rows = ReceiptSignature.objects.across_schools("every signature is checked").select_related("receipt", "key")
    return [
        f"{row.school_id}, {row.receipt.book}-{row.receipt.year}-{row.receipt.number:06}"
        for row in rows.iterator(chunk_size=500)
        if not is_untouched(row.receipt, row)
    ]


CHECKS = [Check("I16", _("mỗi biên lai đã ký đúng nội dung đã ký"), function=changed_receipts)]
