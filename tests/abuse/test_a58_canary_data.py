"""A58: a run with canary data through imports, pages, messages and sign-in leaves it in no log, address or column that
is not made for it.

The columns that may hold a canary in the open are listed here with their reason; everything else holds none.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests import factories, money
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import jobs
from truongso.kernel.models import Job
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.organizations.models import School
from truongso.people.models import Guardian, Student
from truongso.people.sensitive.queries import facts_of, student_with_number
from truongso.people.sensitive.types import FactKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

NUMBER, SPACED = "999217004711", "999 217 004 711"  # 999: no province has this code
ETHNICITY, HEALTH, HARDSHIP = "Canarydantoc", "Canarybenh", "Canaryngheo"
PHONE, PASSWORD = "0987004711", "Chim hoàng yến 4711 bay!"
SEALED = (NUMBER, ETHNICITY, HEALTH, HARDSHIP)
CANARIES = (*SEALED, PHONE, PASSWORD)
HEADER = (
    "STT", "Mã định danh Bộ GD&ĐT", "Họ tên", "Ngày sinh", "Lớp học", "SĐT liên hệ", "Tên mẹ", "Dân tộc",
    "Số định danh cá nhân", "Khuyết tật", "Diện chính sách",
)  # fmt: skip
ROW: list[str | int] = [
    1, "1000000471", "Giàng A Páo", "14/03/2018", "3A2", PHONE, "Vàng Thị Mỷ", ETHNICITY, SPACED, HEALTH, HARDSHIP,
]  # fmt: skip

ALLOWED = {
    ("people_guardian", "phone", PHONE): "contact data of the guardian: what messages are sent to",
}
"""(table, column, canary) that may stand in the open, with the reason."""


class Walk:
    """A client that keeps every address it was sent to, was led to or was shown."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.addresses: list[str] = []
        self.pages: dict[str, str] = {}

    def go(self, method: str, path: str, data: Any = None) -> Any:
        answer = getattr(self.client, method)(path, data or {})
        self.addresses.append(path)
        if "Location" in answer:
            self.addresses.append(answer["Location"])
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        found = re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"', text)
        self.addresses += [one for one in found if not one.startswith("tel:")]
        self.pages[f"{method} {path}"] = text
        return answer


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # statements are logged by nobody but a debugger
    return caplog


def test_canaries_stay_where_they_belong(school: School, client: Client, log: pytest.LogCaptureFixture) -> None:
    factories.school_year()
    accountant, principal, bare = (
        factories.user(Role.ACCOUNTANT, school=school, username="ketoan", password=PASSWORD),
        factories.user(Role.PRINCIPAL, school=school),
        Walk(client),
    )
    _sign_in(bare)
    staff = Walk(factories.login(Client(), accountant))
    _import(staff)
    pupil = Student.objects.for_school(school).get()
    assert facts_of(school.pk)[pupil.pk].keys() == set(FactKind)
    assert student_with_number(school.pk, NUMBER) == pupil.pk
    _daily_work(staff, school, pupil)
    head = Walk(factories.login(Client(), principal))
    opened = _opening(head, pupil)
    family = _family(school, pupil, accountant)
    background()

    for walk in (bare, staff, head, family):
        for canary in CANARIES:
            assert [one for one in walk.addresses if canary in unquote(one).replace(" ", "")] == [], canary
    for canary in (*SEALED, PHONE, PASSWORD):
        shown = {path for walk in (bare, staff, head, family) for path, page in walk.pages.items() if canary in page}
        assert shown <= {opened, *_typed_back(canary, pupil)}, canary
    said = log.text + " ".join(str(record.__dict__) for record in log.records)
    assert [canary for canary in CANARIES if canary in said] == []
    assert set(found_in_database(CANARIES)) <= set(ALLOWED)
    there = ("people_guardian", "phone", PHONE)
    assert there in set(found_in_database(CANARIES)), "the search itself finds what is there"


def _sign_in(walk: Walk) -> None:
    for password in ("sai " + PASSWORD, PASSWORD):
        walk.go("post", "/dang-nhap", {"login": "ketoan", "password": password})
    walk.go("get", "/hoc-sinh?q=Giàng")


