"""Addresses of the composed pages."""

from django.urls import path

from truongso.workspaces.web import parent_urls, undo

app_name = "workspaces"

urlpatterns = [
    *parent_urls.urlpatterns,
    path("thu/bien-lai/<str:public_id>/hoan-tac", undo.undo_payment, name="undo_payment"),
]
