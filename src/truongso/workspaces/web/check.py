"""The check address printed on every receipt: anyone with the paper can see whether it is real."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from truongso.accounts.public import public
from truongso.kernel.masking import masked_name
from truongso.payments.public import paper_of, receipt_by_public_id
from truongso.workspaces.web.misses import guarded, is_public_id, unknown


@public("whoever holds a receipt may check that it is real; names are masked")
@require_safe
@gzip_page
def check_receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """School, masked payer, amount and state of one receipt; nothing about the child."""
    receipt = receipt_by_public_id(public_id) if is_public_id(public_id) else None
    if receipt is None:
        return unknown(request, "workspaces/parent/no_receipt.html")
    paper = paper_of(receipt)
    context = {
        "paper": paper,
        "payer": masked_name(paper.payer_name),
        "school_name": receipt.school.short_name,
        "school_place": receipt.school.address,
        "school": receipt.school,
    }
    return guarded(render(request, "workspaces/parent/check.html", context))
