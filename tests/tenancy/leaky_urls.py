"""The product's addresses and three faulty ones, to prove that the walk finds such faults."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from truongso.accounts.access import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.config.urls import urlpatterns as product
from truongso.people.models import Student


@requires(Permission.SCHOOL_STUDENT_READ)
def of_any_school(_request: AuthedRequest, public_id: str) -> HttpResponse:
    """A pupil, of whichever school."""
    found = get_object_or_404(Student.objects.across_schools(reason="faulty on purpose"), public_id=public_id)
    return HttpResponse(found.full_name)


@requires(Permission.SCHOOL_STUDENT_READ)
def writes_first(_request: AuthedRequest, public_id: str) -> HttpResponse:
    """Answers as it should, after it has written."""
    rows = Student.objects.across_schools(reason="faulty on purpose").filter(public_id=public_id)
    rows.update(full_name="Đã đổi")
    return HttpResponse(status=404)


@requires(Permission.SCHOOL_DASHBOARD_READ)
def for_too_many(_request: AuthedRequest) -> HttpResponse:
    """Declares a permission that the table does not give."""
    return HttpResponse("tiền")


urlpatterns = [
    *product,
    path("ro-ri/<str:public_id>", of_any_school, name="of_any_school"),
    path("ghi-truoc/<str:public_id>", writes_first, name="writes_first"),
    path("qua-rong", for_too_many, name="for_too_many"),
]
