"""Kinds of sensitive facts, and what an access entry says was seen."""

from __future__ import annotations

from enum import StrEnum


class FactKind(StrEnum):
    """What a school may have to know of a pupil and nobody may see in passing."""

    PERSONAL_NUMBER = "personal_number"
    """Personal identification number, 12 digits (Law 26/2023/QH15 on citizen identity)."""
    ETHNICITY = "ethnicity"
    HEALTH = "health"
    """Health and disability."""
    HARDSHIP = "hardship"
    """Policy category, poor household."""


class SeenKind(StrEnum):
    """What somebody looked at."""

    PERSONAL_NUMBER = "personal_number"
    ETHNICITY = "ethnicity"
    HEALTH = "health"
    HARDSHIP = "hardship"
    BIRTH_DATE = "birth_date"
    GUARDIAN_PHONE = "guardian_phone"
    """The full phone numbers and e-mail addresses of the guardians."""


class SensitiveError(Exception):
    """A refusal; nothing is written. Codes: `reason_missing` · `not_allowed` · `number_taken`."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
