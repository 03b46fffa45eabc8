"""The room's addresses at their place, and those of pupils its search leads to, for tests of this room alone."""

from django.urls import include, path

urlpatterns = [path("", include("truongso.banking.web.urls")), path("", include("truongso.people.web.urls"))]
