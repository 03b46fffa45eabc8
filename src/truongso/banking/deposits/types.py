"""States of links between deposits and bank lines. No Django."""

from __future__ import annotations

from enum import StrEnum


class LinkState(StrEnum):
    STANDING = "standing"
    UNDONE = "undone"
