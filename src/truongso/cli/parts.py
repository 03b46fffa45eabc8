"""The parts the product is built from: read from a lock file, listed as CycloneDX, compared with known advisories.

Nothing is asked of the network. The advisories are a stored snapshot of the Python Packaging Advisory Database, with
its date; a newer one is given as a file of the same form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.resources import files
from typing import Any

_PART = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([A-Za-z0-9][A-Za-z0-9.!+_-]*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Part:
    """One package at the version and with the hashes that the lock file pins."""

    name: str
    version: str
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A part that an advisory speaks of."""

    part: Part
    advisory: str
    aliases: tuple[str, ...]


def read_lock(text: str) -> list[Part]:
    """The parts of a lock file (`name==version --hash=sha256:…`), in its order."""
    lines = text.replace("\\\n", " ").splitlines()
    return [
        Part(_normal(match[1]), match[2], tuple(_HASH.findall(line))) for line in lines if (match := _PART.match(line))
    ]


def as_cyclonedx(parts: Iterable[Part], *, version: str, at: str) -> dict[str, Any]:
    """CycloneDX 1.5; `at` is the moment as ISO text."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": at,
            "component": {"type": "application", "name": "truongso", "version": version, "bom-ref": "truongso"},
        },
        "components": [_component(part) for part in parts],
    }


def stored_advisories() -> dict[str, Any]:
    """The snapshot that comes with the product: `date`, `packages` (name → advisories)."""
    found: dict[str, Any] = json.loads(files("truongso.cli").joinpath("data/advisories.json").read_text("utf-8"))
    return found


def findings(parts: Iterable[Part], advisories: Mapping[str, Any]) -> list[Finding]:
    """Parts whose version lies in a range that an advisory names."""
    return [
        Finding(part, str(one["id"]), tuple(one.get("aliases", ())))
        for part in parts
        for one in advisories["packages"].get(part.name, ())
        if any(_lies_in(part.version, first, last) for first, last in one["ranges"])
    ]


def unknown(parts: Iterable[Part], advisories: Mapping[str, Any]) -> list[str]:
    """Parts that the snapshot was not made for: nothing can be said of them."""
    return [part.name for part in parts if part.name not in advisories["packages"]]


def _lies_in(version: str, first: str, last: str) -> bool:
    """From `first` on, before `last` ("<=" and a version: up to it; empty: without end)."""
    at = _order(version)
    if at < _order(first):
        return False
    if not last:
        return True
    return at <= _order(last[2:]) if last.startswith("<=") else at < _order(last)


def _order(version: str) -> tuple[int, ...]:
    """Eight numbers of a release, then 1; 0 for what comes before the release (a, b, rc, dev)."""
    release = re.match(r"[0-9]+(?:\.[0-9]+){0,7}", version)
    numbers = [int(one) for one in release[0].split(".")] if release else [0]
    rest = version[release.end() :] if release else ""
    return (*numbers, *[0] * (8 - len(numbers)), 0 if re.match(r"[._-]?(a|b|rc|dev)", rest) else 1)


def _component(part: Part) -> dict[str, Any]:
    licence = _licence(part.name)
    return {
        "type": "library",
        "bom-ref": f"{part.name}@{part.version}",
        "name": part.name,
        "version": part.version,
        "purl": f"pkg:pypi/{part.name}@{part.version}",
        "properties": [{"name": "sha256", "value": one} for one in part.hashes],
    } | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _licence(name: str) -> str:
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    given = str(told["License-Expression"] or told["License"] or "")
    return given.splitlines()[0][:60] if given else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
