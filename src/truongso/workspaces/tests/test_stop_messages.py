"""The page behind the way out in a reminder: a link opened does nothing, a button pressed does, and undoes."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.messaging.models import OptOut
from truongso.messaging.public import Recipient, opt_out
from truongso.messaging.stop_links import token_of
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.fixture
def link(school: School) -> str:
    return f"/nt/{token_of(Recipient(school.pk, ChannelKind.SMS, '0900000011'))}"


def test_opening_says_what_it_does_and_does_nothing(client: Client, school: School, link: str) -> None:
    shown = text(client.get(link))
    for expected in (
        "Ngừng nhận tin nhắc nộp?", "Tiểu học Lê Văn Tám đang gửi tin nhắc nộp tới …0011", "qua SMS và Zalo",
        "Biên lai, trả lời báo đã nộp và tin bắt buộc khác vẫn được gửi.",
    ):  # fmt: skip
        assert expected in shown, expected
    client.head(link)
    assert not OptOut.objects.for_school(school).exists()


def test_the_button_stops_and_the_same_page_takes_it_back(client: Client, school: School, link: str) -> None:
    for _twice in range(2):
        assert "Đã ngừng tin nhắc nộp" in text(client.post(link, {"viec": "ngung"}, follow=True))
        assert OptOut.objects.for_school(school).count() == 3
    for _twice in range(2):
        assert "Ngừng nhận tin nhắc nộp?" in text(client.post(link, {"viec": "nhan-lai"}, follow=True))
        assert not OptOut.objects.for_school(school).exists()


def test_what_the_school_noted_is_not_taken_back_by_the_link(client: Client, school: School, link: str) -> None:
    assert "0900000011" not in link
    with transaction():
        opt_out(school.pk, kind=ChannelKind.SMS, address="0900000011", actor=Actor(7, "ketoan", "web"))
    shown = text(client.post(link, {"viec": "nhan-lai"}, follow=True))
    assert "Nhà trường đã ghi không nhắc tới địa chỉ này. Muốn nhận lại, gọi tổ hỗ trợ của trường." in shown
    assert "Nhận lại tin nhắc" not in shown
    assert OptOut.objects.for_school(school).get().by_family is False


def test_a_link_of_somebody_else_or_of_nobody(client: Client, school: School, link: str) -> None:
    forged = link[:-3] + ("aaa" if not link.endswith("aaa") else "bbb")
    for address in (forged, link[:20], "/nt/abc"):
        answer = client.post(address, {"viec": "ngung"})
        assert answer.status_code == 404
        assert "Liên kết không đúng" in text(answer)
    gone = f"/nt/{token_of(Recipient(999_999, ChannelKind.SMS, '0900000011'))}"
    assert client.get(gone).status_code == 404
    assert not OptOut.objects.for_school(school).exists()


def test_the_school_sees_who_stopped(client: Client, school: School, link: str) -> None:
    household = factories.family(school)
    for name in ("Nguyễn Bảo An", "Nguyễn Bảo Bình"):
        factories.student(school, name, family=household)
    household.guardians.for_school(school).update(phone="0900000011")
    client.post(link, {"viec": "ngung"})
    staff = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert "1 địa chỉ đã ngừng nhận" in text(staff.get("/thu/nhac-nop"))
    shown = text(staff.get("/thu/nhac-nop/da-ngung"))
    assert "Trần Thị Thu Hằng Nguyễn Bảo An, Nguyễn Bảo Bình …0011 Zalo, Tin nhắn SMS, Tệp gửi tay" in shown
    assert "0900000011" not in shown
    book = load_workbook(io.BytesIO(staff.get("/thu/nhac-nop/da-ngung/tai-ve").content))
    assert [cell.value for cell in book.worksheets[0][2]][:3] == [
        "Trần Thị Thu Hằng", "Nguyễn Bảo An, Nguyễn Bảo Bình", "…0011",
    ]  # fmt: skip
    cashier = factories.login(Client(), factories.user(Role.CASHIER, school=school))
    assert cashier.get("/thu/nhac-nop/da-ngung").status_code == 403
