"""What a subject teacher sees: the classes taught today and who sits in them, names alone."""

from __future__ import annotations

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.people.teaching.queries import pupil_names, taught_by


@requires(Permission.CLASS_TAUGHT_READ)
@require_safe
def taught(request: AuthedRequest) -> HttpResponse:
    """The teacher's classes today with their subjects."""
    rows = taught_by(request.caller.school.pk, request.caller.user.pk, clock.today())
    classes = []
    for _class_id, some in groupby(rows, key=lambda one: one.class_id):
        own = list(some)
        classes.append({"name": own[0].class_name, "key": own[0].public_id, "subjects": [one.subject for one in own]})
    return render(request, "people/taught.html", {"classes": classes})


@requires(Permission.CLASS_TAUGHT_READ)
@require_safe
def taught_class(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Who sits today in a class the teacher teaches today; any other is not there."""
    rows = taught_by(request.caller.school.pk, request.caller.user.pk, clock.today())
    found = next((one for one in rows if one.public_id == public_id), None)
    if found is None:
        raise Http404
    context = {
        "class_name": found.class_name, "subjects": [one.subject for one in rows if one.class_id == found.class_id],
        "names": pupil_names(request.caller.school, found.class_id, clock.today()),
    }  # fmt: skip
    return render(request, "people/taught_class.html", context)
