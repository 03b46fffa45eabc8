"""How often browsers refused to run something on our pages: counted by directive and day, shown by `truongso check`."""

from __future__ import annotations

from truongso.kernel.limits import Limit, count, used

DIRECTIVES = ("script-src", "style-src", "img-src", "connect-src", "font-src", "form-action", "frame-src", "other")
_REPORTS = Limit("csp reports", 10_000, 86_400)


def directive_of(told: str) -> str:
    """The directive a report names; script-src-elem and style-src-attr are kinds of script-src and style-src."""
    return next((one for one in DIRECTIVES if told == one or told.startswith(f"{one}-")), "other")


def count_report(directive: str) -> None:
    """Count one report of today (UTC); one statement."""
    count(_REPORTS, directive)


def counted_today() -> dict[str, int]:
    """Reports of today (UTC) by directive, without those that there are none of."""
    return {one: number for one in DIRECTIVES if (number := used(_REPORTS, one))}
