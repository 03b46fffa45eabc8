"""Addresses of the composed pages."""

from truongso.workspaces.web import parent_urls, school_urls

app_name = "workspaces"

urlpatterns = [*parent_urls.urlpatterns, *school_urls.urlpatterns]
