"""Addresses for tests of the gate: this room's own, and views of every kind of declaration."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from truongso.accounts.access import AuthedRequest, requires, signed_in
from truongso.accounts.types import Permission

opened: list[str] = []


def undeclared(request: HttpRequest) -> HttpResponse:
    opened.append("undeclared")
    return HttpResponse("ok")


@requires(Permission.SCHOOL_PAYMENT_READ)
def money(request: AuthedRequest) -> HttpResponse:
    opened.append(f"money {request.caller.school.code}")
    return HttpResponse("ok")


@signed_in
def own(request: AuthedRequest) -> HttpResponse:
    return HttpResponse("ok")


@requires(Permission.SCHOOL_PAYMENT_READ, fresh=True)
def danger(request: AuthedRequest) -> HttpResponse:
    opened.append(f"danger {request.POST.get('amount', '')}")
    return HttpResponse("ok")


urlpatterns = [
    path("", include("truongso.accounts.web.urls")),
    path("khong-khai-bao", undeclared),
    path("tien", money),
    path("nguy-hiem", danger),
    path("cua-toi", own),
    path("thu", money),
]
