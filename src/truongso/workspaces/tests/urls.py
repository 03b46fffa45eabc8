"""The addresses these tests need."""

from django.urls import include, path

urlpatterns = [
    path("", include("truongso.payments.web.urls")),
    path("", include("truongso.workspaces.web.urls")),
]
