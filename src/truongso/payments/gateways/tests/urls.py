"""The room's own addresses, so that a fault elsewhere does not show here."""

from django.urls import include, path

urlpatterns = [path("", include("truongso.payments.web.urls"))]
