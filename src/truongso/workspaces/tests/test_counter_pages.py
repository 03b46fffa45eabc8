"""The counter: who is found by what is typed or scanned, what is taken, refused, printed; nothing twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.fees.models import CollectionRound, Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.cash import services as cash
from truongso.payments.cash.book import cash_balance
from truongso.payments.cash.types import CountedCash
from truongso.payments.models import Allocation, Payment, PosTerminal, Receipt
from truongso.payments.public import book, invoice_payload
from truongso.payments.types import Method
from truongso.people.models import Student
from truongso.workspaces.tests.counter_form import counter_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]
NOW = dt.datetime(2026, 10, 12, 9, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def invoice(school: School) -> Invoice:
    """250.000 đ owed by Nguyễn Bảo An of 3A2, in two lines."""
    return money.invoice(school, (150_000, 100_000))


@pytest.fixture
def sibling(school: School, invoice: Invoice) -> Invoice:
    """400.000 đ owed by the sister Nguyễn Bảo Yến."""
    return money.invoice(school, (400_000,), full_name="Nguyễn Bảo Yến", family=invoice.family)


@pytest.fixture
def cashier(client: Client, school: School) -> Client:
    return factories.login(client, factories.user(role=Role.CASHIER, school=school))


def text(response: Any) -> str:
    return " ".join(response.content.decode().split()).replace("\xa0", " ")


def nothing_taken(school: School) -> bool:
    return not Payment.objects.for_school(school).exists() and cash_balance(school.pk) == Dong(0)


# Finding


def test_one_field_finds_the_family_by_whatever_it_holds(cashier: Client, school: School, invoice: Invoice) -> None:
    money.invoice(school, (90_000,), full_name="Trần Văn Bình")
    Student.objects.for_school(school).filter(pk=invoice.student_id).update(sector_code="7901234567")
    invoice = Invoice.objects.for_school(school).select_related("round", "bank_account").get(pk=invoice.pk)
    for typed in (
        "bao an", "AN 3a2 bao", invoice.code, invoice.code.lower(), f"{invoice.code[:4]} {invoice.code[4:]}",
        "7901234567", invoice_payload(invoice), f"{settings.PUBLIC_URL}/p/{invoice.public_id}",
    ):  # fmt: skip
        page = cashier.get("/thu/quay", {"q": typed})
        assert page.context["debt"] is not None, typed
        assert page.context["debt"].family_id == invoice.family_id, typed
        assert "Nguyễn Bảo An" in text(page)


def test_a_receipt_held_under_the_scanner_shows_its_family(cashier: Client, school: School, invoice: Invoice) -> None:
    cashier.post("/thu/quay/thu", counter_form(invoice, "250.000"))
    receipt = Receipt.objects.for_school(school).get()
    page = cashier.get("/thu/quay", {"q": f"{settings.PUBLIC_URL}/kt/{receipt.public_id}"})
    assert "Đây là biên lai đã thu" in text(page)
    assert "Không còn khoản nào phải nộp" in text(page)


def test_several_pupils_are_chosen_from_with_the_first_under_the_cursor(
    cashier: Client, school: School, invoice: Invoice
) -> None:
    money.invoice(school, (90_000,), full_name="Trần Bảo An")
    page = cashier.get("/thu/quay", {"q": "bao an"})
    assert [p.full_name for p in page.context["found"].pupils] == ["Nguyễn Bảo An", "Trần Bảo An"]
    assert text(page).count("autofocus") == 1
    assert f'href="/thu/quay?hs={invoice.student.public_id}" autofocus' in text(page)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("khong co ai", "Không tìm thấy"),
        ("00020101021238", "quét thiếu hoặc sai"),
        ("https://truong.vn/p/" + "0" * 26, "không phải của trường mình"),
    ],
)
def test_what_is_not_found_says_what_to_try(cashier: Client, invoice: Invoice, typed: str, says: str) -> None:
    page = cashier.get("/thu/quay", {"q": typed})
    assert page.status_code == 200
    assert says in text(page)


def test_nothing_of_another_school_is_found(
    client: Client, school: School, other_school: School, invoice: Invoice
) -> None:
    factories.login(client, factories.user(role=Role.CASHIER, school=other_school))
    invoice = Invoice.objects.for_school(school).select_related("round", "bank_account").get(pk=invoice.pk)
    for typed in ("bao an", invoice.code, invoice_payload(invoice), f"/p/{invoice.public_id}"):
        assert (
            "debt" not in client.get("/thu/quay", {"q": typed}).context
            or not client.get("/thu/quay", {"q": typed}).context["debt"]
        )
    assert client.get("/thu/quay", {"hs": invoice.student.public_id}).status_code == 404
    assert client.post("/thu/quay/thu", counter_form(invoice, "250.000")).status_code == 404
    assert nothing_taken(school)


def test_typing_shows_names_and_never_a_form(cashier: Client, invoice: Invoice) -> None:
    part = text(cashier.get("/thu/quay", {"q": "bao an"}, headers={"HX-Request": "true"}))
    assert "Nguyễn Bảo An" in part
    assert "<form" not in part
    assert "autofocus" not in part


# Taking


def test_the_whole_family_is_taken_in_one_receipt(
    cashier: Client, school: School, invoice: Invoice, sibling: Invoice
) -> None:
    page = cashier.get("/thu/quay", {"q": "bao yen"})
    assert [(o.invoice.code, int(o.owed)) for o in page.context["debt"].open] == [
        (invoice.code, 250_000), (sibling.code, 400_000),
    ]  # fmt: skip
    assert "650.000 đ" in text(page)
    response = cashier.post("/thu/quay/thu", counter_form(invoice, "1tr", sibling))
    payment = Payment.objects.for_school(school).get()
    assert response["Location"] == f"/thu/quay?xong={payment.public_id}&dua=1000000"
    assert (payment.method, int(payment.amount), payment.payer_name) == (
        Method.CASH.value, 650_000, "Trần Thị Thu Hằng",
    )  # fmt: skip
    assert payment.invoice_code == f"{invoice.code} {sibling.code}"
    assert Receipt.objects.for_school(school).count() == 1
    assert cash_balance(school.pk) == Dong(650_000)
    done = text(cashier.get(response["Location"]))
    assert '<p class="quay-change num">350.000 đ</p>' in done
    assert "BL-2026-000001" in done
    act = AuditEntry.objects.get(action="workspaces:counter:take")
    assert act.params == {"given": 1_000_000, "change": 350_000}


def test_a_scanned_invoice_is_chosen_alone(cashier: Client, invoice: Invoice, sibling: Invoice) -> None:
    page = cashier.get("/thu/quay", {"q": sibling.code})
    assert page.context["chosen_keys"] == {f"{sibling.code}-1"}
    assert page.context["chosen_sum"] == Dong(400_000)


@pytest.mark.parametrize(("given", "change"), [("250.000", 0), ("500", 250_000), ("300k", 50_000), ("260000", 10_000)])
def test_change_is_worked_out(cashier: Client, invoice: Invoice, given: str, change: int) -> None:
    done = cashier.post("/thu/quay/thu", counter_form(invoice, given), follow=True)
    assert done.context["done"]["change"] == Dong(change)


def test_a_form_sent_twice_books_once(cashier: Client, school: School, invoice: Invoice) -> None:
    form = counter_form(invoice, "250.000")
    first, second = cashier.post("/thu/quay/thu", form), cashier.post("/thu/quay/thu", form)
    payment = Payment.objects.for_school(school).get()
    assert first["Location"].startswith(second["Location"])
    assert second["Location"] == f"/thu/quay?xong={payment.public_id}"
    assert "không ghi lần thứ hai" in text(cashier.get(second["Location"]))
    assert Receipt.objects.for_school(school).count() == 1


def test_a_form_used_once_books_nothing_after_its_payment_was_undone(
    cashier: Client, school: School, invoice: Invoice
) -> None:
    form = counter_form(invoice, "250.000")
    cashier.post("/thu/quay/thu", form)
    payment = Payment.objects.for_school(school).get()
    cashier.post(f"/thu/khoan-nop/{payment.public_id}/hoan-tac", {"reason": "Thu nhầm"})
    assert cashier.post("/thu/quay/thu", form)["Location"] == f"/thu/quay?xong={payment.public_id}"
    assert Payment.objects.for_school(school).count() == 1
    assert cash_balance(school.pk) == Dong(0)


def test_a_second_counter_is_told_that_the_invoice_has_changed(
    cashier: Client, school: School, invoice: Invoice
) -> None:
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    mine, theirs = counter_form(invoice, "250.000"), counter_form(invoice, "100.000", amount="100.000")
    cashier.post("/thu/quay/thu", theirs)
    refused = cashier.post("/thu/quay/thu", mine)
    assert refused.status_code == 400
    assert "nay còn phải nộp 150.000 đ" in text(refused)
    assert Payment.objects.for_school(school).count() == 1
    assert refused.context["debt"].open[0].owed == Dong(150_000)  # the page shows what is owed now


def test_an_invoice_settled_meanwhile_is_said(cashier: Client, school: School, invoice: Invoice) -> None:
    form = counter_form(invoice, "250.000")
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 250_000), received_at=NOW), actor=Actor.system("t", "cli"))
    refused = cashier.post("/thu/quay/thu", form)
    assert "vừa được nộp hoặc đã hủy" in text(refused)
    assert Payment.objects.for_school(school).count() == 1


def test_lines_are_chosen_where_the_round_allows_parts(cashier: Client, school: School, invoice: Invoice) -> None:
    part = counter_form(invoice, "100.000", lines=[2])
    refused = cashier.post("/thu/quay/thu", part)
    assert "không nhận nộp một phần" in text(refused)
    assert nothing_taken(school)
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    cashier.post("/thu/quay/thu", part)
    taken = Allocation.objects.for_school(school).select_related("line").get()
    assert (taken.line.description, int(taken.amount)) == ("Khoản thu 1", 100_000)


def test_less_than_the_whole_where_the_round_allows_it(cashier: Client, school: School, invoice: Invoice) -> None:
    refused = cashier.post("/thu/quay/thu", counter_form(invoice, "200.000", amount="200.000"))
    assert "không nhận nộp một phần" in text(refused)
    assert nothing_taken(school)
    CollectionRound.objects.for_school(school).update(allows_partial=True)
    cashier.post("/thu/quay/thu", counter_form(invoice, "200.000", amount="200.000"))
    invoice.refresh_from_db()
    assert invoice.paid == Dong(200_000)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"given": ""}, "Ghi số tiền khách đưa."),
        ({"given": "-5"}, "Số tiền không được âm"),
        ({"given": "một trăm"}, "Chưa đọc được số tiền"),
        ({"given": "200.000"}, "Khách đưa 200.000 đ, ít hơn 250.000 đ"),
        ({"given": "2.500.000"}, "Tiền trả lại 2.250.000 đ lớn hơn tờ 500.000 đ"),
        ({"given": "300.000", "amount": "300.000"}, "Ghi thu nhiều hơn số phải nộp 50.000 đ"),
        ({"amount": "0"}, "từ 1 đ trở lên"),
        ({"payer_name": "   "}, "Người nộp tiền"),
        ({"token": "ABC"}, "Biểu mẫu không còn dùng được"),
        ({"line": []}, "Chưa chọn dòng nào"),
        ({"line": ["TSZZZZZZZ-1"]}, "vừa được nộp hoặc đã hủy"),
        ({"seen": []}, "vừa thay đổi"),
    ],
)
def test_what_cannot_be_taken_is_said_and_changes_nothing(
    cashier: Client, school: School, invoice: Invoice, changes: dict[str, Any], says: str
) -> None:
    refused = cashier.post("/thu/quay/thu", counter_form(invoice, changes.pop("given", "250.000"), **changes))
    assert refused.status_code == 400
    assert says in text(refused)
    assert nothing_taken(school)


def test_what_a_person_means_is_taken_after_one_more_look(cashier: Client, school: School, invoice: Invoice) -> None:
    refused = cashier.post("/thu/quay/thu", counter_form(invoice, "300.000", amount="300.000"))
    assert 'name="keeps_surplus"' in refused.content.decode()
    cashier.post(
        "/thu/quay/thu", counter_form(invoice, "2.500.000", amount="300.000", keeps_surplus="on", is_sure="on")
    )
    payment = Payment.objects.for_school(school).get()
    assert (int(payment.allocated), int(payment.credited)) == (250_000, 50_000)


def test_a_counted_day_takes_no_cash(cashier: Client, school: School, invoice: Invoice) -> None:
    person = Actor(factories.user(role=Role.ACCOUNTANT, school=school).pk, "Kế toán", "web")
    with savepoint():
        cash.sign_count(school.pk, day=NOW.date(), cash=CountedCash({}), reason="", actor=person)
    assert "đã khóa sổ" in text(cashier.get("/thu/quay", {"q": invoice.code}))
    refused = cashier.post("/thu/quay/thu", counter_form(invoice, "250.000"))
    assert refused.status_code == 400
    assert "đã khóa sổ đến hết ngày 12/10/2026" in text(refused)
    assert nothing_taken(school)


def test_undone_cash_must_lie_in_the_box(cashier: Client, school: School, invoice: Invoice) -> None:
    cashier.post("/thu/quay/thu", counter_form(invoice, "250.000"))
    payment = Payment.objects.for_school(school).get()
    deposit = {
        "account": invoice.bank_account.public_id, "amount": "200.000", "day": "12/10/2026", "slip": "GNT 1",
        "token": "a" * 26,
    }  # fmt: skip
    assert cashier.post("/thu/nop-quy", deposit).status_code == 302
    refused = cashier.post(f"/thu/khoan-nop/{payment.public_id}/hoan-tac", {"reason": "Thu nhầm"})
    assert refused.status_code == 400
    assert "Trong quỹ chỉ còn 50.000 đ" in text(refused)
    payment.refresh_from_db()
    assert payment.reversed_at is None


# Printing, QR, queries


def test_the_receipt_prints_and_leads_back(cashier: Client, school: School, invoice: Invoice) -> None:
    cashier.post("/thu/quay/thu", counter_form(invoice, "250.000"))
    payment = Payment.objects.for_school(school).get()
    first = cashier.post(f"/thu/quay/in/{payment.public_id}")
    assert 'data-print-back="/thu/quay"' in first.content.decode()
    assert "Liên giao người nộp tiền" in text(first)
    assert "Bản sao" in text(cashier.post(f"/thu/quay/in/{payment.public_id}"))
    assert cashier.get(f"/thu/quay/in/{payment.public_id}").headers["Location"] == "/thu/quay"


def test_the_qr_page_turns_to_paid_when_the_bank_says_so(cashier: Client, school: School, invoice: Invoice) -> None:
    page = cashier.get(f"/thu/quay/qr/{invoice.code}")
    version = page.context["version"]
    assert "<svg" in page.content.decode()
    assert cashier.get(f"/thu/quay/qr/{invoice.code}/trang-thai", {"v": version}).status_code == 204
    with savepoint():
        book(school.pk, booking=money.booking((invoice, 250_000), received_at=NOW), actor=Actor.system("t", "cli"))
    turned = cashier.get(f"/thu/quay/qr/{invoice.code}/trang-thai", {"v": version})
    assert "Đã nộp đủ 250.000 đ" in text(turned)
    assert "In biên lai" in text(turned)
    assert "hx-get" not in turned.content.decode()


@pytest.mark.parametrize("address", ["/thu/quay?q=bao", "/thu/quay?q={code}", "/thu/quay"])
def test_queries_do_not_grow(cashier: Client, school: School, invoice: Invoice, address: str) -> None:
    money.invoice(school, (90_000,), full_name="Trần Bảo Bình")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            cashier.get(address.format(code=invoice.code))
        counts.append(len(queries))
        for n in range(6):
            household = invoice.family if n % 2 else None
            money.invoice(school, (10_000, 20_000), full_name=f"Lê Bảo {chr(65 + n)}", family=household)
            cashier.post("/thu/quay/thu", counter_form(money.invoice(school, (5_000,), full_name=f"V {n}"), "5.000"))
    assert counts[0] == counts[1]
    assert counts[0] <= 24


def test_a_school_with_a_terminal_records_slips_from_counter_and_invoice(
    cashier: Client, school: School, invoice: Invoice
) -> None:
    pages = f"/thu/quay?q={invoice.code}", f"/thu/phieu/{invoice.code}"
    link = f"/thu/may-pos/ghi?phieu={invoice.code}"
    assert not any(link in text(cashier.get(page)) for page in pages)
    terminal = PosTerminal.objects.create(
        school=school, code="T1", acquirer="VCB", bank_account=invoice.bank_account, created_at=NOW
    )
    assert all(link in text(cashier.get(page)) for page in pages)
    assert f'value="{invoice.code}"' in text(cashier.get(link))
    PosTerminal.objects.for_school(school).filter(pk=terminal.pk).update(is_active=False)
    assert not any(link in text(cashier.get(page)) for page in pages)
