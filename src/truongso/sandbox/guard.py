"""What keeps play money away from real money: no sandbox in production, nothing but this machine."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = frozenset({LOOPBACK, "localhost", "::1"})


def refuse_production() -> None:
    """Leave the process with one line on stderr and exit code 1 when TRUONGSO_ENV is production."""
    if os.environ.get("TRUONGSO_ENV", "").strip().lower() == "production":
        raise SystemExit("Ngân hàng thử không chạy khi TRUONGSO_ENV=production.")


def is_local_url(url: str) -> bool:
    """Whether a plain http address names this machine and nothing else."""
    try:
        parts = urlsplit(url)
        port = parts.port  # an unreadable port raises here
    except ValueError:
        return False
    named = parts.hostname in _LOCAL_NAMES and "@" not in parts.netloc
    return parts.scheme == "http" and named and port != 0 and not parts.fragment
