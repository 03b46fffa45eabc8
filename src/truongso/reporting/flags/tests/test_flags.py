"""Looking at a school's payments: found once, kept with its payments, gone when put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.banking.acts.handling import assign, undo_match
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import arrive
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.public import Payment
from truongso.payments.services import book
from truongso.reporting.flags.gather import findings
from truongso.reporting.flags.models import Flag, FlagCheck, FlagLine
from truongso.reporting.flags.queries import waiting_for_word
from truongso.reporting.flags.services import FlagRefusedError, ask_for_check, check_school, review, write_note
from truongso.reporting.flags.tasks import check_flags
from truongso.reporting.flags.types import Pattern
from truongso.reporting.periods import quarter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after")]
ACTOR = Actor(user_id=1, label="user 1", channel="web")
OCTOBER = dt.datetime(2026, 10, 20, 9, tzinfo=clock.SCHOOL_TIME)
Q4 = quarter(2026, 4)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(OCTOBER):
        yield


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def pay(account: BankAccount, number: int, payer_account: str, payer_name: str = "HANG") -> Payment:
    """A transfer of one family of class 3A2, booked by a person."""
    invoice = money.invoice(account.school, [250_000], full_name=f"Học sinh {number}")
    told = {"counter_account": payer_account, "counter_name": payer_name}
    line = arrive(account, f"hoc phi {number}", 250_000, f"FT{number}", **told)
    with savepoint():
        return assign(account.school_id, line_id=line.pk, shares=[(invoice.pk, Dong(250_000))], actor=ACTOR)


def class_by_one(account: BankAccount, families: int = 5, others: int = 5) -> list[Payment]:
    made = [pay(account, n, "0711") for n in range(families)]
    return made + [pay(account, 100 + n, f"99{n}") for n in range(others)]


def look(school: School) -> int:
    with savepoint():
        return check_school(school)


def test_a_class_paid_from_one_account_is_found_with_its_payments(account: BankAccount) -> None:
    made = class_by_one(account)
    assert look(account.school) == 1
    flag = Flag.objects.for_school(account.school).get()
    assert (flag.period, flag.pattern, flag.amount) == ("2026-Q4", Pattern.ONE_ACCOUNT.value, Dong(1_250_000))
    assert flag.params == {"class": "3A2", "payer": "0711", "families": 5, "of": 10}
    lines = FlagLine.objects.for_school(account.school).order_by("payment_id").values_list("payment_id", flat=True)
    assert list(lines) == [p.pk for p in made[:5]]
    assert look(account.school) == 1
    assert Flag.objects.for_school(account.school).count() == 1
    assert FlagLine.objects.for_school(account.school).count() == 5


def test_where_the_bank_tells_no_account_the_name_counts(account: BankAccount) -> None:
    for number in range(5):
        pay(account, number, "", "ĐẶNG THỊ HOA")
    (found,) = findings(account.school_id, Q4)
    assert dict(found.params) == {"class": "3A2", "payer": "@DANG THI HOA", "families": 5, "of": 5}


def test_a_single_word_names_nobody(account: BankAccount) -> None:
    for number in range(5):
        pay(account, number, "", "HOA")
    assert findings(account.school_id, Q4) == []


def test_an_ordinary_class_is_quiet(account: BankAccount) -> None:
    class_by_one(account, families=4)
    assert look(account.school) == 0
    assert not Flag.objects.for_school(account.school).exists()
    assert FlagCheck.objects.for_school(account.school).get().checked_at == OCTOBER.astimezone(dt.UTC)


def test_cash_brought_to_the_bank_for_several_families(account: BankAccount) -> None:
    one = money.invoice(account.school, [250_000], full_name="Học sinh 1")
    two = money.invoice(account.school, [250_000], full_name="Học sinh 2")
    line = arrive(account, "CO LAN NOP TIEN MAT HOC PHI LOP 3A2", 500_000, "FT1")
    with savepoint():
        shares = [(one.pk, Dong(250_000)), (two.pk, Dong(250_000))]
        assign(account.school_id, line_id=line.pk, shares=shares, actor=ACTOR)
    (found,) = findings(account.school_id, Q4)
    assert (found.pattern, dict(found.params)) == (Pattern.CASH_LINES, {"lines": 1, "families": 2})


def test_round_parts_of_one_invoice(account: BankAccount) -> None:
    for number in range(3):
        invoice = money.invoice(account.school, [255_000], full_name=f"Học sinh {number}")
        for part, amount in enumerate((100_000, 100_000, 55_000)):
            line = arrive(account, f"hs {number} lan {part}", amount, f"FT{number}{part}")
            with savepoint():
                assign(account.school_id, line_id=line.pk, shares=[(invoice.pk, Dong(amount))], actor=ACTOR)
    (found,) = findings(account.school_id, Q4)
    assert (found.pattern, dict(found.params)) == (
        Pattern.ROUND_SPLITS, {"groups": 3, "payments": 9, "round": 50_000},
    )  # fmt: skip


def test_the_share_is_judged_when_the_quarter_is_over(school: School) -> None:
    with clock.frozen(dt.datetime(2026, 7, 10, 9, tzinfo=clock.SCHOOL_TIME)):
        summer = [money.invoice(school, [500_000], full_name=f"Học sinh {n}") for n in range(2)]
        with savepoint():
            book(school.pk, booking=money.booking((summer[0], 500_000), received_at=clock.now()), actor=ACTOR)
            book(school.pk, booking=money.booking((summer[1], 500_000), **money.in_cash()), actor=ACTOR)
    autumn = money.invoice(school, [1_000_000], full_name="Học sinh 9")
    with savepoint():
        book(school.pk, booking=money.booking((autumn, 700_000), received_at=clock.now()), actor=ACTOR)
    assert findings(school.pk, Q4) == []
    with clock.frozen(dt.datetime(2027, 1, 5, 9, tzinfo=clock.SCHOOL_TIME)):
        (found,) = findings(school.pk, Q4)
        assert (found.pattern, found.params["share_before"], found.params["share_now"], found.params["fall"]) == (
            Pattern.SHARE_UP_TOTAL_DOWN, 500, 1_000, 300,
        )  # fmt: skip
        assert look(school) == 1


def test_what_was_put_right_is_gone_and_comes_back(account: BankAccount) -> None:
    made = class_by_one(account)
    look(account.school)
    line = BankLine.objects.for_school(account.school).get(reference="FT0")
    with savepoint():
        undo_match(account.school_id, line_id=line.pk, reason="Nhầm em", actor=ACTOR)
    assert look(account.school) == 0
    flag = Flag.objects.for_school(account.school).get()
    assert flag.gone_at is not None
    again = money.invoice(account.school, [250_000], full_name="Học sinh khác")
    with savepoint():
        assign(account.school_id, line_id=line.pk, shares=[(again.pk, Dong(250_000))], actor=ACTOR)
    assert look(account.school) == 1
    flag.refresh_from_db()
    assert flag.gone_at is None
    assert made[0].pk not in FlagLine.objects.for_school(account.school).values_list("payment_id", flat=True)


def test_school_explains_and_department_takes_note(account: BankAccount) -> None:
    class_by_one(account)
    look(account.school)
    flag = Flag.objects.for_school(account.school).get()
    assert waiting_for_word(account.school_id) == 1
    with pytest.raises(FlagRefusedError, match="text_missing"), savepoint():
        write_note(flag, text="  ", of_school=True, actor=ACTOR)
    with pytest.raises(FlagRefusedError, match="needs_person"), savepoint():
        write_note(flag, text="x", of_school=True, actor=Actor.system("tick"))
    assert waiting_for_word(account.school_id) == 1
    with savepoint():
        note = write_note(flag, text="Cô chủ nhiệm chuyển giúp phụ huynh vùng cao", of_school=True, actor=ACTOR)
    assert waiting_for_word(account.school_id) == 0
    with pytest.raises(IntegrityError), savepoint():
        type(note).objects.for_school(account.school).update(text="khác")
    with savepoint():
        review(flag, actor=ACTOR)
    pay(account, 50, "0711")
    look(account.school)
    flag.refresh_from_db()
    assert (flag.reviewed_at, flag.params["families"]) == (None, 6)  # there is more than was seen


def test_every_night_and_when_asked(account: BankAccount, other_school: School) -> None:
    class_by_one(account)
    assert check_flags() == 1  # the other school has no payments
    assert check_flags() == 0
    with savepoint():
        ask_for_check([account.school_id, other_school.pk])
    assert check_flags() == 1
    with clock.frozen(OCTOBER + dt.timedelta(days=1)):
        assert check_flags() == 1


@pytest.mark.parametrize("families", [5, 12])
def test_looking_asks_the_same_number_of_questions(
    account: BankAccount, families: int, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    class_by_one(account, families=families)
    with django_assert_num_queries(3):
        findings(account.school_id, Q4)
