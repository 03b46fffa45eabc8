"""docs/providers.md names a test for every provider and scene, and each of them is there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

_TABLE = Path(__file__).parents[2] / "docs" / "providers.md"
SCENES = ["success", "failure", "duplicate", "out of order", "late", "lost", "forged"]


def test_every_cell_is_a_test() -> None:
    rows = [
        re.split(r"\s*\|\s*", line)[1:-1] for line in _TABLE.read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    head, _rule, *providers = rows
    assert head == ["provider", "tests", *SCENES]
    assert [row[0] for row in providers] == [
        "VNPAY", "MoMo", "ZaloPay", "payOS", "SePay, Casso and payOS as bank feeds", "Mobile Money",
        "bank bill service", "card terminal and acquirer",
    ]  # fmt: skip
    for _provider, place, *cells in providers:
        module, _dot, group = place.strip("`").partition(".")
        found = importlib.import_module(f"tests.protocols.{module}")
        held = getattr(found, group) if group else found
        assert len(cells) == len(SCENES)
        for cell in cells:
            assert callable(getattr(held, cell.strip("`"), None)), (place, cell)
