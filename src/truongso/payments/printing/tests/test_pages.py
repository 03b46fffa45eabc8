"""The printing pages: what is offered, few at once, many by the worker; nothing of another school."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money, pdf

from truongso.accounts.types import Role
from truongso.fees.models import CollectionRound
from truongso.fees.types import RoundState
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.limits import Limit
from truongso.kernel.models import AuditEntry, Job
from truongso.organizations.models import School
from truongso.payments.models import PrintPart, PrintRun, Receipt
from truongso.payments.printing import services
from truongso.payments.printing.plan import parts_of_classes, parts_of_receipts
from truongso.payments.printing.tasks import remove_old_prints
from truongso.payments.services import book
from truongso.payments.web import printing, receipts

pytestmark = pytest.mark.django_db
HUB = "/thu/in"


@pytest.fixture
def of_round(school: School, school_day: dt.datetime) -> CollectionRound:
    found = factories.collection_round(school, state=RoundState.ISSUED)
    for n, name in enumerate(("An", "Bình", "Châu", "Dung", "Giang")):
        taught = factories.school_class(school, f"{n + 1}A1", grade=str(n + 1))
        money.invoice(school, pupil=factories.student(school, f"Nguyễn {name}", school_class=taught), of_round=found)
    return found


@pytest.fixture
def staff(school: School, client: Client, school_day: dt.datetime) -> Client:
    return factories.login(client, factories.user(Role.ACCOUNTANT, school=school))


def test_files_hold_whole_classes() -> None:
    counted = [("1A1", 30), ("1A2", 40), ("2A1", 31), ("2A2", 150)]
    assert parts_of_classes(counted, per_file=100) == [
        {"classes": ["1A1", "1A2"], "papers": 70, "label": "1A1–1A2"},
        {"classes": ["2A1"], "papers": 31, "label": "2A1"},
        {"classes": ["2A2"], "papers": 150, "label": "2A2"},
    ]
    assert [(p["papers"], p["label"]) for p in parts_of_receipts(range(5), per_file=2)] == [
        (2, "1–2"), (2, "3–4"), (1, "5–5"),
    ]  # fmt: skip


def test_the_hub_counts_what_would_be_printed(staff: Client, of_round: CollectionRound) -> None:
    with CaptureQueriesContext(connection) as queries:
        text = staff.get(HUB).content.decode()
    assert '<b class="num">5</b> phiếu còn phải nộp của <b class="num">5</b> lớp' in text
    assert len(queries) <= 16
    assert "In 1 phiếu báo thu" in staff.get(HUB, {"dot": of_round.public_id, "khoi": "3"}).content.decode()
    assert "In 2 phiếu báo thu" in staff.get(HUB, {"dot": of_round.public_id, "lop": ["1A1", "5A1"]}).content.decode()


def test_a_school_without_rounds_is_told_what_to_do(staff: Client) -> None:
    assert "Chưa có đợt thu nào được phát hành" in staff.get(HUB).content.decode()


def test_few_notices_come_at_once_and_are_recorded(staff: Client, of_round: CollectionRound) -> None:
    response = staff.post(f"{HUB}/phieu", {"dot": of_round.public_id, "lop": ["2A1", "1A1"], "cat": "tap"})
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    text = pdf.text(response.content)
    assert len(pdf.page_sizes(response.content)) == 1
    assert "Nguyễn An" in text
    assert "Nguyễn Châu" not in text
    entry = AuditEntry.objects.get(action="payments:notices:print")
    assert entry.params == {
        "title": "Thu tháng 10/2026 – 2A1, 1A1", "count": 2, "file": "phieu-bao-thu.pdf",
        "sha256": hashlib.sha256(response.content).hexdigest(),
    }  # fmt: skip


@pytest.mark.parametrize("asked", [{}, {"dot": "x"}, {"dot": "", "lop": ["1A1"]}])
def test_an_unknown_round_prints_nothing(staff: Client, of_round: CollectionRound, asked: dict[str, object]) -> None:
    response = staff.post(f"{HUB}/phieu", asked)
    assert (response.status_code, response["Location"]) == (302, HUB)
    assert AuditEntry.objects.count() == 0


def test_a_class_of_another_round_prints_nothing(staff: Client, of_round: CollectionRound) -> None:
    assert staff.post(f"{HUB}/phieu", {"dot": of_round.public_id, "lop": ["9Z9"]}).status_code == 302


def test_many_notices_are_made_by_the_worker_in_parts(
    staff: Client, school: School, of_round: CollectionRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    response = staff.post(f"{HUB}/phieu", {"dot": of_round.public_id, "cat": "lop"})
    run = PrintRun.objects.for_school(school).get()
    assert response["Location"] == f"{HUB}/{run.public_id}"
    assert (run.papers, run.kind, run.title) == (5, "fee_notices", "Thu tháng 10/2026 – cả trường")
    assert "Đang chờ dàn trang" in staff.get(response["Location"]).content.decode()
    done = jobs.run(Job.objects.get(kind="payments.print").pk)
    assert (done.state, done.done, done.total, done.result) == ("done", 5, 5, {"parts": 1, "papers": 5})
    assert jobs.run(done.pk).state == "done"
    assert staff.get(f"{response['Location']}/tien-do")["HX-Refresh"] == "true"
    page = staff.get(response["Location"]).content.decode()
    assert "1A1–5A1" in page
    made = staff.get(f"{response['Location']}/1.pdf")
    assert len(pdf.page_sizes(made.content)) == 5
    taken = AuditEntry.objects.get(action="payments:print:download")
    assert taken.params["sha256"] == hashlib.sha256(made.content).hexdigest()
    assert staff.get(f"{response['Location']}/2.pdf").status_code == 404
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        assert remove_old_prints() == 1
    assert PrintPart.objects.for_school(school).count() == 0
    assert staff.get(response["Location"]).status_code == 404


def test_many_receipts_are_printed_by_the_worker_once(
    staff: Client, school: School, actor: Actor, monkeypatch: pytest.MonkeyPatch, school_day: dt.datetime
) -> None:
    for n in range(3):
        invoice = money.invoice(school, full_name=f"Nguyễn {n}")
        book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    monkeypatch.setattr(receipts, "AT_ONCE", 2)
    response = staff.post("/thu/bien-lai/in", {"tat-ca": "1"})
    run = PrintRun.objects.for_school(school).get()
    assert response["Location"] == f"{HUB}/{run.public_id}"
    jobs.run(Job.objects.get(kind="payments.print").pk)
    made = staff.get(f"{HUB}/{run.public_id}/1.pdf").content
    assert pdf.text(made).count("Liên giao người nộp tiền") == 3
    assert AuditEntry.objects.filter(action="payments:receipt:print").count() == 3
    jobs.run(Job.objects.get(kind="payments.print").pk)
    assert AuditEntry.objects.filter(action="payments:receipt:print").count() == 3
    second = staff.post(f"/thu/bien-lai/{Receipt.objects.for_school(school).order_by('pk')[0].public_id}/in")
    assert "Bản sao, lần in thứ 2" in pdf.text(second.content)


@pytest.mark.usefixtures("school_day")
def test_long_prints_are_not_started_one_after_the_other(
    staff: Client, of_round: CollectionRound, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is worked off and kept for days, be it notices or receipts."""
    monkeypatch.setattr(services, "LONG_PRINTS", Limit("long prints", 1, 600))
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    asked = {"dot": of_round.public_id, "cat": "lop"}
    assert staff.post(f"{HUB}/phieu", asked).status_code == 302
    refused = staff.post(f"{HUB}/phieu", asked)
    assert (refused.status_code, "Chờ 10 phút rồi thử lại" in refused.content.decode()) == (429, True)
    assert PrintRun.objects.for_school(school).count() == Job.objects.filter(kind="payments.print").count() == 1
    colleague = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert colleague.post(f"{HUB}/phieu", asked).status_code == 302
    monkeypatch.setattr(services, "LONG_PRINTS_OF_PLACE", Limit("long prints of a place", 1, 86_400))
    another = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    refused = another.post(f"{HUB}/phieu", asked)
    assert (refused.status_code, "Chờ 22 giờ rồi thử lại" in refused.content.decode()) == (429, True)
    assert PrintRun.objects.for_school(school).count() == 2


