"""Changes that take two people: what waits, one change with its decision, taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.public import FEED_APPROVALS
from truongso.kernel import banks, clock
from truongso.kernel.db import retrying, transaction
from truongso.payments.public import (
    APPROVALS,
    CHANGE_AUDIENCES,
    CHANGE_KINDS,
    CHANGE_STATES,
    Approve,
    ChangeKind,
    ChangeRefusedError,
    ChangeState,
    SetupChange,
    cancel_change,
    change_by_public_id,
    change_problem_text,
    change_text,
    changes_of,
    drop_account,
    open_changes,
    reject_change,
)

_PAGE = 50
_WAYS: dict[ChangeKind, Approve] = {**APPROVALS, **FEED_APPROVALS}


@requires(Permission.SCHOOL_SETUP_READ)
@require_safe
def change_list(request: AuthedRequest) -> HttpResponse:
    """What waits first, then what has come to its end."""
    school = request.caller.school
    kinds = _kinds(request)
    waiting = open_changes(school.pk, kinds)
    page = Paginator([c for c in changes_of(school.pk, kinds) if not c.is_open], _PAGE).get_page(
        request.GET.get("trang")
    )
    names = user_names(who for c in [*waiting, *page] for who in (c.proposed_by, c.decided_by, c.ended_by))
    context = {
        "waiting": [shown(c, names) for c in waiting], "past": [shown(c, names) for c in page], "page": page,
        "may_approve": request.caller.may(Permission.SCHOOL_SETUP_APPROVE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }  # fmt: skip
    return render(request, "workspaces/school/changes.html", context)


@requires(Permission.SCHOOL_SETUP_READ)
@require_safe
def change_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One change: what was asked for, by whom, why; and what may be done about it now."""
    change = _change(request, public_id)
    caller = request.caller
    names = user_names([change.proposed_by, change.decided_by, change.ended_by])
    is_own = change.proposed_by == caller.user.pk
    is_undecided = change.state == ChangeState.PROPOSED.value
    context = {
        "one": shown(change, names),
        "is_own": is_own,
        "may_decide": is_undecided and not is_own and caller.may(Permission.SCHOOL_SETUP_APPROVE),
        "may_cancel": change.is_open and _may_cancel(request),
        "unreached": [CHANGE_AUDIENCES[a] for a in CHANGE_AUDIENCES if not change.told.get(a.value)]
        if ChangeKind(change.kind).is_account
        else [],
    }
    return render(request, "workspaces/school/change.html", context)


@requires(Permission.SCHOOL_SETUP_APPROVE, fresh=True)
@require_POST
def decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Approve or reject."""
    change = _change(request, public_id)
    school, actor, kind = request.caller.school, request.caller.actor, ChangeKind(change.kind)
    if request.POST.get("viec") == "duyet":
        done = _try(request, lambda: _WAYS[kind](school, change_id=change.pk, actor=actor))
        text = _("Đã duyệt. Thực hiện lúc ghi trên trang.") if kind.is_account else _("Đã duyệt và thực hiện.")
    else:
        reason = request.POST.get("ly_do", "")
        done = _try(request, lambda: _drop(request, change, reason, rejected=True))
        text = _("Đã từ chối. Mọi thứ giữ như cũ.")
    if done:
        messages.success(request, text)
    return redirect("workspaces:change", change.public_id)


@requires(Permission.SCHOOL_SETUP_READ)
@require_POST
def cancel(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a change back before it takes effect: whoever may ask for changes, and whoever decides."""
    change = _change(request, public_id)
    if not _may_cancel(request):
        raise Http404
    reason = request.POST.get("ly_do", "")
    if _try(request, lambda: _drop(request, change, reason, rejected=False)):
        messages.success(request, _("Đã hủy. Mọi thứ giữ như cũ."))
    return redirect("workspaces:change", change.public_id)


def shown(change: SetupChange, names: Mapping[int, str]) -> dict[str, Any]:
    """A change as pages show it."""
    state, mark = CHANGE_STATES[ChangeState(change.state)]
    to = change.detail
    is_account = ChangeKind(change.kind).is_account
    return {
        "row": change,
        "kind": CHANGE_KINDS[ChangeKind(change.kind)],
        "state": state,
        "mark": mark,
        "by": names.get(change.proposed_by, ""),
        "decided_by": names.get(change.decided_by, "") if change.decided_by else "",
        "ended_by": names.get(change.ended_by, "") if change.ended_by else "",
        "is_account": is_account,
        "bank": _bank(to["bank_bin"]) if is_account else "",
        "former_bank": _bank(to["replaces_bin"]) if is_account and to["replaces"] else "",
        "waits": change.state == ChangeState.APPROVED.value and (change.effective_at or clock.now()) > clock.now(),
        "problem": change_problem_text(change.problem) if change.problem else "",
    }


def _bank(bank_bin: str) -> str:
    bank = banks.find(bank_bin)
    return bank.short_name if bank else bank_bin


def _drop(request: AuthedRequest, change: SetupChange, reason: str, *, rejected: bool) -> SetupChange:
    school, actor = request.caller.school, request.caller.actor
    if ChangeKind(change.kind).is_account:
        return drop_account(school, change_id=change.pk, reason=reason, actor=actor, rejected=rejected)
    end = reject_change if rejected else cancel_change
    return end(school.pk, change_id=change.pk, reason=reason, actor=actor)


def _may_cancel(request: AuthedRequest) -> bool:
    """Who sees a change and may ask for such or decide."""
    caller = request.caller
    return caller.may(Permission.SCHOOL_SETUP_PROPOSE) or caller.may(Permission.SCHOOL_SETUP_APPROVE)


def _kinds(request: AuthedRequest) -> tuple[ChangeKind, ...]:
    """What the caller sees: who keeps the machines sees partners and keys, no receiving account."""
    sees = request.caller.may(Permission.SCHOOL_ACCOUNT_READ)
    return tuple(kind for kind in ChangeKind if sees or not kind.names_account)


def _change(request: AuthedRequest, public_id: str) -> SetupChange:
    found = change_by_public_id(request.caller.school.pk, public_id)
    if found is None or ChangeKind(found.kind) not in _kinds(request):
        raise Http404
    return found


def _try(request: AuthedRequest, act: Callable[[], SetupChange]) -> bool:
    """Do it in one transaction; a refusal becomes a message and changes nothing."""

    def whole() -> None:
        with transaction():
            act()

    try:
        retrying(whole)
    except ChangeRefusedError as refusal:
        messages.error(request, change_text(refusal))
        return False
    return True
