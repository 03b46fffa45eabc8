"""Messages to the person at the page, in a cookie of the gateways' own."""

from __future__ import annotations

from django.contrib.messages.storage.cookie import CookieStorage


class GatewayMessages(CookieStorage):
    """The product and the bank have the same host name and cookies of their own."""

    cookie_name = "gateways_messages"
