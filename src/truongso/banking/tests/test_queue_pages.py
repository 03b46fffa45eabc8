"""The workbench and the page of one line, through the views."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.tests.helpers import arrive, bring, line
from truongso.fees.models import Invoice
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]
QUEUE = "/thu/doi-soat"


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def browser(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school, full_name="Phạm Thị Hòa"))


def _line(school: School, reference: str) -> BankLine:
    found: BankLine = BankLine.objects.for_school(school).get(reference=reference)
    return found


def _post(browser: Client, row: BankLine, act: str, **data: Any) -> Any:
    return browser.post(f"/thu/giao-dich/{row.public_id}/{act}", data)


def _form(page: str) -> dict[str, Any]:
    """The hidden values of the accepting form, as a browser would send them."""
    form = re.search(r"<form[^>]*ghi-nhan.*?</form>", page, re.DOTALL)
    assert form is not None
    pairs = re.findall(r'name="(phieu|so_tien_[A-Z0-9]+|thua|tiep)" value="([^"]*)"', form[0])
    data: dict[str, Any] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data


def test_the_list_shows_what_waits_oldest_first_with_figures(
    school: School, account: BankAccount, browser: Client
) -> None:
    import datetime as dt

    invoice = money.invoice(school, [250_000])
    bring(
        account,
        line("moi hon", 70_000, "R2", booked_on=dt.date(2026, 10, 7)),
        line("cu hon", 60_000, "R1"),
        line(f"{invoice.code} nop", 250_000, "R3"),
    )
    page = browser.get(QUEUE).content.decode()
    assert page.index("cu hon") < page.index("moi hon")
    assert "130.000\u00a0đ" in page
    assert "1 giao dịch đã khớp" in page
    assert invoice.code not in page.split('class="recon')[1].split("Vừa xử lý")[0]


def test_a_suggestion_is_accepted_with_what_the_page_says(
    school: School, account: BankAccount, browser: Client
) -> None:
    invoice = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("HP nguyen bao an 3a2", 250_000, "R1"))
    page = browser.get(QUEUE).content.decode()
    assert "Không có mã; nội dung nêu tên học sinh Nguyễn Bảo An 3A2" in page
    for chip in ("Có tên học sinh", "Có tên lớp", "Đúng số còn nợ", "Không có mã hóa đơn"):
        assert chip in page
    row = _line(school, "R1")
    data = _form(page)
    assert data["phieu"] == [invoice.code]
    assert data[f"so_tien_{invoice.code}"] == ["250000"]
    answer = _post(browser, row, "ghi-nhan", **data)
    assert answer.status_code == 302
    assert answer["Location"] == "/thu/doi-soat"
    after = browser.get(answer["Location"]).content.decode()
    assert f"Đã ghi nhận 250.000\u00a0đ cho phiếu {invoice.code}." in after
    assert "data-undo" in after
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    assert MatchDecision.objects.for_school(school).order_by("pk").last().decided_by is not None  # type: ignore[union-attr]
    assert money.broken_invariants() == []


def test_two_accountants_on_one_line_the_second_is_told(school: School, account: BankAccount, browser: Client) -> None:
    money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("HP nguyen bao an 3a2", 250_000, "R1"))
    data, row = _form(browser.get(QUEUE).content.decode()), _line(school, "R1")
    other = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert _post(other, row, "ghi-nhan", **data).status_code == 302
    second = browser.post(f"/thu/giao-dich/{row.public_id}/ghi-nhan", data, follow=True).content.decode()
    assert "Người khác vừa xử lý giao dịch này (nay: đã khớp)" in second
    assert Payment.objects.for_school(school).count() == 1


def test_a_surplus_is_shown_before_it_is_credited(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("khong ro", 280_000, "R1"))
    row = _line(school, "R1")
    data = {"phieu": [invoice.code], f"so_tien_{invoice.code}": "250.000"}
    asked = _post(browser, row, "ghi-nhan", **data)
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "Còn thừa <b>30.000\u00a0đ</b>: sẽ ghi có cho gia đình em Nguyễn Bảo An" in page
    assert Payment.objects.for_school(school).count() == 0
    assert _form(page)["thua"] == ["30000"]
    assert _post(browser, row, "ghi-nhan", **data, thua="30000").status_code == 302
    payment = Payment.objects.for_school(school).get()
    assert (payment.allocated, payment.credited) == (Dong(250_000), Dong(30_000))
    assert money.broken_invariants() == []


def test_a_line_is_divided_among_children_found_without_accents(
    school: School, account: BankAccount, browser: Client
) -> None:
    one = money.invoice(school, [894_000], full_name="Giàng Thị Dở")
    two = money.invoice(school, [655_000], full_name="Giàng A Chu")
    bring(account, line("chuyen tien hoc 2 chau", 1_549_000, "R1"))
    row = _line(school, "R1")
    found = browser.get(QUEUE, {"dong": row.public_id, "tim": "giang 3a2"}).content.decode()
    assert "còn 894.000\u00a0đ" in found
    assert f"phieu={two.code}" in found
    split = browser.get(QUEUE, {"dong": row.public_id, "phieu": [one.code, two.code]}).content.decode()
    assert 'value="894.000"' in split
    assert 'value="655.000"' in split
    bring(account, line("chuyen tien", 894_000, "R2"))
    taken = browser.get(QUEUE, {"dong": _line(school, "R2").public_id, "phieu": [one.code, two.code], "tim": "a chu"})
    assert taken.content.decode().count('value="894.000"') == 1  # nothing is left for the second one
    assert "Phiếu tìm thấy đã được chọn ở trên" in taken.content.decode()
    data = {"phieu": [one.code, two.code], f"so_tien_{one.code}": "894k", f"so_tien_{two.code}": "655.000 đ"}
    assert _post(browser, row, "ghi-nhan", **data).status_code == 302
    assert {i.code: i.paid.value for i in Invoice.objects.for_school(school)} == {one.code: 894_000, two.code: 655_000}
    assert money.broken_invariants() == []


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("9.000.000", "Số tiền không được quá 100.000\u00a0đ"),
        ("0", "Số tiền phải từ 1\u00a0đ trở lên"),
        ("-50.000", "Số tiền không được âm"),
        ("1e5", "Chưa đọc được số tiền"),
        ("50.000,5", "Số tiền là số đồng chẵn"),
        ("", "Chưa ghi số tiền"),
        ("60.000", "chỉ còn nợ 50.000\u00a0đ"),
    ],
)
def test_tampered_amounts_change_nothing(
    school: School, account: BankAccount, browser: Client, amount: str, said: str
) -> None:
    invoice = money.invoice(school, [50_000])
    bring(account, line("khong ro", 100_000, "R1"))
    data = {"phieu": [invoice.code], f"so_tien_{invoice.code}": amount, "thua": "50000"}
    answer = _post(browser, _line(school, "R1"), "ghi-nhan", **data)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Payment.objects.for_school(school).count() == 0
    assert _line(school, "R1").state == "waiting"


def test_the_sum_never_exceeds_the_line(school: School, account: BankAccount, browser: Client) -> None:
    one, two = money.invoice(school, [80_000]), money.invoice(school, [80_000], full_name="Lý Văn Bình")
    bring(account, line("khong ro", 100_000, "R1"))
    data = {"phieu": [one.code, two.code], f"so_tien_{one.code}": "80.000", f"so_tien_{two.code}": "80.000"}
    page = _post(browser, _line(school, "R1"), "ghi-nhan", **data).content.decode()
    assert "Tổng ghi nhận 160.000\u00a0đ lớn hơn số tiền nhận được 100.000\u00a0đ" in page
    assert Payment.objects.for_school(school).count() == 0


def test_another_schools_line_and_invoice_are_out_of_reach(
    school: School, other_school: School, account: BankAccount, browser: Client
) -> None:
    theirs = money.invoice(other_school, [250_000])
    bring(factories.bank_account(other_school, number="0099"), line("tien truong khac", 250_000, "X1"))
    bring(account, line("khong ro", 250_000, "R1"))
    foreign = _line(other_school, "X1")
    assert browser.get(f"/thu/giao-dich/{foreign.public_id}").status_code == 404
    for act in ("ghi-nhan", "xep-lai", "hoan-tac"):
        assert _post(browser, foreign, act, ly_do="x", viec="de-sau").status_code == 404
    assert "tien truong khac" not in browser.get(QUEUE, {"dong": foreign.public_id}).content.decode()
    data = {"phieu": [theirs.code], f"so_tien_{theirs.code}": "250.000"}
    page = _post(browser, _line(school, "R1"), "ghi-nhan", **data).content.decode()
    assert f"Không có phiếu {theirs.code} trong trường" in page
    assert Payment.objects.across_schools("tests").count() == 0
    assert foreign.state == "waiting"


def test_park_not_fees_and_back_with_a_reason(school: School, account: BankAccount, browser: Client) -> None:
    bring(account, line("tien gi day", 38_000, "R1"))
    row = _line(school, "R1")
    for act, kind, reason, state in (
        ("de-sau", "later", "", "waiting"),
        ("de-sau", "later", "  ", "waiting"),
        ("de-sau", "xoa", "lý do", "waiting"),
        ("de-sau", "", "lý do", "waiting"),
        ("de-sau", "later", "Hỏi phụ huynh", "parked"),
        ("cho-lai", "", "", "parked"),
        ("cho-lai", "", "Đã hỏi", "waiting"),
        ("khong-phai", "interest", "Lãi ngân hàng", "not_fees"),
    ):
        assert _post(browser, row, "xep-lai", viec=act, loai=kind, ly_do=reason).status_code == 302
        assert _line(school, "R1").state == state
    page = browser.get(QUEUE, {"loc": "ngoai"}).content.decode()
    assert "Không phải khoản thu: Lãi ngân hàng" in page
    assert money.broken_invariants() == []


def test_undo_needs_a_reason_and_reverses(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line(f"{invoice.code} nop", 250_000, "R1"))
    row = _line(school, "R1")
    assert _post(browser, row, "hoan-tac", ly_do=" ").status_code == 302
    assert _line(school, "R1").state == "matched"
    _post(browser, row, "hoan-tac", ly_do="Nhầm em khác")
    assert _line(school, "R1").state == "waiting"
    assert Invoice.objects.for_school(school).get().paid == Dong(0)
    page = browser.get(QUEUE).content.decode()
    assert "Đã hoàn tác: Nhầm em khác" in page
    again = browser.post(f"/thu/giao-dich/{row.public_id}/hoan-tac", {"ly_do": "nữa"}, follow=True).content.decode()
    assert "không còn ở trạng thái đã khớp" in again
    told = browser.get(f"/thu/giao-dich/{row.public_id}").content.decode()
    for text in ("Đã hoàn tác", "Nhầm em khác", "(đã hủy)", "saoke.xlsx", "Phạm Thị Hòa", "3388"):
        assert text in told
    assert money.broken_invariants() == []


def test_match_again_books_what_is_certain_now(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    with transaction():
        arrive(account, f"{invoice.code} nop", 250_000, "R1")
    page = browser.post(f"{QUEUE}/khop-lai", follow=True).content.decode()
    assert "Đã khớp lại: 1 giao dịch được ghi nhận." in page
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


def test_filters_and_search_without_accents(school: School, account: BankAccount, browser: Client) -> None:
    money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(
        account,
        line("nguyen bao an 3a2", 250_000, "R1"),
        line("nước uống", 4_320_000, "R2"),
        line("lai", 38_112, "R3"),
    )

    def shown(**query: str) -> set[str]:
        page = browser.get(QUEUE, query).content.decode()
        return {x.reference for x in BankLine.objects.for_school(school) if f"dong={x.public_id}" in page}

    assert shown() == {"R1", "R2", "R3"}
    assert shown(loc="goi-y") == {"R1"}
    assert shown(loc="chua-ro") == {"R2", "R3"}
    assert shown(loc="de-sau") == set()
    assert shown(q="nuoc UONG") == {"R2"}
    assert shown(q="4.320.000") == {"R2"}
    assert shown(q="r3") == {"R3"}
    assert shown(q="không có gì") == set()
    assert shown(loc="<script>", trang="999") == {"R1", "R2", "R3"}


def test_memos_are_shown_as_text(school: School, account: BankAccount, browser: Client) -> None:
    bring(account, line('<script>alert("x")</script>', 1_000, "R1"))
    row = _line(school, "R1")
    for url in (QUEUE, f"/thu/giao-dich/{row.public_id}"):
        page = browser.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_who_may_look_and_who_may_decide(school: School, account: BankAccount) -> None:
    bring(account, line("khong ro", 1_000, "R1"))
    row = _line(school, "R1")
    expected = {Role.PRINCIPAL: (200, 403), Role.CASHIER: (403, 403), Role.IT_ADMIN: (403, 403)}
    for role, (look, decide) in expected.items():
        client = factories.login(Client(), factories.user(role, school=school))
        assert client.get(QUEUE).status_code == look
        assert client.get(f"/thu/giao-dich/{row.public_id}").status_code == look
        assert _post(client, row, "xep-lai", viec="de-sau", ly_do="x").status_code == decide
        assert client.post(f"{QUEUE}/khop-lai").status_code == decide
    assert Client().get(QUEUE).status_code == 302
    assert _line(school, "R1").state == "waiting"


def test_export_holds_the_list_with_reasons(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"), line("=1+1", 38_000, "R2"))
    answer = browser.get(f"{QUEUE}/tai-ve")
    assert answer.status_code == 200
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = {r[6]: r for r in sheet.iter_rows(min_row=2, values_only=True)}
    assert (rows["R1"][2], rows["R1"][10]) == (250_000, invoice.code)
    assert rows["R1"][9] == "Không có mã; nội dung nêu tên học sinh Nguyễn Bảo An 3A2"
    assert rows["R2"][5] == "=1+1"
    assert sheet["F3"].data_type == "s"


def test_the_partial_is_the_board_alone(school: School, account: BankAccount, browser: Client) -> None:
    bring(account, line("khong ro", 1_000, "R1"))
    part = browser.get(QUEUE, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div class="stack l" id="recon"')
    assert "HX-Request" in part["Vary"]
    whole = browser.get(QUEUE, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in whole.content.decode()


def test_queries_do_not_grow_with_rows(school: School, account: BankAccount, browser: Client) -> None:
    names = ["Nguyễn Bảo An", "Lý Văn Bình", "Giàng A Chu"]
    invoices = [money.invoice(school, [250_000], full_name=name) for name in names]

    def count(url: str, **query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browser.get(url, query).status_code == 200
        return len(seen)

    bring(account, line("nguyen bao an 3a2", 250_000, "R0"))
    urls = [
        (QUEUE, {}),
        (QUEUE, {"loc": "goi-y"}),
        (QUEUE, {"tim": "3a2"}),
        (f"{QUEUE}/tai-ve", {}),
        ("/thu/sao-ke", {}),
    ]
    row = _line(school, "R0")
    one = [count(url, **query) for url, query in urls] + [count(f"/thu/giao-dich/{row.public_id}")]
    for n in range(1, 30):
        bring(account, line(f"ly van binh 3a2 {n}", 250_000 + n, f"R{n}"))
    assert len(invoices) == 3
    many = [count(url, **query) for url, query in urls] + [count(f"/thu/giao-dich/{row.public_id}")]
    assert many == one
    assert max(one) <= 36
