"""Statements become bank lines once, are matched, booked, and can be undone."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking import services
from truongso.banking.decide import decide_lines
from truongso.banking.desk import Desk
from truongso.banking.lines import Reported, record
from truongso.banking.matching.types import Transfer
from truongso.banking.models import BankLine, MatchDecision, StatementImport, StatementRow
from truongso.banking.statement_import import StatementRefusedError, apply, preview
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.types import Direction, LineRefusedError, LineState
from truongso.fees.models import Invoice
from truongso.kernel import clock, sending
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, Receipt
from truongso.payments.public import book

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 10, 6)


def _line(memo: str, amount: int, reference: str, direction: Direction = Direction.IN) -> StatementLine:
    return StatementLine(booked_on=DAY, direction=direction, amount=Dong(amount), memo=memo, reference=reference)


def _file(account: BankAccount, *lines: StatementLine) -> bytes:
    out = StatementOut(account=account.number, holder=account.holder_name, opening=Dong(1_000_000), lines=tuple(lines))
    return write_statement("vietcombank_simple", out, FileFormat.XLSX)


def _import(account: BankAccount, content: bytes, actor: Actor) -> tuple[StatementImport, dict[str, int]]:
    with transaction():
        statement = preview(account, content=content, file_name="saoke.xlsx", actor=actor)
    return statement, apply(statement, actor=actor)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.mark.parametrize("few", [1, sending.FEW_ROWS])
def test_a_file_is_recorded_matched_and_booked(
    school: School, account: BankAccount, actor: Actor, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FEW_ROWS", few)  # on PostgreSQL: sent ahead of the answers, and not
    paid = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    under = money.invoice(school, [250_000], full_name="Nguyễn Bảo Châu")
    over = money.invoice(school, [250_000], full_name="Nguyễn Bảo Dung")
    content = _file(
        account,
        _line(f"{paid.code} thu thang 10", 250_000, "R1"),
        _line(f"{under.code.lower()} thu thang 10", 200_000, "R2"),
        _line(f"MBVCB.1.2.{over.code}.CT tu 1 A toi 2 B", 300_000, "R3"),
        _line("lai tien gui", 38, "R4"),
        _line("phi dich vu", 11_000, "R5", Direction.OUT),
    )
    _statement, counts = _import(account, content, actor)
    assert counts == {
        "new": 5, "known": 0, "refused": 0, "credits": 4, "credits_dong": 750_038, "outgoing": 1, "booked": 3,
    }  # fmt: skip
    states = dict(BankLine.objects.for_school(school).values_list("reference", "state"))
    assert states == {"R1": "matched", "R2": "matched", "R3": "matched", "R4": "not_fees", "R5": "outgoing"}
    rules = dict(MatchDecision.objects.for_school(school).values_list("line__reference", "rule"))
    assert rules == {"R1": "exact", "R2": "under", "R3": "over", "R4": "not_fees"}
    owed = {i.code: i.total - i.paid for i in Invoice.objects.for_school(school)}
    assert owed == {paid.code: Dong(0), under.code: Dong(50_000), over.code: Dong(0)}
    accounts = account_ids(school.pk)
    assert balance(school.pk, accounts[AccountRole.BANK, account.pk]) == Dong(750_038)
    assert balance(school.pk, accounts[AccountRole.SUSPENSE, 0]) == Dong(0)
    assert balance(school.pk, accounts[AccountRole.INTEREST, 0]) == Dong(-38)
    assert balance(school.pk, accounts[AccountRole.FAMILY_CREDIT, 0]) == Dong(-50_000)
    assert [r.number for r in Receipt.objects.for_school(school).order_by("number")] == [1, 2, 3]
    assert money.broken_invariants() == []


def test_the_same_file_twice_adds_nothing(school: School, account: BankAccount, actor: Actor) -> None:
    invoice = money.invoice(school, [250_000])
    content = _file(account, _line(f"{invoice.code} nop", 250_000, "R1"), _line("khac", 5_000, "R2"))
    _import(account, content, actor)
    _statement, counts = _import(account, content, actor)
    assert (counts["new"], counts["known"], counts["booked"]) == (0, 2, 0)
    assert BankLine.objects.for_school(school).count() == 2
    assert Payment.objects.for_school(school).count() == 1
    assert StatementRow.objects.for_school(school).count() == 4
    assert money.broken_invariants() == []


def test_two_honest_twins_are_both_kept_and_an_overlapping_file_adds_the_third(
    school: School, account: BankAccount, actor: Actor
) -> None:
    twin = _line("chuyen tien hoc", 100_000, "R1")
    _import(account, _file(account, twin, twin), actor)
    assert BankLine.objects.for_school(school).count() == 2
    _statement, counts = _import(account, _file(account, twin, twin, twin), actor)
    assert (counts["new"], counts["known"]) == (1, 2)
    assert sorted(BankLine.objects.for_school(school).values_list("occurrence", flat=True)) == [1, 2, 3]


def test_applying_a_preview_twice_adds_nothing(school: School, account: BankAccount, actor: Actor) -> None:
    statement, _counts = _import(account, _file(account, _line("khac", 5_000, "R1")), actor)
    again = apply(statement, actor=actor)
    assert (again["new"], again["known"]) == (0, 1)
    assert BankLine.objects.for_school(school).count() == 1


def test_a_statement_of_another_account_is_refused(school: School, account: BankAccount, actor: Actor) -> None:
    other = factories.bank_account(school, number="9990001112223")
    content = _file(other, _line("khac", 5_000, "R1"))
    with pytest.raises(StatementRefusedError) as refused, transaction():
        preview(account, content=content, file_name="saoke.xlsx", actor=actor)
    assert refused.value.problems[0][0] == "other_account"
    assert StatementImport.objects.for_school(school).count() == 0


def test_a_second_transfer_for_a_paid_invoice_waits_for_a_person(
    school: School, account: BankAccount, actor: Actor
) -> None:
    invoice = money.invoice(school, [250_000])
    memo = f"{invoice.code} nop"
    _import(account, _file(account, _line(memo, 250_000, "R1"), _line(memo, 250_000, "R2")), actor)
    line = BankLine.objects.for_school(school).get(reference="R2")
    assert line.state == "waiting"
    decision = MatchDecision.objects.for_school(school).get(line=line)
    assert (decision.decision, decision.rule, decision.reason["code"]) == ("suggest", "already_paid", "already_paid")
    assert decision.candidates[0]["code"] == invoice.code
    assert Payment.objects.for_school(school).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1, 9999])
def test_a_row_of_no_possible_year_is_refused_alone(account: BankAccount, actor: Actor, year: int) -> None:
    slip = dataclasses.replace(_line("mot", 250_000, "FT1"), booked_on=dt.date(year, 12, 31))
    statement, _counts = _import(account, _file(account, _line("hai", 50_000, "FT2"), slip), actor)
    assert [x.reference for x in BankLine.objects.for_school(account.school_id)] == ["FT2"]
    assert (statement.counts["new"], statement.counts["refused"]) == (1, 1)


def test_a_person_assigns_and_undoes(school: School, account: BankAccount, actor: Actor) -> None:
    invoice = money.invoice(school, [250_000])
    _import(account, _file(account, _line("gui co giao", 250_000, "R1")), actor)
    line = BankLine.objects.for_school(school).get()
    with transaction():
        services.assign(school.pk, line_id=line.pk, shares=[(invoice.pk, Dong(250_000))], actor=actor)
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert BankLine.objects.for_school(school).get().state == LineState.MATCHED.value
    with pytest.raises(LineRefusedError, match="not_waiting"), transaction():
        services.assign(school.pk, line_id=line.pk, shares=[(invoice.pk, Dong(250_000))], actor=actor)
    with transaction():
        services.undo_match(school.pk, line_id=line.pk, reason="Nhầm em khác", actor=actor)
    assert Invoice.objects.for_school(school).get().paid == Dong(0)
    assert BankLine.objects.for_school(school).get().state == LineState.WAITING.value
    assert [d.decision for d in MatchDecision.objects.for_school(school).order_by("pk")] == ["none", "person", "undone"]
    assert money.broken_invariants() == []


def test_parked_money_stays_in_suspense_and_comes_back(school: School, account: BankAccount, actor: Actor) -> None:
    money.invoice(school, [250_000])
    _import(account, _file(account, _line("tien gi day", 70_000, "R1")), actor)
    line = BankLine.objects.for_school(school).get()
    aside = {"line_id": line.pk, "state": LineState.PARKED, "reason": "Hỏi phụ huynh", "actor": actor}
    with pytest.raises(LineRefusedError, match="owner_missing"), transaction():
        services.set_aside(school.pk, **aside)
    owner = factories.user(Role.HOMEROOM_TEACHER, school=school)
    with transaction():
        services.set_aside(school.pk, **aside, owner_id=owner.pk)
    with pytest.raises(LineRefusedError, match="not_waiting"), transaction():
        services.set_aside(school.pk, line_id=line.pk, state=LineState.MATCHED, reason="x", actor=actor)
    with pytest.raises(LineRefusedError, match="reason_missing"), transaction():
        services.set_aside(school.pk, line_id=line.pk, state=LineState.NOT_FEES, reason=" ", actor=actor)
    assert BankLine.objects.for_school(school).get().state == "parked"
    assert balance(school.pk, account_ids(school.pk)[AccountRole.SUSPENSE, 0]) == Dong(-70_000)
    assert money.broken_invariants() == []


def test_lines_that_waited_are_matched_again_once_the_invoice_exists(
    school: School, account: BankAccount, actor: Actor
) -> None:
    first = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    late = money.invoice(school, [90_000], full_name="Nguyễn Bảo Châu")
    line = _line(f"{late.code} nop", 90_000, "R1")
    with transaction():
        record(account, [Reported(line_keys([line], account=account.number)[0], line)], actor_id=None)
        assert services.match_again(school.pk, actor=actor) == 1
    assert Invoice.objects.for_school(school).get(pk=late.pk).paid == Dong(90_000)
    assert Invoice.objects.for_school(school).get(pk=first.pk).paid == Dong(0)
    assert money.broken_invariants() == []


def test_a_kept_desk_keeps_up_with_the_database(school: School, account: BankAccount, actor: Actor) -> None:
    """Between two parts of a file an invoice is paid elsewhere, one is cancelled and one is issued."""
    paid = money.invoice(school, [250_000], full_name="Trần Thị Bình")
    cancelled = money.invoice(school, [250_000], full_name="Vàng Thị Chi")
    desk = Desk(school.pk)
    desk.renew()
    first = desk.decide([_transfer(account, i.code) for i in (paid, cancelled)])
    assert [d.rule.value for d in first] == ["exact", "exact"]  # decided, never booked: as if rolled back
    desk.renew()
    again = desk.decide([_transfer(account, i.code) for i in (paid, cancelled)])
    assert [d.rule.value for d in again] == ["exact", "exact"]
    with transaction():
        book(school.pk, booking=money.booking((paid, 250_000)), actor=actor)
        Invoice.objects.for_school(school).filter(pk=cancelled.pk).update(cancelled_at=clock.now())
    issued = money.invoice(school, [250_000], full_name="Lê Hoàng Dung")
    desk.renew()
    then = desk.decide([_transfer(account, i.code) for i in (paid, cancelled, issued)])
    assert [d.rule.value for d in then] == ["already_paid", "no_code", "exact"]
    assert desk.invoice(str(account.pk), cancelled.code) is None
    known = desk.invoice(str(account.pk), issued.code)
    assert known is not None
    assert known.id == issued.pk


def _transfer(account: BankAccount, code: str) -> Transfer:
    return Transfer(
        id=code, date=DAY.isoformat(), bank_ref="", amount=Dong(250_000), memo=f"{code} nop", payer_name="",
        payer_account="", account=str(account.pk),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("payers_bank", "method"),
    [
        ("971005", "mobile_money"),
        ("Viettel Money", "mobile_money"),
        ("VNPT MONEY", "mobile_money"),
        ("970436", "qr_transfer"),
        ("Ngân hàng lạ", "qr_transfer"),
        ("", "qr_transfer"),
    ],
)
def test_mobile_money_is_known_by_the_payers_institution(
    school: School, account: BankAccount, actor: Actor, payers_bank: str, method: str
) -> None:
    invoice = money.invoice(school, [250_000])
    line = dataclasses.replace(_line(f"{invoice.code} nop", 250_000, "R1"), counter_bank=payers_bank)
    reported = Reported(line_keys([line], account=account.number)[0], line)
    with transaction():
        assert decide_lines(school.pk, record(account, [reported], actor_id=None), actor=actor) == 1
    assert Payment.objects.for_school(school).get().method == method
