"""A55: nobody fills the disk: bodies are cut off before they are read; files, forms and pages are counted."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests import factories
from truongso.accounts.types import Role
from truongso.accounts.web import request_limits
from truongso.accounts.web.request_limits import LONGEST_BODY
from truongso.kernel import clock
from truongso.kernel.limit_blocks import Blocks
from truongso.kernel.limits import Limit
from truongso.kernel.models import Tally
from truongso.kernel.ui import downloads
from truongso.kernel.uploads import MB
from truongso.organizations.models import School
from truongso.people.models import RosterImport, Student

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


class Unread(io.BytesIO):
    """A body that nobody may touch."""

    def read(self, *_args: object) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("length", [str(LONGEST_BODY + 1), "9" * 30, "-1", "x", "١٢"])
def test_a_body_longer_than_any_form_is_never_read(client: Client, length: str) -> None:
    unread: dict[str, Any] = {"CONTENT_LENGTH": length, "wsgi.input": Unread()}
    answer = client.generic("POST", "/kiem-tra/ma-qr", b"", content_type="multipart/form-data; boundary=x", **unread)
    assert answer.status_code == 413
    assert "Tệp quá lớn" in answer.content.decode()


def roster(megabytes: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", b"x," * (megabytes * MB // 2))


def test_the_files_of_a_place_are_counted_by_the_day(
    school: School, other_school: School, school_day: dt.datetime
) -> None:
    factories.school_year()
    person = factories.user(Role.IT_ADMIN, school=school)
    client = factories.login(Client(), person)
    neighbour = factories.login(Client(), factories.user(Role.IT_ADMIN, school=other_school))
    small = "Họ và tên,Lớp,Ngày sinh\nNguyễn Bảo An,3A2,14/03/2018\n".encode()

    def send(by: Client, file: SimpleUploadedFile) -> int:
        return by.post("/hoc-sinh/nhap", {"year": "2026-2027", "file": file}).status_code

    with override_settings(UPLOADS_A_DAY_MB=5):
        assert [send(client, roster(2)), send(client, roster(2))] == [200, 429]
        kept = RosterImport.objects.for_school(school).count()
        assert send(client, SimpleUploadedFile("a.csv", small)) == 302  # what carries no long file goes on
        assert RosterImport.objects.for_school(school).count() == kept + 1
        assert send(neighbour, roster(2)) == 200
        with clock.frozen(school_day + dt.timedelta(days=1)):
            client = factories.login(Client(), person)
            assert send(client, roster(2)) == 200


def test_forms_are_counted_by_the_minute(school: School, school_day: dt.datetime) -> None:
    person = factories.user(Role.IT_ADMIN, school=school)
    client = factories.login(Client(), person)
    form = {"full_name": "", "role": "x"}
    with override_settings(FORMS_A_MINUTE=5):
        codes = [client.post("/nguoi-dung/them", form).status_code for _ in range(6)]
        assert codes[:5].count(429) == 0
        refused = client.post("/nguoi-dung/them", form)
        assert (refused.status_code, codes[5]) == (429, 429)
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert client.get("/nguoi-dung").status_code == 200  # reading goes on
        with clock.frozen(school_day + dt.timedelta(minutes=1)):
            assert client.post("/nguoi-dung/them", form).status_code != 429
        visitor = Client()
        many = [visitor.post("/dang-xuat").status_code for _ in range(30)]
        assert many[-1] == 429
    assert Tally.objects.filter(key__contains=person.username).count() == 0


def test_lists_are_not_taken_out_one_after_the_other(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "EXPORTS", Limit("exports", 2, 600))
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert [client.get("/nguoi-dung/tai-ve").status_code for _ in range(3)] == [200, 200, 429]
    colleague = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    assert colleague.get("/nguoi-dung/tai-ve").status_code == 200
    assert Student.objects.for_school(school).count() == 0


def test_notices_are_small(client: Client, school: School) -> None:
    for path in ("/hooks/sepay/x", "/hooks/casso/x", "/hooks/momo/x"):
        answer = client.post(path, b"x" * (256 * 1024 + 1), content_type="application/json")
        assert answer.status_code in {400, 401, 404, 413}, path


def test_pages_are_counted_by_person_place_and_address(
    school: School, school_day: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def process() -> None:
        monkeypatch.setattr(request_limits, "_READS", Blocks(part=4, seconds=60))

    process()
    person = factories.user(Role.IT_ADMIN, school=school)
    client = factories.login(Client(), person)
    with override_settings(READS_A_MINUTE=8):
        with CaptureQueriesContext(connection) as asked:
            assert [client.get("/tai-khoan").status_code for _ in range(8)] == [200] * 8
        assert sum("kernel_tally" in one["sql"] for one in asked) == 4  # after every second page of hers
        assert [client.get("/tai-khoan").status_code for _ in range(4)] == [200] + [429] * 3
        refused = client.head("/tai-khoan")
        assert (refused.status_code, 1 <= int(refused["Retry-After"]) <= 60) == (429, True)
        process()  # another one learns of it with its first block
        assert [client.get("/tai-khoan").status_code for _ in range(3)] == [200] + [429] * 2
        colleague = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
        assert colleague.get("/nguoi-dung").status_code == 200
        assert Client().get("/dang-nhap").status_code == 200  # a family behind the address of the school
        with clock.frozen(school_day + dt.timedelta(minutes=1)):
            assert factories.login(Client(), person).get("/tai-khoan").status_code == 200
    with override_settings(READS_A_MINUTE=1):
        process()
        visitor = Client()
        seen = [visitor.get("/kt").status_code for _ in range(60)]
        assert seen == [200] * 59 + [429]  # fifty times what one person may, and less than a block more
        assert visitor.get("/kt", REMOTE_ADDR="10.1.2.3").status_code == 200
