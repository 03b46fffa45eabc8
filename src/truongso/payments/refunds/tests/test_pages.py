"""The pages of refunds: two people, one request, a file; other schools and roles see nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.fees.models import Invoice, InvoiceLine
from truongso.fees.types import RoundState
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import RefundFile, RefundItem, RefundRequest
from truongso.payments.refunds.tests.build import approved, ask_fee, items, money_of, paid, pay
from truongso.payments.refunds.types import Ask, RefundKind, RefundWay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("verify_after", "school_day")]


@pytest.fixture
def accountant(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


@pytest.fixture
def principal(school: School) -> Client:
    return factories.login(
        Client(), factories.user(Role.PRINCIPAL, school=school, username="hieutruong", full_name="Trần Văn Hiệu")
    )


def asked(invoice: Invoice, **changes: str) -> dict[str, str]:
    """The form: 35 000 đ off the first item of the invoice."""
    line = InvoiceLine.objects.for_school(invoice.school_id).filter(invoice=invoice).order_by("pk")[0]
    values = {
        "loai": "fee", "khoan": str(line.fee_item_id), "ma": invoice.code, "cach": "days", "ngay": "1", "muc": "35.000",
        "tra": "bank", "ly_do": "Không phục vụ bữa ăn ngày 02/10",
    }  # fmt: skip
    return {**values, **changes}


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def propose(client: Client, invoice: Invoice, **changes: str) -> RefundRequest:
    """Through both steps, the account typed in the preview."""
    form = asked(invoice, **changes)
    page = text(client.post("/thu/hoan-tien/moi", {**form, "viec": "xem"}))
    total = re.search(r'name="tong" value="([^"]+)"', page)
    assert total is not None
    family = str(invoice.family_id)
    answer = client.post(
        "/thu/hoan-tien/moi",
        {
            **form, "viec": "de-nghi", "tong": total[1], "gd": family, f"nh-{family}": "970436",
            f"stk-{family}": "0071 000 999 888", f"ten-{family}": "Trần Thị Thu Hằng",
        },
    )  # fmt: skip
    assert answer.status_code == 302, text(answer)
    made: RefundRequest = RefundRequest.objects.for_school(invoice.school_id).latest("pk")
    return made


def test_from_the_proposal_to_the_file(school: School, accountant: Client, principal: Client) -> None:
    invoice = paid(school)
    found = propose(accountant, invoice)
    address = f"/thu/hoan-tien/{found.public_id}"
    own = text(accountant.get(address))
    assert "Rút đề nghị" in own
    assert "Từ chối" not in own
    assert accountant.post(f"{address}/quyet-dinh", {"viec": "duyet", "noi-dung": found.digest}).status_code == 403
    queue = text(principal.get("/thu/viec-can-duyet"))
    assert "HT-2026-0001" in queue
    principal.post(f"{address}/quyet-dinh", {"viec": "duyet", "noi-dung": found.digest})
    (item,) = items(school)
    assert (item.state, item.account_number, item.account_name) == ("due", "0071000999888", "TRAN THI THU HANG")
    answer = accountant.post(
        "/thu/hoan-tien/lap-tep",
        {"chon": item.code, "mau": "chi-luong-xlsx", "tai_khoan": str(invoice.bank_account_id)},
    )
    assert answer.status_code == 302
    file = RefundFile.objects.for_school(school).get()
    first = accountant.get(f"/thu/hoan-tien/tep/{file.public_id}")
    again = principal.get(f"/thu/hoan-tien/tep/{file.public_id}")
    assert first.content == again.content == bytes(file.content)
    assert 'filename="hoan-tien-2026-0001.xlsx"' in first["Content-Disposition"]
    listed = text(accountant.get("/thu/hoan-tien"))
    assert "Chờ ngân hàng" in listed
    history = text(principal.get(address))
    assert "Duyệt" in history
    assert "Trần Văn Hiệu" in history
    assert "GIẤY ĐỀ NGHỊ HOÀN TIỀN" in text(principal.get(f"{address}/in"))
    book = accountant.get("/thu/hoan-tien/tai-ve")
    assert book["Content-Type"].endswith("sheet")


def test_rejected_with_a_reason(school: School, accountant: Client, principal: Client) -> None:
    found = propose(accountant, paid(school))
    address = f"/thu/hoan-tien/{found.public_id}/quyet-dinh"
    page = text(principal.post(address, {"viec": "tu-choi", "noi-dung": found.digest, "ly_do": " "}, follow=True))
    assert "Ghi lý do" in page
    assert RefundRequest.objects.for_school(school).get().state == "proposed"
    page = text(
        principal.post(
            address, {"viec": "tu-choi", "noi-dung": found.digest, "ly_do": "Thiếu bảng chấm ăn"}, follow=True
        )
    )
    assert "Thiếu bảng chấm ăn" in page
    assert [i.state for i in items(school)] == ["dropped"]
    assert money_of(school) == [(300_000, 0, 0)]


def test_a_form_that_says_too_little_is_sent_back(school: School, accountant: Client) -> None:
    invoice = paid(school)
    for changes, message in [
        ({"ngay": ""}, "Ghi số ngày và mức một ngày."),
        ({"ly_do": ""}, "ly_do"),
        ({"ma": ""}, "Chọn đợt thu, hoặc ghi mã phiếu"),
        ({"khoan": ""}, "Chọn khoản thu được hoàn"),
        ({"cach": "amount"}, "Ghi số tiền cho mỗi học sinh."),
    ]:
        page = text(accountant.post("/thu/hoan-tien/moi", {**asked(invoice, **changes), "viec": "xem"}))
        assert message in page
    assert RefundRequest.objects.for_school(school).count() == 0


def test_more_than_the_fee_is_shown_as_not_refunded(school: School, accountant: Client) -> None:
    invoice = paid(school)
    page = text(accountant.post("/thu/hoan-tien/moi", {**asked(invoice, muc="200.001"), "viec": "xem"}))
    assert "Số hoàn lớn hơn khoản thu" in page
    assert "Gửi đề nghị" not in page


def test_a_wrong_account_keeps_the_preview_and_says_so(school: School, accountant: Client) -> None:
    invoice = paid(school)
    form, family = asked(invoice), str(invoice.family_id)
    page = text(
        accountant.post(
            "/thu/hoan-tien/moi",
            {
                **form, "viec": "de-nghi", "tong": "35000-35000", "gd": family, f"nh-{family}": "970436",
                f"stk-{family}": "=1+1", f"ten-{family}": "Hằng",
            },
        )
    )  # fmt: skip
    assert "không đúng dạng" in page
    assert RefundRequest.objects.for_school(school).count() == 0


def test_figures_that_changed_meanwhile_are_shown_again(school: School, accountant: Client) -> None:
    invoice = paid(school)
    page = text(
        accountant.post(
            "/thu/hoan-tien/moi",
            {**asked(invoice), "viec": "de-nghi", "tong": "1-1", "gd": str(invoice.family_id), "thieu": "1"},
        )
    )
    assert "Số liệu vừa thay đổi" in page
    assert RefundRequest.objects.for_school(school).count() == 0


def test_another_school_finds_nothing(school: School, other_school: School, accountant: Client) -> None:
    found = propose(accountant, paid(school))
    file_owner = approved(other_school, ask_fee(paid(other_school, name="Phạm Gia Hân")))
    stranger = factories.login(Client(), factories.user(Role.PRINCIPAL, school=other_school, username="xa"))
    address = f"/thu/hoan-tien/{found.public_id}"
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/in").status_code == 404
    decided = stranger.post(f"{address}/quyet-dinh", {"viec": "duyet", "noi-dung": found.digest})
    assert decided.status_code == 404
    code = file_owner[0].code
    assert accountant.post(f"/thu/hoan-tien/khoan/{code}/giu-lai", {"ly_do": "x"}).status_code == 404
    theirs = {"ma": money.invoice(other_school).code, "viec": "xem"}
    page = text(accountant.post("/thu/hoan-tien/moi", {**asked(paid(school, name="Lê Minh Châu")), **theirs}))
    assert "Không có ai được hoàn" in page
    assert RefundItem.objects.for_school(other_school).get().state == "due"


def test_the_counter_gives_cash_and_prints_a_voucher(school: School, accountant: Client) -> None:
    invoice = money.invoice(school, [200_000])
    pay(invoice, 200_000, **money.in_cash())
    (item,) = approved(school, Ask(RefundKind.INVOICE, RefundWay.CASH, codes=(invoice.code,), amount=Dong(50_000)),
                       account=None)  # fmt: skip
    page = text(accountant.post(f"/thu/hoan-tien/khoan/{item.code}/tien-mat", {"nguoi_nhan": "Trần Thị Thu Hằng"},
                                follow=True))  # fmt: skip
    assert "PHIẾU CHI" in page
    assert "PC-2026-000001" in page
    assert "Năm mươi nghìn đồng" in page
    assert [i.state for i in items(school)] == ["paid"]


@pytest.mark.parametrize("role", [Role.HOMEROOM_TEACHER, Role.IT_ADMIN])
def test_others_see_no_refunds(school: School, role: Role) -> None:
    client = factories.login(Client(), factories.user(role, school=school, username="khac"))
    for address in ("/thu/hoan-tien", "/thu/hoan-tien/moi", "/thu/viec-can-duyet", "/thu/hoan-tien/tai-ve"):
        assert client.get(address).status_code == 403


def test_one_bank_is_laid_over_every_family_without_one(school: School, accountant: Client) -> None:
    """Works without JavaScript; what was typed and ticked stays, nothing is proposed."""
    of_round = factories.collection_round(school, state=RoundState.ISSUED)
    item = factories.fee_item(school, "AN", "Tiền ăn")
    names = ("Nguyễn Bảo An", "Trần Văn Bình", "Lê Minh Châu")
    invoices = [money.invoice(school, [200_000], full_name=n, items=[item], of_round=of_round) for n in names]
    for one in invoices:
        pay(one, 200_000)
    first, second, third = (str(i.family_id) for i in invoices)
    form = asked(invoices[0], ma="", dot=of_round.public_id, khoan=str(item.pk))
    page = text(accountant.post("/thu/hoan-tien/moi", {**form, "viec": "xem"}))
    assert "Áp cho tất cả" in page
    given = {f"nh-{first}": "970415", f"stk-{second}": "0071000999888"}
    page = text(
        accountant.post(
            "/thu/hoan-tien/moi",
            {**form, "viec": "ngan-hang", "nh-chung": "970436", "gd": [first, second], **given},
        )
    )
    for family, bank in ((first, "970415"), (second, "970436"), (third, "970436")):
        select = re.search(rf'name="nh-{family}".*?</select>', page, re.DOTALL)
        assert select is not None
        assert re.findall(r'value="(\d+)" selected', select[0]) == [bank]
    assert 'value="0071000999888"' in page
    assert re.findall(r'name="gd" value="(\d+)" checked', page) == [first, second]
    assert RefundRequest.objects.for_school(school).count() == 0
