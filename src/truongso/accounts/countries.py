"""Vietnamese names of countries by their two letters (`data/countries.json`, from the Unicode CLDR)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources


def _names() -> Mapping[str, str]:
    file = resources.files("truongso.accounts") / "data" / "countries.json"
    found: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8"))["names"]
    return found


COUNTRIES = _names()
