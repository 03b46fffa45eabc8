"""Reading the environment: addresses of the database and the mail server, key files, numbers and dates."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_TLS_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey"})
_SMTP_FORM = "TRUONGSO_SMTP must look like smtp://user:password@host:587 or smtps://user:password@host:465"
# Measured: the default (deferred) mode refuses a second writer at once; NORMAL can lose the last commits at power
# loss; without recursive_triggers INSERT OR REPLACE slips past the append-only triggers.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA recursive_triggers=ON; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
    ),
}


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database settings from sqlite:///path or postgresql://user:password@host:port/name.

    A server on another machine is reached with `?sslmode=verify-full&sslrootcert=/path`; SystemExit on any other
    option: one that is not understood would be believed to protect.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path[1:] if parts.path.startswith("//") else parts.path))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # pupils' data: its owner's alone
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": SQLITE_OPTIONS,
            "CONN_MAX_AGE": None,
            "TEST": {"NAME": None},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        # Seconds that one question may take, for web processes (config/wsgi.py): long work belongs to workers.
        seconds = whole_number("TRUONGSO_STATEMENT_SECONDS", 0, 0, 3600)
        return {
            "ENGINE": "truongso.kernel.scoped_postgres",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                **_tls_options(parts.query),
                **({"options": f"-c statement_timeout={seconds}s"} if seconds else {}),
                **({"assume_role": role} if (role := os.environ.get("TRUONGSO_DATABASE_ROLE")) else {}),
            },
        }
    raise SystemExit("TRUONGSO_DATABASE must start with sqlite:/// or postgresql://")


def _tls_options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if not options.keys() <= _TLS_OPTIONS or not all(options.values()):
        raise SystemExit(f"TRUONGSO_DATABASE: after the question mark only {', '.join(sorted(_TLS_OPTIONS))}")
    return options


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mails are handed over; no host: nowhere. TLS is begun in the talk, or there from the start."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    begins_tls: bool = False
    is_tls: bool = False


def mail_server_from_url(url: str) -> MailServer:
    """smtp://user:password@host:587 begins TLS, smtps://…:465 speaks it from the start.

    A relay of this machine that asks no name (smtp://127.0.0.1:25) speaks without. "" is no server; anything else stops
    the start with one line that does not repeat the password.
    """
    if not url:
        return MailServer()
    try:
        parts = urlsplit(url)
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
    except ValueError:
        raise SystemExit(_SMTP_FORM) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
        raise SystemExit(_SMTP_FORM)
    is_tls = parts.scheme == "smtps"
    is_own_relay = parts.hostname in {"127.0.0.1", "::1", "localhost"} and not parts.username
    return MailServer(
        host=parts.hostname, port=port, user=unquote(parts.username or ""), password=unquote(parts.password or ""),
        begins_tls=not is_tls and not is_own_relay, is_tls=is_tls,
    )  # fmt: skip


def key_from_file(path: Path, *, ephemeral: bool) -> str:
    """The secret key kept in a file only its owner reads; made at first use. `ephemeral`: a new one, not stored."""
    if ephemeral:
        return secrets.token_urlsafe(48)
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # pupils' data: its owner's alone
        key = secrets.token_urlsafe(48)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as handle:
            handle.write(key)
        return key


def old_keys(path: Path) -> list[str]:
    """Keys that still open what was signed before the present one took their place, one a line; usually none."""
    return [line.strip() for line in path.read_text().splitlines() if line.strip()] if path.exists() else []


def whole_number(name: str, default: int, least: int, most: int) -> int:
    """A setting that is a whole number within bounds; anything else stops the start with one line."""
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SystemExit(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)


def dates(name: str) -> list[dt.date]:
    """A setting that lists dates (2026-09-01,2026-09-02); anything else stops the start with one line."""
    try:
        return [dt.date.fromisoformat(one.strip()) for one in os.environ.get(name, "").split(",") if one.strip()]
    except ValueError:
        raise SystemExit(f"{name} must list dates like 2026-09-01,2026-09-02, not {os.environ[name]!r}") from None


def pairs(name: str) -> dict[str, str]:
    """A setting of names with their values (a=1,b=2); anything else stops the start with one line."""
    given = [one.strip() for one in os.environ.get(name, "").split(",") if one.strip()]
    found = dict(one.partition("=")[::2] for one in given)
    if len(found) != len(given) or not all(found) or not all(found.values()):
        raise SystemExit(f"{name} must list names with values like a=1,b=2, not {os.environ[name]!r}")
    return found
