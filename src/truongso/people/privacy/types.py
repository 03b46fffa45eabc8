"""Requests about one's own data, their terms and refusals."""

from __future__ import annotations

from enum import StrEnum


class DataRequestKind(StrEnum):
    """What somebody asks about a child's data (Law 91/2025/QH15 art. 4)."""

    VIEW = "view"
    """To see it and to get a copy."""
    CORRECT = "correct"
    RESTRICT = "restrict"
    """To have it used only for what the law demands."""
    ERASE = "erase"
    WITHDRAW = "withdraw"
    """To take back a consent."""


class DataRequestState(StrEnum):
    """A request is answered, and when it is granted, carried out."""

    RECEIVED = "received"
    GRANTED = "granted"
    REFUSED = "refused"
    DONE = "done"


OPEN = (DataRequestState.RECEIVED.value, DataRequestState.GRANTED.value)
"""States in which somebody at the school has something to do."""


class DataRequestChannel(StrEnum):
    """Where it came in."""

    FAMILY = "family"
    SCHOOL = "school"


class ErasureState(StrEnum):
    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"


class ConsentParty(StrEnum):
    """Who agrees: from seven years on, the child too (Law 91/2025/QH15 art. 24)."""

    REPRESENTATIVE = "representative"
    CHILD = "child"


class IncidentState(StrEnum):
    """Breach of personal data: recorded, told to the authority, closed."""

    OPEN = "open"
    TOLD = "told"
    CLOSED = "closed"


class PrivacyRefusedError(Exception):
    """Something about personal data is refused; nothing is written. Codes:

    `not_a_guardian` · `detail_missing` · `already_asked` (number) · `not_waiting` · `not_granted` · `reason_missing` ·
    `text_missing` · `already_extended` · `link_over` · `link_spent` · `held` (number) · `still_studying` ·
    `owes` (count) · `same_person` · `already_proposed` · `already_erased` · `bad_days` (least, most) ·
    `obstacle` (what) · `unknown_rule` · `day_to_come` · `found_before` · `not_open` · `unknown_purpose` ·
    `child_missing` · `hold_ended` · `export_runs` · `paper_place_missing` · `paper_older` (day) ·
    `nothing_to_take_back`
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
