"""Long unused accounts are warned of and suspended; sessions of people who left end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.hygiene import tasks
from truongso.accounts.hygiene.models import IdleWarning
from truongso.accounts.hygiene.tests.people import Staff, staff_of
from truongso.accounts.models import Membership, User
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER
from truongso.accounts.staffing import services
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.messaging.models import Delivery
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
START = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture
def staff(school: School) -> Staff:
    made = staff_of(school)
    User.objects.update(created_at=START, activated_at=START)
    return made


def use(*people: User, days: int) -> None:
    User.objects.filter(pk__in=[one.pk for one in people]).update(last_login=START + dt.timedelta(days=days))


def sweep(day: int) -> int:
    with clock.frozen(START + dt.timedelta(days=day)):
        return tasks.sweep_idle()


def active() -> list[str]:
    return sorted(User.objects.filter(is_active=True).values_list("username", flat=True))


def test_a_quiet_account_is_told_then_suspended_and_let_in_again(staff: Staff, school: School) -> None:
    everybody = active()
    use(staff.it, staff.principal, staff.accountant, staff.office, days=30)
    parent = factories.user(Role.PARENT, school=school, username="phuhuynh")
    User.objects.filter(pk=parent.pk).update(created_at=START, activated_at=START)
    assert (sweep(37), sweep(38), sweep(38)) == (0, 1, 0)  # told a week before day 45, once
    row = IdleWarning.objects.get()
    assert (row.user, row.suspend_on, row.is_told) == (staff.teacher, dt.date(2026, 11, 19), True)
    told = Delivery.objects.for_school(school).get(template="account_state")
    assert told.address == "day@truong.example"
    assert "sẽ bị tạm khóa ngày 19/11/2026" in told.body
    assert (sweep(44), active()) == (0, sorted([*everybody, "phuhuynh"]))
    assert sweep(45) == 1
    assert sorted({*everybody, "phuhuynh"} - set(active())) == ["day"]
    with clock.frozen(START + dt.timedelta(days=46)), transaction.atomic():
        services.set_active(
            by=staff.by(staff.it), place=school, user=User.objects.get(pk=staff.teacher.pk), active=True,
            reason="Nghỉ sinh, đi làm lại",
        )  # fmt: skip
    assert sweep(47) == 0
    assert "day" in active()


def test_who_comes_back_is_left_alone(staff: Staff) -> None:
    use(staff.it, staff.principal, staff.accountant, staff.office, days=40)
    assert sweep(40) == 1
    use(staff.teacher, days=41)
    assert sweep(46) == 0
    assert "day" in active()


def test_the_last_one_to_open_doors_is_never_suspended(staff: Staff) -> None:
    everybody = active()
    assert sweep(40) == 5
    sweep(47)
    # Teacher and accountant are out; the only principal, administrator and office stay.
    assert sorted(set(everybody) - set(active())) == ["day", "hoapt"]


def test_the_policy_says_how_long(staff: Staff, school: School, actor: Actor) -> None:
    use(staff.it, staff.principal, staff.accountant, staff.office, days=20)
    with transaction.atomic():
        set_policy(actor=actor, place=school, policy=replace(LETTER, dormant_days=30), valid_from=dt.date(2026, 10, 5))
    assert (sweep(22), sweep(23)) == (0, 1)
    assert IdleWarning.objects.get().suspend_on == dt.date(2026, 11, 4)


def test_sessions_end_with_the_last_role(staff: Staff) -> None:
    teacher, other = Client(), Client()
    for client, name in ((teacher, "day"), (other, "hoapt")):
        client.post("/dang-nhap", {"login": name, "password": factories.PASSWORD})
    assert teacher.get("/tai-khoan").status_code == 200
    UserSession.objects.update(created_at=clock.now())  # the library's rows carry the machine's time
    Membership.objects.filter(user=staff.teacher).update(valid_to=dt.date(2026, 10, 5))
    assert tasks.sign_leavers_out() == 0
    with clock.frozen(START + dt.timedelta(hours=15)):  # midnight at school
        assert tasks.sign_leavers_out() == 1
        assert tasks.sign_leavers_out() == 0
        assert teacher.get("/tai-khoan").status_code == 302
        page = factories.login(Client(), staff.it).get("/an-toan-tai-khoan/danh-sach?thieu=left").content.decode()
        assert "Giàng A Dạy" in page
        assert "Hết vai trò" in page
