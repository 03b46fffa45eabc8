"""The pages of reminders and of setting messages up."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, pdf

from truongso.accounts.types import Role
from truongso.fees.models import CollectionRound
from truongso.fees.types import RoundState
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.models import Job
from truongso.messaging.models import Channel, Delivery, OptOut, SendingRules, Template
from truongso.organizations.models import School
from truongso.payments.models import Reminder
from truongso.payments.reminders.tests.helpers import channel, debt, pupil

pytestmark = pytest.mark.django_db
LIST = "/thu/nhac-nop"


@pytest.fixture
def of_round(school: School, school_day: dt.datetime, actor: Actor) -> CollectionRound:
    channel(school, actor)
    found = factories.collection_round(school, state=RoundState.ISSUED)
    debt(found, pupil(school, "Nguyễn Bảo An", "0900000011"))
    debt(found, pupil(school, "Giàng Thị Dở"))
    return found


@pytest.fixture
def staff(school: School, client: Client, school_day: dt.datetime) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def _ask(client: Client, of_round: CollectionRound, **changes: object) -> str:
    asked = {"dot": of_round.public_id, "kenh": ["file"], "thay": "1", "ngay": "", "gio": "9", **changes}
    return str(client.post(f"{LIST}/moi", asked).headers.get("Location", ""))


def _run() -> None:
    while job := Job.objects.filter(state="waiting").order_by("pk").first():
        jobs.run(job.pk)


def test_the_preview_shows_who_gets_what_by_which_way(staff: Client, of_round: CollectionRound) -> None:
    with CaptureQueriesContext(connection) as queries:
        text = staff.get(f"{LIST}/moi").content.decode().replace("\u00a0", " ")
    for expected in ("Nguyễn Bảo An (3A2)", "Mẹ của Nguyễn Bảo An", "…0011", "Giàng Thị Dở · 3A2", "Gửi 1 tin",
                     "Kính gửi anh/chị Mẹ của Nguyễn Bảo An", "500.000 đ", "09:00 05/10/2026"):  # fmt: skip
        assert expected in text, expected
    assert "0900000011" not in text
    assert len(queries) <= 30


def test_asked_sent_and_shown_with_its_paper(staff: Client, school: School, of_round: CollectionRound) -> None:
    page = _ask(staff, of_round)
    made = Reminder.objects.for_school(school).get()
    assert page == f"{LIST}/{made.public_id}"
    _run()
    text = staff.get(page).content.decode().replace("\u00a0", " ")
    assert "In 1 phiếu giấy" in text
    assert "Lê Thị Kế Toán" in text
    made_paper = staff.post(f"{page}/phieu-giay")
    assert "Giàng Thị Dở" in pdf.text(made_paper.content)
    assert "Nguyễn Bảo An" not in pdf.text(made_paper.content)
    assert "Thu tháng 10/2026" in staff.get(LIST).content.decode()


def test_a_preview_that_is_out_of_date_sends_nothing(staff: Client, school: School, of_round: CollectionRound) -> None:
    debt(of_round, pupil(school, "Nguyễn Văn Mới", "0900000012"))
    answer = staff.post(f"{LIST}/moi", {"dot": of_round.public_id, "kenh": ["file"], "thay": "1", "gio": "9"})
    assert "Số tin vừa thay đổi từ 1 thành 2" in answer.content.decode()
    assert Reminder.objects.for_school(school).count() == Delivery.objects.for_school(school).count() == 0


@pytest.mark.parametrize(
    "changes",
    [{"dot": "x"}, {"kenh": []}, {"kenh": ["sms"]}, {"lop": ["9Z9"]}, {"ngay": "32/13/2026"}, {"gio": "3"},
     {"thay": "x"}, {"thay": "1" * 30}],
)  # fmt: skip
def test_bad_input_is_said_and_sends_nothing(
    staff: Client, school: School, of_round: CollectionRound, changes: dict[str, object]
) -> None:
    asked = {"dot": of_round.public_id, "kenh": ["file"], "thay": "1", "gio": "9", **changes}
    assert staff.post(f"{LIST}/moi", asked).status_code == 200
    assert Reminder.objects.for_school(school).count() == 0


def test_the_principal_decides(school: School, client: Client, of_round: CollectionRound) -> None:
    for n in range(51):
        debt(of_round, pupil(school, f"Nguyễn Em {n}", f"0901{n:06}"))
    accountant = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    page = _ask(accountant, of_round, thay="52")
    assert "Chờ người thứ hai duyệt" in accountant.get(page).content.decode()
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    assert "Duyệt gửi 52 tin" in client.get(page).content.decode()
    client.post(f"{page}/duyet")
    _run()
    assert Delivery.objects.for_school(school).count() == 52


def test_a_planned_one_can_be_given_up(staff: Client, school: School, of_round: CollectionRound) -> None:
    page = _ask(staff, of_round, ngay="12/10/2026")
    made = Reminder.objects.for_school(school).get()
    assert made.send_at == dt.datetime(2026, 10, 12, 9, tzinfo=clock.SCHOOL_TIME)
    staff.post(f"{page}/bo")
    made.refresh_from_db()
    assert made.state == "cancelled"


def test_another_school_sees_nothing(school: School, other_school: School, staff: Client,
                                     of_round: CollectionRound) -> None:  # fmt: skip
    page = _ask(staff, of_round)
    foreign = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    for path in (page, f"{page}/bo", f"{page}/phieu-giay"):
        assert foreign.get(path, follow=True).status_code == 404
        assert foreign.post(path).status_code in {404, 405}


def test_a_text_is_previewed_before_it_is_saved(staff: Client, school: School) -> None:
    path = f"{LIST}/mau-tin/fee_reminder_before/zalo"
    seen = staff.post(path, {"noi_dung": "Nộp {so_tien} giúp trường", "xem": "1"}).content.decode()
    assert "Nộp 894.000 đ giúp trường" in seen
    assert Template.objects.for_school(school).count() == 0
    refused = staff.post(path, {"noi_dung": "{{7*7}} {bi_mat}", "luu": "1"}).content.decode()
    assert "Chỉ dùng: dia_chi" in refused
    assert Template.objects.for_school(school).count() == 0
    staff.post(path, {"noi_dung": "Nộp {so_tien} giúp trường", "luu": "1"})
    assert Template.objects.for_school(school).get().text == "Nộp {so_tien} giúp trường"
    staff.post(path, {"noi_dung": "x", "mac_dinh": "1"})
    assert Template.objects.for_school(school).count() == 0


def test_channels_rules_and_opt_outs(school: School, client: Client, school_day: dt.datetime) -> None:
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    path = f"{LIST}/kenh"
    client.post(f"{path}/sms", {"bat": "on", "nguoi_gui": "TRUONG", "dia_chi": "https://sms.example.com/send",
                                "khoa": "bi-mat-1"})  # fmt: skip
    assert Channel.objects.for_school(school).get().is_active
    assert "bi-mat-1" not in client.get(f"{path}/sms").content.decode()
    wrong = client.post(f"{path}/zalo", {"bat": "on", "dia_chi": "http://10.0.0.1/"}).content.decode()
    assert "https://" in wrong
    client.post(path, {"gio_yen_lang": "1", "tu": "20:30", "den": "06:30", "moi_ngay": "1"})
    rules = SendingRules.objects.for_school(school).get()
    assert (rules.quiet_from, rules.quiet_to, rules.per_day) == (dt.time(20, 30), dt.time(6, 30), 1)
    client.post(path, {"gio_yen_lang": "1", "tu": "08:00", "den": "20:00", "moi_ngay": "1"})
    assert SendingRules.objects.for_school(school).get().quiet_from == dt.time(20, 30)
    client.post(path, {"tu_choi": "1", "kenh": "sms", "dia_chi": "+84 900 000 011"})
    assert OptOut.objects.for_school(school).get().address == "0900000011"
    client.post(path, {"nhan_lai": "1", "kenh": "sms", "dia_chi": "0900000011"})
    assert OptOut.objects.for_school(school).count() == 0
