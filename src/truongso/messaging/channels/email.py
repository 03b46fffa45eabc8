"""E-mail through the installation's mail server (Django's mail settings)."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError

from truongso.messaging.channels.base import Message, Setup
from truongso.messaging.types import ChannelError, Sent
from truongso.messaging.wording import one_line

_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send(setup: Setup, message: Message) -> Sent:
    """One e-mail in plain text. Headers are single lines or the message does not leave (A48)."""
    if settings.EMAIL_BACKEND == _SMTP and not settings.EMAIL_HOST:
        raise ChannelError("no_mail_server", permanent=False)
    headers = {"X-Message-Reference": message.reference, "Auto-Submitted": "auto-generated"}
    if message.stop_link:
        headers["List-Unsubscribe"] = f"<{one_line(message.stop_link, field='link')}>"
    mail = EmailMessage(
        subject=one_line(message.subject, field="subject"),
        body=message.body,
        from_email=one_line(setup.sender, field="sender") or None,
        to=[one_line(message.address, field="address")],
        headers=headers,
    )
    try:
        count = mail.send(fail_silently=False)
    except BadHeaderError as error:
        raise ChannelError("bad_header", permanent=True) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise ChannelError("recipient_refused", permanent=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelError("mail_server", permanent=False) from error
    if not count:
        raise ChannelError("mail_server", permanent=False)
    return Sent(message.reference)
