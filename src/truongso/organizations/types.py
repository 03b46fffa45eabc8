"""Kinds of units and schools. Names of units come from their records: nothing about levels is hard-coded."""

from __future__ import annotations

from enum import StrEnum


class UnitKind(StrEnum):
    """Management units (requirement R72; the district level ended on 30/6/2025)."""

    MINISTRY = "ministry"
    DEPARTMENT = "department"
    DISTRICT_DIVISION = "district_division"
    COMMUNE = "commune"
    COMMUNE_DIVISION = "commune_division"


class SupervisionFunction(StrEnum):
    """What a unit supervises a school for; each function may lie with another unit."""

    STATE_MANAGEMENT = "state_management"
    PROFESSIONAL = "professional"
    FINANCE = "finance"
    REPORTING = "reporting"


class SchoolLevel(StrEnum):
    """Level of schooling (not of government)."""

    PRESCHOOL = "preschool"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"


class Module(StrEnum):
    """Parts of the product a school may switch off; what was recorded stays, and reports go on (R35)."""

    COUNTER = "counter"
    REMINDERS = "reminders"
    EINVOICE = "einvoice"
    GATEWAYS = "gateways"


class Ownership(StrEnum):
    PUBLIC = "public"
    PEOPLE_FOUNDED = "people_founded"
    PRIVATE = "private"


class Area(StrEnum):
    """Area of residence in fee resolutions."""

    URBAN = "urban"
    RURAL = "rural"
    MOUNTAIN = "mountain"
    ESPECIALLY_DIFFICULT = "especially_difficult"


class OrganizationError(Exception):
    """A change of the organisation that is refused; nothing is written.

    Codes: `code_taken` (code) · `slug_taken` (slug) · `parent_not_in_force` (parent) · `already_ended`
    (valid_to) · `ends_before_start` (valid_from) · `has_children` (names) · `unit_not_in_force` (unit) ·
    `supervised_later` (valid_from) · `bad_prefix` (prefix, fault) · `bad_year` (code) · `year_differs`
    (code) · `unknown_bank` (bin) · `bad_account_number` (number) · `holder_missing` · `account_known`
    (number) · `account_not_in_use` (number).
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
