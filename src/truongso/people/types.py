"""Kinds and states of people at a school."""

from __future__ import annotations

from enum import StrEnum


class StudentStatus(StrEnum):
    STUDYING = "studying"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    GRADUATED = "graduated"


class Gender(StrEnum):
    """Sector dictionary: 0 unknown, 1 male, 2 female."""

    UNKNOWN = "unknown"
    MALE = "male"
    FEMALE = "female"


class Relationship(StrEnum):
    FATHER = "father"
    MOTHER = "mother"
    GUARDIAN = "guardian"


class PeopleError(Exception):
    """A change of pupils or guardians that is refused; nothing is written.

    Codes: `import_applied` (at) · `plan_changed` · `year_over` (code) · `sector_code_taken` (name) ·
    `school_code_taken` (name) · `class_known` (name) · `same_class` (name) · `too_early` (date) ·
    `not_studying` · `not_a_guardian` · `last_guardian` · `file_gone`.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
