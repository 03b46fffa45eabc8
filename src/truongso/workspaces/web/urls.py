"""Addresses of the composed pages."""

from truongso.workspaces.web import parent_urls

app_name = "workspaces"

urlpatterns = [*parent_urls.urlpatterns]
