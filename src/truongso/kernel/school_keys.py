"""Sensitive columns sealed with keys of the school's own: AES-256-GCM, bound to table, column and row.

Envelope: each school has data keys in the database, wrapped with the installation's key, which lies in a file outside
it. A dump of the database alone therefore tells nothing, and a school's words are shredded by destroying its keys.
A sealed value is: form (1 byte, 1), number of the key (2 bytes), nonce (12), ciphertext with its tag (16).
Exact values are found by a blind index: HMAC-SHA256 under a key of its own, cut to 64 bits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import Max, Model

from truongso.kernel import clock, sealing
from truongso.kernel.db import transaction_required
from truongso.kernel.models import DataKey
from truongso.kernel.types import KeyUse

_FORM = b"\x01"
_HEAD, _NONCE = 3, 12
_BLIND_BYTES = 8


class ShreddedError(Exception):
    """The key of this value was destroyed: nobody can read it any more."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one school, unwrapped. Kept no longer than the work at hand, so that a destroyed key is gone."""

    school_id: int
    seals: Mapping[int, bytes]
    blinding: bytes | None

    @property
    def number(self) -> int:
        """The key new values are sealed with: the newest. Raises ShreddedError when there is none."""
        if not self.seals:
            raise ShreddedError(f"school {self.school_id} has no key")
        return max(self.seals)

    def seal(self, value: bytes, *, place: str) -> bytes:
        """Encrypt for one place (`place_of`)."""
        head = _FORM + self.number.to_bytes(2, "big")
        nonce = os.urandom(_NONCE)
        return head + nonce + AESGCM(self.seals[self.number]).encrypt(nonce, value, self._bound(head, place))

    def unseal(self, sealed: bytes, *, place: str) -> bytes:
        """Decrypt. Raises ShreddedError when its key was destroyed, cryptography's InvalidTag when the value was
        changed or belongs to another place."""
        raw = bytes(sealed)
        key = self.seals.get(number_of(raw))
        if key is None:
            raise ShreddedError(f"school {self.school_id}, key {number_of(raw)}")
        nonce = raw[_HEAD : _HEAD + _NONCE]
        return AESGCM(key).decrypt(nonce, raw[_HEAD + _NONCE :], self._bound(raw[:_HEAD], place))

    def seal_text(self, text: str, *, place: str) -> bytes:
        """`seal` for text; "" stays b""."""
        return self.seal(text.encode(), place=place) if text else b""

    def unseal_text(self, sealed: bytes, *, place: str) -> str:
        """`unseal` for text; b"" is ""."""
        return self.unseal(sealed, place=place).decode() if sealed else ""

    def blind(self, value: str) -> str:
        """Sixteen hexadecimal digits by which equal values of this school are equal, and nothing else is known."""
        if self.blinding is None:
            raise ShreddedError(f"school {self.school_id} has no key")
        return hmac.new(self.blinding, value.encode(), hashlib.sha256).digest()[:_BLIND_BYTES].hex()

    def _bound(self, head: bytes, place: str) -> bytes:
        return head + f"{self.school_id}|{place}".encode()


def place_of(row: Model, column: str) -> str:
    """table|column|identity of a row with sealed columns."""
    return f"{row._meta.db_table}|{column}|{row.seal_identity}"  # type: ignore[attr-defined]


def number_of(sealed: bytes) -> int:
    """Which key a value was sealed with."""
    if sealed[:1] != _FORM:
        raise ValueError("not a sealed value")
    return int.from_bytes(sealed[1:_HEAD], "big")


def keyring(school_id: int) -> Keyring:
    """The keys to read with; without any where nothing was sealed yet or everything was shredded. One query."""
    rows = DataKey.objects.filter(school_id=school_id, destroyed_at__isnull=True).order_by("use", "number")
    return _unwrapped(school_id, list(rows))


@transaction_required
def keyring_for_writing(school_id: int) -> Keyring:
    """The keys to seal with, made at first use. They stay as they are until the transaction ends, so that no key is
    taken out of use while something is being sealed with it."""
    live = DataKey.objects.filter(school_id=school_id, destroyed_at__isnull=True).order_by("use", "number")
    rows = list(live.select_for_update())
    missing = [use for use in KeyUse if not any(row.use == use.value for row in rows)]
    if missing:
        for use in missing:
            add_key(school_id, use)
        rows = list(live.select_for_update())
    return _unwrapped(school_id, rows)


@transaction_required
def add_key(school_id: int, use: KeyUse) -> None:
    """A new key, from now on the one in use; nothing when another process made the same one first."""
    known = DataKey.objects.filter(school_id=school_id, use=use.value)
    number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    key = base64.b64encode(AESGCM.generate_key(bit_length=256)).decode()
    row = DataKey(
        school_id=school_id, use=use.value, number=number, created_at=clock.now(),
        wrapped=sealing.seal(key, place=place_of_key(school_id, use.value, number)),
    )  # fmt: skip
    DataKey.objects.bulk_create([row], ignore_conflicts=True)


def _unwrapped(school_id: int, rows: list[DataKey]) -> Keyring:
    keys = {
        (row.use, row.number): base64.b64decode(
            sealing.unseal(row.wrapped, place=place_of_key(school_id, row.use, row.number))
        )
        for row in rows
    }
    blinding = [key for (use, _number), key in keys.items() if use == KeyUse.BLIND]
    seals = {number: key for (use, number), key in keys.items() if use == KeyUse.SEAL}
    return Keyring(school_id, seals, blinding[-1] if blinding else None)


def place_of_key(school_id: int, use: str, number: int) -> str:
    """Where a school's wrapped key belongs."""
    return f"kernel_datakey|wrapped|{school_id}|{use}|{number}"
