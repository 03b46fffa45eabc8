"""What a payment paper can show, and why a version of the template is refused. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FieldSource(StrEnum):
    """Where a field's value comes from. The first four are the letter's (LC-2.2); the rest is the fixed catalogue."""

    PAYER = "payer"
    BENEFICIARY = "beneficiary"
    REASON = "reason"
    INVOICE_CODE = "invoice_code"
    PUPIL = "pupil"
    PUPIL_CODE = "pupil_code"
    CLASS = "class"
    SCHOOL_YEAR = "school_year"
    ROUND = "round"
    DUE_DAY = "due_day"
    SCHOOL = "school"
    SUPPORT_PHONE = "support_phone"
    SUPPORT_HOURS = "support_hours"


MANDATORY = (FieldSource.PAYER, FieldSource.BENEFICIARY, FieldSource.REASON, FieldSource.INVOICE_CODE)
"""Payer, beneficiary, reason, invoice code: in every version, whatever a department decides."""

PERSONAL = frozenset({FieldSource.PAYER, FieldSource.PUPIL, FieldSource.PUPIL_CODE, FieldSource.CLASS})
"""Fields that say something of a family: never on a page that strangers open."""

MOST_EXTRA = 5
"""Extra fields that still fit a notice of a quarter A4."""
LABEL_LENGTH = 24
NOTE_LENGTH = 80


class TemplateState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a version: where its value comes from, what it is called, a word of explanation."""

    source: FieldSource
    label: str
    note: str = ""


class Change(StrEnum):
    """What became of a field between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    MOVED = "moved"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field in an older and a newer version; None where it is missing."""

    source: FieldSource
    change: Change
    old: FieldSpec | None
    new: FieldSpec | None


class TemplateRefusedError(Exception):
    """A version cannot be written or published so; nothing was changed. `code` is stable, `params` fill the text.

    Codes: `not_publisher` (unit) · `mandatory_missing` (fields) · `unknown_field` (source) · `field_twice` (source) ·
    `label_missing` (source) · `label_too_long` (label, most) · `note_too_long` (label, most) · `too_many` (most) ·
    `no_draft` · `date_passed` (first) · `same_day` (day) · `nothing_new`.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params


def compare(old: Sequence[FieldSpec], new: Sequence[FieldSpec]) -> list[FieldChange]:
    """Every field of either version, in the newer one's order, those that are gone last.

    A field has moved when its order among the fields that both versions have is another.
    """
    before, after = {one.source: one for one in old}, {one.source: one for one in new}
    shared_before = [source for source in before if source in after]
    shared_after = [source for source in after if source in before]
    changes = []
    for source, spec in after.items():
        was = before.get(source)
        if was is None:
            change = Change.ADDED
        elif was != spec:
            change = Change.REWORDED
        else:
            change = Change.SAME if shared_before.index(source) == shared_after.index(source) else Change.MOVED
        changes.append(FieldChange(source, change, was, spec))
    gone = [FieldChange(source, Change.REMOVED, spec, None) for source, spec in before.items() if source not in after]
    return [*changes, *gone]
