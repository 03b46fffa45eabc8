"""Fields of a JSON request, read strictly: a text is a text, an amount a whole number of đồng."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.sandbox.errors import SandboxError

_T = TypeVar("_T")
_LARGEST = 10**15
_LONGEST = 2000
_LONGEST_DELAY = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Given:
    """What a request says. Every reader raises SandboxError field_missing or field_wrong (field)."""

    values: Mapping[str, Any]

    @classmethod
    def of(cls, request: HttpRequest) -> Given:
        """The JSON object of a body.

        The content type must say JSON: a form on a foreign page can post text, but not that. Raises not_json.
        """
        if request.content_type != "application/json":
            raise SandboxError("not_json")
        try:
            return cls.of_value(json.loads(request.body))
        except (ValueError, RecursionError) as error:
            raise SandboxError("not_json") from error

    @classmethod
    def of_value(cls, value: object) -> Given:
        if not isinstance(value, dict):
            raise SandboxError("not_json")
        return cls(value)

    def has(self, field: str) -> bool:
        return self.values.get(field) is not None

    def text(self, field: str, default: str | None = None) -> str:
        value = self.values.get(field)
        if value is None:
            return _needed(field, default)
        if not isinstance(value, str) or len(value) > _LONGEST or (default is None and not value.strip()):
            raise SandboxError("field_wrong", field=field)
        return value

    def digits(self, field: str, count: int) -> str:
        value = self.text(field)
        if len(value) != count or not (value.isascii() and value.isdigit()):
            raise SandboxError("field_wrong", field=field)
        return value

    def account(self, field: str) -> str:
        """An account number: 1–19 letters and digits (NAPAS, VietQR format)."""
        value = self.text(field)
        if len(value) > 19 or not (value.isascii() and value.isalnum()):
            raise SandboxError("field_wrong", field=field)
        return value

    def amount(self, field: str, default: Dong | None = None) -> Dong:
        value = self.values.get(field)
        if value is None:
            return _needed(field, default)
        if type(value) is not int or not -_LARGEST <= value <= _LARGEST:
            raise SandboxError("field_wrong", field=field)
        return Dong(value)

    def yes(self, field: str, *, default: bool | None = None) -> bool:
        value = self.values.get(field)
        if value is None:
            return _needed(field, default)
        if not isinstance(value, bool):
            raise SandboxError("field_wrong", field=field)
        return value

    def seconds(self, field: str) -> float:
        value = self.values.get(field, 0)
        if type(value) not in {int, float} or not 0 <= value <= _LONGEST_DELAY:
            raise SandboxError("field_wrong", field=field)
        return float(value)

    def moment(self, field: str) -> dt.datetime:
        """ISO 8601; without an offset it is school time; absent, it is now."""
        if not self.has(field):
            return clock.now()
        try:
            moment = dt.datetime.fromisoformat(self.text(field))
        except ValueError as error:
            raise SandboxError("field_wrong", field=field) from error
        if not 2000 <= moment.year <= 2100:
            raise SandboxError("field_wrong", field=field)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=SCHOOL_TIME)

    def list_of(self, field: str) -> list[Given]:
        value = self.values.get(field)
        if not isinstance(value, list):
            raise SandboxError("field_missing" if value is None else "field_wrong", field=field)
        return [Given.of_value(item) for item in value]


def _needed(field: str, default: _T | None) -> _T:
    if default is None:
        raise SandboxError("field_missing", field=field)
    return default


def day(text: str, field: str) -> dt.date | None:
    """A day of a query string, YYYY-MM-DD; None when it is empty. Raises field_wrong."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise SandboxError("field_wrong", field=field) from error
