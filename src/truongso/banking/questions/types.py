"""Where a question to a family stands."""

from __future__ import annotations

from enum import StrEnum


class QuestionState(StrEnum):
    """Asked, or what the family answered, or taken back by the school."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"


class QuestionRefusedError(Exception):
    """A question or an answer cannot be taken. `code` is stable; `params` fill the message.

    unknown_family, asked_already, not_waiting (state), not_open, expired, unknown_answer, child_missing, too_many.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
