"""Parts of receipt pages: `{% load receipts %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from truongso.kernel.qr_image import qr_svg
from truongso.payments.receipt_paper import ReceiptPaper

register = template.Library()


@register.simple_tag
def receipt_qr(paper: ReceiptPaper) -> SafeString:
    """The QR that leads to the receipt's check address."""
    title = _("Mã QR kiểm tra biên lai %(number)s") % {"number": paper.number}
    return mark_safe(qr_svg(paper.check_url, title=title))  # noqa: S308  drawn by us, its title is escaped there
