"""Values of what was learnt."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


class LearningRefusedError(Exception):
    """An entry cannot be forgotten; `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class LearntPayer:
    """A payer who paid for a pupil: account and name as the bank reported them, how often and when last."""

    payer_account: str
    payer_name: str
    student_id: int
    student_name: str
    class_name: str
    payments: int
    latest: dt.datetime

    @property
    def key(self) -> tuple[str, str, int]:
        return self.payer_account, self.payer_name, self.student_id
