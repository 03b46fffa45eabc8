"""“Which data leaves the system”: per partner, field by field."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.workspaces.data_leaving import FLOWS


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_safe
def data_leaving(request: AuthedRequest) -> HttpResponse:
    """Every kind of message to a partner, with what stands in each field and whether it tells of a person."""
    rows = [
        {"flow": one, "fields": [(name, text, name in one.personal) for name, text in one.fields.items()]}
        for one in FLOWS
    ]
    return render(request, "workspaces/school/data_leaving.html", {"rows": rows, "present": "ra-ngoai"})
