"""The four queues: what stands where, with gross, fee, net and expected day; the workbook; partners' days."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.batches.services import link
from truongso.banking.models import BankLine
from truongso.banking.queues import queries
from truongso.banking.queues.types import Says
from truongso.banking.tests.helpers import ACTOR, arrive, bring, line
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.public import SettlementBatch, save_settle_days, settle_terms, working_day_after
from truongso.payments.settlements.models import SettlementItem, SettleTerm
from truongso.payments.settlements.types import SettlementRefusedError
from truongso.workspaces.tests.reading import text

from .build import TERMINAL, batch_of, slip, terminal

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY, FRIDAY = dt.date(2026, 10, 5), dt.date(2026, 10, 9)
MONTH = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
URL = "/thu/doi-soat/bon-hang"


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


def _at(day: dt.date) -> Any:
    return clock.frozen(dt.datetime.combine(day, dt.time(9), tzinfo=clock.SCHOOL_TIME))


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (MONDAY, 0, "2026-10-05"), (MONDAY, 1, "2026-10-06"), (FRIDAY, 1, "2026-10-12"), (FRIDAY, 2, "2026-10-13"),
        (dt.date(2026, 10, 10), 1, "2026-10-12"), (dt.date(2026, 10, 11), 3, "2026-10-14"),
    ],
)  # fmt: skip
def test_working_days_pass_over_weekends(day: dt.date, n: int, due: str) -> None:
    assert working_day_after(day, n).isoformat() == due


def test_what_was_paid_and_has_not_come_is_late_after_the_days_agreed(school: School, account: BankAccount) -> None:
    terminal(school, account, days=2, basis_points=110)
    invoice = money.invoice(school, [500_000])
    slip(school, invoice, 500_000, paid_on=FRIDAY)
    terms = settle_terms(school.pk)
    for today, late in ((dt.date(2026, 10, 13), 0), (dt.date(2026, 10, 14), 1), (dt.date(2026, 10, 16), 1)):
        with _at(today):
            assert queries.records_without_money(school.pk, terms, late=True).count() == late
    with _at(dt.date(2026, 10, 16)):
        (entry,) = queries.without_money(
            school.pk, terms, list(queries.records_without_money(school.pk, terms, late=True))
        )
    assert (entry.says, entry.days, entry.expected_on) == (Says.LATE, 3, dt.date(2026, 10, 13))
    assert (entry.gross, entry.fee, entry.net, entry.is_agreed) == (Dong(500_000), Dong(5_500), Dong(494_500), True)
    assert entry.codes == invoice.code


def test_a_gateway_without_days_of_its_own_has_one(school: School, account: BankAccount) -> None:
    invoice = money.invoice(school, [90_000])
    with transaction():
        from truongso.payments.public import book

        book(school.pk, booking=money.booking((invoice, 90_000), source="vnpay:abc"), actor=ACTOR)
    terms = settle_terms(school.pk)
    with _at(dt.date(2026, 10, 6)):
        assert queries.records_without_money(school.pk, terms, late=True).count() == 0
    with _at(dt.date(2026, 10, 7)):
        (row,) = queries.records_without_money(school.pk, terms, late=True)
        (entry,) = queries.without_money(school.pk, terms, [row])
    assert (entry.expected_on, entry.days, entry.gross) == (dt.date(2026, 10, 6), 1, Dong(90_000))


def test_a_batch_is_taken_apart_and_leaves_the_third_queue(school: School, account: BankAccount) -> None:
    terminal(school, account, days=2, basis_points=100)
    one, two = money.invoice(school, [300_000]), money.invoice(school, [200_000], full_name="Lý Văn Bình")
    slips = [slip(school, one, 300_000, paid_on=MONDAY), slip(school, two, 200_000, paid_on=MONDAY)]
    batch = batch_of(school, account, slips, fees=[3_000, 2_000], settled_on=dt.date(2026, 10, 6))
    with _at(dt.date(2026, 10, 12)):
        terms = settle_terms(school.pk)
        listed = queries.without_money(
            school.pk, terms, list(queries.records_without_money(school.pk, terms, late=True))
        )
        assert [(e.fee, e.is_agreed) for e in listed] == [(Dong(3_000), False), (Dong(2_000), False)]
        row = arrive(account, f"POS {TERMINAL}", 495_000, "R1", booked_on=dt.date(2026, 10, 6))
        with transaction():
            link(school.pk, line_id=row.pk, batch_ids=[batch.pk], actor=ACTOR)
        assert queries.records_without_money(school.pk, terms, late=False).count() == 0
        lines = list(queries.matched_lines(school.pk, *MONTH))
        (entry,) = queries.matched(school.pk, lines)
    assert (entry.says, entry.gross, entry.fee, entry.net) == (
        Says.BATCH, Dong(500_000), Dong(5_000), Dong(495_000),
    )  # fmt: skip
    assert (entry.expected_on, entry.arrived_on) == (dt.date(2026, 10, 7), dt.date(2026, 10, 6))
    assert [(p.gross, p.fee, p.net, p.codes) for p in entry.parts] == [
        (Dong(300_000), Dong(3_000), Dong(297_000), one.code), (Dong(200_000), Dong(2_000), Dong(198_000), two.code),
    ]  # fmt: skip
    (short,) = queries.matched(school.pk, lines, parts=1)
    assert (len(short.parts), short.hidden) == (1, 1)
    assert money.broken_invariants() == []


def test_fee_amount_and_date_that_differ(school: School, account: BankAccount) -> None:
    terminal(school, account, days=1, basis_points=100)
    one, two = money.invoice(school, [300_000]), money.invoice(school, [200_000], full_name="Lý Văn Bình")
    slips = [slip(school, one, 300_000, paid_on=MONDAY), slip(school, two, 200_000, paid_on=MONDAY)]
    batch = batch_of(school, account, slips, fees=[4_500, 2_000], settled_on=dt.date(2026, 10, 6))
    row = arrive(account, f"POS {TERMINAL}", 493_500, "R1", booked_on=dt.date(2026, 10, 9))
    with transaction():
        link(school.pk, line_id=row.pk, batch_ids=[batch.pk], actor=ACTOR)
    short = money.invoice(school, [80_000], full_name="Giàng A Chu")
    bring(account, line(f"{short.code} nop", 50_000, "R2", booked_on=dt.date(2026, 10, 8)))
    lone = batch_of(school, account, [], fees=[], settled_on=dt.date(2026, 10, 7), reference="LO-2")
    with transaction():
        _differing_item(school, lone)
    found = {e.says: e for e in queries.differences(school.pk, *MONTH)}
    assert set(found) == {Says.FEE, Says.AMOUNT, Says.DATE, Says.UNDER}
    assert (found[Says.FEE].ours, found[Says.FEE].theirs) == (Dong(3_000), Dong(4_500))
    assert (found[Says.DATE].days, found[Says.DATE].expected_on) == (3, dt.date(2026, 10, 6))
    assert (found[Says.UNDER].ours, found[Says.UNDER].theirs) == (Dong(80_000), Dong(50_000))
    assert (found[Says.AMOUNT].ours, found[Says.AMOUNT].theirs) == (None, Dong(70_000))
    assert queries.differences(school.pk, dt.date(2026, 9, 1), dt.date(2026, 9, 30)) == []


def _differing_item(school: School, batch: SettlementBatch, state: str = "amount_differs") -> None:
    SettlementItem.objects.create(
        school_id=school.pk, batch=batch, file=None, source="pos", key=f"{state}-1", row_number=9,
        terminal_code=TERMINAL, rrn="000000000099", gross=Dong(70_000), fee=Dong(0), net=Dong(70_000), state=state,
        transacted_on=MONDAY,
    )  # fmt: skip


def test_money_that_nobody_recorded(school: School, account: BankAccount) -> None:
    bring(account, line("khong ro", 100_000, "R1", booked_on=MONDAY))
    terminal(school, account, days=1, basis_points=0)
    batch = batch_of(school, account, [], fees=[], settled_on=MONDAY)
    with transaction():
        _differing_item(school, batch, "unknown")
    with _at(dt.date(2026, 10, 12)):
        (waits,) = queries.without_record(school.pk, list(queries.open_credits(school.pk)))
        (item,) = queries.items_without_record(school.pk)
    assert (waits.says, waits.net, waits.days) == (Says.WAITING, Dong(100_000), 7)
    assert (item.says, item.gross) == (Says.UNKNOWN_ITEM, Dong(70_000))


def test_pages_and_workbooks_of_all_four(school: School, account: BankAccount, browser: Client) -> None:
    terminal(school, account, days=1, basis_points=110)
    invoice, late = money.invoice(school, [250_000]), money.invoice(school, [90_000], full_name="Lý Văn Bình")
    bring(
        account, line(f"{invoice.code} nop", 250_000, "R1", booked_on=MONDAY),
        line("=cmd|' /C calc'!A0", 70_000, "R2", booked_on=MONDAY),
    )  # fmt: skip
    slip(school, late, 90_000, paid_on=MONDAY)
    with _at(dt.date(2026, 10, 12)):
        pages = {n: text(browser.get(f"{URL}/{n}")) for n in ("da-khop", "co-tien", "chua-ve", "chenh-lech")}
        books = {n: openpyxl.load_workbook(io.BytesIO(browser.get(f"{URL}/{n}/tai-ve").content)).active for n in pages}
    assert f"{invoice.code} 250.000 0 250.000" in pages["da-khop"]
    assert "70.000 0 70.000" in pages["co-tien"]
    assert "90.000 990 theo thỏa thuận 89.010" in pages["chua-ve"]
    assert "T+1" in pages["chua-ve"]
    assert "Không có khoản nào trong hàng này." in pages["chenh-lech"]
    rows = {n: [list(r) for r in sheet.iter_rows(min_row=2, values_only=True)] for n, sheet in books.items()}
    assert [r[6:9] for r in rows["da-khop"]] == [[250_000, 0, 250_000]]
    assert [r[6:10] for r in rows["chua-ve"]] == [[90_000, 990, 89_010, "thỏa thuận"]]
    assert rows["chua-ve"][0][12] == 6
    assert rows["co-tien"][0][4] == "=cmd|' /C calc'!A0"
    assert books["co-tien"]["E2"].data_type == "s"
    assert rows["chenh-lech"] == []
    assert browser.get(f"{URL}/khac").status_code == 404
    assert browser.get(f"{URL}?thang=99-99").status_code == 200


def test_days_of_partners_are_set_and_checked(school: School, account: BankAccount, browser: Client) -> None:
    with pytest.raises(SettlementRefusedError, match="unknown_source"), transaction():
        save_settle_days(school, days={"vnpay:la": 1}, actor=ACTOR)
    terminal(school, account, days=3, basis_points=0)
    with pytest.raises(SettlementRefusedError, match="unknown_source"), transaction():
        save_settle_days(school, days={f"pos:{TERMINAL}": 1}, actor=ACTOR)  # a terminal has its own
    for data in ({"nguon": ["vnpay:la"], "ngay_vnpay:la": "2"}, {"nguon": ["x"], "ngay_x": "-1"}, {"nguon": ["x"]}):
        browser.post(f"{URL}/han", data)
    assert SettleTerm.objects.for_school(school).count() == 0


def test_queries_do_not_grow_with_rows(school: School, account: BankAccount, browser: Client) -> None:
    terminal(school, account, days=1, basis_points=110)

    def count() -> list[int]:
        seen = []
        for name in ("da-khop", "co-tien", "chua-ve", "chenh-lech"):
            with CaptureQueriesContext(connection) as captured, _at(dt.date(2026, 10, 12)):
                assert browser.get(f"{URL}/{name}").status_code == 200
            seen.append(len(captured))
        return seen

    def fill(n: int) -> None:
        for number in range(n):
            tag = f"{BankLine.objects.for_school(school).count()}-{number}"
            invoice = money.invoice(school, [50_000])
            bring(account, line(f"{invoice.code} nop", 50_000, f"A{tag}"), line("gi do", 3_000 + number, f"B{tag}"))
            slip(school, money.invoice(school, [20_000]), 20_000, paid_on=MONDAY)

    fill(1)
    few = count()
    fill(6)
    assert count() == few
    assert max(few) <= 30
