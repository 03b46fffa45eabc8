"""Negative lines of a statement: an earlier credit is taken back with its payment and receipt, or a person is asked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking import taken_back
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.statement_import import apply, preview
from truongso.banking.tests.helpers import ACTOR, bring, hook, line
from truongso.banking.types import Direction, LineRefusedError
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.models import OutboxEvent
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.messaging.models import Delivery
from truongso.messaging.public import save_channel
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, Receipt

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("truongso.banking.tests.urls")]
HEADER = ["Ngày giao dịch", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Mô tả"]
NOW = dt.datetime(2026, 10, 9, 3, tzinfo=dt.UTC)


def _bring(account: BankAccount, *rows: list[str | None]) -> dict[str, int]:
    """Rows as Vietcombank prints them, amounts verbatim."""
    content = write_xlsx([SheetOut("Sao kê", HEADER, list(rows), banner=[["Số tài khoản", account.number]])])
    with transaction():
        statement = preview(account, content=content, file_name="saoke.xlsx", actor=ACTOR)
    with clock.frozen(NOW):
        return apply(statement, actor=ACTOR)


def _states(school: School) -> list[tuple[str, str]]:
    return list(BankLine.objects.for_school(school).order_by("pk").values_list("direction", "state"))


def test_a_negative_credit_undoes_the_payment_cancels_the_receipt_and_tells_others(school: School) -> None:
    account, invoice = factories.bank_account(school), money.invoice(school, [250_000])
    paid: list[str | None] = ["06/10/2026", "FT26279000001", None, "250,000", f"{invoice.code} nop hoc phi"]
    back: list[str | None] = ["07/10/2026", "FT26279000001", None, "-250,000", "Dieu chinh giao dich"]
    _bring(account, paid)
    assert Invoice.objects.for_school(school).get(pk=invoice.pk).paid == Dong(250_000)
    _bring(account, paid, back)
    assert _states(school) == [("in", "reversed"), ("out", "outgoing")]
    credit, taker = BankLine.objects.for_school(school).order_by("pk")
    assert (taker.undoes, taker.reverses_id) == (True, credit.pk)
    assert Invoice.objects.for_school(school).get(pk=invoice.pk).paid == Dong(0)
    assert Payment.objects.for_school(school).get().reversed_at is not None
    assert Receipt.objects.for_school(school).get().cancellations.get().reason == taken_back.REASON
    assert OutboxEvent.objects.filter(topic="payments.payment_undone").count() == 1
    accounts = account_ids(school.pk)
    assert balance(school.pk, accounts[AccountRole.BANK, account.pk]) == Dong(0)
    assert balance(school.pk, accounts[AccountRole.SUSPENSE, 0]) == Dong(0)
    rules = list(MatchDecision.objects.for_school(school).order_by("pk").values_list("decision", "rule"))
    assert rules == [("auto", "exact"), ("undone", "taken_back"), ("auto", "takes_back")]
    assert money.broken_invariants() == []
    counts = _bring(account, paid, back)
    assert (counts["new"], counts["known"]) == (0, 2)
    assert Payment.objects.for_school(school).count() == 1


def test_each_family_is_told_of_its_own_part_once(school: School) -> None:
    account = factories.bank_account(school)
    with transaction():
        save_channel(
            school.pk, kind=ChannelKind.FILE, is_active=True, sender="", endpoint="", secret="", actor=ACTOR
        )  # fmt: skip
    one = money.invoice(school, [250_000], full_name="Giàng Thị Dở")
    two = money.invoice(school, [150_000], full_name="Lý Văn Bình")
    paid: list[str | None] = ["06/10/2026", "FT26279000001", None, "400,000", f"{one.code} {two.code}"]
    back: list[str | None] = ["07/10/2026", "FT26279000001", None, "-400,000", "Dieu chinh giao dich"]
    _bring(account, paid)
    assert Delivery.objects.for_school(school).count() == 0
    _bring(account, paid, back)
    _bring(account, paid, back)
    told = [d.body for d in Delivery.objects.for_school(school).order_by("pk")]
    assert len(told) == 2
    for body, invoice, amount in zip(told, (one, two), ("250.000\u00a0đ", "150.000\u00a0đ"), strict=True):
        assert f"Ngân hàng đã thu hồi {amount} mà" in body
        assert f"ngày 06/10/2026 và đã ghi cho {invoice.student_name}" in body
        assert f"/p/{invoice.public_id}" in body
        assert "400.000" not in body
    credit, taker = BankLine.objects.for_school(school).order_by("pk")
    with transaction():
        taken_back.give_back(school.pk, line_id=taker.pk, reason="Nhầm", actor=ACTOR)
        taken_back.take_back(school.pk, line_id=taker.pk, credit_id=credit.pk, reason="Đúng", actor=ACTOR)
    assert Delivery.objects.for_school(school).count() == 4  # paid again and taken back again: told again
    assert money.broken_invariants() == []


def test_both_in_one_file_and_a_credit_that_nobody_had_matched(school: School) -> None:
    account = factories.bank_account(school)
    _bring(
        account,
        ["06/10/2026", "FT26279000001", None, "250,000", "tien hoc"],
        ["06/10/2026", "FT26279000002", None, "-250,000", "HUY GD FT26279000001"],
    )
    assert _states(school) == [("in", "reversed"), ("out", "outgoing")]
    assert money.broken_invariants() == []


def test_nothing_happens_by_itself_when_two_credits_or_none_are_named(school: School) -> None:
    account, invoice = factories.bank_account(school), money.invoice(school, [250_000])
    _bring(
        account,
        ["06/10/2026", "FT26279000001", None, "250,000", f"{invoice.code} nop"],
        ["06/10/2026", "FT26279000002", None, "250,000", "tien hoc lop 3A2"],
        ["07/10/2026", "FT26279000003", None, "-250,000", "dieu chinh"],
    )
    assert _states(school) == [("in", "matched"), ("in", "waiting"), ("out", "outgoing")]
    taker = BankLine.objects.for_school(school).get(undoes=True)
    assert [c.credit.reference for c in taken_back.candidates(taker)] == ["FT26279000002", "FT26279000001"]
    assert money.broken_invariants() == []


def test_a_person_decides_on_the_page(school: School) -> None:
    account, invoice = factories.bank_account(school), money.invoice(school, [250_000])
    statement, _counts = bring(
        account, line(f"{invoice.code} nop", 250_000, "R1"), line("HUY GIAO DICH", 250_000, "R2", Direction.OUT)
    )  # fmt: skip
    credit, taker = BankLine.objects.for_school(school).order_by("pk")
    browser = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert "đã thu hồi khoản báo có trước" not in browser.get(f"/thu/sao-ke/{statement.public_id}").content.decode()
    page = browser.get(f"/thu/giao-dich/{taker.public_id}").content.decode()
    assert "Thu hồi khoản báo có nào?" in page
    assert "Giao dịch đảo: ngân hàng thu hồi một khoản báo có" in page
    assert "Mã băm tệp (SHA-256)" in page
    answer = browser.post(f"/thu/giao-dich/{taker.public_id}/thu-hoi", {"bao_co": credit.public_id}, follow=True)
    assert "Đã ghi nhận ngân hàng thu hồi 250.000\u00a0đ" in answer.content.decode()
    assert _states(school) == [("in", "reversed"), ("out", "outgoing")]
    assert "Ngân hàng thu hồi khoản báo có này" in browser.get(f"/thu/giao-dich/{credit.public_id}").content.decode()
    result = browser.get(f"/thu/sao-ke/{statement.public_id}").content.decode()
    assert "Ngân hàng đã thu hồi khoản báo có trước đây" in result
    assert f"/thu/giao-dich/{credit.public_id}" in result
    assert "Thu hồi, trả lại" in browser.get("/thu/tien-ra").content.decode()
    again = browser.post(f"/thu/giao-dich/{taker.public_id}/thu-hoi", {"bao_co": credit.public_id}, follow=True)
    assert "không đảo cho nhau được (nay: ngân hàng đã thu hồi)" in again.content.decode()
    assert money.broken_invariants() == []
    principal = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert principal.post(f"/thu/giao-dich/{taker.public_id}/thu-hoi").status_code == 403


def test_lines_that_do_not_fit_are_refused_and_change_nothing(school: School, other_school: School) -> None:
    account = factories.bank_account(school)
    bring(
        account, line("tien", 250_000, "R1"), line("phi", 11_000, "R2", Direction.OUT),
        line("khac", 11_000, "R3", booked_on=dt.date(2026, 10, 8)),
    )  # fmt: skip
    first, fee, later = BankLine.objects.for_school(school).order_by("pk")
    for taker, credit, reason, code in (
        (fee, first, "x", "not_reversible"), (fee, later, "x", "not_reversible"), (first, first, "x", "unknown_line"),
        (fee, later, " ", "reason_missing"),
    ):  # fmt: skip
        with pytest.raises(LineRefusedError) as refused, transaction():
            taken_back.take_back(school.pk, line_id=taker.pk, credit_id=credit.pk, reason=reason, actor=ACTOR)
        assert refused.value.code in (code, "not_reversible")
    assert _states(school) == [("in", "waiting"), ("out", "outgoing"), ("in", "waiting")]
    assert money.broken_invariants() == []


def _taken(school: School) -> tuple[BankLine, BankLine, Invoice]:
    account, invoice = factories.bank_account(school), money.invoice(school, [200_000])
    bring(account, line(f"{invoice.code} nop", 250_000, "R1"), line("HUY GIAO DICH", 250_000, "R2", Direction.OUT))
    credit, taker = BankLine.objects.for_school(school).order_by("pk")
    with transaction():
        taken_back.take_back(school.pk, line_id=taker.pk, credit_id=credit.pk, reason="Đảo", actor=ACTOR)
    return credit, taker, invoice


def _give_back(taker: BankLine, reason: str = "Nhầm giao dịch") -> bool:
    with transaction():
        return taken_back.give_back(taker.school_id, line_id=taker.pk, reason=reason, actor=ACTOR)


def test_taking_back_is_itself_taken_back_as_often_as_needed(school: School) -> None:
    credit, taker, _invoice = _taken(school)
    bank = account_ids(school.pk)[AccountRole.BANK, taker.bank_account_id]
    for _round in range(2):
        assert balance(school.pk, bank) == Dong(0)
        assert _give_back(taker)
        credit.refresh_from_db()
        taker.refresh_from_db()
        assert (credit.state, taker.state, taker.reverses_id) == ("matched", "outgoing", None)
        assert balance(school.pk, bank) == Dong(250_000)
        standing = Payment.objects.for_school(school).get(reversed_at__isnull=True)
        assert (standing.allocated, standing.credited) == (Dong(200_000), Dong(50_000))
        assert money.broken_invariants() == []
        with pytest.raises(LineRefusedError, match="not_taken_back"):
            _give_back(taker)
        with transaction():
            taken_back.take_back(school.pk, line_id=taker.pk, credit_id=credit.pk, reason="Đảo", actor=ACTOR)
        assert money.broken_invariants() == []
    before = _states(school)
    with pytest.raises(LineRefusedError, match="reason_missing"):
        _give_back(taker, " ")
    assert _states(school) == before


def test_a_credit_given_back_waits_when_its_invoice_was_paid_meanwhile(school: School) -> None:
    credit, taker, invoice = _taken(school)
    bring(taker.bank_account, line(f"{invoice.code} nop", 200_000, "R3"))
    assert not _give_back(taker)
    credit.refresh_from_db()
    assert credit.state == "waiting"
    assert Invoice.objects.for_school(school).get().paid == Dong(200_000)
    assert money.broken_invariants() == []


def test_what_a_person_gave_back_is_not_taken_again_by_the_rules(school: School) -> None:
    account, invoice = factories.bank_account(school), money.invoice(school, [250_000])
    paid: list[str | None] = ["06/10/2026", "FT26279000001", None, "250,000", f"{invoice.code} nop hoc phi"]
    back: list[str | None] = ["07/10/2026", "FT26279000001", None, "-250,000", "Dieu chinh giao dich"]
    _bring(account, paid, back)
    assert _states(school) == [("in", "reversed"), ("out", "outgoing")]
    assert _give_back(BankLine.objects.for_school(school).get(direction="out"))
    with clock.frozen(NOW):
        assert taken_back.take_back_certain(account, actor=ACTOR) == 0
    assert _states(school) == [("in", "matched"), ("out", "outgoing")]


def test_the_feed_brings_the_credit_that_a_statement_has_taken_back(school: School) -> None:
    account = factories.bank_account(school)
    sepay = hook(school, account)
    invoice = money.invoice(school, [250_000])
    _bring(account, ["06/10/2026", "FT26279000009", None, "-250,000", "HUY GD FT2627992704"])
    with clock.frozen(NOW):
        sepay.send(sepay.body(f"{invoice.code} nop", 250_000))
    assert sorted(_states(school)) == [("in", "reversed"), ("out", "outgoing")]
    assert Invoice.objects.for_school(school).get().paid == Dong(0)
    assert money.broken_invariants() == []
