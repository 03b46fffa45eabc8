"""Messages to the person at the page, in a cookie of the bank's own."""

from __future__ import annotations

from django.contrib.messages.storage.cookie import CookieStorage


class BankMessages(CookieStorage):
    """The product's pages have the same host name and a cookie named `messages`."""

    cookie_name = "bank_messages"
