"""What rooms above know of a pupil, shown on the pupil's page. They register it when they start.

This room knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from truongso.accounts.public import Caller
from truongso.people.models import Student


@dataclass(frozen=True, slots=True)
class PupilPanel:
    """A card: rows of label and value, and the page with more."""

    title: str
    icon: str
    rows: tuple[tuple[str, str], ...]
    page: str = ""  # name of an address that takes the pupil's public id
    page_text: str = ""


Source = Callable[[Caller, Student], PupilPanel | None]
_SOURCES: dict[str, Source] = {}


def add_panel(name: str, source: Source) -> None:
    """Register `source`: who looks at which pupil → a card, or None. The same name again replaces the former."""
    _SOURCES[name] = source


def panels(caller: Caller, student: Student) -> list[PupilPanel]:
    """The cards of a pupil in the order of their names; as many queries as the sources need."""
    found = (_SOURCES[name](caller, student) for name in sorted(_SOURCES))
    return [panel for panel in found if panel is not None]
