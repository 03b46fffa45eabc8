"""A05: on account pages no other method, and no `_method`, does what a form does; nor does a form without token."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories
from truongso.accounts.models import Membership, User
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
TAILS = ("vai-tro", "ket-thuc", "duong-dan", "mat-lop-hai", "trang-thai")
OWN = ("phieu-ma", "ma-du-phong", "xoa", "phien", "trinh-duyet")
DATA = {
    "role": "principal",
    "valid_from": "05/10/2026",
    "reason": "x",
    "state": "closed",
    "_method": "POST",
    "act": "make",
}


def snapshot() -> tuple[object, ...]:
    return (
        list(Membership.objects.order_by("pk").values()), AccountRequest.objects.count(),
        list(User.objects.order_by("pk").values("password", "is_active", "second_factor_since")),
    )  # fmt: skip


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
def test_only_post_writes(school: School, method: str) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    teacher = factories.user(Role.SUBJECT_TEACHER, school=school)
    before = snapshot()
    paths = [f"/nguoi-dung/{teacher.public_id}/{tail}" for tail in TAILS] + [
        f"/tai-khoan/bao-mat/{tail}" for tail in OWN
    ]
    for path in (*paths, "/nguoi-dung/them", "/chinh-sach-tai-khoan/dat", "/truong/phan-su-dung"):
        act = getattr(client, method)
        answer = act(path, DATA) if method in {"get", "head"} else act(f"{path}?role=principal&reason=x")
        assert answer.status_code in {200, 302, 405}, path
    assert snapshot() == before


def test_forms_without_the_token_are_refused(school: School) -> None:
    client = Client(enforce_csrf_checks=True)
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    teacher = factories.user(Role.SUBJECT_TEACHER, school=school)
    before = snapshot()
    paths = [f"/nguoi-dung/{teacher.public_id}/{tail}" for tail in TAILS] + [
        f"/tai-khoan/bao-mat/{tail}" for tail in OWN
    ]
    for path in (*paths, "/nguoi-dung/them", "/chinh-sach-tai-khoan/dat", "/xac-nhan-lai", "/dang-nhap/khoa"):
        assert client.post(path, DATA).status_code == 403, path
    assert snapshot() == before
