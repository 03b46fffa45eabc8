"""Refunds leaving the bank and coming back: linked by code, by account, by file; taken back when wrong."""

from __future__ import annotations

import pytest
from tests import money

from truongso.banking.lines import Reported, record
from truongso.banking.models import BankLine, RefundLine
from truongso.banking.refunds.services import (
    Ground,
    link_refunds,
    link_return,
    match_refunds,
    suggestions,
    unlink_refunds,
)
from truongso.banking.statement_import import apply, preview
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.tests.helpers import ACTOR, line
from truongso.banking.types import Direction, LineRefusedError
from truongso.kernel.db import savepoint, transaction
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import RefundItem, RefundPayout
from truongso.payments.refunds.bank_files import make_file, memo_of
from truongso.payments.refunds.services import keep_as_credit
from truongso.payments.refunds.tests.build import (
    PROPOSER,
    VIETCOMBANK,
    approved,
    ask_fee,
    items,
    owed,
    paid,
)
from truongso.payments.refunds.types import Ask, RefundKind, RefundRefusedError, RefundWay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]
OUT = Direction.OUT


@pytest.fixture
def due(school: School) -> RefundItem:
    """35 000 đ to pay out by bank."""
    return approved(school, ask_fee(paid(school)))[0]


def account_of(school: School) -> BankAccount:
    found: BankAccount = BankAccount.objects.for_school(school).order_by("pk")[0]
    return found


def seen(
    school: School, memo: str, amount: int, *, direction: Direction = OUT, counter: str = "", reference: str = "R1"
) -> BankLine:
    """A line the bank reports."""
    reported = line(memo, amount, reference, direction, counter_account=counter)
    (key,) = line_keys([reported], account=account_of(school).number)
    with savepoint():
        return record(account_of(school), [Reported(key, reported)], actor_id=None)[0]


def test_the_code_in_the_memo_links_at_once(school: School, due: RefundItem) -> None:
    debit = seen(school, f"MB CT DI {memo_of(due)}", 35_000)
    with savepoint():
        assert match_refunds(school.pk, [debit], actor=ACTOR) == 1
    debit.refresh_from_db()
    assert (debit.state, [i.state for i in items(school)]) == ("refund", ["paid"])
    assert owed(school, AccountRole.REFUND_DUE) == 0
    bank = account_ids(school.pk)[AccountRole.BANK, account_of(school).pk]
    assert balance(school.pk, bank) == Dong(-35_000)


@pytest.mark.django_db(transaction=True)
def test_an_imported_statement_does_it(school: School, due: RefundItem) -> None:
    account = account_of(school)
    content = write_statement(
        "vietcombank_simple",
        StatementOut(
            account=account.number, holder=account.holder_name, opening=Dong(900_000),
            lines=(line(memo_of(due), 35_000, "R1", OUT),),
        ),
        FileFormat.CSV,
    )  # fmt: skip
    with transaction():
        statement = preview(account, content=content, file_name="saoke.csv", actor=ACTOR)
    apply(statement, actor=ACTOR)
    assert [i.state for i in items(school)] == ["paid"]


@pytest.mark.parametrize("amount", [34_999, 35_001])
def test_another_amount_waits_for_a_person(school: School, due: RefundItem, amount: int) -> None:
    debit = seen(school, memo_of(due), amount)
    with savepoint():
        assert match_refunds(school.pk, [debit], actor=ACTOR) == 0
    assert suggestions(debit) == []
    with pytest.raises(LineRefusedError, match="refund_sum_differs"), savepoint():
        link_refunds(school.pk, line_id=debit.pk, item_ids=[due.pk], actor=PROPOSER)
    debit.refresh_from_db()
    assert (debit.state, [i.state for i in items(school)]) == ("outgoing", ["due"])
    assert RefundPayout.objects.for_school(school).count() == 0


def test_account_and_amount_are_proposed(school: School, due: RefundItem) -> None:
    debit = seen(school, "chuyen tien", 35_000, counter=VIETCOMBANK.number)
    with savepoint():
        assert match_refunds(school.pk, [debit], actor=ACTOR) == 0
    assert [(s.ground, [i.pk for i in s.items]) for s in suggestions(debit)] == [(Ground.ACCOUNT, [due.pk])]
    with savepoint():
        link_refunds(school.pk, line_id=debit.pk, item_ids=[due.pk], actor=PROPOSER)
    assert [i.state for i in items(school)] == ["paid"]


