"""Changes of receiving accounts at the schools of a unit: the department's own look, beside the notices (A28)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.organizations.public import schools_under
from truongso.payments.public import account_changes
from truongso.workspaces.web.changes import shown

_PAGE = 50


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def account_changes_page(request: AuthedRequest) -> HttpResponse:
    """Which school changes its account, from when, on whose word, why; the newest first."""
    membership = request.caller.membership
    if membership is None or membership.unit is None:
        raise Http404
    schools = schools_under(membership.unit, clock.today())
    rows = account_changes([s.pk for s in schools])
    page = Paginator(rows, _PAGE).get_page(request.GET.get("trang"))
    names = user_names(who for c in page for who in (c.proposed_by, c.decided_by, c.ended_by))
    context = {"page": page, "rows": [shown(c, names) for c in page], "unit": membership.unit, "schools": len(schools)}
    return render(request, "workspaces/office/account_changes.html", context)
