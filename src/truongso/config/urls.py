"""The one list of addresses."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("truongso.accounts.web.urls")),
    path("", include("truongso.people.web.urls")),
    path("thu/", include("truongso.fees.web.urls")),
    path("", include("truongso.banking.web.urls")),
    path("", include("truongso.payments.web.urls")),
    path("", include("truongso.reporting.web.urls")),
    path("", include("truongso.workspaces.web.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("", include("truongso.kernel.ui.urls"))]
