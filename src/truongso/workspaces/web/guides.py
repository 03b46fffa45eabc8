"""Public guides: one page for each way the school has on, step by step with pictures, also to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from truongso.kernel.money import ZERO
from truongso.organizations.public import School, has_bank_account
from truongso.payments.public import method_choices
from truongso.workspaces.guides import GUIDES
from truongso.workspaces.ways import Way, method_of, ways_of
from truongso.workspaces.web.public_school import PUBLIC, base_context, of_school


@PUBLIC
@require_safe
@gzip_page
@of_school
def index(request: HttpRequest, school: School) -> HttpResponse:
    """The ways of this school, each leading to its guide."""
    return render(request, "workspaces/public/guides.html", {"ways": _ways(school), **base_context(school)})


@PUBLIC
@require_safe
@gzip_page
@of_school
def guide(request: HttpRequest, school: School, way: str) -> HttpResponse:
    """The guide of one way; ways the school has not on lead to those it has."""
    ways, method = _ways(school), method_of(way)
    chosen = next((one for one in ways if one.method is method), None)
    if method is None or chosen is None:
        return redirect("workspaces:public_guides", school.slug)
    context = {"ways": ways, "way": chosen, "guide": GUIDES[method], **base_context(school)}
    return render(request, "workspaces/public/guide.html", context)


def _ways(school: School) -> list[Way]:
    return ways_of(method_choices(school.pk, amount=ZERO, has_code=has_bank_account(school.pk)))
