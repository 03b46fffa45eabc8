"""Refusals of claims."""

from __future__ import annotations


class ClaimRefusedError(Exception):
    """A claim or an answer cannot be taken as asked. `code` is stable; `params` fill the message.

    reference_short (least), amount_not_positive, bad_day, too_many (most, per invoice and day), not_open,
    answer_missing.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
