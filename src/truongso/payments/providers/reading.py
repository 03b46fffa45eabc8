"""Reading what a stranger sends in exactly one way: JSON without equal keys, whole numbers, plain texts, moments."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from truongso.kernel.clock import SCHOOL_TIME
from truongso.payments.providers.types import MAX_BYTES, Credentials, ForgedError, UnreadableError

T = TypeVar("T")
_LARGEST = 10**15
_KEY = re.compile(r"[A-Za-z_]{1,40}")
_DIGITS = re.compile(r"[0-9]{1,16}")


def hmac_hex(secret: str, text: str | bytes, algorithm: str = "sha256") -> str:
    """HMAC in lower-case hex over UTF-8. An empty secret would sign for everybody: raises ForgedError no_secret."""
    if not secret:
        raise ForgedError("no_secret")
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hmac.new(secret.encode(), raw, getattr(hashlib, algorithm)).hexdigest()


def check_signature(given: object, expected: Iterable[str]) -> int:
    """The place of the first live set whose signature this is. Every one is compared, in constant time.

    Raises ForgedError signature_missing, signature_malformed or signature_wrong.
    """
    if given is None or given == "":
        raise ForgedError("signature_missing")
    if not isinstance(given, str) or not given.isascii():
        raise ForgedError("signature_malformed")
    equal = [hmac.compare_digest(given.lower().encode(), one.encode()) for one in expected]
    if not equal:
        raise ForgedError("no_secret")
    if not any(equal):
        raise ForgedError("signature_wrong")
    return equal.index(True)


def signed_by_any(given: object, live: Sequence[Credentials], sign: Callable[[Credentials], str]) -> Credentials:
    """The live credentials under which `sign(credentials)` gives the signature. Raises ForgedError."""
    usable = [c for c in live if c]
    return usable[check_signature(given, [sign(c) for c in usable])]


def unsigned(function: Callable[[], T]) -> T:
    """Read the outside of a message: what cannot be read in one way cannot have been signed. Raises ForgedError."""
    try:
        return function()
    except UnreadableError as error:
        raise ForgedError(error.code, **error.params) from error


def json_object(body: bytes | str) -> dict[str, Any]:
    """A JSON object in which no key comes twice, at any depth. Raises UnreadableError."""
    if len(body) > MAX_BYTES:
        raise UnreadableError("too_large", size=len(body), limit=MAX_BYTES)
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnreadableError:
        raise
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableError("not_json") from error
    if not isinstance(value, dict):
        raise UnreadableError("not_json")
    return value


def query_pairs(query: str) -> dict[str, str]:
    """The raw values of a query string by key, nothing decoded. A key twice or in disguise is refused."""
    if len(query) > MAX_BYTES:
        raise UnreadableError("too_large", size=len(query), limit=MAX_BYTES)
    found: dict[str, str] = {}
    for part in query.split("&"):
        key, equals, value = part.partition("=")
        if not equals or _KEY.fullmatch(key) is None or not value.isascii():
            raise UnreadableError("not_a_query")
        if key in found:
            raise UnreadableError("duplicate_key", key=key)
        found[key] = value
    return found


def decoded(pairs: Mapping[str, str]) -> dict[str, str]:
    """Values with %XX and + resolved as UTF-8. Raises UnreadableError field_value."""
    result = {}
    for key, raw in pairs.items():
        try:
            result[key] = unquote_plus(raw, errors="strict")
        except UnicodeDecodeError as error:
            raise UnreadableError("field_value", field=key) from error
    return result


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Parsers disagree on which of two equal keys counts, so neither does."""
    fields: dict[str, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise UnreadableError("duplicate_key", key=key)
        fields[key] = value
    return fields


def _no_constant(name: str) -> None:
    raise UnreadableError("not_json")


def plain(value: object) -> bool:
    """A text without control bytes of storage and broken characters."""
    return isinstance(value, str) and "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of a JSON object, each of the one type it has. Raises UnreadableError."""

    values: Mapping[str, Any]

    def text(self, name: str, *, required: bool = False, longest: int = 500) -> str:
        value = self.values.get(name)
        if value is None or value == "":
            if required:
                raise UnreadableError("field_missing", field=name)
            return ""
        if not isinstance(value, str):
            raise UnreadableError("field_type", field=name)
        if not plain(value) or len(value) > longest:
            raise UnreadableError("field_value", field=name)
        return value

    def whole(self, name: str, *, least: int = 0) -> int:
        """A JSON integer; a string, a fraction or true is refused, not converted."""
        value = self.values.get(name)
        if value is None:
            raise UnreadableError("field_missing", field=name)
        if type(value) is not int:
            raise UnreadableError("field_type", field=name)
        if not least <= value <= _LARGEST:
            raise UnreadableError("field_value", field=name)
        return value

    def digits(self, name: str) -> int:
        """A whole number written in ASCII digits (form fields)."""
        value = self.text(name, required=True)
        if _DIGITS.fullmatch(value) is None:
            raise UnreadableError("field_value", field=name)
        return int(value)

    def number_text(self, name: str) -> str:
        """An id that arrives as a number or as a text, as text."""
        value = self.values.get(name)
        if type(value) is int and abs(value) < 10**20:
            return str(value)
        return self.text(name, required=True, longest=80)

    def object(self, name: str) -> Fields:
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise UnreadableError("field_missing" if value is None else "field_type", field=name)
        return Fields(value)

    def moment(self, name: str, pattern: str) -> dt.datetime:
        """A local moment of the school's zone in a strptime pattern."""
        value = self.text(name, required=True)
        try:
            moment = dt.datetime.strptime(value, pattern)  # noqa: DTZ007 - the zone is added below
        except ValueError as error:
            raise UnreadableError("field_value", field=name) from error
        if moment.strftime(pattern) != value:
            raise UnreadableError("field_value", field=name)
        return moment.replace(tzinfo=SCHOOL_TIME)

    def milliseconds(self, name: str) -> dt.datetime:
        """Milliseconds since 1970."""
        value = self.whole(name, least=1)
        if value >= 10**14:
            raise UnreadableError("field_value", field=name)
        return dt.datetime.fromtimestamp(value // 1000, dt.UTC)
