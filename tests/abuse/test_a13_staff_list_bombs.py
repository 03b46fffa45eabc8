"""A13: a list of staff that unpacks to more than it should, or is none at all, is refused before it is read."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from truongso.accounts.models import User
from truongso.accounts.staffing.models import StaffList
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


def bomb() -> bytes:
    """A workbook of some kilobytes whose sheet is 300 MB of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("nhan-su.xlsx", bomb), ("nhan-su.xlsx", lambda: b"%PDF-1.7 ..."),
        ("nhan-su.xlsx", lambda: b"\x89PNG\r\n\x1a\n"),
        ("nhan-su.csv", lambda: b"\x00\x01\x02" * 500), ("nhan-su.csv", lambda: b"a," * (1024 * 1024 + 1)),
    ],
)  # fmt: skip
def test_it_is_refused_and_nothing_is_kept(school: School, name: str, make: object) -> None:
    client = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    answer = client.post("/nguoi-dung/nhap", {"file": SimpleUploadedFile(name, make())})  # type: ignore[operator]
    assert answer.status_code == 422
    assert "err" in answer.content.decode()
    assert (StaffList.objects.for_school(school).count(), User.objects.count()) == (0, 1)
