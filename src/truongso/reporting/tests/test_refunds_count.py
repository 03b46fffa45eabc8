"""Refunds are negative in the method the money had come by, in the period they happen, and recounted from payouts."""

from __future__ import annotations

import datetime as dt
import io
from fractions import Fraction

import openpyxl
import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.kernel.sheet_writer import write_xlsx
from truongso.organizations.models import School
from truongso.payments.models import RefundItem, RefundPayout
from truongso.payments.refunds.payouts import pay_refund_in_cash, refund_returned, refunds_left
from truongso.payments.refunds.tests.build import PROPOSER, approved, ask_fee
from truongso.payments.refunds.types import RefundWay
from truongso.payments.services import book
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting import selfcheck
from truongso.reporting.periods import Period, month, quarter
from truongso.reporting.queries import cashless_figures, credit_figures, nature_figures
from truongso.reporting.types import Figures
from truongso.reporting.web.workbook import workbook

pytestmark = pytest.mark.django_db  # payouts by bank stand here without their bank lines: `verify` would miss them
OCTOBER, NOVEMBER, Q4 = month(2026, 10), month(2026, 11), quarter(2026, 4)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SCHOOL_TIME)


def paid(school: School, amount: int, method: Method = Method.QR_TRANSFER, name: str = "Nguyễn Bảo An") -> Invoice:
    """An invoice paid on 5 October."""
    invoice = money.invoice(school, (amount,), full_name=name)
    kind = EvidenceKind.CASH_RECEIPT if method is Method.CASH else EvidenceKind.NOTICE
    wanted = money.booking((invoice, amount), kind=kind, method=method, received_at=at("2026-10-05T08:00"))
    with clock.frozen(at("2026-10-05T08:01")), savepoint():
        book(school.pk, booking=wanted, actor=PROPOSER)
    return invoice


def refunded(school: School, invoice: Invoice, amount: int, day: str) -> RefundItem:
    """Approved and shown by the bank as gone on that day."""
    with clock.frozen(at(f"{day}T09:00")):
        item = approved(school, ask_fee(invoice, amount))[-1]
        with savepoint():
            refunds_left(
                school.pk, item_ids=[item.pk], bank_account_id=invoice.bank_account_id, day=dt.date.fromisoformat(day),
                reference="FT1", actor=PROPOSER,
            )  # fmt: skip
    return item


def nets(school: School, period: Period) -> dict[str, tuple[int, int]]:
    report = cashless_figures(school.pk, period)
    return {m.method.value: (m.figures.count, int(m.figures.value)) for m in report.by_method if m.figures != Figures()}


def test_a_part_given_back_lowers_the_value_of_its_method_when_it_happens(school: School) -> None:
    an = paid(school, 300_000)
    paid(school, 100_000, Method.CASH, "Lê Minh Châu")
    refunded(school, an, 35_000, "2026-11-10")
    assert nets(school, OCTOBER) == {"qr_transfer": (1, 300_000), "cash": (1, 100_000)}  # handed in, stays true
    assert nets(school, NOVEMBER) == {"qr_transfer": (0, -35_000)}
    assert nets(school, Q4) == {"qr_transfer": (1, 265_000), "cash": (1, 100_000)}
    report = cashless_figures(school.pk, Q4)
    assert (report.collected, report.refunded, report.all) == (
        Figures(2, Dong(400_000)), Figures(0, Dong(35_000)), Figures(2, Dong(365_000)),
    )  # fmt: skip
    assert (report.cashless, report.cashless_collected.value) == (Figures(1, Dong(265_000)), Dong(300_000))
    assert (report.value_share, report.count_share) == (Fraction(265, 365), Fraction(1, 2))
    assert selfcheck.differences() == []
    natures = nature_figures(school.pk, Q4)
    assert (sum(int(n.value) for n in natures), credit_figures(report, natures)) == (400_000, None)


def test_all_of_it_given_back_takes_the_transaction_off_too(school: School) -> None:
    an = paid(school, 300_000)
    refunded(school, an, 100_000, "2026-10-20")
    refunded(school, an, 200_000, "2026-11-10")
    assert nets(school, OCTOBER) == {"qr_transfer": (1, 200_000)}
    assert nets(school, NOVEMBER) == {"qr_transfer": (-1, -200_000)}
    assert nets(school, Q4) == {}
    assert cashless_figures(school.pk, Q4).value_share is None
    assert selfcheck.differences() == []


def test_given_back_in_cash_it_lowers_the_method_it_had_come_by(school: School) -> None:
    paid(school, 100_000, Method.CASH, "Lê Minh Châu")
    an = paid(school, 300_000)
    with clock.frozen(at("2026-10-20T09:00")):
        (item,) = approved(school, ask_fee(an, 35_000, way=RefundWay.CASH), account=None)
        with savepoint():
            pay_refund_in_cash(school.pk, item_id=item.pk, recipient_name="Trần Thị Hằng", actor=PROPOSER)
    assert nets(school, Q4) == {"qr_transfer": (1, 265_000), "cash": (1, 100_000)}


def test_what_comes_back_counts_again_on_its_day(school: School) -> None:
    an = paid(school, 300_000)
    item = refunded(school, an, 300_000, "2026-10-20")
    assert nets(school, OCTOBER) == {}
    payout = RefundPayout.objects.for_school(school).get()
    with clock.frozen(at("2026-11-03T09:00")), savepoint():
        refund_returned(school.pk, payout_id=payout.pk, day=dt.date(2026, 11, 3), reference="FT2", actor=PROPOSER)
    item.refresh_from_db()
    assert item.state == "due"
    assert nets(school, OCTOBER) == {}  # as handed in
    assert nets(school, NOVEMBER) == {"qr_transfer": (1, 300_000)}
    assert nets(school, Q4) == {"qr_transfer": (1, 300_000)}
    assert selfcheck.differences() == []


def test_a_report_that_leaves_a_refund_out_is_found(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the recount."""
    refunded(school, paid(school, 300_000), 35_000, "2026-11-10")
    monkeypatch.setattr("truongso.reporting.queries._given_back", lambda *_: [])
    assert selfcheck.differences() == [f"{school.pk} 2026-11 qr_transfer: None ≠ [0, -35000]"]


def test_page_and_workbook_show_all_three(school: School) -> None:
    refunded(school, paid(school, 300_000), 35_000, "2026-11-10")
    client = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    with clock.frozen(at("2026-11-20T09:00")):
        page = client.get("/bao-cao/khong-tien-mat", {"ky": "2026-Q4"}).content.decode().replace("\u00a0", " ")
        listed = client.get("/bao-cao/khong-tien-mat/khoan-nop", {"ky": "2026-Q4"}).content.decode()
    for shown in ("Đã thu", "Đã hoàn", "300.000 đ", "35.000 đ", "265.000 đ", "số tiền = đã thu − đã hoàn trong kỳ"):
        assert shown in page
    assert RefundItem.objects.for_school(school).get().code in listed
    book_ = openpyxl.load_workbook(io.BytesIO(write_xlsx(workbook(school, Q4))))
    rows = [[c.value for c in row] for row in book_.worksheets[0].iter_rows()]
    assert ["Chuyển khoản VietQR", 300_000, 35_000, 1, 265_000] in [r[:5] for r in rows]
    assert [[c.value for c in row][3] for row in book_.worksheets[2].iter_rows(min_row=2)] == [35_000]
