"""Django settings of the gateways' own process: the sandbox's, with other pages and other cookies."""

from __future__ import annotations

from truongso.sandbox.settings import *  # noqa: F403
from truongso.sandbox.settings import CONTENT_SECURITY_POLICY, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*(app for app in INSTALLED_APPS if app != "truongso.sandbox.bank"), "truongso.sandbox.gateways"]
MIDDLEWARE = [*MIDDLEWARE, "truongso.sandbox.gateways.web.outage.OutageMiddleware"]
ROOT_URLCONF = "truongso.sandbox.gateways.web.urls"
CSRF_COOKIE_NAME = "gateways_csrf"
MESSAGE_STORAGE = "truongso.sandbox.gateways.web.notes.GatewayMessages"
# Browsers follow this rule through redirects, and a payment ends at the school's page on another port.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **CONTENT_SECURITY_POLICY["DIRECTIVES"],
        "form-action": ["'self'", "http://127.0.0.1:*", "http://localhost:*"],
    }
}
