"""Subjects of the national programme, from the data file with its source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from truongso.organizations.types import SchoolLevel


@dataclass(frozen=True, slots=True)
class ProgrammeSubject:
    """A subject or compulsory activity of the programme and the levels that have it."""

    code: str
    name: str
    levels: frozenset[SchoolLevel]


@cache
def programme() -> dict[str, ProgrammeSubject]:
    """Every subject of the programme by code, in the file's order."""
    text = files("truongso.people").joinpath("data/subjects.json").read_text(encoding="utf-8")
    rows = json.loads(text)["subjects"]
    return {
        row["code"]: ProgrammeSubject(row["code"], row["name"], frozenset(map(SchoolLevel, row["levels"])))
        for row in rows
    }
