"""Pupil rosters: read from an uploaded table, compared with the school, refused rows handed back.

Pure, no Django.
"""

from truongso.people.roster.parse import parse_roster
from truongso.people.roster.plan import ExistingStudent, FieldChange, MatchedRow, RosterPlan, plan_changes
from truongso.people.roster.refused import refused_table
from truongso.people.roster.types import (
    Column,
    HeaderColumn,
    ParsedRoster,
    Reason,
    RefusedRow,
    RosterError,
    RosterRow,
)

__all__ = [
    "Column",
    "ExistingStudent",
    "FieldChange",
    "HeaderColumn",
    "MatchedRow",
    "ParsedRoster",
    "Reason",
    "RefusedRow",
    "RosterError",
    "RosterPlan",
    "RosterRow",
    "parse_roster",
    "plan_changes",
    "refused_table",
]
