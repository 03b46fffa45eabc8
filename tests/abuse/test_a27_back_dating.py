"""A27: what comes late for closed days waits outside; nothing of it is lost, nothing slips in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError

from tests import factories
from truongso.banking.closing import services
from truongso.banking.closing.models import DayClose
from truongso.banking.closing.tests.test_day_close import ACCOUNTANT, PRINCIPAL, close
from truongso.banking.feed import work_off_waiting
from truongso.banking.models import BankLine
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import DAY, Hook, hook, line
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.payments.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 10, 9, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def closed(school: School) -> tuple[Hook, DayClose]:
    """An account with a feed whose day is closed."""
    wired = hook(school, factories.bank_account(school))
    helpers.bring(wired.account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    return wired, close(wired.account)


def reopen(row: DayClose) -> None:
    with savepoint():
        services.ask_reopening(row.school, close_id=row.pk, reason="Sao kê thiếu", actor=ACCOUNTANT)
        services.reopen_days(row.school, close_id=row.pk, actor=PRINCIPAL)


def references(school: School) -> list[str]:
    return sorted(BankLine.objects.for_school(school).values_list("reference", flat=True))


def test_a_later_statement_brings_no_line_into_a_closed_day(school: School, closed: tuple[Hook, DayClose]) -> None:
    wired, row = closed
    longer = (line("mot", 250_000, "FT1"), line("hai", 70_000, "FT2"))
    with pytest.raises(IntegrityError, match="the period is closed"):
        helpers.bring(wired.account, *longer, layout="bidv_detail")
    assert references(school) == ["FT1"]
    reopen(row)
    helpers.bring(wired.account, *longer, layout="bidv_detail")
    assert references(school) == ["FT1", "FT2"]


def test_the_same_statement_again_is_no_matter(school: School, closed: tuple[Hook, DayClose]) -> None:
    wired, _row = closed
    helpers.bring(wired.account, line("mot", 250_000, "FT1"), layout="bidv_detail")
    assert references(school) == ["FT1"]


def test_a_late_notice_of_a_closed_day_is_kept_and_booked_once_the_day_is_open(
    school: School, closed: tuple[Hook, DayClose]
) -> None:
    wired, row = closed
    answer = wired.send(wired.body("bao muon", 90_000))
    assert answer.status_code == 200
    assert references(school) == ["FT1"]
    assert Notice.objects.for_school(school).get().state == "verified"
    reopen(row)
    assert work_off_waiting(wired.connection) == 1
    late = BankLine.objects.for_school(school).get(amount=90_000)
    assert (late.booked_on, late.state) == (DAY, "waiting")
