"""A month's collection round at every demo school: planned, looked at, issued by the same job a school uses."""

from __future__ import annotations

import datetime as dt

from truongso.fees.public import create_round, plan_round, plan_totals, set_classes, set_items, start_issue
from truongso.fees.types import FeeUnit
from truongso.kernel import clock, jobs
from truongso.kernel.db import transaction
from truongso.organizations.public import SchoolYear
from truongso.people.public import classes_of_year
from truongso.sandbox.demo.setup import ACTOR, DemoSchool, Say
from truongso.sandbox.province.fees import fee_items

ISSUED_DAYS_AGO = 12
DUE_IN_DAYS = 8
MEAL_DAYS = 21  # school days charged for meals in a month; days off are refunded later


def issue_day(year: SchoolYear) -> dt.date:
    """Some days back, so that money has had time to come; never before the school year."""
    return max(clock.today() - dt.timedelta(days=ISSUED_DAYS_AGO), year.starts_on)


def issue(demo: list[DemoSchool], year: SchoolYear, say: Say) -> None:
    """One round per school, at 8:00 on the issue day."""
    day = issue_day(year)
    morning = dt.datetime.combine(day, dt.time(8), tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(morning):
        for place in demo:
            job = _issue(place, year, day)
            say(f"{place.spec.short_name}: phát hành {job['invoices']} phiếu báo thu")


def _issue(place: DemoSchool, year: SchoolYear, day: dt.date) -> dict[str, int]:
    school_id = place.school.pk
    quantities = _quantities(place)
    with transaction():
        made = create_round(
            school_id, name=f"Thu tháng {day:%m/%Y}", school_year_id=year.pk, priced_on=day,
            due_on=clock.today() + dt.timedelta(days=ISSUED_DAYS_AGO + DUE_IN_DAYS),
            bank_account_id=place.account.pk, actor=ACTOR,
        )  # fmt: skip
        set_items(school_id, round_id=made.pk, quantities=quantities, actor=ACTOR)
        class_ids = [c.id for c in classes_of_year(place.school, year)]
        set_classes(school_id, round_id=made.pk, class_ids=class_ids, actor=ACTOR)
        plan_round(school_id, round_id=made.pk)
        totals = plan_totals(made)
        job = start_issue(
            school_id, round_id=made.pk, seen_invoices=totals.invoices, seen_amount=totals.amount, actor=ACTOR
        )
    done = jobs.run(job.pk)
    if done.state != jobs.DONE:
        raise RuntimeError(f"issuing failed: {done.error}")
    return dict(done.result)


def _quantities(place: DemoSchool) -> dict[int, int]:
    """Everything charged by day, month or year; what is bought once has its own round at school."""
    return {
        place.items[spec.code]: MEAL_DAYS if spec.unit is FeeUnit.DAY else 1
        for spec in fee_items(place.spec)
        if spec.unit in {FeeUnit.DAY, FeeUnit.MONTH, FeeUnit.YEAR}
    }
