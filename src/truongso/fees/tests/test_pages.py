"""The accountant's pages of fees, walked as a person walks them."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from python_calamine import CalamineWorkbook
from tests import factories

from truongso.accounts.types import Role
from truongso.fees.models import (
    CollectionRound,
    Exemption,
    FeeItem,
    FeeRate,
    Invoice,
    OptIn,
    ReductionRule,
    RoundClass,
    RoundItem,
)
from truongso.fees.tests.build import Setting, chooses, everything, exempt, issue, plan, setting
from truongso.kernel import jobs
from truongso.kernel.models import AuditEntry, Job
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.people.models import AccessEntry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.fees.tests.page_urls")]


@pytest.fixture
def s(school: School, school_day: dt.datetime) -> Setting:
    return setting(school)


@pytest.fixture
def accountant(client: Client, s: Setting) -> Client:
    return factories.login(client, factories.user(school=s.school))


def text_of(response: Any) -> str:
    """The words of a page, tags and extra spaces removed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def names_of_pages() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, patterns in get_resolver("truongso.fees.web.urls").reverse_dict.lists():
        if isinstance(name, str):
            yield name, dict.fromkeys(patterns[0][0][0][1])


def test_empty_school_sees_what_to_do_first(client: Client, school: School, school_day: dt.datetime) -> None:
    factories.login(client, factories.user(school=school))
    assert "Lập đợt thu đầu tiên" in text_of(client.get("/thu/dot-thu"))
    assert "Lấy các khoản thường gặp" in text_of(client.get("/thu/khoan-thu"))
    assert "Chưa có phiếu báo thu nào" in text_of(client.get("/thu/phieu"))
    assert "Chưa có hồ sơ miễn giảm nào" in text_of(client.get("/thu/mien-giam"))
    assert "Trường chưa có tài khoản nhận tiền" in text_of(client.get("/thu/dot-thu/moi"))
    client.post("/thu/khoan-thu/thuong-gap")
    items = FeeItem.objects.for_school(school)
    assert items.filter(code="CS_BT", nature="service", is_voluntary=True).exists()
    assert not FeeRate.objects.for_school(school).exists()
    assert "Chưa có mức thu" in text_of(client.get("/thu/khoan-thu"))


def test_an_item_is_added_with_its_rate(accountant: Client, s: Setting) -> None:
    answer = accountant.post(
        "/thu/khoan-thu/moi",
        {"name": "Gửi xe đạp", "code": "gui_xe", "nature": "service", "unit": "month", "legal_basis": "QĐ 5"},
    )
    assert answer["Location"] == "/thu/khoan-thu/GUI_XE/muc-thu"
    answer = accountant.post(
        "/thu/khoan-thu/GUI_XE/muc-thu", {"amount": "15.000", "cap": "20.000", "valid_from": "01/10/2026"}
    )
    assert answer["Location"] == "/thu/khoan-thu/GUI_XE"
    rate = FeeRate.objects.for_school(s.school).get(fee_item__code="GUI_XE")
    assert (rate.amount, rate.cap, rate.valid_from) == (Dong(15_000), Dong(20_000), dt.date(2026, 10, 1))
    assert "15.000 đ /tháng" in text_of(accountant.get("/thu/khoan-thu"))


def test_parents_board_money_is_refused_on_the_page(accountant: Client, s: Setting) -> None:
    before = everything(s.school)
    page = accountant.post(
        "/thu/khoan-thu/moi", {"name": "Quỹ phụ huynh", "code": "QPH", "nature": "agreed", "unit": "year"}
    )
    assert page.status_code == 200
    assert "là tiền của Ban đại diện cha mẹ học sinh" in text_of(page)
    assert 'value="Quỹ phụ huynh"' in page.content.decode()
    assert everything(s.school) == before


def test_a_new_rate_ends_the_one_before(accountant: Client, s: Setting) -> None:
    accountant.post("/thu/khoan-thu/CS_BT/muc-thu", {"amount": "165000", "valid_from": "01/11/2026"})
    rates = FeeRate.objects.for_school(s.school).filter(fee_item=s.care).order_by("valid_from")
    assert [(r.amount, r.valid_to) for r in rates] == [
        (Dong(150_000), dt.date(2026, 10, 31)), (Dong(165_000), None),
    ]  # fmt: skip
    words = text_of(accountant.get("/thu/khoan-thu/CS_BT"))
    assert "01/09/2026 – 31/10/2026 Đang dùng" in words
    assert "Sắp tới" in words
    page = accountant.post("/thu/khoan-thu/CS_BT/muc-thu", {"amount": "0", "valid_from": "01/12/2026"})
    assert "Số tiền phải từ 1 đ trở lên." in text_of(page)
    assert rates.count() == 2


