"""The rules of official mail (LC-3.3): read and acknowledged by oneself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.access import AuthedRequest, signed_in
from truongso.accounts.hygiene.mail_rules import acknowledge, is_due, read_at
from truongso.accounts.hygiene.types import MAIL_RULES_VERSION
from truongso.kernel.db import transaction


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mail_rules(request: AuthedRequest) -> HttpResponse:
    """The rules; a POST acknowledges them."""
    user = request.caller.user
    if request.method == "POST":
        with transaction():
            acknowledge(user=user, actor=request.caller.actor)
        messages.success(request, _("Đã ghi nhận: đã đọc và làm theo quy định."))
        return redirect("accounts:mail_rules")
    context = {"read": read_at(user), "is_due": is_due(user), "version": MAIL_RULES_VERSION}
    return render(request, "accounts/hygiene/mail_rules.html", context)
