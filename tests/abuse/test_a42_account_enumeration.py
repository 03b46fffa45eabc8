"""A42: signing in tells nobody which accounts exist: not by words, not by work done, not by what is slowed down."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from tests import factories
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(school: School) -> list[str]:
    """Known, known by e-mail, disabled, never activated, with a second factor; and unknown ones."""
    one = factories.user(Role.ACCOUNTANT, school=school, username="hoapt", second_factor=False)
    User.objects.filter(pk=one.pk).update(email="hoa@truong.example")
    factories.user(Role.ACCOUNTANT, school=school, username="nghi", second_factor=False)
    User.objects.filter(username="nghi").update(is_active=False)
    User.objects.create_user("chua", "Chưa Kích Hoạt")
    factories.user(Role.ACCOUNTANT, school=school, username="hailop")
    return ["hoapt", "hoa@truong.example", "nghi", "chua", "hailop", "khongco", "khongco@truong.example"]


def test_answers_are_one(names: list[str]) -> None:
    pages = set()
    for name in names:
        page = Client().post("/dang-nhap", {"login": name, "password": "Nui-Cao4mua"}).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page).replace(name, "…")
        pages.add(page)
    assert len(pages) == 1


def test_the_work_is_one_hash_for_everybody(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is the hash (26 ms): it is computed once for an e-mail, a name, a disabled, an unknown account alike."""
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    counts = {}
    for name in names:
        hashed.clear()
        Client().post("/dang-nhap", {"login": name, "password": "Nui-Cao4mua"})
        counts[name] = len(hashed)
    assert counts == dict.fromkeys(names, 1)


def test_passkey_options_name_nobody(names: list[str]) -> None:
    answer = Client().get("/dang-nhap/khoa", headers={"Accept": "application/json"}).json()
    assert answer["request_options"]["publicKey"].get("allowCredentials", []) == []
