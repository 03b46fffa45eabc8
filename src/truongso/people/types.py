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
