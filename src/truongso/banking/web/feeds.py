"""Connections to bank feeds: what they last reported, setting one up, ending one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking import feed, queries
from truongso.banking.feed import FeedRefusedError
from truongso.banking.feed_changes import FEED_APPROVALS, propose_feed, propose_feed_key
from truongso.banking.models import FeedConnection
from truongso.banking.web.messages import feed_text
from truongso.kernel.db import transaction
from truongso.organizations.public import BankAccount, bank_accounts
from truongso.payments.public import FEEDS, SEPAY, ChangeRefusedError, change_text, open_changes


@requires(Permission.SCHOOL_FEED_WRITE)
@require_GET
def connections(request: AuthedRequest) -> HttpResponse:
    """All connections with their last notice and what was refused."""
    return _page(request)


@requires(Permission.SCHOOL_ACCOUNT_PROPOSE, fresh=True)
@require_POST
def connect(request: AuthedRequest) -> HttpResponse:
    """Ask for a new connection; its secret is on the page that answers, and nowhere after."""
    rows = BankAccount.objects.for_school(request.caller.school)
    account = get_object_or_404(rows, public_id=request.POST.get("tai_khoan", ""))
    try:
        with transaction():
            made, secret = propose_feed(
                account, provider=request.POST.get("nha_cung_cap", SEPAY), secret=request.POST.get("khoa", ""),
                reason=request.POST.get("ly_do", ""), actor=request.caller.actor,
            )  # fmt: skip
    except (FeedRefusedError, ChangeRefusedError) as refusal:
        messages.error(request, _said(refusal))
        return redirect("banking:feeds")
    return _page(request, made=made, secret="" if FEEDS[made.provider].gives_secret else secret)


@requires(Permission.SCHOOL_ACCOUNT_PROPOSE, fresh=True)
@require_POST
def new_key(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask for another key of a live feed; ours is on the page that answers, and nowhere after."""
    found = _connection(request, public_id)
    try:
        with transaction():
            _asked, secret = propose_feed_key(
                found, secret=request.POST.get("khoa", ""), reason=request.POST.get("ly_do", ""),
                actor=request.caller.actor,
            )  # fmt: skip
    except (FeedRefusedError, ChangeRefusedError) as refusal:
        messages.error(request, _said(refusal))
        return redirect("banking:feeds")
    return _page(request, made=found, secret="" if FEEDS[found.provider].gives_secret else secret)


@requires(Permission.SCHOOL_FEED_WRITE)
@require_POST
def drop_key(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Believe the present key only."""
    with transaction():
        feed.drop_former_secret(_connection(request, public_id), actor=request.caller.actor)
    messages.success(request, _("Đã bỏ khóa cũ. Chỉ còn khóa hiện tại."))
    return redirect("banking:feeds")


@requires(Permission.SCHOOL_FEED_WRITE)
@require_POST
def disconnect(request: AuthedRequest, public_id: str) -> HttpResponse:
    """End a connection; what it brought stays."""
    found = _connection(request, public_id)
    with transaction():
        feed.disconnect(found, actor=request.caller.actor)
    messages.success(request, _("Đã ngừng kết nối của tài khoản %(number)s.") % {"number": found.bank_account.number})
    return redirect("banking:feeds")


def _connection(request: AuthedRequest, public_id: str) -> FeedConnection:
    rows = FeedConnection.objects.for_school(request.caller.school).select_related("bank_account")
    found: FeedConnection = get_object_or_404(rows, public_id=public_id)
    return found


def _said(refusal: FeedRefusedError | ChangeRefusedError) -> str:
    return change_text(refusal) if isinstance(refusal, ChangeRefusedError) else feed_text(refusal.code)


def _page(request: AuthedRequest, *, made: FeedConnection | None = None, secret: str = "") -> HttpResponse:
    school_id = request.caller.school.pk
    overviews = queries.feed_overviews(school_id)
    asked = open_changes(school_id, tuple(FEED_APPROVALS))
    connected = {o.connection.bank_account_id for o in overviews if o.connection.is_active}
    context: dict[str, Any] = {
        "feeds": [
            {
                "row": o.connection,
                "name": FEEDS[o.connection.provider].name,
                "url": _address(o.connection),
                "waiting": o.waiting,
                "asked": [c for c in asked if c.subject == o.connection.public_id],
                "has_former": len(o.connection.sealed_secrets) > 1,
                "gives_secret": FEEDS[o.connection.provider].gives_secret,
                "problems": [{"text": feed_text(code), "count": n, "latest": at} for code, n, at in o.problems],
            }
            for o in overviews
        ],
        "free_accounts": [a for a in bank_accounts(request.caller.school) if a.pk not in connected],
        "made": made,
        "made_feed": FEEDS[made.provider] if made else None,
        "providers": list(FEEDS.values()),
        "may_propose": request.caller.may(Permission.SCHOOL_ACCOUNT_PROPOSE),
        "may_disconnect": request.caller.may(Permission.SCHOOL_FEED_WRITE),
        "made_url": _address(made) if made else "",
        "secret": secret,
    }
    return render(request, "banking/feeds.html", context)


def _address(connection: FeedConnection) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'banking:hook_{connection.provider}', args=[connection.public_id])}"
