"""Reads of a person's second factors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.models import User

LOW_CODES = 5


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey or security key."""

    id: int
    name: str
    added_at: dt.datetime
    used_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person can show beside the password. `recovery_left` None: no recovery codes were made."""

    keys: tuple[Key, ...]
    app_since: dt.datetime | None
    sheet: CodeSheet | None
    recovery_left: int | None

    @property
    def has_any(self) -> bool:
        return bool(self.keys or self.app_since or self.sheet)

    @property
    def takes_codes(self) -> bool:
        """Whether there is anything to type."""
        return bool(self.app_since or self.sheet_number or self.recovery_left)

    @property
    def sheet_number(self) -> int:
        """Number of the sheet's code to type next; 0 when there is none left."""
        sheet = self.sheet
        return sheet.used + 1 if sheet is not None and sheet.used < sheet.count else 0

    @property
    def sheet_left(self) -> int:
        return self.sheet.count - self.sheet.used if self.sheet is not None else 0


def factors_of(user: User) -> Factors:
    """All second factors of a person; two queries."""
    keys: list[Key] = []
    app_since, recovery_left = None, None
    for row in Authenticator.objects.filter(user=user).order_by("id"):
        if row.type == Authenticator.Type.WEBAUTHN:
            keys.append(Key(row.pk, row.wrap().name, row.created_at, row.last_used_at))
        elif row.type == Authenticator.Type.TOTP:
            app_since = row.created_at
        else:
            recovery_left = len(row.wrap().get_unused_codes())
    sheet = CodeSheet.objects.filter(user=user).first()
    return Factors(tuple(keys), app_since, sheet, recovery_left)


def has_second_factor(user: User) -> bool:
    """Whether signing in asks for more than the password; at most two queries."""
    main = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return (
        Authenticator.objects.filter(user=user, type__in=main).exists() or CodeSheet.objects.filter(user=user).exists()
    )


def app_id(user: User) -> int:
    """Row id of the authenticator app, 0 when there is none."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return rows.values_list("pk", flat=True).first() or 0