def test_a_round_goes_from_first_step_to_invoices(accountant: Client, s: Setting) -> None:
    accountant.post("/thu/dot-thu/" + s.round.public_id + "/xoa")
    answer = accountant.post(
        "/thu/dot-thu/moi",
        {"name": "Thu tháng 10/2026", "school_year": "2026-2027", "priced_on": "01/10/2026",
         "due_on": "20/10/2026", "bank_account": s.round.bank_account.public_id},
    )  # fmt: skip
    made = CollectionRound.objects.for_school(s.school).get()
    base = f"/thu/dot-thu/{made.public_id}"
    assert answer["Location"] == f"{base}/khoan"
    answer = accountant.post(f"{base}/khoan", {"khoan": ["CS_BT", "NUOC"], "so_CS_BT": "2", "so_NUOC": "1"})
    assert answer["Location"] == f"{base}/lop"
    answer = accountant.post(f"{base}/lop", {"lop": ["4A1"], "chon": "khoi:3"})
    assert answer["Location"] == f"{base}/lop"
    assert "2/2 lớp · 4 học sinh" in text_of(accountant.get(f"{base}/lop"))
    answer = accountant.post(f"{base}/lop", {"lop": ["3A2", "4A1"]})
    assert answer["Location"] == f"{base}/mien"
    assert "Không có hồ sơ miễn giảm" in text_of(accountant.get(f"{base}/mien"))
    assert "Chưa tính số tiền" in text_of(accountant.get(f"{base}/xem"))
    assert accountant.post(f"{base}/tinh")["Location"] == f"{base}/xem"
    words = text_of(accountant.get(f"{base}/xem"))
    assert "Tổng phải thu 1.248.000 đ trung bình 312.000 đ" in words
    assert "Tiếp: phát hành 4 phiếu" in words
    assert "2 × 150.000" in words
    page = accountant.get(f"{base}/phat")
    assert "Phát hành 4 phiếu báo thu" in text_of(page)
    seen = dict(re.findall(r'name="(so_phieu|tong)" value="(\d+)"', page.content.decode()))
    assert seen == {"so_phieu": "4", "tong": "1248000"}
    assert accountant.post(f"{base}/phat", seen)["Location"] == base
    job = Job.objects.get(kind="fees.issue_round")
    page = accountant.get(base)
    assert "Đang chờ phát hành" in text_of(page)
    assert 'http-equiv="refresh"' in page.content.decode()
    assert "HX-Refresh" not in accountant.get(f"{base}/tien-do")
    jobs.run(job.pk)
    assert accountant.get(f"{base}/tien-do")["HX-Refresh"] == "true"
    words = text_of(accountant.get(base))
    assert "Phiếu đã phát hành 4" in words
    assert "Còn phải thu 1.248.000 đ" in words
    again = accountant.post(f"{base}/phat", seen, follow=True)
    assert "đã được phát hành. Không có phiếu nào được lập thêm." in text_of(again)
    assert Invoice.objects.for_school(s.school).count() == 4
    assert "Thu tháng 10/2026 Hạn nộp 20/10/2026 Đã phát hành 0/4 1.248.000 đ" in text_of(
        accountant.get("/thu/dot-thu")
    )


def test_steps_save_themselves_in_the_background(accountant: Client, s: Setting) -> None:
    base = f"/thu/dot-thu/{s.round.public_id}"
    answer = accountant.post(f"{base}/khoan", {"khoan": ["NUOC"]}, headers={"HX-Request": "true"})
    assert "tự lưu lúc 09:00" in text_of(answer)
    assert list(RoundItem.objects.for_school(s.school).values_list("fee_item__code", flat=True)) == ["NUOC"]
    answer = accountant.post(f"{base}/khoan", {"khoan": ["NUOC"], "so_NUOC": "0"}, headers={"HX-Request": "true"})
    assert "Số lượng phải từ 1 đến 366." in text_of(answer)
    answer = accountant.post(f"{base}/khoan", {"khoan": ["NUOC"], "so_NUOC": "x"}, follow=True)
    assert "Số lượng phải từ 1 đến 366." in text_of(answer)
    assert RoundItem.objects.for_school(s.school).get().quantity == 1
    accountant.post(f"{base}/lop", {"lop": ["3A2"]}, headers={"HX-Request": "true"})
    assert RoundClass.objects.for_school(s.school).get().school_class == s.class_3a2


