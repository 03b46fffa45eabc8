"""A09: markup in a person's name, a reason, a browser's description or a file's name is text wherever it is shown."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from truongso.accounts.models import User
from truongso.accounts.staffing.models import AccountRequest, StaffList
from truongso.accounts.types import Role
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
MARK = "<i data-xss=1>"


def test_no_page_of_accounts_shows_a_mark_as_markup(school: School) -> None:
    principal = factories.user(Role.PRINCIPAL, school=school, full_name=f"Lò {MARK}")
    teacher = factories.user(Role.HOMEROOM_TEACHER, school=school, full_name=f"Dạy {MARK}", second_factor=False)
    it = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school, full_name=f"Quản {MARK}"))
    client = Client(HTTP_USER_AGENT=f"Mozilla {MARK}")
    form = {"full_name": f"Mới {MARK}", "role": "cashier", "valid_from": "05/10/2026", "phone": MARK[:20]}
    it.post("/nguoi-dung/them", form)
    made = User.objects.get(full_name=f"Mới {MARK}")
    it.post(f"/nguoi-dung/{principal.public_id}/trang-thai", {"state": "closed", "reason": f"vì {MARK}"})
    table = write_xlsx(
        [SheetOut("x", ["Họ và tên", "Vai trò"], [[f"Dòng {MARK}", f"Vai {MARK}"], [f"Tốt {MARK}", "GVCN"]])]
    )
    it.post("/nguoi-dung/nhap", {"file": SimpleUploadedFile(f"{MARK}.xlsx", table)})
    client.post("/dang-nhap", {"login": teacher.username, "password": factories.PASSWORD})
    assert (AccountRequest.objects.count(), UserSession.objects.count()) == (2, 1)
    stored = StaffList.objects.for_school(school).get()
    pages = [
        *(it.get(path) for path in ("/nguoi-dung", "/nguoi-dung?xem=tat-ca&q=<i", f"/nguoi-dung/{made.public_id}",
                                    f"/nguoi-dung/{principal.public_id}", f"/nguoi-dung/nhap/{stored.public_id}")),
        *(client.get(path) for path in ("/tai-khoan", "/tai-khoan/bao-mat")),
    ]  # fmt: skip
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "<i data-xss" not in text, page.request["PATH_INFO"]
    assert sum("&lt;i data-xss" in page.content.decode() for page in pages) >= 6