def test_receipts_are_narrowed_to_a_round(staff: Client, school: School, actor: Actor) -> None:
    invoices = [money.invoice(school, full_name=name) for name in ("Nguyễn An", "Nguyễn Bình")]
    for invoice in invoices:
        book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    text = staff.get("/thu/bien-lai", {"dot": invoices[0].round.public_id}).content.decode()
    assert "Nguyễn An – lớp" in text
    assert "Nguyễn Bình – lớp" not in text


def test_class_sheets_as_pdf_and_workbook(staff: Client, of_round: CollectionRound) -> None:
    found = staff.get(f"{HUB}/bang-ke.pdf", {"dot": of_round.public_id, "khoi": "2"})
    assert "BẢNG KÊ THU LỚP 2A1" in pdf.text(found.content)
    book_ = staff.get(f"{HUB}/bang-ke.xlsx", {"dot": of_round.public_id})
    names = openpyxl.load_workbook(io.BytesIO(book_.content)).sheetnames
    assert names == ["Lớp 1A1", "Lớp 2A1", "Lớp 3A1", "Lớp 4A1", "Lớp 5A1", "Nguồn tệp"]
    entry = AuditEntry.objects.get(action="payments:class_sheets:export")
    assert entry.params == {"count": 5, "filter": {"dot": of_round.public_id}}