def test_a_whole_file_debited_as_one_sum(school: School) -> None:
    first = paid(school)
    second = paid(school, name="Lê Minh Châu")
    made = approved(
        school,
        Ask(
            RefundKind.FEE, RefundWay.BANK, codes=(first.code, second.code), amount=Dong(20_000),
            fee_item_id=first.lines.order_by("pk")[0].fee_item_id,
        ),
    )  # fmt: skip
    with savepoint():
        file = make_file(
            school.pk, item_ids=[i.pk for i in made], bank_account_id=account_of(school).pk,
            layout_code="chi-luong-xlsx", actor=PROPOSER,
        )  # fmt: skip
    debit = seen(school, "CHI HO THEO DANH SACH", 40_000)
    found = suggestions(debit)
    assert [(s.ground, s.name, len(s.items)) for s in found] == [(Ground.FILE, file.file_name, 2)]
    with savepoint():
        link_refunds(school.pk, line_id=debit.pk, item_ids=[i.pk for i in found[0].items], actor=PROPOSER)
    assert [i.state for i in items(school)] == ["paid", "paid"]
    assert RefundLine.objects.for_school(school).count() == 2


def test_a_debit_pays_once(school: School, due: RefundItem) -> None:
    debit = seen(school, memo_of(due), 35_000)
    twin = seen(school, memo_of(due), 35_000, reference="R2")
    with savepoint():
        assert match_refunds(school.pk, [debit, twin], actor=ACTOR) == 1
    twin.refresh_from_db()
    assert twin.state == "outgoing"
    with pytest.raises(RefundRefusedError, match="not_due"), savepoint():
        link_refunds(school.pk, line_id=twin.pk, item_ids=[due.pk], actor=PROPOSER)
    assert RefundPayout.objects.for_school(school).count() == 1


def test_a_wrong_link_is_taken_back(school: School, due: RefundItem) -> None:
    debit = seen(school, memo_of(due), 35_000)
    with savepoint():
        match_refunds(school.pk, [debit], actor=ACTOR)
        unlink_refunds(school.pk, line_id=debit.pk, reason="Nhầm dòng", actor=PROPOSER)
    debit.refresh_from_db()
    assert (debit.state, [i.state for i in items(school)]) == ("outgoing", ["due"])
    assert owed(school, AccountRole.REFUND_DUE) == 35_000
    with savepoint():
        link_refunds(school.pk, line_id=debit.pk, item_ids=[due.pk], actor=PROPOSER)
    assert [i.state for i in items(school)] == ["paid"]


def test_money_the_bank_sends_back_is_due_again(school: School, due: RefundItem) -> None:
    debit = seen(school, memo_of(due), 35_000)
    with savepoint():
        match_refunds(school.pk, [debit], actor=ACTOR)
    credit = seen(school, f"HOAN TRA {due.code} SAI TEN", 35_000, direction=Direction.IN, reference="R9")
    assert [(s.ground, [i.pk for i in s.items]) for s in suggestions(credit)] == [(Ground.CODE, [due.pk])]
    with savepoint():
        link_return(school.pk, line_id=credit.pk, item_id=due.pk, actor=PROPOSER)
    credit.refresh_from_db()
    assert (credit.state, [i.state for i in items(school)]) == ("refund", ["due"])
    assert owed(school, AccountRole.REFUND_DUE) == 35_000
    assert owed(school, AccountRole.SUSPENSE) == 0
    with pytest.raises(LineRefusedError, match="unknown_refund"), savepoint():
        link_return(school.pk, line_id=seen(school, due.code, 35_000, direction=Direction.IN, reference="R10").pk,
                    item_id=due.pk, actor=PROPOSER)  # fmt: skip
    with savepoint():
        keep_as_credit(school.pk, item_id=due.pk, reason="Sai số tài khoản", actor=PROPOSER)
    assert owed(school, AccountRole.FAMILY_CREDIT) == 35_000


def test_a_line_of_another_school_is_unknown(school: School, other_school: School, due: RefundItem) -> None:
    money.invoice(other_school)
    theirs = seen(other_school, memo_of(due), 35_000)
    with savepoint():
        assert match_refunds(other_school.pk, [theirs], actor=ACTOR) == 0
    with pytest.raises(LineRefusedError, match="unknown_line"), savepoint():
        link_refunds(school.pk, line_id=theirs.pk, item_ids=[due.pk], actor=PROPOSER)
    assert [i.state for i in items(school)] == ["due"]
