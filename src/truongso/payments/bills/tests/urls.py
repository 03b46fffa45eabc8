"""The room's addresses at their place, for tests of this room alone."""

from django.urls import include, path

urlpatterns = [path("", include("truongso.payments.web.urls"))]
