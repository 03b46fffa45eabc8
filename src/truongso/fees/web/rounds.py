"""Rounds: the list, a new one, and what became of an issued one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.messages import refusal_text
from truongso.fees.models import CollectionRound
from truongso.fees.queries.plans import plan_totals
from truongso.fees.queries.rounds import classes_of_round, round_by_id, rounds_of
from truongso.fees.services.issue import JOB_KIND, close_round, resume_issue
from truongso.fees.services.rounds import allow_parts, copy_round, create_round, delete_draft, update_round
from truongso.fees.types import FeesRefusedError, RoundState
from truongso.fees.web.forms import CopyForm, RoundForm, bank_name, usual_days
from truongso.fees.web.labels import ROUND_STATES
from truongso.fees.web.support import attempt, round_or_404
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.models import Job
from truongso.organizations.public import school_year_on


@requires(Permission.SCHOOL_ROUND_READ)
@require_http_methods(["GET"])
def rounds(request: AuthedRequest) -> HttpResponse:
    """All rounds with their figures; 2 queries."""
    rows = [{"round": r, "state": ROUND_STATES[r.state]} for r in rounds_of(request.caller.school.pk)]
    may_write = request.caller.may(Permission.SCHOOL_ROUND_WRITE)
    may_export = request.caller.may(Permission.SCHOOL_EXPORT_READ)
    return render(request, "fees/rounds.html", {"rows": rows, "may_write": may_write, "may_export": may_export})


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET", "POST"])
def new_round(request: AuthedRequest) -> HttpResponse:
    """Start a draft."""
    school, today = request.caller.school, clock.today()
    priced_on, due_on = usual_days(today)
    year = school_year_on(priced_on) or school_year_on(today)
    initial = {
        "name": _("Thu tháng %(month)s") % {"month": f"{priced_on.month}/{priced_on.year}"},
        "school_year": year.code if year else None, "priced_on": priced_on, "due_on": due_on,
    }  # fmt: skip
    form = RoundForm(request.POST or None, school=school, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: create_round(
                school.pk, name=data["name"], school_year_id=form.years[data["school_year"]].pk,
                priced_on=data["priced_on"], due_on=data["due_on"],
                bank_account_id=form.accounts[data["bank_account"]], allows_partial=data["allows_partial"],
                actor=request.caller.actor,
            ),
        )  # fmt: skip
        if made is not None:
            return redirect("fees:step_items", public_id=made.public_id)
    context = {"form": form, "has_account": bool(form.accounts), "earlier": rounds_of(school.pk)[:5]}
    return render(request, "fees/round_form.html", context)


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET", "POST"])
def edit_round(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Change name, days and account of a draft."""
    found = round_or_404(request, public_id)
    if found.state != RoundState.DRAFT.value:
        return redirect("fees:round", public_id=public_id)
    school = request.caller.school
    initial = {
        "name": found.name, "priced_on": found.priced_on, "due_on": found.due_on,
        "bank_account": found.bank_account.public_id, "allows_partial": found.allows_partial,
    }  # fmt: skip
    form = RoundForm(request.POST or None, school=school, editing=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        saved = attempt(
            form,
            lambda: update_round(
                school.pk, round_id=found.pk, name=data["name"], priced_on=data["priced_on"],
                due_on=data["due_on"], bank_account_id=form.accounts[data["bank_account"]],
                allows_partial=data["allows_partial"], actor=request.caller.actor,
            ),
        )  # fmt: skip
        if saved is not None:
            return redirect("fees:step_preview", public_id=public_id)
    return render(request, "fees/round_form.html", {"form": form, "round": found, "has_account": bool(form.accounts)})


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET", "POST"])
def copy(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A new draft with the items and classes of this round."""
    source = round_or_404(request, public_id)
    priced_on, due_on = usual_days(clock.today())
    name = _("Thu tháng %(month)s") % {"month": f"{priced_on.month}/{priced_on.year}"}
    form = CopyForm(request.POST or None, initial={"name": name, "priced_on": priced_on, "due_on": due_on})
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        made = attempt(
            form,
            lambda: copy_round(request.caller.school.pk, source_id=source.pk, actor=request.caller.actor, **data),
        )
        if made is not None:
            return redirect("fees:step_items", public_id=made.public_id)
    return render(request, "fees/round_copy.html", {"form": form, "round": source})


@requires(Permission.SCHOOL_ROUND_READ)
@require_http_methods(["GET"])
def round_(request: AuthedRequest, public_id: str) -> HttpResponse:
    """An issued round: progress of the issue, what is paid, class by class. A draft opens its wizard."""
    found = round_or_404(request, public_id)
    if found.state == RoundState.DRAFT.value:
        return redirect("fees:step_items", public_id=public_id)
    classes = classes_of_round(found.school_id, found.pk)
    totals = plan_totals(found)
    context = {
        "round": found,
        "state": ROUND_STATES[RoundState(found.state)],
        "bank": bank_name(found.bank_account.bank_bin),
        "job": _job(found),
        "figures": round_by_id(found.school_id, found.pk),
        "planned": totals,
        "classes": classes,
        "may_write": request.caller.may(Permission.SCHOOL_ROUND_WRITE),
        "may_issue": request.caller.may(Permission.SCHOOL_ROUND_ISSUE),
    }
    return render(request, "fees/round.html", context)


@requires(Permission.SCHOOL_ROUND_READ)
@require_http_methods(["GET"])
def issue_progress(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The progress bar of a running issue; when it is over the page loads itself anew."""
    found = round_or_404(request, public_id)
    job = _job(found)
    if job is None:
        raise Http404
    response = render(request, "fees/parts/issue_progress.html", {"round": found, "job": job})
    if job.state in {"done", "failed"}:
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.SCHOOL_ROUND_ISSUE)
@require_POST
def resume(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Go on with an issue that stopped."""
    found = round_or_404(request, public_id)
    try:
        with transaction():
            resume_issue(found.school_id, round_id=found.pk, actor=request.caller.actor)
    except FeesRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    return redirect("fees:round", public_id=public_id)


@requires(Permission.SCHOOL_ROUND_ISSUE)
@require_POST
def close(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Close a round."""
    found = round_or_404(request, public_id)
    try:
        with transaction():
            close_round(found.school_id, round_id=found.pk, actor=request.caller.actor)
    except FeesRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, _("Đã đóng đợt thu “%(name)s”.") % {"name": found.name})
    return redirect("fees:round", public_id=public_id)


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_POST
def parts(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Let families pay an issued round in parts, or no longer."""
    found = round_or_404(request, public_id)
    allows = bool(request.POST.get("cho-phep"))
    with transaction():
        allow_parts(found.school_id, round_id=found.pk, allows=allows, actor=request.caller.actor)
    done = _("Gia đình được nộp nhiều lần.") if allows else _("Gia đình nộp đủ một lần.")
    messages.success(request, done)
    return redirect("fees:round", public_id=public_id)


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_POST
def delete(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Throw a draft away."""
    found = round_or_404(request, public_id)
    try:
        with transaction():
            delete_draft(found.school_id, round_id=found.pk, actor=request.caller.actor)
    except FeesRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("fees:round", public_id=public_id)
    messages.success(request, _("Đã xóa bản nháp “%(name)s”.") % {"name": found.name})
    return redirect("fees:rounds")


def _job(found: CollectionRound) -> Job | None:
    return Job.objects.filter(school_id=found.school_id, kind=JOB_KIND, key=str(found.pk)).first()
