"""Signing and a movement of the same day at once: one waits for the other and sees its outcome."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection
from tests import factories

from truongso.banking.closing.models import DayClose
from truongso.banking.closing.queries import day_figures
from truongso.banking.closing.services import sign_days
from truongso.banking.closing.signatures import seen_digest
from truongso.banking.closing.tests.test_day_close import ACCOUNTANT
from truongso.banking.closing.types import ClosingRefusedError
from truongso.banking.models import BankLine
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import DAY, arrive, line
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.organizations.models import BankAccount, School

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NOW = dt.datetime(2026, 10, 9, 9, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture
def account(school: School) -> BankAccount:
    made = factories.bank_account(school)
    with clock.frozen(NOW):
        helpers.bring(made, line("mot", 250_000, "FT1"), layout="bidv_detail")
    return made


def sign(account: BankAccount, seen: str) -> DayClose:
    return sign_days(account.school, account, first=DAY, last=DAY, note="", seen=seen, actor=ACCOUNTANT)


def test_signing_waits_for_a_movement_under_way_and_sees_it(account: BankAccount) -> None:
    moved, said = threading.Event(), []

    def move() -> None:
        with clock.frozen(NOW), transaction():
            arrive(account, "dang ghi", 70_000, "FT9")
            moved.set()
            waiting.wait(1)
        connection.close()

    waiting = threading.Event()
    with clock.frozen(NOW):
        seen = seen_digest(day_figures(account.school_id, account, DAY, DAY))
        other = threading.Thread(target=move)
        other.start()
        assert moved.wait(10)
        try:
            with transaction():
                sign(account, seen)
        except ClosingRefusedError as refusal:
            said.append(refusal.code)
        other.join(10)
    assert said == ["figures_changed"]
    assert not DayClose.objects.for_school(account.school_id).exists()
    assert BankLine.objects.for_school(account.school_id).count() == 2


def test_a_movement_waits_for_signing_and_is_refused(account: BankAccount) -> None:
    said: list[str] = []
    signed, tried = threading.Event(), threading.Event()

    def move() -> None:
        signed.wait(10)
        try:
            with clock.frozen(NOW), transaction():
                tried.set()
                arrive(account, "dang ghi", 70_000, "FT9")
        except IntegrityError as error:
            said.append(str(error).splitlines()[0])
        connection.close()

    with clock.frozen(NOW):
        seen = seen_digest(day_figures(account.school_id, account, DAY, DAY))
        other = threading.Thread(target=move)
        other.start()
        with transaction():
            sign(account, seen)
            signed.set()
            assert tried.wait(10)
            other.join(0.3)
        other.join(10)
    assert said == ["the period is closed: days of the account"]
    assert BankLine.objects.for_school(account.school_id).count() == 1
