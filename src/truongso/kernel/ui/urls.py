"""Addresses of the component gallery; included only in DEBUG."""

from __future__ import annotations

from django.urls import path

from truongso.kernel.ui.gallery import gallery

app_name = "ui"
urlpatterns = [
    path("_ui/", gallery, name="gallery"),
    path("_ui/<slug:page>/", gallery, name="gallery-page"),
]
