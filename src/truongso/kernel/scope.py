"""Of which schools rows may be read and written now: the second wall behind `kernel.tenancy`.

An entry point (request, job, command) enters a scope; on PostgreSQL every statement is held to it by row-level
security (`kernel.row_security`), so a query that forgot its school, or was talked into another one, finds nothing. Who
enters none sees no school's row. SQLite has no such wall and serves one school only.

Places are numbers: a school by its id, 0 what belongs to no school, a unit's own affairs below zero (`of_unit`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

NO_SCHOOL = 0
_NOBODY = "{0}"
EVERY = "*"  # the setting under which rows of all schools are seen
# A statement that carries this comment works across schools though its scope does not (`across_schools`).
MARK = "/*ts:every school*/"
log = logging.getLogger("truongso.scope")


@dataclass(slots=True)
class Scope:
    """The places a piece of work is held to.

    `grows`: pages without a signed-in caller, whose address names an object before its school is known; each school
    the code names is added. Otherwise the places are fixed, whatever the code asks for. `later` finds more of them
    when a statement is about to be sent; it must not read school-owned tables.
    """

    places: set[int] = field(default_factory=set)
    grows: bool = False
    every: bool = False
    later: Callable[[], Iterable[int]] | None = None

    def setting(self) -> str:
        """What the database is told: `*`, or the places as an array."""
        if self.every:
            return EVERY
        if self.later is not None:
            find, self.later = self.later, None  # looking for them sends statements of its own
            self.places.update(find())
        return "{" + ",".join(map(str, sorted({NO_SCHOOL, *self.places}))) + "}"


_entered: ContextVar[Scope | None] = ContextVar("truongso_scope", default=None)
_of_process: list[Scope] = []


def of_unit(unit_id: int) -> int:
    """The place of a unit's own affairs."""
    return -unit_id


def setting() -> str:
    """What the database must be told now; where nothing was entered no school's row is seen."""
    scope = _present()
    return scope.setting() if scope else _NOBODY


def name_place(place: int) -> None:
    """The code names a school (or unit) it works for: added where the scope grows, else of no effect."""
    scope = _present()
    if scope is not None and scope.grows:
        scope.places.add(place)


def made(school_id: int) -> None:
    """A school that the work has just made is within its scope."""
    scope = _present()
    if scope is not None:
        scope.places.add(school_id)


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """Work within the scope."""
    token = _entered.set(scope)
    try:
        yield
    finally:
        _entered.reset(token)


def replace(scope: Scope) -> None:
    """Put another scope in place of the one entered, until that one is left (the gate, once it knows the caller);
    where none was entered, none is."""
    if _entered.get() is not None:
        _entered.set(scope)


@contextmanager
def at_school(school_id: int) -> Iterator[None]:
    """Work for one school, a job or a delivery; what belongs to no school is left to the whole system."""
    scope = Scope({school_id}) if school_id != NO_SCHOOL else Scope(every=True)
    with entered(scope):
        yield


@contextmanager
def every_school(reason: str) -> Iterator[None]:
    """Work across schools (the clock, the queue); the reason is logged."""
    log.info("every school: %s", _said(reason))
    with entered(Scope(every=True)):
        yield


def every_school_in_this_process(reason: str) -> None:
    """A command, started by whoever runs the server, works across schools in all its threads; logged."""
    log.info("every school: %s", _said(reason))
    _of_process[:] = [Scope(every=True)]


def _present() -> Scope | None:
    scope = _entered.get()
    return scope if scope is not None or not _of_process else _of_process[0]


def _said(reason: str) -> str:
    if not reason.strip():
        raise ValueError("working across schools needs a reason")
    return reason
