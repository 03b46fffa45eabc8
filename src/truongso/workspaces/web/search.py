"""The search box at the top of every page (Ctrl K)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.payments.public import receipt_number
from truongso.workspaces.search import LIMIT, exact_invoice, find


@requires(Permission.SCHOOL_STUDENT_READ)
@require_http_methods(["GET", "HEAD"])
def search(request: AuthedRequest) -> HttpResponse:
    """Pupils, invoices and receipts of the school; a whole invoice code opens its invoice at once."""
    caller, words = request.caller, request.GET.get("q", "").strip()[:80]
    invoice = exact_invoice(caller.school, words) if caller.may(Permission.SCHOOL_INVOICE_READ) else None
    if invoice is not None:
        return redirect("workspaces:invoice", invoice.code)
    found = find(caller.school, words, caller.may)
    context = {
        "words": words,
        "found": found,
        "limit": LIMIT,
        "receipts": [(receipt, receipt_number(receipt)) for receipt in found.receipts],
    }
    return render(request, "workspaces/school/search.html", context)
