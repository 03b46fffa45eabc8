"""What passwords are refused, and what is free."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.models import User
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER, Composition
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(school: School) -> User:
    return factories.user(Role.ACCOUNTANT, school=school, username="hoapt.lvt", full_name="Phạm Thị Hòa")


def codes(password: str, person: User) -> list[str]:
    try:
        validate_password(password, person)
    except ValidationError as refusal:
        return [str(error.code) for error in refusal.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "Nui-Cao4",
        "Đồi.Chè7",
        "xY9?kl%2",
        "mot cau dai de nho",
        "tôi thích ăn phở bò tái",
        "aaaa bbbb cccc dddd",
        "truong nay co cay phuong vi do",
        "K" + "x9-" * 42 + "Z",
    ],
)
def test_taken(password: str, person: User) -> None:
    assert codes(password, person) == []


@pytest.mark.parametrize(
    "password",
    ["Nui-Ca4", "nui-cao4mua", "NUI-CAO4MUA", "Nui-CaoMua", "NuiCao4mua", "chi co chu thg", "12345678901234"],
)
def test_too_simple(password: str, person: User) -> None:
    assert "letter_policy" in codes(password, person)


def test_fifteen_characters_are_free_and_129_too_long(person: User) -> None:
    assert codes("xuan ha thu don", person) == []
    assert "letter_policy" in codes("xuan ha thu do", person)
    assert codes("x" * 129, person) == ["too_long"]


@pytest.mark.parametrize(
    "password",
    [
        "Thlevantam@123",
        "LeVanTam#2026",
        "Thl3v@nt@m123",
        "Trường Lê Văn Tám 2026",
        "lê văn tám anh hùng nhỏ tuổi",
        "Phamthihoa@1",
        "ThiHoa!2026x",
        "Hoapt.lvt@1",
        "Matkhau@123",
        "P@ssw0rd!x",
        "Ketoan@2026",
        "Abc123456@",
    ],
)
def test_built_on_the_person_the_school_or_common_words(password: str, person: User) -> None:
    assert "context_word" in codes(password, person)


def test_the_words_of_another_school_are_free(person: User, other_school: School) -> None:
    assert "context_word" in codes("Kimdong@12x", factories.user(Role.ACCOUNTANT, school=other_school))
    assert codes("Kimdong@12x", person) == []


def test_the_code_of_the_school_is_no_secret(person: User, school: School) -> None:
    School.objects.filter(pk=school.pk).update(code="79-LVT01")
    assert codes("Xuân!79lvt01", person) == codes("xuan ha thu dong 79-LVT01", person) == ["context_word"]


def test_classes_that_are_only_advised_are_shown_and_refuse_nothing(
    person: User, school: School, school_day: dt.datetime
) -> None:
    def said() -> tuple[bool, bool, bool]:
        page = factories.login(Client(), person).get("/tai-khoan").content.decode()
        return "Nên có thêm (không bắt buộc)" in page, "Có chữ số" in page, "data-strength" in page

    assert (codes("nuicaonguyen", person), said()) == (["letter_policy"], (False, True, True))
    for composition, shown in ((Composition.NUDGE, (True, True, True)), (Composition.OFF, (False, False, True))):
        with transaction.atomic():
            set_policy(
                actor=Actor.system("test"), place=school, policy=replace(LETTER, composition=composition),
                valid_from=school_day.date(),
            )  # fmt: skip
        assert (codes("nuicaonguyen", person), said()) == ([], shown)
