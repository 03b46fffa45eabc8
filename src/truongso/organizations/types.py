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
