"""Cutting a long print into files of a handy size. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PER_FILE = 400
"""Notices in a file: a hundred sheets, what a printer's tray takes."""
RECEIPTS_PER_FILE = 200


def parts_of_classes(counted: Sequence[tuple[str, int]], *, per_file: int = PER_FILE) -> list[dict[str, Any]]:
    """Files of whole classes in the given order, each at most `per_file` notices unless one class alone has more."""
    parts: list[dict[str, Any]] = []
    for name, count in counted:
        if parts and parts[-1]["papers"] + count <= per_file:
            parts[-1]["classes"].append(name)
            parts[-1]["papers"] += count
        else:
            parts.append({"classes": [name], "papers": count})
    return [{**part, "label": _span(part["classes"])} for part in parts]


def parts_of_receipts(ids: Sequence[int], *, per_file: int = RECEIPTS_PER_FILE) -> list[dict[str, Any]]:
    """Files of receipts in the given order."""
    cut = [list(ids[at : at + per_file]) for at in range(0, len(ids), per_file)]
    return [
        {"receipts": piece, "papers": len(piece), "label": f"{n * per_file + 1}–{n * per_file + len(piece)}"}
        for n, piece in enumerate(cut)
    ]


def _span(classes: Sequence[str]) -> str:
    """3A2, or 1A1–2A3."""
    return classes[0] if len(classes) == 1 else f"{classes[0]}–{classes[-1]}"
