"""The addresses these tests need."""

from django.urls import include, path

urlpatterns = [path("", include("truongso.workspaces.web.urls"))]
