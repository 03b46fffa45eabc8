"""Refusals about homeroom teachers."""

from __future__ import annotations


class HomeroomRefusedError(Exception):
    """Something about a homeroom teacher is refused; nothing is written. Codes:

    `not_a_teacher` (name) · `bad_dates` · `already_there` (name) · `overlaps` (day: a later teacher begins then) ·
    `ended` (day)
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
