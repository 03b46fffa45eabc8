"""The compliance page: every figure follows from the data, at the school and at the department."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.accounts.hygiene import mail_rules, reviews
from truongso.accounts.hygiene.models import Review, ReviewItem
from truongso.accounts.hygiene.tests.people import Staff, staff_of
from truongso.accounts.hygiene.types import AccountClass
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.organizations.models import School, Supervision
from truongso.organizations.types import SupervisionFunction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
PAGE = "/an-toan-tai-khoan/minh-chung"


@pytest.fixture
def staff(school: School) -> Staff:
    return staff_of(school)


def clauses(client: Client, page: str = PAGE) -> dict[str, tuple[bool, list[str]]]:
    return {one.demand: (one.is_met, one.facts) for one in client.get(page).context["clauses"]}


def met(client: Client) -> list[bool]:
    return [done for done, _facts in clauses(client).values()]


def test_every_clause_with_its_figures(staff: Staff) -> None:
    client = factories.login(Client(), staff.it)
    long_ago = clock.now() - dt.timedelta(days=90)
    User.objects.filter(pk__in=[staff.teacher.pk, staff.accountant.pk]).update(password_changed_at=long_ago)
    found = clauses(client)
    assert list(found) == [
        "Rà soát danh sách tài khoản tổ chức, cá nhân của đơn vị",
        "Đổi mật khẩu sau lần đăng nhập đầu tiên",
        "Xử lý tài khoản, mật khẩu bị lộ lọt",
        "Thay đổi mật khẩu thường xuyên (khuyến nghị 3 tháng một lần)",
        "Cài đặt mật khẩu 2 lớp",
        "Kiểm tra độ tin cậy của mật khẩu",
        "Không sử dụng mật khẩu mặc định",
        "Mật khẩu có độ phức tạp cao: chữ hoa, chữ thường, số và ký tự đặc biệt",
        "Không dùng tài khoản, email công vụ để đăng ký, đăng nhập trang web ngoài cơ quan nhà nước",
        "Người thôi việc, tài khoản lâu không dùng",
    ]
    assert [done for done, _facts in found.values()] == [
        False, True, True, False, False, True, True, True, False, True,
    ]  # fmt: skip
    facts = ["; ".join(lines) for _done, lines in found.values()]
    assert facts[0].startswith("4 tài khoản đang hoạt động, 0 tài khoản đang tạm khóa")
    assert "Chưa có đợt rà soát nào" in facts[0]
    assert facts[1].startswith("4 tài khoản do chính chủ đặt mật khẩu")
    assert "1 tài khoản chỉ có mật khẩu, trong đó 1 quá hạn" in facts[3]
    assert "1 tài khoản có lớp thứ hai dùng mật khẩu quá chu kỳ" in facts[3]
    assert facts[4].startswith("3/4 tài khoản nhân sự có lớp thứ hai")
    assert facts[8] == "0/4 nhân sự đã đọc và cam kết làm theo quy định, bản 1"
    paper = client.get(f"{PAGE}/ban-in").content.decode()
    for word in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "3/4 tài khoản nhân sự",
                 "SỞ GIÁO DỤC VÀ ĐÀO TẠO"):  # fmt: skip
        assert word in paper


def test_what_is_done_shows(staff: Staff) -> None:
    client = factories.login(Client(), staff.it)
    by = staff.by(staff.it)
    with transaction.atomic():
        review = reviews.open_review(by=by.user, actor=by.actor, school=staff.school, classes=[AccountClass.STAFF])
        ids = list(ReviewItem.objects.for_school(staff.school).values_list("pk", flat=True))
        reviews.confirm(by=by, review=review, item_ids=ids)
        reviews.confirm(by=staff.by(staff.principal), review=review, item_ids=ids)
        reviews.sign(by=staff.principal, actor=staff.by(staff.principal).actor, review=review)
        for person in (staff.it, staff.principal, staff.accountant, staff.teacher):
            mail_rules.acknowledge(user=person, actor=by.actor)
    assert met(client) == [True, True, True, True, False, True, True, True, True, True]
    facts = next(iter(clauses(client).values()))[1]
    assert facts[1:3] == [
        "Đợt gần nhất: 4 tài khoản – xác nhận 4, tạm khóa 0, đổi người giữ 0, giữ lại 0, chưa rà soát 0",
        "Đợt mở ngày 05/10/2026, hạn 19/10/2026; Lò Thị Trưởng ký ngày 05/10/2026",
    ]
    with clock.frozen(clock.now() + dt.timedelta(days=91)):  # older than the policy's cycle
        client = factories.login(Client(), staff.it)
        assert met(client)[0] is False
    assert Review.objects.for_school(staff.school).count() == 1


def test_the_department_adds_its_schools_up_in_as_many_queries(staff: Staff, other_school: School) -> None:
    client = factories.login(Client(), staff.office)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    before = queries()
    Supervision.objects.create(
        school=other_school, unit=staff.unit, function=SupervisionFunction.REPORTING.value,
        valid_from=dt.date(2025, 7, 1),
    )  # fmt: skip
    factories.user(Role.PRINCIPAL, school=other_school)
    assert queries() == before
    facts = list(clauses(client).values())
    assert facts[0][1][0] == "5 tài khoản đang hoạt động, 0 tài khoản đang tạm khóa"
    assert facts[0][1][2] == "0/2 trường có kết quả đã ký trong 90 ngày qua"
    assert facts[4][1][0] == "4/5 tài khoản nhân sự có lớp thứ hai"
    assert client.get(f"{PAGE}/ban-in").status_code == 200
    # The department's own list holds none of the accounts counted here: its links lead to the table of schools.
    lists = [url for one in client.get(PAGE).context["clauses"] for _label, url in one.links if "danh-sach" in url]
    assert lists == []
    assert [label for label, _url in client.get(PAGE).context["clauses"][1].links] == ["Theo từng trường"]
    officer = factories.login(Client(), factories.user(Role.OFFICER, unit=staff.unit))
    policy = [b"/chinh-sach-tai-khoan" in one.get(PAGE).content for one in (client, officer)]
    assert policy == [True, False]  # nobody is led to a page that refuses
    of_school = clauses(client, f"/phong/truong/{staff.school.code}{PAGE}")
    assert next(iter(of_school.values()))[1][0] == "4 tài khoản đang hoạt động, 0 tài khoản đang tạm khóa"
    assert factories.login(Client(), staff.accountant).get(PAGE).status_code == 403
