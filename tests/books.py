"""Random sequences of acts under which the books must hold."""

from __future__ import annotations

from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests import money
from tests.depth import IS_DEEP
from tests.settings import ENGINE

_EVERY = 1 if IS_DEEP or ENGINE == "sqlite" else 5


class BooksMachine(RuleBasedStateMachine):
    """Recomputes every invariant from the raw rows after each step and at the end.

    On PostgreSQL, where that takes five times as long, a usual run looks after every fifth step: which step broke the
    books is for SQLite to say.
    """

    _steps = 0

    @invariant()
    def every_invariant_holds(self) -> None:
        self._steps += 1
        if self._steps % _EVERY == 0:
            assert self.broken() == []

    def teardown(self) -> None:
        assert self.broken() == []

    def broken(self) -> list[str]:
        """One text per invariant that does not hold."""
        return money.broken_invariants()
