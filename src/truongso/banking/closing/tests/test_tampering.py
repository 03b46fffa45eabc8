"""What is changed behind the guards after signing is found by `truongso verify`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from tests import factories, money

from truongso.banking.closing.models import DayClose
from truongso.banking.closing.tests.test_day_close import close
from truongso.banking.tests import helpers
from truongso.banking.tests.helpers import line
from truongso.kernel import clock, triggers
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import BankAccount, School

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED = "I16 nội dung đã ký khi khóa sổ ngày, tháng đúng là nội dung đang lưu"
MOVED = "I16 ngày đã khóa giữ đúng các giao dịch đã ký"


@pytest.fixture
def later() -> Iterator[None]:
    with clock.frozen(dt.datetime(2026, 10, 9, 9, tzinfo=clock.SCHOOL_TIME)):
        yield


@pytest.fixture
def closed(school: School, later: None) -> BankAccount:
    account = factories.bank_account(school)
    helpers.bring(account, line("mot", 250_000, "FT1"), line("hai", 50_000, "FT2"), layout="bidv_detail")
    close(account)
    assert money.broken_invariants() == []
    return account


def tampered(sql: str) -> list[str]:
    """What verify finds after a change made with the guards taken away."""
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 1
    triggers.install()
    return [text.rpartition(": [")[0] for text in money.broken_invariants()]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE banking_dayclose SET note = 'khac'", [SIGNED]),
        ("UPDATE banking_dayclose SET signed_by = 7", [SIGNED]),
        ("UPDATE banking_dayclose SET decided_by = 9", [SIGNED]),
        ("UPDATE banking_dayclose SET money_in = money_in + 1, closing = closing + 1", [SIGNED]),
        ("UPDATE banking_bankline SET reference = 'FT8' WHERE reference = 'FT1'", [MOVED]),
        ("UPDATE banking_bankline SET booked_on = '2026-10-05' WHERE reference = 'FT1'", [MOVED]),
    ],
)
def test_a_change_after_signing_is_found(sql: str, found: list[str]) -> None:
    assert tampered(sql) == found


def test_a_movement_slipped_into_a_closed_day_is_found(closed: BankAccount) -> None:
    found = tampered("UPDATE ledger_posting SET amount = amount + 5 WHERE id = (SELECT MIN(id) FROM ledger_posting)")
    assert MOVED in found


def test_who_signed_is_in_the_audit_chain_too(closed: BankAccount) -> None:
    row = DayClose.objects.for_school(closed.school_id).get()
    acts = AuditEntry.objects.filter(action__startswith="banking:day_close:").order_by("seq")
    assert [(a.action.rpartition(":")[2], a.actor_id, a.params["digest"]) for a in acts] == [
        ("sign", row.signed_by, row.digest), ("confirm", row.decided_by, row.digest),
    ]  # fmt: skip
