"""States of bank lines and imports."""

from __future__ import annotations

from enum import StrEnum

APPLY_JOB = "banking.apply_statement"
MATCH_AGAIN_JOB = "banking.match_again"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class LineState(StrEnum):
    """Where a bank line stands: matched money, money waiting for a person, or not the school's fees; `reversed`: the
    bank has taken the credit back; `refund`: a debit that paid refunds, or a credit that brought one back; `settled`:
    the net of settlement batches; `partly`: a part of it is booked, the rest waits for a person."""

    WAITING = "waiting"
    PARTLY = "partly"
    MATCHED = "matched"
    PARKED = "parked"
    NOT_FEES = "not_fees"
    DEPOSIT = "deposit"
    OUTGOING = "outgoing"
    REFUND = "refund"
    REVERSED = "reversed"
    SETTLED = "settled"


class ImportState(StrEnum):
    """`mapping`: the layout is unknown, a person is asked to show the columns."""

    MAPPING = "mapping"
    PREVIEWED = "previewed"
    APPLIED = "applied"


class RowState(StrEnum):
    """What became of one row of an imported statement."""

    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


class DecisionKind(StrEnum):
    """Who or what a decision about a bank line comes from: the rules' four verdicts, a person, an undo."""

    AUTO = "auto"
    SUGGEST = "suggest"
    REPEAT = "repeat"
    NONE = "none"
    PERSON = "person"
    UNDONE = "undone"


class ClaimState(StrEnum):
    """Where a family's claim to have paid stands: open, its money found and waiting for a person, booked, answered."""

    OPEN = "open"
    FOUND = "found"
    BOOKED = "booked"
    ANSWERED = "answered"


OPEN_CLAIMS = (ClaimState.OPEN, ClaimState.FOUND)


class LineRefusedError(Exception):
    """A bank line cannot be handled as asked; `code` is stable, `params` fill the message."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
