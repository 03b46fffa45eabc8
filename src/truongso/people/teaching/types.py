"""What the assignments of subject teachers speak of, and their refusals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How an assignment stands on a day."""

    NOW = "now"
    COMING = "coming"
    OVER = "over"
    WITHDRAWN = "withdrawn"
    NO_ROLE = "no_role"
    """Its days are not over, but the teacher no longer holds the role: it opens nothing."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """A teacher who teaches a class a subject on the day asked for."""

    public_id: str
    class_id: int
    class_name: str
    subject_id: int
    subject: str
    user_id: int
    teacher: str


class TeachingRefusedError(Exception):
    """Something about who teaches what is refused; nothing is written. Codes:

    `not_a_teacher` · `no_class` · `bad_dates` · `outside_year` (start, end of the school year) · `already_there`
    (classes: names) · `no_rows` · `over` (name: class) · `bad_subject` · `subject_name` (most:
    letters) · `subject_known` (name)
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