def test_blocking_problems_keep_the_last_button_shut(accountant: Client, s: Setting) -> None:
    FeeRate.objects.for_school(s.school).filter(fee_item=s.care).update(grade="3")
    plan(s)
    base = f"/thu/dot-thu/{s.round.public_id}"
    words = text_of(accountant.get(f"{base}/xem"))
    assert "“Chăm sóc bán trú” chưa có mức thu cho khối 4 vào ngày 01/10/2026. Thêm mức thu." in words
    assert "Sửa các việc ở trên để phát hành." in words
    before = everything(s.school)
    answer = accountant.post(f"{base}/phat", {"so_phieu": "4", "tong": "498000"}, follow=True)
    assert "Chưa phát hành được: “Chăm sóc bán trú” chưa có mức thu" in text_of(answer)
    assert everything(s.school) == before


def test_a_changed_plan_is_shown_again(accountant: Client, s: Setting) -> None:
    plan(s)
    FeeRate.objects.for_school(s.school).filter(fee_item=s.water).update(amount=Dong(13_000))
    base = f"/thu/dot-thu/{s.round.public_id}"
    answer = accountant.post(f"{base}/phat", {"so_phieu": "4", "tong": "648000"}, follow=True)
    assert "nay là 4 phiếu, 652.000 đ. Xem lại rồi phát hành." in text_of(answer)
    assert "Tổng phải thu 652.000 đ" in text_of(answer)
    assert not Invoice.objects.for_school(s.school).exists()


def test_items_are_taken_from_the_round_before(accountant: Client, s: Setting) -> None:
    issue(s)
    accountant.post(
        f"/thu/dot-thu/{s.round.public_id}/sao-chep",
        {"name": "Thu tháng 11/2026", "priced_on": "01/11/2026", "due_on": "20/11/2026"},
    )
    copied = CollectionRound.objects.for_school(s.school).get(state="draft")
    assert RoundItem.objects.for_school(s.school).filter(round=copied).count() == 2
    assert RoundClass.objects.for_school(s.school).filter(round=copied).count() == 2
    words = text_of(accountant.get(f"/thu/dot-thu/{copied.public_id}/khoan"))
    assert "Lấy từ “Thu tháng 10/2026”" in words


def test_invoices_are_found_without_accents_and_by_filters(accountant: Client, s: Setting) -> None:
    invoices = issue(s)

    def found(query: str) -> list[str]:
        return re.findall(r'<span class="code">(\w+)</span>', accountant.get(f"/thu/phieu?{query}").content.decode())

    code = {name: i.code for name, i in invoices.items()}
    assert found("") == [code[n] for n in ("An", "Bình", "Chi", "Dung")]
    assert found("q=nguyen+an") == [code["An"]]
    assert found("q=tran+van+tu") == [code["Bình"]]
    assert found(f"q={code['Chi'].lower()}") == [code["Chi"]]
    assert found("lop=4A1") == [code["Dung"]]
    assert found(f"dot={s.round.public_id}&trang_thai=none") == found("")
    assert found("trang_thai=paid") == []
    assert found("lop=9Z&trang_thai=x") == found("")
    assert "Không có phiếu nào khớp" in text_of(accountant.get("/thu/phieu?q=khong+co+ai"))


def test_the_list_leaves_as_a_spreadsheet(accountant: Client, s: Setting) -> None:
    invoices = issue(s)
    answer = accountant.get("/thu/phieu/xuat?lop=4A1")
    assert answer["Content-Disposition"] == 'attachment; filename="phieu-bao-thu-20261005.xlsx"'
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[3][:3] == ["Mã hóa đơn", "Học sinh", "Lớp"]
    assert rows[4] == [
        invoices["Dung"].code, "Lê Hoàng Dung", "4A1", "Lê Minh", "Thu tháng 10/2026", 162_000.0, 0.0, 162_000.0,
        dt.date(2099, 1, 1), "Chưa nộp",
    ]  # fmt: skip
    assert len(rows) == 5


