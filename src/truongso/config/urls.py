"""The one list of addresses."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("truongso.accounts.web.urls")),
    path("", include("truongso.banking.web.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("", include("truongso.kernel.ui.urls"))]
