"""Addresses for tests of this room's pages: the room under /thu/ and the own-account pages."""

from django.urls import include, path

urlpatterns = [
    path("thu/", include("truongso.fees.web.urls")),
    path("", include("truongso.accounts.web.urls")),
]