def test_issued_invoices_are_changed_by_new_lines_only(accountant: Client, s: Setting) -> None:
    code = issue(s)["An"].code
    accountant.post(
        f"/thu/phieu/{code}/them-dong",
        {"item": "TA", "quantity": "1", "unit_amount": "200.000", "reason": "Đăng ký muộn"},
    )
    invoice = Invoice.objects.for_school(s.school).get(code=code)
    assert invoice.total == Dong(362_000)
    page = accountant.post(f"/thu/phieu/{code}/giam-tru", {"line": "1", "amount": "150001", "reason": "x"})
    assert "Dòng này chỉ còn 150.000 đ chưa nộp" in text_of(page)
    accountant.post(f"/thu/phieu/{code}/giam-tru", {"line": "1", "amount": "50000", "reason": "Nghỉ ốm"})
    invoice.refresh_from_db()
    assert invoice.total == Dong(312_000)
    accountant.post(f"/thu/phieu/{code}/huy", {"reason": "Chuyển trường"})
    invoice.refresh_from_db()
    assert invoice.total == Dong(0)
    assert invoice.cancelled_at is not None
    page = accountant.post(f"/thu/phieu/{code}/huy", {"reason": "nữa"})
    assert f"Phiếu {code} đã hủy, không thay đổi được nữa." in text_of(page)


def test_an_exemption_is_added_and_ended(accountant: Client, s: Setting) -> None:
    student = s.students["An"]
    assert "Nguyễn Bảo An" in text_of(accountant.get("/thu/mien-giam/tim?q=bao+an"))
    base = f"/thu/mien-giam/hoc-sinh/{student.public_id}"
    accountant.post(base, {"rule_code": "GIAM_50", "valid_from": "01/09/2026", "document": ""})
    assert "Thiếu minh chứng" in text_of(accountant.get("/thu/mien-giam?xem=unproved"))
    again = accountant.post(base, {"rule_code": "GIAM_50", "valid_from": "01/12/2026"})
    assert "Học sinh đã có đối tượng này trong khoảng ngày đó." in text_of(again)
    accountant.post(f"{base}/han/1", {"valid_to": "30/09/2026"})
    found = Exemption.objects.for_school(s.school).get()
    assert found.valid_to == dt.date(2026, 9, 30)
    assert "Đã hết hạn" in text_of(accountant.get(base))
    assert accountant.get(f"{base}/han/2").status_code == 404


def test_why_a_family_pays_less_is_opened_with_a_reason(accountant: Client, s: Setting) -> None:
    student = s.students["An"]
    base = f"/thu/mien-giam/hoc-sinh/{student.public_id}"
    accountant.post(base, {"rule_code": "GIAM_50", "valid_from": "01/09/2026", "document": "Sổ hộ cận nghèo 17"})
    rule = ReductionRule.objects.filter(code="GIAM_50")[0]
    asking = [accountant.get(one) for one in (base, "/thu/mien-giam", f"{base}/mo", f"{base}/han/1")]
    refused = accountant.post(f"{base}/mo", {"reason": " "})
    for answer in (*asking, refused):
        shown = text_of(answer)
        assert ["Sổ hộ cận nghèo 17" in shown, f"{rule.name} 50" in shown] == [False, False]
    assert (refused.status_code, AccessEntry.objects.for_school(s.school).count()) == (422, 0)
    opened = text_of(accountant.post(f"{base}/mo", {"reason": "Đối chiếu giấy xác nhận"}))
    assert ["Sổ hộ cận nghèo 17" in opened, rule.name in opened] == [True, True]
    (entry,) = AccessEntry.objects.for_school(s.school)
    assert (entry.student_id, entry.role, entry.seen, entry.reason) == (
        student.pk, "accountant", ["hardship"], "Đối chiếu giấy xác nhận",
    )  # fmt: skip
    for one in AuditEntry.objects.filter(school_id=s.school.pk):
        assert not {"GIAM_50", "Sổ hộ cận nghèo 17"} & {str(value) for value in one.params.values()}


def test_a_class_chooses_a_voluntary_item(accountant: Client, s: Setting) -> None:
    chooses(s.students["Chi"], s.english)
    url = "/thu/mien-giam/dang-ky?khoan=TA&lop=3A2"
    assert "14/03/2018" not in text_of(accountant.get(url))
    ticked = [s.students[n].public_id for n in ("An", "Bình")] + [s.students["Dung"].public_id]
    accountant.post(url, {"hs": ticked, "valid_from": "01/10/2026"})
    rows = OptIn.objects.for_school(s.school).values_list("student__full_name", "valid_from", "valid_to")
    assert set(rows) == {
        ("Nguyễn Bảo An", dt.date(2026, 10, 1), None),
        ("Trần Thị Bình", dt.date(2026, 10, 1), None),
        ("Vàng Thị Chi", dt.date(2026, 9, 1), dt.date(2026, 9, 30)),
    }


