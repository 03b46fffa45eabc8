"""The department's first page: exactly the schools' own figures, totals alone, at the same cost for any number."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import OrgUnit, School, Supervision
from truongso.organizations.types import SchoolLevel, SupervisionFunction
from truongso.payments.models import Payment
from truongso.payments.public import FOUR, readiness
from truongso.payments.refunds.payouts import refunds_left
from truongso.payments.refunds.tests.build import PROPOSER, approved, ask_fee
from truongso.payments.services import book, undo
from truongso.payments.types import EvidenceKind, Method
from truongso.reporting.flags.models import Flag
from truongso.reporting.periods import between, quarter
from truongso.reporting.queries import cashless_figures
from truongso.reporting.units.overview import rows_of
from truongso.reporting.units.queries import figures_of_schools
from truongso.workspaces.tests.reading import text

pytestmark = pytest.mark.django_db
ACTOR = Actor(user_id=1, label="user 1", channel="web")
NOW = dt.datetime(2026, 10, 20, 9, tzinfo=clock.SCHOOL_TIME)
Q4 = quarter(2026, 4)
HERE = "/phong/tong-quan"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def unit(school: School) -> OrgUnit:
    made = factories.org_unit()
    _supervised(made, school)
    return made


@pytest.fixture
def officer(unit: OrgUnit) -> Client:
    return factories.login(Client(), factories.user(Role.OFFICER, unit=unit))


def _supervised(unit: OrgUnit, school: School) -> None:
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )


def paid(school: School, amount: int, method: Method = Method.QR_TRANSFER, day: str = "2026-10-05") -> Invoice:
    invoice = money.invoice(school, (amount,), full_name=f"Học sinh {amount}")
    kind = EvidenceKind.CASH_RECEIPT if method is Method.CASH else EvidenceKind.NOTICE
    at = dt.datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=clock.SCHOOL_TIME)
    with clock.frozen(at), savepoint():
        book(school.pk, booking=money.booking((invoice, amount), kind=kind, method=method, received_at=at), actor=ACTOR)
    return invoice


def test_figures_are_those_of_each_schools_own_report(school: School, other_school: School) -> None:
    paid(school, 300_000)
    paid(school, 100_000, Method.CASH)
    paid(school, 70_000, Method.WEB, day="2026-08-03")  # another quarter
    wrong = paid(school, 50_000, Method.CARD_POS, day="2026-09-29")
    with savepoint():  # undone later: negative in this quarter
        payment = Payment.objects.for_school(school).get(invoice_code=wrong.code)
        undo(school.pk, payment_id=payment.pk, reason="Nhầm em", actor=ACTOR)
    item = approved(school, ask_fee(paid(school, 200_000), 30_000))[-1]
    with savepoint():
        refunds_left(
            school.pk, item_ids=[item.pk], bank_account_id=wrong.bank_account_id, day=NOW.date(), reference="FT1",
            actor=PROPOSER,
        )  # fmt: skip
    paid(other_school, 90_000, Method.CASH)
    for period in (Q4, quarter(2026, 3), between(dt.date(2026, 9, 28), dt.date(2026, 10, 6))):
        found = figures_of_schools([school.pk, other_school.pk], period)
        assert found == {pk: cashless_figures(pk, period) for pk in (school.pk, other_school.pk)}
    assert figures_of_schools([school.pk], Q4)[school.pk].all.value == Dong(300_000 + 100_000 - 50_000 + 170_000)


def test_ready_ways_are_those_of_the_school_itself(school: School, other_school: School) -> None:
    factories.bank_account(school)
    paid(school, 300_000)
    rows = {row.school.pk: row for row in rows_of([school, other_school], Q4)}
    for one in (school, other_school):
        ways = readiness(one.pk, first=Q4.first, last=Q4.last)
        assert rows[one.pk].ready == {m for m, found in ways.items() if found.is_ready}
        assert rows[one.pk].used == {m for m in FOUR if ways[m].is_used}
    assert Method.QR_TRANSFER in rows[school.pk].ready


def test_the_first_page_shows_totals_and_what_waits_and_no_names(
    school: School, other_school: School, unit: OrgUnit, officer: Client
) -> None:
    _supervised(unit, other_school)
    paid(school, 300_000)
    paid(school, 100_000, Method.CASH)
    Flag.objects.create(
        school_id=school.pk, period="2026-Q4", pattern="cash_lines", params={"lines": 1, "families": 2}, found_at=NOW,
        seen_at=NOW,
    )  # fmt: skip
    assert officer.get("/").headers["Location"] == HERE
    page = text(officer.get(HERE))
    for said in (
        "2 trường · Quý IV năm 2026", f"{school.short_name} 1/4 sẵn sàng 1 đã dùng 75,0 %", "có điểm chưa giải thích",
        "Tổng thu trong kỳ 400.000 đ", "Trường có việc cần chú ý 2", "chưa đủ 3 cách nộp",
        "3/4 cách nộp sẵn sàng 0/2 trường", "cả giá trị và số lượt 1/2 trường",
    ):  # fmt: skip
        assert said in page, said
    assert "Học sinh" not in page
    assert other_school.short_name not in text(officer.get(f"{HERE}?viec=flags"))
    School.objects.filter(pk=other_school.pk).update(level=SchoolLevel.PRESCHOOL.value)
    assert school.short_name not in text(officer.get(f"{HERE}?cap=preschool")).split("Các trường theo tỷ lệ")[1]
    assert "Không có trường nào khớp" in text(officer.get(f"{HERE}?q=khong-co-truong-nay"))
    assert officer.get(f"{HERE}?ky=2026-Q9").status_code == 400
    assert officer.get(f"{HERE}?sap=-viec").status_code == 200


def test_one_school_down_to_its_sums(school: School, other_school: School, officer: Client) -> None:
    paid(school, 300_000)
    paid(school, 100_000, Method.CASH)
    page = text(officer.get(f"{HERE}/{school.code}"))
    for said in ("75,0 %", "Tổng thu trong kỳ 400.000 đ", "10/2026 400.000 đ 300.000 đ 75,0 % 50,0 %"):
        assert said in page, said
    assert "Học sinh" not in page
    assert officer.get(f"{HERE}/{other_school.code}").status_code == 404
    assert factories.login(Client(), factories.user(Role.PRINCIPAL, school=school)).get(HERE).status_code == 403


def test_the_workbook_holds_what_the_page_lists(school: School, unit: OrgUnit, officer: Client) -> None:
    paid(school, 300_000)
    answer = officer.get(f"{HERE}/tai-ve")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    row = next(r for r in sheet.iter_rows(values_only=True) if r[0] == school.name)
    assert row[1:8] == (school.code, "Tiểu học", 300_000, 300_000, "100,0", "100,0", 1)
    assert AuditEntry.objects.filter(action="reporting:unit_overview:export").count() == 1


def test_a_unit_without_schools_is_told_what_to_do() -> None:
    alone = factories.login(Client(), factories.user(Role.OFFICER, unit=factories.org_unit("Phường mới")))
    assert "Chưa có trường nào thuộc quyền" in text(alone.get(HERE))
    assert alone.get(f"{HERE}/tai-ve").status_code == 200


def test_the_number_of_queries_does_not_grow_with_schools(school: School, unit: OrgUnit, officer: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert officer.get(HERE).status_code == 200
        return len(queries)

    paid(school, 300_000)
    few = asked()
    for n in range(4):
        another = factories.school(code=f"79-{n}", prefix="ABCD"[n] * 2)
        _supervised(unit, another)
        paid(another, 120_000)
    assert asked() <= few + 1  # the first refund or undo of anybody costs one more
