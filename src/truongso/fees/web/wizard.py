"""The five steps of a draft: items, classes, exemptions, preview, issue. Each step saves when it is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.messages import problem_text, refusal_text
from truongso.fees.models import CollectionRound, FeeItem, RoundClass, RoundItem
from truongso.fees.pricing import holds_on
from truongso.fees.queries.plans import (
    ExemptionRow,
    exemptions_of_round,
    opt_in_counts,
    plan_totals,
    planned_lines,
    planned_pupils,
    problems,
    totals_by_class,
    totals_by_item,
)
from truongso.fees.queries.rounds import previous_round
from truongso.fees.services.issue import start_issue
from truongso.fees.services.plan import plan_round
from truongso.fees.services.rounds import repeating_items, set_classes, set_items
from truongso.fees.types import FeesRefusedError, FeeUnit, RoundState
from truongso.fees.web.forms import bank_name
from truongso.fees.web.items import rate_range
from truongso.fees.web.labels import UNITS
from truongso.fees.web.support import round_or_404, whole_numbers
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.kernel.names import fold
from truongso.organizations.public import SchoolYear
from truongso.people.public import classes_of_year


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET", "POST"])
def step_items(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Step 1: which items, how many units of each."""
    draft = round_or_404(request, public_id)
    if draft.state != RoundState.DRAFT.value:
        return redirect("fees:round", public_id=public_id)
    active = FeeItem.objects.for_school(draft.school_id).filter(is_active=True).prefetch_related("rates")
    offered = sorted(active, key=lambda i: (i.is_voluntary, fold(i.name)))
    if request.method == "POST":
        if "lay" in request.POST:
            wanted = _items_of_previous(draft)
        else:
            wanted = {i.pk: _quantity(request.POST, i) for i in offered if i.code in request.POST.getlist("khoan")}
        answer = _saved(
            request,
            lambda: set_items(draft.school_id, round_id=draft.pk, quantities=wanted, actor=request.caller.actor),
        )
        if answer is not None:
            return answer
        stay = "lay" in request.POST or "luu" in request.POST
        return redirect("fees:step_items" if stay else "fees:step_classes", public_id=public_id)
    chosen = _chosen_items(draft)
    rows = [
        {
            "item": i, "unit": UNITS[FeeUnit(i.unit)], "rate": rate_range(list(i.rates.all()), draft.priced_on),
            "checked": i.pk in chosen, "quantity": chosen.get(i.pk, 1),
        }
        for i in offered
    ]  # fmt: skip
    rows.sort(key=lambda row: not row["checked"])
    context = {"rows": rows, "previous": previous_round(draft)}
    return render(request, "fees/step_items.html", {**_frame(draft, 1), **context})


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET", "POST"])
def step_classes(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Step 2: which classes."""
    draft = round_or_404(request, public_id)
    if draft.state != RoundState.DRAFT.value:
        return redirect("fees:round", public_id=public_id)
    year: SchoolYear = draft.school_year
    classes = classes_of_year(draft.school, year, draft.priced_on)
    known = {c.id for c in classes}
    if request.method == "POST":
        ticked = set(request.POST.getlist("lop"))
        wanted = {c.id for c in classes if c.name in ticked}
        group = request.POST.get("chon", "")
        if group:
            members = {c.id for c in classes if group == "tat-ca" or c.grade == group.removeprefix("khoi:")}
            wanted = wanted - members if members <= wanted else wanted | members
        answer = _saved(
            request,
            lambda: set_classes(draft.school_id, round_id=draft.pk, class_ids=wanted, actor=request.caller.actor),
        )
        if answer is not None:
            return answer
        stay = bool(group) or "luu" in request.POST
        return redirect("fees:step_classes" if stay else "fees:step_exemptions", public_id=public_id)
    chosen = _chosen_classes(draft)
    grades: dict[str, list[dict[str, Any]]] = {}
    for c in classes:
        grades.setdefault(c.grade, []).append({"class": c, "checked": c.id in chosen})
    context = {
        "grades": [
            {"grade": grade, "classes": rows, "all": all(r["checked"] for r in rows)} for grade, rows in grades.items()
        ],
        "all_classes": len(classes),
        "chosen_classes": len(chosen),
        "chosen_pupils": sum(c.pupils for c in classes if c.id in chosen),
        "all_chosen": bool(classes) and chosen >= known,
    }
    return render(request, "fees/step_classes.html", {**_frame(draft, 2), **context})


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET"])
def step_exemptions(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Step 3: who is exempt, who chose what; corrected on the pages of exemptions."""
    draft = round_or_404(request, public_id)
    if draft.state != RoundState.DRAFT.value:
        return redirect("fees:round", public_id=public_id)
    found = exemptions_of_round(draft)
    rows = [_exemption_row(e, draft) for e in found]
    look = [r for r in rows if r["kind"] != "ok"]
    context = {
        "rows": look if request.GET.get("xem") == "can-xem" else rows,
        "all": len(rows),
        "look": len(look),
        "choices": opt_in_counts(draft),
    }
    return render(request, "fees/step_exemptions.html", {**_frame(draft, 3), **context})


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_POST
def compute(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Compute the preview."""
    draft = round_or_404(request, public_id)
    try:
        with transaction():
            plan_round(draft.school_id, round_id=draft.pk)
    except FeesRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("fees:round", public_id=public_id)
    return redirect("fees:step_preview", public_id=public_id)


@requires(Permission.SCHOOL_ROUND_WRITE)
@require_http_methods(["GET"])
def step_preview(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Step 4: totals, problems, and any pupil's lines."""
    draft = round_or_404(request, public_id)
    if draft.state != RoundState.DRAFT.value:
        return redirect("fees:round", public_id=public_id)
    by = "lop" if request.GET.get("theo") == "lop" else "khoan"
    found = problems(draft)
    context: dict[str, Any] = {
        "blocking": [problem_text(p) for p in found if p.blocking],
        "warnings": [problem_text(p) for p in found if not p.blocking],
        "by": by,
    }
    if draft.planned_at is not None:
        totals = plan_totals(draft)
        previous = previous_round(draft)
        context |= {
            "totals": totals,
            "average": Dong(totals.amount.value // totals.invoices) if totals.invoices else None,
            "groups": totals_by_class(draft) if by == "lop" else totals_by_item(draft),
            "previous": previous,
            "change_text": _change(totals.amount - previous.figures.total) if previous else "",
            "sample": _sample(draft, request.GET.get("hs", "")),
        }
    return render(request, "fees/step_preview.html", {**_frame(draft, 4), **context})


@requires(Permission.SCHOOL_ROUND_ISSUE)
@require_http_methods(["GET", "POST"])
def step_issue(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Step 5: the last check, then the issue."""
    draft = round_or_404(request, public_id)
    if draft.state != RoundState.DRAFT.value:
        if request.method == "POST":
            messages.error(request, refusal_text(FeesRefusedError("already_issued", name=draft.name)))
        return redirect("fees:round", public_id=public_id)
    if request.method == "POST":
        return _issue(request, draft)
    if draft.planned_at is None:
        return redirect("fees:step_preview", public_id=public_id)
    found = [problem_text(p) for p in problems(draft) if p.blocking]
    context = {"blocking": found, "totals": plan_totals(draft), "bank": bank_name(draft.bank_account.bank_bin)}
    return render(request, "fees/step_issue.html", {**_frame(draft, 5), **context})


def _issue(request: AuthedRequest, draft: CollectionRound) -> HttpResponse:
    seen = whole_numbers([request.POST.get("so_phieu", ""), request.POST.get("tong", "")])
    if len(seen) != 2:
        return redirect("fees:step_issue", public_id=draft.public_id)
    try:
        with transaction():
            start_issue(
                draft.school_id, round_id=draft.pk, seen_invoices=seen[0], seen_amount=Dong(seen[1]),
                actor=request.caller.actor,
            )  # fmt: skip
    except FeesRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
        if refusal.code == "plan_changed":
            with transaction():
                plan_round(draft.school_id, round_id=draft.pk)
        return redirect("fees:step_preview", public_id=draft.public_id)
    return redirect("fees:round", public_id=draft.public_id)


def _saved(request: AuthedRequest, save: Any) -> HttpResponse | None:
    """Save a step. The answer of a background save, or of a refused one; None: go on."""
    background = request.headers.get("HX-Request") == "true"
    try:
        with transaction():
            save()
    except FeesRefusedError as refusal:
        if background:
            return render(request, "fees/parts/saved.html", {"problem": refusal_text(refusal)})
        messages.error(request, refusal_text(refusal))
        return redirect(request.path)
    return render(request, "fees/parts/saved.html", {"at": clock.now()}) if background else None


def _frame(draft: CollectionRound, step: int) -> dict[str, Any]:
    """What every step shows: the draft, the steps with what is in them."""
    items = RoundItem.objects.for_school(draft.school_id).filter(round=draft).count()
    classes = RoundClass.objects.for_school(draft.school_id).filter(round=draft).count()
    planned = plan_totals(draft) if draft.planned_at is not None else None

    def url(name: str) -> str:
        return reverse(f"fees:{name}", args=[draft.public_id])

    steps = [
        {"label": _("Khoản thu"), "url": url("step_items"), "note": _("%(count)s khoản") % {"count": items}},
        {"label": _("Lớp"), "url": url("step_classes"), "note": _("%(count)s lớp") % {"count": classes}},
        {"label": _("Miễn giảm"), "url": url("step_exemptions"),
         "note": _("%(count)s học sinh") % {"count": planned.reduced_pupils} if planned else ""},
        {"label": _("Xem trước"), "url": url("step_preview"),
         "note": _("%(count)s phiếu") % {"count": planned.invoices} if planned else ""},
        {"label": _("Phát hành"), "url": url("step_issue") if planned else "", "note": ""},
    ]  # fmt: skip
    return {"round": draft, "steps": steps, "step": step}


def _chosen_items(draft: CollectionRound) -> dict[int, int]:
    rows = RoundItem.objects.for_school(draft.school_id).filter(round=draft)
    return dict(rows.values_list("fee_item_id", "quantity"))


def _chosen_classes(draft: CollectionRound) -> set[int]:
    rows = RoundClass.objects.for_school(draft.school_id).filter(round=draft)
    return set(rows.values_list("school_class_id", flat=True))


def _items_of_previous(draft: CollectionRound) -> dict[int, int]:
    """The items of the round before that come again every month."""
    previous = previous_round(draft)
    return _chosen_items(draft) if previous is None else repeating_items(draft.school_id, previous.id)


def _quantity(data: QueryDict, item: FeeItem) -> int:
    """The number typed beside an item; 0, which the service refuses, when it is not one."""
    found: Sequence[int] = whole_numbers([data.get(f"so_{item.code}", "1").strip()])
    return found[0] if found else 0


def _exemption_row(row: ExemptionRow, draft: CollectionRound) -> dict[str, Any]:
    if not holds_on(row.exemption.valid_from, row.exemption.valid_to, draft.priced_on):
        kind, text = "bad", _("Đã hết hạn")
    elif not row.exemption.document:
        kind, text = "warn", _("Thiếu minh chứng")
    else:
        kind, text = "ok", _("Còn hạn")
    return {"row": row, "kind": kind, "text": text}


def _change(difference: Dong) -> str:
    return f"+{difference}" if difference.value > 0 else str(difference)


def _sample(draft: CollectionRound, wanted: str) -> dict[str, Any] | None:
    """One pupil's lines and the places of the pupils before and after; 3 queries."""
    pupils = planned_pupils(draft)
    count = pupils.count()
    if not count:
        return None
    place = min((whole_numbers([wanted]) or [1])[0] or 1, count)
    pupil = pupils[place - 1]
    return {
        "pupil": pupil,
        "lines": planned_lines(draft, pupil["student_id"]),
        "place": place,
        "count": count,
        "before": place - 1 or None,
        "after": place + 1 if place < count else None,
    }
