"""Addresses for tests of this room's pages: its own and signing in."""

from django.urls import include, path

urlpatterns = [
    path("", include("truongso.accounts.web.urls")),
    path("", include("truongso.people.web.urls")),
]
