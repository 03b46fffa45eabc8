"""The family's own way out of messages: an address of its own in each of them, no account needed.

The token names school, channel and address sealed (AES-SIV: whoever reads the link, in a log or over a shoulder, learns
nothing, and what was altered is nobody's); nothing is stored for it and it never runs out: somebody may want out by an
old message. It lets its holder stop and resume messages to this address, nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.translation import gettext as _

from truongso.messaging.addresses import is_address
from truongso.messaging.types import ChannelKind

_SALT = "truongso.messaging.stop"
_LETTERS = {ChannelKind.EMAIL: "e", ChannelKind.ZALO: "z", ChannelKind.SMS: "s", ChannelKind.FILE: "f"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose messages a link stops: an address of a school's message, and the channel that brought it."""

    school_id: int
    kind: ChannelKind
    address: str

    @property
    def kinds(self) -> tuple[ChannelKind, ...]:
        """Every channel that reaches the same address: who stops SMS wants no Zalo in its place."""
        if self.kind.takes_phone:
            return tuple(kind for kind in ChannelKind if kind.takes_phone)
        return (self.kind,)


def stop_link(recipient: Recipient) -> str:
    """The address to put into a message."""
    return f"{settings.PUBLIC_URL}/nt/{token_of(recipient)}"


def token_of(recipient: Recipient) -> str:
    """Short enough for an SMS: about 40 symbols for a telephone number."""
    said = f"{recipient.school_id}{_LETTERS[recipient.kind]}{recipient.address}".encode()
    return _text(AESSIV(_key(settings.SECRET_KEY)).encrypt(said, None))


def recipient_of(token: str) -> Recipient | None:
    """Whom a token names; None when it was made up, cut off or altered."""
    text = _unsealed(token[:500])
    digits = len(text) - len(text.lstrip("0123456789"))
    kind, address = _KINDS.get(text[digits : digits + 1]), text[digits + 1 :]
    if not digits or kind is None or not is_address(kind, address):
        return None
    return Recipient(int(text[:digits]), kind, address)


def with_stop_link(body: str, kind: ChannelKind, link: str) -> str:
    """A message with the way out at its end, shortly where messages are paid by length."""
    if kind is ChannelKind.SMS:
        return f"{body} {_('Ngung nhan')}: {link}"
    said = _("Không muốn nhận tin nhắc nộp nữa (biên lai vẫn gửi): %(link)s") % {"link": link}
    return f"{body}\n\n{said}"


def _unsealed(token: str) -> str:
    """What was sealed, also under a secret of before; "" when it was not us."""
    try:
        sealed = _bytes(token)
    except (binascii.Error, ValueError):
        return ""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESSIV(_key(secret)).decrypt(sealed, None).decode()
        except (InvalidTag, ValueError):
            continue
    return ""


def _key(secret: str) -> bytes:
    """A key of this purpose alone."""
    return hashlib.sha512(f"{_SALT}|{secret}".encode()).digest()[:32]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
