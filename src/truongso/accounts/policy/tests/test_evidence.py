"""Change on evidence, under both profiles: whatever says that somebody else may have the password asks for another one,
and nothing but the change opens meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.factors.services import make_sheet
from truongso.accounts.hygiene.models import SharedAccount
from truongso.accounts.hygiene.tasks import close_left_behind, sign_leavers_out
from truongso.accounts.models import Membership, User
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER, NIST, Policy
from truongso.accounts.staffing import services as staffing
from truongso.accounts.staffing.services import Manager, Span
from truongso.accounts.tests import country_files
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
LEAKED = "Matkhau@123"
VN, JP = "1.52.0.9", "1.112.0.9"
PROFILES = pytest.mark.parametrize("profile", [LETTER, NIST], ids=["letter", "nist"])


@pytest.fixture
def principal(school: School) -> Manager:
    return Manager(factories.user(Role.PRINCIPAL, school=school, username="truong"), True, frozenset({school.pk}))


@pytest.fixture
def countries(tmp_path: Path, settings: Any) -> None:
    networks: dict[str, country_files.Value] = {
        "1.52.0.0/16": {"country": {"iso_code": "VN"}}, "1.112.0.0/16": {"country": {"iso_code": "JP"}},
    }  # fmt: skip
    settings.COUNTRY_FILE = country_files.write(tmp_path / "countries.mmdb", networks)


def put(school: School, profile: Policy, actor: Actor) -> None:
    with transaction.atomic():
        set_policy(
            actor=actor, place=school, policy=replace(profile, grace_days_sensitive=30), valid_from=clock.today()
        )


def sign_in(name: str, password: str = factories.PASSWORD, source: str = "127.0.0.1") -> Client:
    client = Client()
    client.post("/dang-nhap", {"login": name, "password": password}, REMOTE_ADDR=source)
    return client


def _leaked(school: School, by: Manager, user: User) -> None:
    user.set_password(LEAKED)
    user.save(update_fields=["password"])
    sign_in(user.username, LEAKED)


def _reported(school: School, by: Manager, user: User) -> None:
    with transaction.atomic():
        staffing.report_exposed(by=by, place=school, user=user, reason="mật khẩu dán trên màn hình")


def _country(school: School, by: Manager, user: User) -> None:
    for source in (VN, JP):
        sign_in(user.username, source=source)


def _role(school: School, by: Manager, user: User) -> None:
    it = Manager(factories.user(Role.IT_ADMIN, school=school), False, frozenset({school.pk}))
    with transaction.atomic():
        asked = staffing.give_role(by=it, place=school, user=user, span=Span(Role.ACCOUNTANT, clock.today()))
        assert asked.request is not None
        staffing.decide(by=by, request=asked.request, approve=True)


def _departure(school: School, by: Manager, user: User) -> None:
    sign_in(user.username)
    before = clock.today() - dt.timedelta(days=1)
    Membership.objects.filter(user=user).update(valid_to=before)
    UserSession.objects.filter(user=user).update(created_at=clock.now() - dt.timedelta(days=2))
    assert sign_leavers_out() == 1


def _return(school: School, by: Manager, user: User) -> None:
    Membership.objects.filter(user=user).update(valid_to=clock.today() - dt.timedelta(days=60))
    with transaction.atomic():
        staffing.give_role(by=by, place=school, user=user, span=Span(Role.SUBJECT_TEACHER, clock.today()))


EVIDENCE: dict[str, tuple[Callable[[School, Manager, User], None], str]] = {
    "in a list of leaked ones": (_leaked, "leaked"),
    "somebody may know it": (_reported, "reported"),
    "signed in from a new country": (_country, "country"),
    "came to money or rights": (_role, "role"),
    "left every place": (_departure, "departure"),
    "left and came back": (_return, "departure"),
}


@PROFILES
@pytest.mark.parametrize("evidence", EVIDENCE)
@pytest.mark.usefixtures("countries")
def test_a_password_is_changed_on_evidence(
    evidence: str, profile: Policy, school: School, principal: Manager, actor: Actor
) -> None:
    put(school, profile, actor)
    user = factories.user(Role.SUBJECT_TEACHER, school=school, username="day", second_factor=False)
    User.objects.filter(pk=user.pk).update(password_changed_at=clock.now() - dt.timedelta(days=2))
    user.refresh_from_db()
    act, reason = EVIDENCE[evidence]
    act(school, principal, user)
    user.refresh_from_db()
    assert user.change_required == reason
    assert AuditEntry.objects.get(action="accounts:user:require_change", subject_id=str(user.pk)).reason == reason
    client = sign_in("day", LEAKED if reason == "leaked" else factories.PASSWORD)
    assert client.get("/tai-khoan").status_code == 200
    assert client.get("/tai-khoan/bao-mat")["Location"] == "/tai-khoan"
    assert client.post("/tai-khoan/bao-mat/phieu-ma")["Location"] == "/tai-khoan"


@PROFILES
def test_a_lost_device_takes_the_password_with_it(
    profile: Policy, school: School, principal: Manager, actor: Actor
) -> None:
    put(school, profile, actor)
    user = factories.user(Role.SUBJECT_TEACHER, school=school, username="day", second_factor=False)
    with transaction.atomic():
        make_sheet(user=user, actor=actor)
        it = Manager(factories.user(Role.IT_ADMIN, school=school), False, frozenset({school.pk}))
        asked = staffing.report_lost_factor(by=it, place=school, user=user, reason="mất điện thoại")
        assert asked.request is not None
        staffing.decide(by=principal, request=asked.request, approve=True)
    user.refresh_from_db()
    assert (user.second_factor_since, user.has_usable_password()) == (None, False)
    assert "_auth_user_id" not in sign_in("day").session


def test_a_shared_account_closes_when_its_owner_leaves(school: School, actor: Actor) -> None:
    owner = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Giàng A Dạy")
    shared = factories.user(Role.SUBJECT_TEACHER, school=school, username="vanphong", second_factor=False)
    SharedAccount.objects.create(user=shared, owner=owner, since=clock.now(), reason="máy văn phòng")
    sign_in("vanphong")
    assert (close_left_behind(), UserSession.objects.filter(user=shared).count()) == (0, 1)
    Membership.objects.filter(user=owner).update(
        valid_from=clock.today() - dt.timedelta(days=9), valid_to=clock.today() - dt.timedelta(days=1)
    )
    assert (close_left_behind(), close_left_behind()) == (1, 0)
    shared.refresh_from_db()
    assert (shared.has_usable_password(), UserSession.objects.filter(user=shared).count()) == (False, 0)
    entry = AuditEntry.objects.get(action="accounts:owner:left")
    assert (entry.subject_id, entry.reason) == (str(shared.pk), "Người phụ trách đã thôi việc")


def test_the_last_shared_account_that_lets_others_in_stays_open(school: School) -> None:
    owner = factories.user(Role.SUBJECT_TEACHER, school=school)
    shared = factories.user(Role.PRINCIPAL, school=school, username="bangiamhieu", second_factor=False)
    User.objects.filter(pk=shared.pk).update(activated_at=clock.now())
    SharedAccount.objects.create(user=shared, owner=owner, since=clock.now(), reason="ban giám hiệu")
    Membership.objects.filter(user=owner).update(
        valid_from=clock.today() - dt.timedelta(days=9), valid_to=clock.today() - dt.timedelta(days=1)
    )
    assert close_left_behind() == 0
    shared.refresh_from_db()
    assert shared.has_usable_password()
