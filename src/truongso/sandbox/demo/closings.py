"""The first school's accountant and principal close the first days of its account; two schools have cash paid in at
the bank for several families; payments of all schools are looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from truongso.accounts.public import users_without_password
from truongso.banking.public import book_state, closing_figures, closing_seen, confirm_days, sign_days
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import total
from truongso.reporting.public import check_school
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.demo.setup import DemoSchool
from truongso.sandbox.demo.transfers import Plan

FAMILIES = 3  # whose cash one person carries to the bank's counter
LEFT_OPEN = 6  # days before today that a visitor may close


def bring_cash_to_the_bank(bank: SandboxBank, place: DemoSchool, plan: Plan, since: dt.date) -> None:
    """A teacher pays some families' cash in at the bank under their codes: booked as transfers, and told of as such."""
    taken = [plan.cash.pop() for _n in range(min(FAMILIES, len(plan.cash)))]
    at = dt.datetime.combine(since + dt.timedelta(days=2), dt.time(10, 30), tzinfo=clock.SCHOOL_TIME)
    memo = f"NOP TIEN MAT {' '.join(invoice.code for invoice in taken)}"
    amount = total(invoice.total for invoice in taken)
    bank.book_line(place.account.number, direction="in", amount=amount, memo=memo, at=at, notify=False)


def close_days(place: DemoSchool) -> None:
    """The days of the statement but for the latest ones, signed by two."""
    people = _people(place)
    state = book_state(place.school, place.account)
    last = clock.today() - dt.timedelta(days=LEFT_OPEN)
    if state.first is None or state.last is None or not state.first <= last <= state.last or len(people) < 2:
        return
    figures = closing_figures(place.school.pk, place.account, state.first, last)
    if figures.blockers:
        return
    with transaction():
        row = sign_days(
            place.school, place.account, first=state.first, last=last, note="", seen=closing_seen(figures),
            actor=people[0],
        )  # fmt: skip
        confirm_days(place.school, close_id=row.pk, seen=row.digest, actor=people[1])


def look(demo: Sequence[DemoSchool]) -> None:
    """What the night would do."""
    for place in demo:
        with transaction():
            check_school(place.school)


def _people(place: DemoSchool) -> list[Actor]:
    """The school's accountant and principal."""
    users = {user.username: user for user in users_without_password()}
    found = [users[name] for word in ("ketoan", "hieutruong") if (name := f"{word}.{place.spec.slug}") in users]
    return [Actor(user.pk, user.full_name, "web") for user in found]
