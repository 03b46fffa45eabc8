"""How a command says no. Both become one line on stderr; nothing else is printed there."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 (a refusal is an answer, not a fault of the program)
    """The data cannot be accepted: exit code 1. The message is Vietnamese and says what to do."""


class UsageProblem(Exception):  # noqa: N818
    """The command was called wrongly: exit code 2."""