@pytest.mark.parametrize("role", [Role.IT_ADMIN, Role.HOMEROOM_TEACHER])
def test_who_has_no_business_with_fees_sees_none_of_it(client: Client, s: Setting, role: Role) -> None:
    factories.login(client, factories.user(role, school=s.school))
    for path in ("dot-thu", "phieu", "khoan-thu", "mien-giam", "phieu/xuat", f"dot-thu/{s.round.public_id}/phat"):
        assert client.get(f"/thu/{path}").status_code == 403


def test_the_principal_reads_and_changes_nothing(client: Client, s: Setting) -> None:
    factories.login(client, factories.user(Role.PRINCIPAL, school=s.school))
    before = everything(s.school)
    for path in ("dot-thu", "phieu", "khoan-thu", "khoan-thu/CS_BT"):
        page = client.get(f"/thu/{path}")
        assert page.status_code == 200
        assert "Thêm khoản thu" not in text_of(page)
    base = f"/thu/dot-thu/{s.round.public_id}"
    for path in (f"{base}/khoan", f"{base}/lop", f"{base}/phat", f"{base}/tinh", f"{base}/xoa", "/thu/khoan-thu/moi"):
        assert client.post(path).status_code == 403
    assert everything(s.school) == before


def test_another_schools_things_do_not_exist(client: Client, s: Setting, other_school: School) -> None:
    code = issue(s)["An"].code
    factories.login(client, factories.user(school=other_school))
    for path in (
        f"dot-thu/{s.round.public_id}", f"phieu/{code}/huy", "khoan-thu/CS_BT",
        f"mien-giam/hoc-sinh/{s.students['An'].public_id}",
    ):  # fmt: skip
        assert client.get(f"/thu/{path}").status_code == 404


def test_every_page_opens(accountant: Client, s: Setting) -> None:
    exempt(s.students["An"], "GIAM_50")
    draft = factories.collection_round(s.school, items=[s.care], classes=[s.class_3a2], name="Nháp")
    code = issue(s)["An"].code
    values = {
        "public_id": draft.public_id, "code": "CS_BT", "since": dt.date(2026, 9, 1), "grade": "3",
        "student_id": s.students["An"].public_id, "number": 1,
    }  # fmt: skip
    from django.urls import reverse

    for name, keys in names_of_pages():
        kwargs = {k: values[k] for k in keys}
        if "invoice" in name or name in {"add_line", "credit_line"}:
            kwargs = dict.fromkeys(kwargs, code)
        answer = accountant.get(reverse(f"fees:{name}", kwargs=kwargs))
        assert answer.status_code in {200, 302, 404, 405}, name


def test_lists_ask_the_database_the_same_number_of_times_for_1_and_30_rows(
    accountant: Client, s: Setting, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for pupil in ("Bình", "Chi", "Dung"):
        s.students[pupil].status = "withdrawn"
        s.students[pupil].save(update_fields=["status"])
    s.round.classes.all().filter(school_class=s.class_4a1).delete()
    issue(s)
    exempt(s.students["An"], "GIAM_50")
    paths = ["/thu/phieu", "/thu/dot-thu", "/thu/khoan-thu", "/thu/mien-giam", f"/thu/dot-thu/{s.round.public_id}"]
    accountant.get("/thu/phieu")

    def counts() -> list[int]:
        result = []
        for path in paths:
            with CaptureQueriesContext(
                connection,
            ) as context:
                assert accountant.get(path).status_code == 200
            result.append(len(context))
        return result

    one = counts()
    for n in range(30):
        student = factories.student(s.school, f"Lê Văn {n}", school_class=s.class_3a2)
        exempt(student, "GIAM_50")
        factories.fee_item(s.school, f"K{n}", f"Khoản {n}")
    more = factories.collection_round(s.school, items=[s.care], classes=[s.class_3a2], due_on=dt.date(2099, 1, 1))
    issue(Setting(**{**vars(s), "round": more}))
    for n in range(29):
        factories.collection_round(s.school, name=f"Đợt {n}")
    assert Invoice.objects.for_school(s.school).count() == 32
    assert counts() == one
