"""The owner is told of every change of what opens the account, in the transaction of the change."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from tests import factories

from truongso.accounts.credential_letters import LETTER_JOB, hand_over, send_again, unsent
from truongso.accounts.factors import services as factors
from truongso.accounts.models import User
from truongso.accounts.services import activate, activation_for, change_password, new_activation
from truongso.accounts.types import Role
from truongso.kernel import clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, Job
from truongso.messaging.models import Delivery
from truongso.messaging.public import ACCOUNT_STATE
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

GOOD = "Nui-Cao4mua"


@pytest.fixture
def person(school: School) -> User:
    user = factories.user(Role.ACCOUNTANT, school=school, username="hoapt.lvt", second_factor=False)
    User.objects.filter(pk=user.pk).update(email="hoapt@example.edu.vn")
    user.refresh_from_db()
    return user


def said(school: School) -> list[tuple[str, str]]:
    rows = Delivery.objects.for_school(school).filter(template=ACCOUNT_STATE).order_by("pk")
    return [(row.address, row.body.split("\n")[1]) for row in rows]


def test_a_changed_password_and_every_factor_are_told(school: School, person: User, actor: Actor) -> None:
    with transaction.atomic():
        change_password(user=person, password=GOOD, actor=actor)
        factors.make_sheet(user=person, actor=actor)
        factors.make_recovery_codes(user=person, actor=actor)
        factors.drop_all(user=person, actor=actor, reason="Mất điện thoại")
    assert said(school) == [
        ("hoapt@example.edu.vn", "Mật khẩu của tài khoản vừa được đổi lúc 09:00 05/10/2026."),
        ("hoapt@example.edu.vn", "Tài khoản vừa có tờ mã dùng một lần mới lúc 09:00 05/10/2026."),
        ("hoapt@example.edu.vn", "Tài khoản vừa có bộ mã dự phòng mới lúc 09:00 05/10/2026."),
        (
            "hoapt@example.edu.vn",
            "Mọi lớp xác thực thứ hai của tài khoản vừa bị gỡ theo đơn báo mất lúc 09:00 05/10/2026.",
        ),
    ]
    body = Delivery.objects.for_school(school).order_by("pk")[0].body
    assert "báo ngay cho quản trị của trường để khóa tài khoản" in body
    assert GOOD not in body


def test_a_refused_change_tells_nothing(school: School, person: User, actor: Actor) -> None:
    with pytest.raises(ValidationError), transaction.atomic():
        change_password(user=person, password="ngắn", actor=actor)
    assert said(school) == []


def test_the_first_activation_is_no_change_and_a_later_one_is(school: School, person: User, actor: Actor) -> None:
    User.objects.filter(pk=person.pk).update(password_changed_at=None, activated_at=None)
    for password, count in ((GOOD, 0), ("Suoi-Sau5dem", 1)):
        with transaction.atomic():
            link = activation_for(new_activation(actor=actor, user=person))
            assert link is not None
            assert activate(link=link, password=password, actor=actor)
        assert len(said(school)) == count
    assert said(school)[0][1].startswith("Mật khẩu của tài khoản vừa được đặt lại bằng liên kết kích hoạt lúc")


def test_without_an_address_the_school_sends_nothing(school: School, person: User, actor: Actor) -> None:
    User.objects.filter(pk=person.pk).update(email="")
    person.refresh_from_db()
    with transaction.atomic(), clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        change_password(user=person, password=GOOD, actor=actor)
    assert Delivery.objects.across_schools("test").count() == 0
    assert not Job.objects.filter(kind=LETTER_JOB).exists()


def test_an_officer_is_written_to_by_the_installation_and_by_no_school(actor: Actor) -> None:
    officer = _officer("can.bo@example.gov.vn")
    with transaction.atomic():
        change_password(user=officer, password=GOOD, actor=actor)
    job = jobs.run(Job.objects.get(kind=LETTER_JOB).pk)
    assert (job.school_id, job.state, job.result) == (0, "done", {"way": "email"})
    assert "can.bo" not in str(job.params)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["can.bo@example.gov.vn"], "Tài khoản Trường Số vừa thay đổi")
    assert letter.body.split("\n")[1] == (
        "Mật khẩu của tài khoản vừa được đổi lúc 09:00 05/10/2026 (tên đăng nhập canbo.so)."
    )
    assert "http" not in letter.body
    assert Delivery.objects.across_schools("test").count() == 0
    assert unsent() == []


def test_a_letter_that_cannot_leave_is_tried_again_then_handed_over(actor: Actor) -> None:
    officer = _officer("")
    with transaction.atomic():
        change_password(user=officer, password=GOOD, actor=actor)
    job = jobs.run(Job.objects.get(kind=LETTER_JOB).pk)
    assert (job.state, job.error, mail.outbox) == ("failed", "no_address", [])
    assert send_again() == 0  # ten minutes have to pass
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        assert send_again() == 1
        assert jobs.run(job.pk).error == "no_address"
    with clock.frozen(clock.now() + dt.timedelta(days=4)):
        assert send_again() == 0
    assert [one.user.pk for one in unsent()] == [officer.pk]  # looking takes nothing away
    with transaction.atomic():
        (slip,) = hand_over(actor)
    assert slip.text.startswith("Kính gửi Cán bộ Sở,\nMật khẩu của tài khoản vừa được đổi lúc 09:00 05/10/2026")
    job.refresh_from_db()
    assert (job.state, job.result, unsent()) == ("done", {"way": "paper"}, [])
    assert AuditEntry.objects.filter(action="accounts:letter:print", subject_id=str(officer.pk)).count() == 1


def _officer(email: str) -> User:
    user = factories.user(
        Role.OFFICER, unit=factories.org_unit(), username="canbo.so", full_name="Cán bộ Sở", second_factor=False
    )
    User.objects.filter(pk=user.pk).update(email=email)
    user.refresh_from_db()
    return user
