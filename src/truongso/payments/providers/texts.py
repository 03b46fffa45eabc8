"""Texts that gateways take: plain ASCII, short."""

from __future__ import annotations

import re

from truongso.kernel.names import fold

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9 .:-]+")


def ascii_text(text: str, longest: int) -> str:
    """Accents removed, everything outside `[A-Za-z0-9 .:-]` turned into a space, at most `longest` signs."""
    return " ".join(_NOT_ALLOWED.sub(" ", fold(text)).split())[:longest].strip()
