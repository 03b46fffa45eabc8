"""`truongso account`: first people, links, lost factors; refusals change nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.services import change_password
from truongso.accounts.types import Role
from truongso.cli.main import main
from truongso.kernel import jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import Job
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


def test_a_person_is_added_and_the_link_works(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "add", "Truonglt", "Lò Thị Trưởng", "--role", "principal", "--school", school.code]) == 0
    made = Membership.objects.get()
    assert (made.user.username, made.user.full_name, made.role, made.school) == (
        "truonglt", "Lò Thị Trưởng", "principal", school,
    )  # fmt: skip
    address = capsys.readouterr().out.strip()
    assert Client().get(address[address.index("/kich-hoat/") :]).status_code == 200


def test_an_office_belongs_to_a_unit(capsys: pytest.CaptureFixture[str]) -> None:
    unit = factories.org_unit()
    assert main(["account", "add", "thuongtruc", "Bộ phận thường trực", "--role", "office", "--unit", unit.code]) == 0
    assert Membership.objects.get().unit == unit


@pytest.mark.parametrize(
    "words",
    [
        ["add", "x", "X", "--role", "vua", "--school", "79-THU"],
        ["add", "Có Dấu", "X", "--role", "principal", "--school", "79-THU"],
        ["add", "co.san", "X", "--role", "principal", "--school", "79-THU"],
        ["add", "x", "X", "--role", "principal", "--school", "khong-co"],
        ["add", "x", "X", "--role", "principal"],
        ["add", "x", "X", "--role", "office", "--school", "79-THU"],
        ["add", "x", "X", "--role", "operator", "--school", "79-THU"],
        ["link", "khong.co"],
        ["reset-factors", "khong.co", "--reason", "x"],
    ],
)
def test_refusals_are_one_line_and_change_nothing(
    school: School, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    factories.user(Role.CASHIER, school=school, username="co.san")
    before = (User.objects.count(), Membership.objects.count(), ActivationLink.objects.count())
    assert main(["account", *words]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert (User.objects.count(), Membership.objects.count(), ActivationLink.objects.count()) == before


def test_a_lost_factor_is_taken_away_with_a_reason(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    person = factories.user(Role.PRINCIPAL, school=school, username="truong")
    assert main(["account", "reset-factors", "truong", "--reason", "Gặp tại Sở, đúng người"]) == 0
    person.refresh_from_db()
    assert person.second_factor_since is None
    assert "/kich-hoat/" in capsys.readouterr().out


@pytest.mark.django_db
def test_letters_of_officers_that_could_not_leave_are_printed(actor: Actor, capsys: pytest.CaptureFixture[str]) -> None:
    officer = factories.user(
        Role.OFFICER, unit=factories.org_unit(), username="canbo.so", full_name="Cán bộ Sở", second_factor=False
    )
    with savepoint():
        change_password(user=officer, password="Nui-Cao4mua", actor=actor)
    jobs.run(Job.objects.get().pk)
    assert main(["account", "letters"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "canbo.so Cán bộ Sở"
    assert main(["account", "letters", "--hand-over"]) == 0
    assert capsys.readouterr().out.startswith("Kính gửi Cán bộ Sở,\nMật khẩu của tài khoản vừa được đổi lúc ")
    assert main(["account", "letters", "--hand-over"]) == 0
    assert capsys.readouterr().out == "không có thư nào chưa gửi được\n"
