"""The family's page behind the way out in every reminder: what it stops, what still comes, and back again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import public
from truongso.kernel.db import retrying, transaction
from truongso.kernel.masking import masked_address
from truongso.messaging.public import has_stopped, is_stopped_by_school, recipient_of, resume_messages, stop_messages
from truongso.organizations.public import schools_by_id
from truongso.workspaces.web.misses import guarded, unknown
from truongso.workspaces.web.parent import school_context

LINK = public("the signed link in a message is the key; it stops and resumes messages to its own address alone")


@LINK
@require_http_methods(["GET", "HEAD", "POST"])
def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """Says what the button does and does it on POST alone: mail programs open links by themselves.

    Pressed twice it changes nothing more; the same page takes it back.
    """
    recipient = recipient_of(token)
    school = schools_by_id([recipient.school_id]).get(recipient.school_id) if recipient is not None else None
    if recipient is None or school is None:
        return unknown(request, "workspaces/parent/no_stop_link.html")
    if request.method == "POST":
        act = resume_messages if request.POST.get("viec") == "nhan-lai" else stop_messages

        def run() -> None:
            with transaction():
                act(recipient)

        retrying(run)
        return guarded(redirect("workspaces:stop_messages", token))
    context = {
        "token": token,
        "address": masked_address(recipient.address),
        "is_phone": recipient.kind.takes_phone,
        "has_stopped": has_stopped(recipient),
        "by_school": is_stopped_by_school(recipient),
        **school_context(school),
    }
    return guarded(render(request, "workspaces/parent/stop_messages.html", context))
