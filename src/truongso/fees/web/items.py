"""The catalogue of fee items and their rates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.catalogue_data import catalogue
from truongso.fees.models import FeeItem, FeeRate
from truongso.fees.pricing import holds_on
from truongso.fees.services.catalogue import (
    add_rate,
    create_item,
    end_rate,
    rate_is_used,
    seed_catalogue,
    set_item_active,
    update_item,
)
from truongso.fees.types import FeeNature, FeeUnit
from truongso.fees.web.forms import EndForm, ItemForm, RateForm
from truongso.fees.web.labels import NATURES, UNITS
from truongso.fees.web.support import attempt, item_or_404
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.kernel.names import fold


@requires(Permission.SCHOOL_FEE_READ)
@require_http_methods(["GET"])
def items(request: AuthedRequest) -> HttpResponse:
    """The catalogue with today's rates; 2 queries."""
    school, today = request.caller.school, clock.today()
    rows = FeeItem.objects.for_school(school)
    found = sorted(rows.prefetch_related("rates"), key=lambda i: (not i.is_active, i.is_voluntary, fold(i.name)))
    shown = [
        {
            "item": item,
            "nature": NATURES[FeeNature(item.nature)],
            "unit": UNITS[FeeUnit(item.unit)],
            "rate": rate_range(list(item.rates.all()), today),
        }
        for item in found
    ]
    may_write = request.caller.may(Permission.SCHOOL_FEE_WRITE)
    may_export = request.caller.may(Permission.SCHOOL_EXPORT_READ)
    return render(request, "fees/items.html", {"rows": shown, "may_write": may_write, "may_export": may_export})


@requires(Permission.SCHOOL_FEE_WRITE)
@require_POST
def seed(request: AuthedRequest) -> HttpResponse:
    """Take over the usual items."""
    school = request.caller.school
    with transaction():
        added = seed_catalogue(school.pk, level=school.level, actor=request.caller.actor)
    messages.success(
        request, _("Đã thêm %(count)s khoản thu thường gặp. Nhập mức thu cho từng khoản.") % {"count": len(added)}
    )
    return redirect("fees:items")


@requires(Permission.SCHOOL_FEE_WRITE)
@require_http_methods(["GET", "POST"])
def new_item(request: AuthedRequest) -> HttpResponse:
    """Add an item, then its rate."""
    form = ItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, lambda: create_item(request.caller.school.pk, actor=request.caller.actor, **_item_data(form))
        )
        if made is not None:
            messages.success(request, _("Đã thêm “%(name)s”. Nhập mức thu của khoản này.") % {"name": made.name})
            return redirect("fees:new_rate", code=made.code)
    return render(request, "fees/item_form.html", {"form": form})


@requires(Permission.SCHOOL_FEE_READ)
@require_http_methods(["GET"])
def item(request: AuthedRequest, code: str) -> HttpResponse:
    """One item: what it is, the law it rests on, every rate it had."""
    found, today = item_or_404(request, code), clock.today()
    rates = list(
        FeeRate.objects.for_school(request.caller.school).filter(fee_item=found).order_by("-valid_from", "grade")
    )
    samples = next((i.samples for i in catalogue() if i.code == found.code), ())
    level = request.caller.school.level
    context = {
        "item": found,
        "nature": NATURES[FeeNature(found.nature)],
        "unit": UNITS[FeeUnit(found.unit)],
        "rates": [
            {"rate": r, "now": holds_on(r.valid_from, r.valid_to, today), "later": r.valid_from > today} for r in rates
        ],
        "samples": [s for s in samples if not s.levels or level in s.levels],
        "may_write": request.caller.may(Permission.SCHOOL_FEE_WRITE),
    }
    return render(request, "fees/item.html", context)


@requires(Permission.SCHOOL_FEE_WRITE)
@require_http_methods(["GET", "POST"])
def edit_item(request: AuthedRequest, code: str) -> HttpResponse:
    """Change an item."""
    found = item_or_404(request, code)
    initial = {f: getattr(found, f) for f in ("name", "nature", "unit", "is_voluntary", "legal_basis", "note")}
    form = ItemForm(request.POST or None, initial=initial, editing=True)
    if request.method == "POST" and form.is_valid():
        data = _item_data(form)
        saved = attempt(
            form, lambda: update_item(request.caller.school.pk, item_id=found.pk, actor=request.caller.actor, **data)
        )
        if saved is not None:
            messages.success(request, _("Đã lưu “%(name)s”.") % {"name": saved.name})
            return redirect("fees:item", code=code)
    return render(request, "fees/item_form.html", {"form": form, "item": found})


@requires(Permission.SCHOOL_FEE_WRITE)
@require_POST
def switch_item(request: AuthedRequest, code: str) -> HttpResponse:
    """Take an item out of use, or back."""
    found = item_or_404(request, code)
    with transaction():
        set_item_active(
            request.caller.school.pk, item_id=found.pk, active=not found.is_active, actor=request.caller.actor
        )
    return redirect("fees:item", code=code)


@requires(Permission.SCHOOL_FEE_WRITE)
@require_http_methods(["GET", "POST"])
def new_rate(request: AuthedRequest, code: str) -> HttpResponse:
    """Add a rate; the one it follows ends the day before."""
    found = item_or_404(request, code)
    form = RateForm(request.POST or None, initial={"valid_from": clock.today().replace(day=1)})
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        made = attempt(
            form,
            lambda: add_rate(
                request.caller.school.pk, item_id=found.pk, actor=request.caller.actor, ends_previous=True, **data
            ),
        )
        if made is not None:
            messages.success(request, _("Đã thêm mức thu %(amount)s.") % {"amount": made.amount})
            return redirect("fees:item", code=code)
    return render(request, "fees/rate_form.html", {"form": form, "item": found})


@requires(Permission.SCHOOL_FEE_WRITE)
@require_http_methods(["GET", "POST"])
def finish_rate(request: AuthedRequest, code: str, since: dt.date, grade: str = "") -> HttpResponse:
    """Let a rate end. A rate is known by the day it begins and its grade."""
    found = item_or_404(request, code)
    rates = FeeRate.objects.for_school(request.caller.school).filter(fee_item=found, valid_from=since, grade=grade)
    rate = rates.select_related("fee_item").first()
    if rate is None:
        return redirect("fees:item", code=code)
    form = EndForm(request.POST or None, initial={"valid_to": rate.valid_to})
    if request.method == "POST" and form.is_valid():
        ended = attempt(
            form,
            lambda: end_rate(
                request.caller.school.pk, rate_id=rate.pk, valid_to=form.cleaned_data["valid_to"],
                actor=request.caller.actor,
            ),
        )  # fmt: skip
        if ended is not None:
            messages.success(request, _("Mức thu %(amount)s đã có ngày kết thúc.") % {"amount": rate.amount})
            return redirect("fees:item", code=code)
    return render(
        request, "fees/rate_end.html", {"form": form, "item": found, "rate": rate, "used": rate_is_used(rate)}
    )


def rate_range(rates: list[FeeRate], day: dt.date) -> tuple[Dong, Dong] | None:
    """Lowest and highest rate in force on a day; None when there is none."""
    amounts = [r.amount for r in rates if holds_on(r.valid_from, r.valid_to, day)]
    return (min(amounts), max(amounts)) if amounts else None


def _item_data(form: ItemForm) -> dict[str, Any]:
    data = dict(form.cleaned_data)
    data["nature"], data["unit"] = FeeNature(data["nature"]), FeeUnit(data["unit"])
    return data
