"""The public key page, and the signed file of a receipt."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, public, requires
from truongso.accounts.types import Permission
from truongso.kernel.ui.downloads import recorded_file
from truongso.payments.models import Receipt
from truongso.payments.receipt_paper import receipt_number
from truongso.payments.receipt_signature import ALGORITHM
from truongso.payments.signing.keys import key_pair
from truongso.payments.signing.queries import file_of, public_keys


@public("whoever checks a signed receipt needs the key; it is public by nature")
@require_safe
@gzip_page
def keys_page(request: HttpRequest) -> HttpResponse:
    """The public keys of this installation: the one that signs now, and earlier ones of receipts in circulation."""
    present = key_pair()
    earlier = [key for key in public_keys() if key.fingerprint != present.fingerprint]
    context = {"present": present, "earlier": earlier, "algorithm": ALGORITHM}
    return render(request, "payments/public_keys.html", context)


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def signed(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The signed file of a receipt. Not found when it is unsigned or no longer says what was signed."""
    receipt: Receipt = get_object_or_404(Receipt.objects.for_school(request.caller.school), public_id=public_id)
    data = file_of(receipt)
    if data is None:
        raise Http404
    return recorded_file(
        data, f"bien-lai-{receipt_number(receipt)}.json", "application/json", action="payments:receipt:download",
        actor=request.caller.actor, school_id=receipt.school_id, subject=("receipt", receipt.pk),
    )  # fmt: skip