@pytest.mark.parametrize(
    "case",
    [
        (Role.CASHIER, "", 200), (Role.PRINCIPAL, "", 200), (Role.IT_ADMIN, "", 403),
        (Role.HOMEROOM_TEACHER, "", 403), (Role.CASHIER, "/bang-ke.xlsx", 403), (Role.OFFICER, "", 403),
    ],
)  # fmt: skip
def test_who_may_print(school: School, client: Client, of_round: CollectionRound, case: tuple[Role, str, int]) -> None:
    role, page, status = case
    place = {"unit": factories.org_unit()} if role is Role.OFFICER else {"school": school}
    factories.login(client, factories.user(role, **place))
    assert client.get(HUB + page, {"dot": of_round.public_id}).status_code == status


def test_another_school_sees_nothing(
    other_school: School, school: School, client: Client, of_round: CollectionRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    client.post(f"{HUB}/phieu", {"dot": of_round.public_id})
    jobs.run(Job.objects.get(kind="payments.print").pk)
    run = PrintRun.objects.for_school(school).get()
    factories.login(client, factories.user(Role.ACCOUNTANT, school=other_school))
    for path in ("", "/1.pdf", "/tien-do"):
        assert client.get(f"{HUB}/{run.public_id}{path}").status_code == 404
    assert client.post(f"{HUB}/phieu", {"dot": of_round.public_id}).status_code == 302


def test_the_public_key_and_the_signed_file(staff: Client, client: Client, school: School, actor: Actor) -> None:
    from truongso.payments.receipt_signature import Verdict, check_file
    from truongso.payments.signing.queries import known_keys

    invoice = money.invoice(school)
    book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    receipt = Receipt.objects.for_school(school).get()
    got = staff.get(f"/thu/bien-lai/{receipt.public_id}.json")
    assert check_file(got.content, known_keys=known_keys()).verdict is Verdict.GENUINE
    (key,) = known_keys().values()
    assert key in Client().get("/khoa-cong-khai").content.decode()
