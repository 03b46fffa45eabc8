"""The country of an address, from a file the operator supplies in MaxMind DB format: nobody outside is asked.

Two letters are all that is read. Files of MaxMind and DB-IP name them `country.iso_code`, those of IPinfo `country` or
`country_code`. A file that is replaced is read anew; one that cannot be read counts as none (`problem` says so).
"""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import re
from pathlib import Path

import maxminddb
from django.conf import settings

_CODE = re.compile(r"[A-Z]{2}")


def country_of(address: str) -> str:
    """Two letters (ISO 3166-1); "" for an address of no public network, one the file does not know, and without a
    file."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    plain = parsed.ipv4_mapped or parsed if isinstance(parsed, ipaddress.IPv6Address) else parsed
    reader = _present()
    if reader is None or not plain.is_global:
        return ""
    try:
        return _code(reader.get(plain))
    except (ValueError, maxminddb.InvalidDatabaseError):  # a file of IPv4 alone is asked for IPv6; a broken branch
        return ""


def built_on() -> dt.date | None:
    """The day the file in use was made; None without one that can be read."""
    reader = _present()
    return None if reader is None else dt.datetime.fromtimestamp(reader.metadata().build_epoch, dt.UTC).date()


def problem() -> str:
    """Why a file that lies there cannot be used, in English for the operator's log; "" otherwise."""
    path = Path(settings.COUNTRY_FILE)
    return f"{path.name} cannot be read as MaxMind DB" if path.exists() and _present() is None else ""


def _present() -> maxminddb.Reader | None:
    path = Path(settings.COUNTRY_FILE)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _opened(path, changed)


@functools.lru_cache(maxsize=1)
def _opened(path: Path, _changed: int) -> maxminddb.Reader | None:
    """Read whole into memory: a file that is cut off while it is replaced must not take the process with it."""
    try:
        return maxminddb.open_database(path, maxminddb.MODE_MEMORY)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError):
        return None


def _code(record: object) -> str:
    if not isinstance(record, dict):
        return ""
    said = record.get("country") or record.get("country_code")
    code = said.get("iso_code") if isinstance(said, dict) else said
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
