"""Cash handed in to the bank meets its bank line: it stays cash, and a wrong link is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.banking.deposits import services
from truongso.banking.deposits.fit import deposits_for, held, suggestions
from truongso.banking.deposits.models import DepositLink
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.services import assign, undo_match
from truongso.banking.tests.helpers import ACTOR, arrive, bring, line
from truongso.banking.types import LineRefusedError
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.ids import new_public_id
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import CashDeposit, Payment
from truongso.payments.public import CashRefusedError, DepositRequest, book, record_deposit
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.public import calendar_year, cashless_figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]
MONDAY, TUESDAY = dt.date(2026, 10, 5), dt.date(2026, 10, 6)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def cash(school: School, account: BankAccount) -> Invoice:
    """2.000.000 đ taken in cash on Monday."""
    invoice = money.invoice(school, (2_000_000,), full_name="Lê Minh Châu")
    request = money.booking(
        (invoice, 2_000_000), kind=EvidenceKind.CASH_RECEIPT, method=Method.CASH, received_at=clock.now()
    )
    with savepoint():
        book(school.pk, booking=request, actor=ACTOR)
    return invoice


def hand_in(account: BankAccount, amount: int = 2_000_000, *, slip: str = "GNT 0012", token: str = "") -> CashDeposit:
    request = DepositRequest(account.pk, Dong(amount), MONDAY, slip, token or new_public_id())
    with savepoint():
        return record_deposit(account.school_id, request=request, actor=ACTOR)[0]


def standing(school: School, role: AccountRole, reference: int = 0) -> int:
    return int(balance(school.pk, account_ids(school.pk)[role, reference]))


def refused(code: str, act: Callable[[], object]) -> None:
    """Refused with this code; lines, links, deposits and payments stay as they are."""

    def state() -> list[object]:
        models = (BankLine, DepositLink, CashDeposit, Payment, MatchDecision)
        return [list(m.objects.across_schools("test").order_by("pk").values()) for m in models]

    before = state()
    with pytest.raises((LineRefusedError, CashRefusedError)) as error, savepoint():
        act()
    assert getattr(error.value, "code", None) == code
    assert state() == before


def test_a_deposit_leaves_the_box_waits_in_transit_and_arrives(
    school: School, account: BankAccount, cash: Invoice
) -> None:
    deposit = hand_in(account)
    assert (standing(school, AccountRole.CASH), standing(school, AccountRole.IN_TRANSIT)) == (0, 2_000_000)
    bring(account, line("NOP TIEN MAT TRUONG TH LE VAN TAM", 2_000_000, "R1"))
    row = BankLine.objects.for_school(school).get()
    decision = MatchDecision.objects.for_school(school).get()
    assert (row.state, decision.rule, decision.candidates) == ("waiting", "deposit", [])
    assert decision.reason == {"code": "deposit", "params": {"slip": "GNT 0012", "day": "05/10/2026"}}
    assert [(s.line.pk, s.says_cash, s.days) for s in suggestions(school.pk)[deposit.pk]] == [(row.pk, True, 1)]
    with savepoint():
        services.link(school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR)
    row.refresh_from_db()
    assert row.state == "deposit"
    assert standing(school, AccountRole.IN_TRANSIT) == 0
    assert standing(school, AccountRole.SUSPENSE) == 0
    assert standing(school, AccountRole.BANK, account.pk) == 2_000_000
    assert Payment.objects.for_school(school).count() == 1
    assert suggestions(school.pk) == {}


def test_the_deposit_stays_cash_in_the_report(school: School, account: BankAccount, cash: Invoice) -> None:
    before = cashless_figures(school.pk, calendar_year(2026))
    deposit = hand_in(account)
    row = arrive(account, "NOP TIEN MAT", 2_000_000)
    with savepoint():
        services.link(school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR)
    after = cashless_figures(school.pk, calendar_year(2026))
    assert after == before
    assert [(m.method, m.figures.count, int(m.figures.value)) for m in after.by_method if m.figures.count] == [
        (Method.CASH, 1, 2_000_000)
    ]


def test_a_line_that_fits_is_not_assigned_to_an_invoice(school: School, account: BankAccount, cash: Invoice) -> None:
    other = money.invoice(school, (2_000_000,), full_name="Hoàng Gia Bảo")
    hand_in(account)
    row = arrive(account, "khong ro noi dung", 2_000_000)
    share = [(other.pk, Dong(2_000_000))]
    refused("deposit_fits", lambda: assign(school.pk, line_id=row.pk, shares=share, actor=ACTOR))
    refused("reason_missing", lambda: services.not_a_deposit(school.pk, line_id=row.pk, reason=" ", actor=ACTOR))
    with savepoint():
        services.not_a_deposit(school.pk, line_id=row.pk, reason="Phụ huynh đã báo chuyển khoản", actor=ACTOR)
        assert held(school.pk, [row]) == {}
        assign(school.pk, line_id=row.pk, shares=share, actor=ACTOR)
    assert MatchDecision.objects.for_school(school).filter(rule="not_deposit").get().reason["params"] == {
        "text": "Phụ huynh đã báo chuyển khoản"
    }


def test_a_parents_transfer_of_the_same_amount_is_booked_by_its_code(
    school: School, account: BankAccount, cash: Invoice
) -> None:
    other = money.invoice(school, (2_000_000,), full_name="Hoàng Gia Bảo")
    hand_in(account)
    bring(account, line(f"{other.code} nop hoc phi", 2_000_000, "R1"))
    assert BankLine.objects.for_school(school).get().state == "matched"


def test_a_code_written_on_the_slip_makes_no_fee_of_a_deposit(
    school: School, account: BankAccount, cash: Invoice
) -> None:
    other = money.invoice(school, (2_000_000,), full_name="Hoàng Gia Bảo")
    hand_in(account)
    bring(account, line(f"NOP TIEN MAT {other.code}", 2_000_000, "R1"))
    assert BankLine.objects.for_school(school).get().state == "waiting"
    other.refresh_from_db()
    assert other.paid == Dong(0)


def test_a_wrong_link_is_taken_back_and_made_anew(school: School, account: BankAccount, cash: Invoice) -> None:
    deposit = hand_in(account)
    wrong, right = arrive(account, "khong ro", 2_000_000), arrive(account, "NOP TIEN MAT", 2_000_000)
    with savepoint():
        services.link(school.pk, line_id=wrong.pk, deposit_id=deposit.pk, actor=ACTOR)
    refused("reason_missing", lambda: services.unlink(school.pk, line_id=wrong.pk, reason="", actor=ACTOR))
    with savepoint():
        services.unlink(school.pk, line_id=wrong.pk, reason="Nhầm dòng", actor=ACTOR)
    wrong.refresh_from_db()
    assert (wrong.state, standing(school, AccountRole.IN_TRANSIT)) == ("waiting", 2_000_000)
    refused("not_linked", lambda: services.unlink(school.pk, line_id=wrong.pk, reason="x", actor=ACTOR))
    with savepoint():
        services.link(school.pk, line_id=right.pk, deposit_id=deposit.pk, actor=ACTOR)
    refused("deposit_linked", lambda: services.link(
        school.pk, line_id=wrong.pk, deposit_id=deposit.pk, actor=ACTOR
    ))  # fmt: skip
    assert standing(school, AccountRole.IN_TRANSIT) == 0
    assert standing(school, AccountRole.SUSPENSE) == -2_000_000  # the other line still waits


def test_what_is_not_the_same_money_is_not_linked(school: School, account: BankAccount, cash: Invoice) -> None:
    elsewhere = factories.bank_account(school, number="0071000999999")
    deposit = hand_in(account, 1_500_000)
    cases = {
        "deposit_differs": arrive(account, "NOP TIEN MAT", 1_499_000),
        "deposit_other_account": arrive(elsewhere, "NOP TIEN MAT", 1_500_000),
        "deposit_later": arrive(account, "NOP TIEN MAT", 1_500_000, booked_on=dt.date(2026, 10, 4)),
    }
    for code, row in cases.items():
        refused(code, lambda row=row: services.link(  # type: ignore[misc]
            school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR
        ))  # fmt: skip
        assert deposits_for(row) == []
    for row in (cases["deposit_differs"], cases["deposit_other_account"]):
        with pytest.raises(IntegrityError), savepoint():  # nor by hand
            DepositLink.objects.create(school=school, line=row, deposit=deposit, linked_at=clock.now())


def test_a_cancelled_deposit_gives_the_cash_back_and_its_slip_is_free(
    school: School, account: BankAccount, cash: Invoice
) -> None:
    deposit = hand_in(account)
    row = arrive(account, "NOP TIEN MAT", 2_000_000)
    with savepoint():
        services.link(school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR)
    refused("deposit_linked", lambda: services.cancel(school.pk, deposit_id=deposit.pk, reason="sai", actor=ACTOR))
    with pytest.raises(IntegrityError), savepoint():  # nor by hand
        CashDeposit.objects.for_school(school).update(cancelled_at=clock.now(), cancel_reason="sai")
    with savepoint():
        services.unlink(school.pk, line_id=row.pk, reason="Sai số tiền", actor=ACTOR)
        services.cancel(school.pk, deposit_id=deposit.pk, reason="Sai số tiền", actor=ACTOR)
    assert (standing(school, AccountRole.CASH), standing(school, AccountRole.IN_TRANSIT)) == (2_000_000, 0)
    refused("deposit_cancelled", lambda: services.link(
        school.pk, line_id=row.pk, deposit_id=deposit.pk, actor=ACTOR
    ))  # fmt: skip
    hand_in(account, 1_999_000)


def test_more_than_lies_in_the_box_is_not_handed_in(school: School, account: BankAccount, cash: Invoice) -> None:
    refused("not_enough_cash", lambda: hand_in(account, 2_000_001))
    hand_in(account, 1_200_000)
    refused("not_enough_cash", lambda: hand_in(account, 800_001, slip="GNT 0013"))
    refused("slip_known", lambda: hand_in(account, 800_000))
    refused("slip_missing", lambda: hand_in(account, 800_000, slip="  "))
    refused("amount_not_positive", lambda: hand_in(account, 0, slip="GNT 0013"))


def test_yesterdays_deposit_is_measured_by_what_lay_there_on_every_day_since(
    school: School, account: BankAccount, cash: Invoice
) -> None:
    with clock.frozen(dt.datetime(2026, 10, 6, 9, tzinfo=clock.SCHOOL_TIME)):
        request = DepositRequest(account.pk, Dong(1_500_000), TUESDAY, "GNT 0014", new_public_id())
        with savepoint():
            record_deposit(school.pk, request=request, actor=ACTOR)
        refused("not_enough_cash", lambda: hand_in(account, 500_001))
        hand_in(account, 500_000)


def test_one_form_sent_twice_records_one_deposit(school: School, account: BankAccount, cash: Invoice) -> None:
    token = new_public_id()
    first, second = hand_in(account, token=token), hand_in(account, token=token)
    assert first.pk == second.pk
    assert CashDeposit.objects.for_school(school).count() == 1


def test_saying_that_a_line_is_no_deposit_books_nothing_that_a_person_took_back(
    school: School, account: BankAccount
) -> None:
    invoice = money.invoice(school, (250_000,))
    bring(account, line(f"{invoice.code} nop", 250_000, "R1"))
    row = BankLine.objects.for_school(school).get()
    assert row.state == "matched"
    with savepoint():
        undo_match(school.pk, line_id=row.pk, reason="Không phải của em này", actor=ACTOR)
        services.not_a_deposit(school.pk, line_id=row.pk, reason="Không phải tiền quỹ", actor=ACTOR)
    row.refresh_from_db()
    invoice.refresh_from_db()
    assert (row.state, invoice.paid) == ("waiting", Dong(0))
