"""The workbench through its views: parts, items, merging, owners, questions, bulk, preview, undo, partial updates."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.banking.companions import short_paid
from truongso.banking.decide import decide_lines
from truongso.banking.models import Aside, BankLine, LineAct, LineQuestion
from truongso.banking.tests.helpers import ACTOR, arrive, bring, line
from truongso.fees.models import Invoice, InvoiceLine
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment
from truongso.workspaces.tests.reading import text

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "/thu/doi-soat"
PARTIAL = {"HX-Request": "true", "HX-Target": "recon-detail"}


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


@pytest.fixture
def hoa(school: School) -> User:
    return factories.user(Role.ACCOUNTANT, school=school, full_name="Phạm Thị Hòa")


@pytest.fixture
def browser(hoa: User) -> Client:
    return factories.login(Client(), hoa)


def _line(school: School, reference: str) -> BankLine:
    found: BankLine = BankLine.objects.for_school(school).get(reference=reference)
    return found


def _come(account: BankAccount, memo: str, amount: int, reference: str) -> BankLine:
    """A credit of one payer, decided about."""
    with transaction():
        row = arrive(account, memo, amount, reference, counter_account="0987654321", counter_name="PHAM VAN HUNG")
        decide_lines(account.school_id, [row], actor=ACTOR)
    return row


def _post(browser: Client, row: BankLine, act: str, *, headers: Any = None, **data: Any) -> Any:
    return browser.post(f"/thu/giao-dich/{row.public_id}/{act}", data, headers=headers)


def _paid(school: School) -> dict[str, int]:
    return {i.student_name: i.paid.value for i in Invoice.objects.for_school(school) if i.paid}


def test_confidence_and_what_differs_are_shown(school: School, account: BankAccount, browser: Client) -> None:
    money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("HP nguyen bao an 3a2", 200_000, "R1"))
    page = text(browser.get(QUEUE))
    sure = re.search(r"Độ chắc (\d+)\s%", page)
    assert sure is not None
    assert 1 <= int(sure[1]) <= 99
    assert "Khác với phiếu: nội dung không có mã, số tiền khác số còn nợ" in page
    assert "còn 1 · 200.000 đ" in page


def test_the_rest_stays_where_the_person_says_so(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [60_000], full_name="Nguyễn Bảo An")
    bring(account, line("khong ro", 100_000, "R1"))
    row = _line(school, "R1")
    data = {"phieu": [invoice.code], f"so_tien_{invoice.code}": "60.000", "du": "de-lai"}
    answer = _post(browser, row, "ghi-nhan", **data)
    assert answer["Location"] == f"{QUEUE}?dong={row.public_id}"
    page = text(browser.get(answer["Location"]))
    assert f"Đã ghi nhận 60.000 đ cho phiếu {invoice.code}; còn 40.000 đ chờ xử lý tiếp." in page
    assert "Còn 40.000 đ chưa ghi nhận" in page
    assert "Còn một phần" in page
    assert (_line(school, "R1").state, _paid(school)) == ("partly", {"Nguyễn Bảo An": 60_000})
    assert money.broken_invariants() == []


def test_items_have_to_add_up(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [60_000, 40_000])
    first, second = InvoiceLine.objects.for_school(school).order_by("pk")
    bring(account, line("tien nuoc", 50_000, "R1"))
    row = _line(school, "R1")
    asked = browser.get(QUEUE, {"dong": row.public_id, "phieu": invoice.code}).content.decode()
    assert f'name="khoan_{first.pk}"' in asked
    base = {"phieu": [invoice.code], f"so_tien_{invoice.code}": "50.000", f"khoan_{second.pk}": "40.000"}
    page = text(_post(browser, row, "ghi-nhan", **base))
    assert "cộng lại được 40.000 đ, khác 50.000 đ ghi cho phiếu" in page
    assert Payment.objects.for_school(school).count() == 0
    too_much = {**base, f"khoan_{second.pk}": "50.000"}
    assert "Số tiền không được quá 40.000 đ" in text(_post(browser, row, "ghi-nhan", **too_much))
    assert Payment.objects.for_school(school).count() == 0
    assert _post(browser, row, "ghi-nhan", **base, **{f"khoan_{first.pk}": "10.000"}).status_code == 302
    assert [int(x.paid) for x in InvoiceLine.objects.for_school(school).order_by("pk")] == [10_000, 40_000]
    assert money.broken_invariants() == []


def test_lines_of_one_payer_are_merged(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [100_000])
    payer = {"counter_account": "0987654321", "counter_name": "PHAM VAN HUNG"}
    with transaction():
        one = arrive(account, "lan mot", 70_000, "R1", **payer)
        two = arrive(account, "lan hai", 30_000, "R2", **payer)
        arrive(account, "nguoi khac", 30_000, "R3", counter_account="1", counter_name="NGUYEN VAN A")
    page = browser.get(QUEUE, {"dong": one.public_id}).content.decode()
    assert f"gop={two.public_id}" in page
    assert "cùng người chuyển" in page
    asked = text(browser.get(QUEUE, {"dong": one.public_id, "gop": two.public_id, "phieu": invoice.code}))
    assert "Ghi nhận 100.000 đ của 2 giao dịch gộp lại" in asked
    data = {"phieu": [invoice.code], f"so_tien_{invoice.code}": "100.000", "gop": [two.public_id]}
    assert _post(browser, one, "ghi-nhan", **data, du="de-lai").status_code == 302  # nothing is left to keep
    assert _paid(school) == {"Nguyễn Bảo An": 100_000}
    assert {x.reference: x.state for x in BankLine.objects.for_school(school)} == {
        "R1": "matched", "R2": "matched", "R3": "waiting",
    }  # fmt: skip
    assert "Hoàn tác: gộp 2 giao dịch, 100.000 đ" in text(browser.get(QUEUE))
    assert money.broken_invariants() == []


def test_a_top_up_finds_the_invoice_its_payer_paid_short(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [100_000])
    _come(account, f"{invoice.code} nop", 70_000, "R1")
    row = _come(account, "nop not", 30_000, "R2")
    page = text(browser.get(QUEUE, {"dong": row.public_id}))
    assert "vừa đủ" in page
    assert short_paid(row) == [invoice]
    with transaction():
        silent = arrive(account, "nop not", 20_000, "R3", counter_account="0987654321")
    page = text(browser.get(QUEUE, {"dong": silent.public_id}))
    assert "Người này đã nộp một phần phiếu này" in page
    assert "thiếu 10.000" in page


def test_no_telephone_number_is_searched_in_an_address(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [100_000])
    bring(account, line("khong ro", 100_000, "R1"))
    for digits in ("0900 000 001", "0001"):  # parts would tell, digit by digit, a number that is shown masked
        assert invoice.code not in browser.get(QUEUE, {"tim": digits}).content.decode()
    assert "/hoc-sinh/tim-so" in browser.get(QUEUE, {"tim": "0912"}).content.decode()


def test_parked_with_an_owner_of_the_school(
    school: School, other_school: School, account: BankAccount, browser: Client, hoa: User
) -> None:
    teacher = factories.user(Role.HOMEROOM_TEACHER, school=school, full_name="Vàng Thị Chi")
    stranger = factories.user(Role.ACCOUNTANT, school=other_school)
    bring(account, line("mot", 10_000, "R1"), line("hai", 20_000, "R2"))
    row = _line(school, "R1")
    base = {"viec": "de-sau", "loai": "later", "ly_do": "Cô giáo hỏi giúp"}
    refused = _post(browser, row, "xep-lai", **base, nguoi=stranger.pk)
    assert "Người theo dõi phải đang làm việc ở trường" in text(browser.get(refused["Location"]))
    assert Aside.objects.for_school(school).count() == 0
    _post(browser, row, "xep-lai", **base, nguoi=teacher.pk)
    _post(browser, _line(school, "R2"), "xep-lai", viec="de-sau", loai="send_back", ly_do="Chuyển nhầm")
    page = text(browser.get(QUEUE, {"loc": "de-sau"}))
    assert "Vàng Thị Chi 1 dòng" in page
    assert "Tìm hiểu thêm · Vàng Thị Chi" in page
    assert "Trả lại người gửi · Phạm Thị Hòa" in page
    mine = browser.get(QUEUE, {"loc": "de-sau", "chu": str(hoa.pk)}).content.decode()
    assert f"dong={row.public_id}" not in mine.split("recon-detail")[0]
    assert browser.get(QUEUE, {"loc": "de-sau", "chu": "x" * 30}).status_code == 200
    act = LineAct.objects.for_school(school).latest("pk")
    undone = browser.post(f"{QUEUE}/hoan-tac/{act.public_id}", {"ly_do": "Nhầm"}, follow=True)
    assert "Đã hoàn tác: xếp riêng giao dịch 20.000 đ." in text(undone)
    assert "bút toán đảo." not in text(undone).split("Đã hoàn tác")[1][:60]  # no money had moved


def test_the_family_is_asked_and_its_answer_is_the_best_suggestion(
    school: School, account: BankAccount, browser: Client
) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line("chuyen tien", 250_000, "R1"))
    row = _line(school, "R1")
    shown = text(browser.get(QUEUE, {"dong": row.public_id, "tim": "bao an"}))
    assert "Hỏi gia đình của Nguyễn Bảo An · 3A2" in shown
    answer = browser.post(f"/thu/giao-dich/{row.public_id}/hoi", {"hoi": invoice.code}, follow=True)
    assert "Chưa có kênh gửi tin đến gia đình em Nguyễn Bảo An" in text(answer)
    question = LineQuestion.objects.for_school(school).get()
    assert f"/hoi/{question.public_id}" in answer.content.decode()
    family = Client()
    page = text(family.get(f"/hoi/{question.public_id}"))
    assert "250.000 đ" in page
    assert "Nguyễn Bảo An –" in page
    assert "chuyen tien" not in page
    said = family.post(f"/hoi/{question.public_id}", {"tra_loi": "yes", "phieu": invoice.code}, follow=True)
    assert "Anh/chị trả lời: đúng, nộp cho Nguyễn Bảo An" in text(said)
    assert Payment.objects.for_school(school).count() == 0
    shown = text(browser.get(QUEUE, {"dong": row.public_id}))
    assert "Gia đình: đúng" in shown
    assert "Gia đình trả lời: đúng là của gia đình" in shown
    assert "Nhận gợi ý" in shown
    assert "Không tìm thấy câu hỏi" in text(family.get("/hoi/" + "0" * 26))
    assert family.get("/hoi/khong-co").status_code == 404
    assert money.broken_invariants() == []


def test_a_question_is_withdrawn(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line("chuyen tien", 250_000, "R1"))
    row = _line(school, "R1")
    browser.post(f"/thu/giao-dich/{row.public_id}/hoi", {"hoi": invoice.code})
    question = LineQuestion.objects.for_school(school).get()
    foreign = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert foreign.post(f"{QUEUE}/cau-hoi/{question.public_id}/rut").status_code == 403
    assert "Đã rút câu hỏi" in text(browser.post(f"{QUEUE}/cau-hoi/{question.public_id}/rut", follow=True))
    assert "không cần hỏi nữa" in text(Client().get(f"/hoi/{question.public_id}"))
    late = Client().post(f"/hoi/{question.public_id}", {"tra_loi": "no"})
    assert late.status_code == 200
    question.refresh_from_db()
    assert question.state == "withdrawn"
    assert _line(school, "R1").state == "waiting"


def test_many_are_accepted_as_seen_and_undone_at_once(school: School, account: BankAccount, browser: Client) -> None:
    for name in ("Nguyễn Bảo An", "Lý Văn Bình", "Giàng A Chu"):
        money.invoice(school, [250_000], full_name=name)
    bring(
        account, line("nguyen bao an 3a2", 250_000, "R1"), line("ly van binh 3a2", 250_000, "R2"),
        line("giang a chu 3a2", 100_000, "R3"),
    )  # fmt: skip
    page = browser.get(f"{QUEUE}/nhan-nhieu", {"nguong": "50"}).content.decode()
    ids = re.findall(r'name="dong" value="(\w+)"', page)
    assert len(ids) == 2
    assert 'name="tong" value="500000"' in page
    assert "Số tiền khác số còn nợ" in page
    data = {"nguong": "50", "tong": "500000", "dong": ids[:1]}
    changed = browser.post(f"{QUEUE}/nhan-nhieu", data)
    assert changed.status_code == 409
    assert 'name="tong" value="250000"' in changed.content.decode()  # without JavaScript: asked once more
    assert _paid(school) == {}
    done = browser.post(f"{QUEUE}/nhan-nhieu", {**data, "dong": ids}, follow=True)
    assert "Đã nhận 2 giao dịch, 500.000 đ." in text(done)
    assert _paid(school) == {"Nguyễn Bảo An": 250_000, "Lý Văn Bình": 250_000}
    act = LineAct.objects.for_school(school).latest("pk")
    undone = browser.post(f"{QUEUE}/hoan-tac/{act.public_id}", {"ly_do": "Nhầm cả lượt"}, follow=True)
    assert "Đã hoàn tác: nhận 2 giao dịch, 500.000 đ. Ghi bằng bút toán đảo." in text(undone)
    assert _paid(school) == {}
    assert "Làm lại việc vừa hoàn tác" in text(undone)
    last = LineAct.objects.for_school(school).latest("pk")
    again = browser.post(f"{QUEUE}/hoan-tac/{last.public_id}", {"ly_do": "Hoàn tác nhầm"}, follow=True)
    assert "Đã làm lại việc vừa hoàn tác." in text(again)
    assert _paid(school) == {"Nguyễn Bảo An": 250_000, "Lý Văn Bình": 250_000}
    assert money.broken_invariants() == []


@pytest.mark.parametrize("seen", ["", "x", "-1", "1e3", "9" * 30])
def test_a_forged_sum_accepts_nothing(school: School, account: BankAccount, browser: Client, seen: str) -> None:
    money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"))
    data = {"nguong": "50", "tong": seen, "dong": [_line(school, "R1").public_id]}
    assert browser.post(f"{QUEUE}/nhan-nhieu", data).status_code == 409
    assert _paid(school) == {}


def test_matching_again_is_looked_at_before(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    with transaction():
        arrive(account, f"{invoice.code} nop", 250_000, "R1")
    page = text(browser.get(f"{QUEUE}/xem-truoc-khop-lai"))
    assert "Khớp lại, ghi nhận 1 giao dịch" in page
    assert "Chưa được so khớp. tự ghi nhận" in page
    assert _paid(school) == {}
    assert "Đã khớp lại: 1 giao dịch được ghi nhận." in text(browser.post(f"{QUEUE}/khop-lai", follow=True))
    assert "Chạy lại bây giờ không đổi gì." in text(browser.get(f"{QUEUE}/xem-truoc-khop-lai"))


def test_a_part_of_the_page_comes_alone(school: School, account: BankAccount, browser: Client) -> None:
    money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("nguyen bao an 3a2", 250_000, "R1"), line("khac", 5_000, "R2"))
    one, two = _line(school, "R1"), _line(school, "R2")
    part = browser.get(QUEUE, {"dong": two.public_id}, headers=PARTIAL).content.decode()
    assert part.lstrip().startswith('<div class="stack l recon-detail" id="recon-detail"')
    assert "data-row" not in part
    whole = browser.get(QUEUE, {"dong": one.public_id}).content.decode()
    code = re.search(r'name="phieu" value="(\w+)"', whole)
    assert code is not None
    data = {"phieu": code[1], f"so_tien_{code[1]}": "250000", "thua": "0", "tiep": two.public_id}
    done = _post(browser, one, "ghi-nhan", headers=PARTIAL, **data)
    page = done.content.decode()
    assert done["HX-Push-Url"] == f"{QUEUE}?dong={two.public_id}"
    assert f'data-line="{two.public_id}"' in page
    assert f'<a id="r-{one.public_id}" hx-swap-oob="delete"></a>' in page
    assert 'id="recon-said" role="status" hx-swap-oob="true"' in page
    late = _post(browser, one, "ghi-nhan", headers=PARTIAL, **data).content.decode()
    assert "Người khác vừa xử lý giao dịch này (nay: đã khớp)" in late
    assert "Người xử lý: Phạm Thị Hòa." in late
    assert Payment.objects.for_school(school).count() == 1
    assert money.broken_invariants() == []


def test_five_hundred_rows_are_one_list(school: School, account: BankAccount, browser: Client) -> None:
    bring(account, *(line(f"khong ro {n}", 1_000 + n, f"R{n}") for n in range(510)))
    first = browser.get(QUEUE)
    page = first.content.decode()
    assert page.count(" data-row>") == 500
    assert browser.get(QUEUE, {"trang": "2"}).content.decode().count(" data-row>") == 10
    packed = browser.get(QUEUE, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < 60_000
    part = browser.get(QUEUE, {"dong": _line(school, "R300").public_id}, headers=PARTIAL)
    assert len(part.content) < 40_000


def test_money_sent_by_mistake_goes_back_and_leaves_the_queue(
    school: School, account: BankAccount, browser: Client
) -> None:
    from truongso.banking.types import Direction

    bring(account, line("chuyen nham", 90_000, "R1"), line("tra lai", 90_000, "R2", Direction.OUT))
    credit, debit = _line(school, "R1"), _line(school, "R2")
    assert "Trả lại khoản chuyển nhầm nào?" not in text(browser.get(f"/thu/giao-dich/{debit.public_id}"))
    _post(browser, credit, "xep-lai", viec="de-sau", loai="send_back", ly_do="Gọi báo nhầm")
    assert "Trả lại khoản chuyển nhầm nào?" in text(browser.get(f"/thu/giao-dich/{debit.public_id}"))
    data = {"bao_co": credit.public_id, "ly_do": "Đã chuyển trả người gửi"}
    browser.post(f"/thu/giao-dich/{debit.public_id}/thu-hoi", data)
    assert _line(school, "R1").state == "reversed"
    assert "Đã chuyển trả người gửi, giao dịch ngày" in text(browser.get(f"/thu/giao-dich/{credit.public_id}"))
    assert money.broken_invariants() == []
    undone = browser.post(f"/thu/giao-dich/{debit.public_id}/khong-thu-hoi", {"ly_do": "Nhầm dòng"}, follow=True)
    assert "Đã gỡ thu hồi: khoản báo có chờ xử lý lại." in text(undone)
    assert _line(school, "R1").state == "waiting"
    assert money.broken_invariants() == []


def test_learnt_payers_are_forgotten_and_remembered(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    _come(account, f"{invoice.code} nop", 250_000, "R1")
    entry = {"tai_khoan": "0987654321", "nguoi_nop": "PHAM VAN HUNG", "hoc_sinh": str(invoice.student_id)}
    browser.post(f"{QUEUE}/da-hoc/bo", {**entry, "ly_do": "Nộp hộ"})
    page = text(browser.get(f"{QUEUE}/da-hoc"))
    assert "Đã bỏ ghi nhớ PHAM VAN HUNG 0987654321 → Nguyễn Bảo An · 3A2" in page
    assert "Phạm Thị Hòa · Nộp hộ" in page
    done = browser.post(f"{QUEUE}/da-hoc/nho-lai", {**entry, "ly_do": "Bỏ nhầm"}, follow=True)
    assert "Đã ghi nhớ lại." in text(done)
    assert browser.post(f"{QUEUE}/da-hoc/nho-lai", {**entry, "ly_do": "Bỏ nhầm"}).status_code == 422


def test_only_who_may_decide_does_these_things(school: School, account: BankAccount, browser: Client) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line("khong ro", 1_000, "R1"))
    row = _line(school, "R1")
    _post(browser, row, "xep-lai", viec="de-sau", loai="later", ly_do="Hỏi")
    act = LineAct.objects.for_school(school).get()
    for role in (Role.PRINCIPAL, Role.CASHIER, Role.IT_ADMIN):
        client = factories.login(Client(), factories.user(role, school=school))
        for path, data in (
            (f"{QUEUE}/hoan-tac/{act.public_id}", {"ly_do": "x"}),
            (f"{QUEUE}/nhan-nhieu", {}),
            (f"/thu/giao-dich/{row.public_id}/hoi", {"hoi": invoice.code}),
            (f"/thu/giao-dich/{row.public_id}/khong-thu-hoi", {"ly_do": "x"}),
            (f"{QUEUE}/bon-hang/han", {}),
        ):
            assert client.post(path, data).status_code == 403
    elsewhere = factories.school(code="80-KD2", name="Trường Tiểu học Khác", prefix="KX")
    foreign = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=elsewhere))
    assert foreign.post(f"{QUEUE}/hoan-tac/{act.public_id}", {"ly_do": "x"}).status_code == 404
    assert _line(school, "R1").state == "parked"
    assert Dong(0) == sum((p.amount for p in Payment.objects.for_school(school)), Dong(0))