def _import(walk: Walk) -> None:
    bad = [*ROW]
    bad[3], bad[1] = "31/02/2018", "1000000472"
    content = write_xlsx([SheetOut("Danh sách", HEADER, [ROW, bad])])
    address = walk.go("post", "/hoc-sinh/nhap", {"year": "2026-2027", "file": SimpleUploadedFile("ds.xlsx", content)})[
        "Location"
    ]
    page = walk.go("get", address).content.decode()
    walk.go("get", f"{address}?xem=chua-nhap")
    walk.go("get", f"{address}/can-sua")
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert walk.go("post", address, {"seen": seen}).status_code == 302
    walk.go("get", f"{address}/ket-qua")
    again = walk.go("post", "/hoc-sinh/nhap", {"year": "2026-2027", "file": SimpleUploadedFile("2.xlsx", content)})
    walk.go("get", again["Location"])


def _daily_work(walk: Walk, school: School, pupil: Student) -> None:
    at = f"/hoc-sinh/{pupil.public_id}"
    for path in (
        "/hoc-sinh",
        "/hoc-sinh?q=Giang",
        "/tim?q=Giàng",
        at,
        f"{at}/sua",
        f"{at}/giam-ho/1",
        f"{at}/nhay-cam/sua",
    ):
        walk.go("get", path)
    walk.go("get", "/hoc-sinh/tai-ve")
    for number in (SPACED, PHONE):
        assert pupil.public_id in walk.go("post", "/hoc-sinh/tim-so", {"number_text": number}).content.decode()
    guardian = {"guardian_name": "Vàng Thị Mỷ", "relationship": "mother", "is_payer": "on", "phone": ""}
    assert walk.go("post", f"{at}/giam-ho/1", guardian).status_code == 302
    assert Guardian.objects.for_school(school).get().phone == PHONE
    sent = {"personal_number": NUMBER, "health": HEALTH, "reason": "Gia đình báo"}
    assert walk.go("post", f"{at}/nhay-cam/sua", sent).status_code == 302
    assert walk.go("post", f"{at}/nhay-cam/sua", {**sent, "reason": ""}).status_code == 200


def _opening(walk: Walk, pupil: Student) -> str:
    at = f"/hoc-sinh/{pupil.public_id}"
    walk.go("get", at)
    what = ["personal_number", "ethnicity", "health", "hardship", "guardian_phone"]
    page = walk.go("post", f"{at}/nhay-cam", {"what": what, "reason": "Làm hồ sơ"}).content.decode()
    assert [canary in page for canary in SEALED] == [True] * 4
    walk.go("get", f"{at}/ai-da-xem")
    walk.go("get", "/nhat-ky")
    walk.go("get", "/nhat-ky/tai-ve")
    return f"post {at}/nhay-cam"


def _family(school: School, pupil: Student, accountant: User) -> Walk:
    invoice = money.invoice(school, [250_000], pupil=pupil, family=pupil.family)
    walk = Walk(Client())
    for path in ("", "/lich-su", "/ai-da-xem", "/da-chuyen"):
        walk.go("get", f"/p/{invoice.public_id}{path}")
    staff = Walk(factories.login(Client(), accountant))
    staff.go("get", f"/thu/phieu/{invoice.code}")
    walk.pages |= staff.pages
    walk.addresses += staff.addresses
    return walk


def background() -> None:
    """Everything that the clock starts, and what waits."""
    for tick in jobs.ticks().values():
        tick()
    for job in Job.objects.all():
        jobs.run(job.pk)


def _typed_back(canary: str, pupil: Student) -> set[str]:
    """Forms that were refused show again what was just typed, to who typed it; nothing is kept."""
    at = f"post /hoc-sinh/{pupil.public_id}/nhay-cam/sua"
    return {NUMBER: {at, "post /hoc-sinh/tim-so"}, HEALTH: {at}, PHONE: {"post /hoc-sinh/tim-so"}}.get(canary, set())


def found_in_database(canaries: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Every (table, column, canary) in the open, over every column of every table, bytes too."""
    needles = {canary: canary.encode() for canary in canaries}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if value is None or isinstance(value, bool | int | float | dt.date | dt.time):
                        continue
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else _plain(value).encode()
                    for canary, needle in needles.items():
                        if needle in raw:
                            yield table, name, canary


def _plain(value: object) -> str:
    """A value as text; JSON escapes undone, so that a canary with accents is found as well."""
    text = str(value)
    return text + re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
