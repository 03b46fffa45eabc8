"""A35: every way of signing in ends before the second factor, and none of the ways round it is open."""

from __future__ import annotations

import pytest
from allauth.account.internal.flows.login import perform_login  # noqa: F401 - the one entry, named for the reader
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests import factories
from tests.architecture.rooms import sources
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.models import ActivationLink, User
from truongso.accounts.services import new_activation
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.organizations.models import School
from truongso.people.family_accounts.services import print_offer
from truongso.people.models import Guardian

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(school: School, actor: Actor) -> User:
    user = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    with transaction.atomic():
        make_sheet(user=user, actor=actor)
    return user


def test_password_and_activation_stop_at_the_second_factor(person: User, actor: Actor) -> None:
    by_password, by_link = Client(), Client()
    by_password.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    with transaction.atomic():
        token = new_activation(actor=actor, user=person)
    by_link.post(f"/kich-hoat/{token}", {"password": "Nui-Cao4mua"})
    for client in (by_password, by_link):
        assert "_auth_user_id" not in client.session
        assert client.get("/thu")["Location"].startswith("/dang-nhap")
        for path in ("/tai-khoan", "/tai-khoan/bao-mat", "/tai-khoan/bao-mat/khoa", "/xac-nhan-lai"):
            assert client.get(path)["Location"].startswith("/dang-nhap")
        assert client.post("/tai-khoan/bao-mat/phieu-ma", {"act": "make"})["Location"].startswith("/dang-nhap")


def test_no_other_way_in_exists() -> None:
    """No library page for reset, e-mail change, sign-up or codes by mail is addressed; no admin site is installed."""
    for name in (
        "account_reset_password", "account_email", "account_signup", "account_request_login_code",
        "account_change_password", "account_set_password", "mfa_index", "mfa_deactivate_totp", "mfa_signup_webauthn",
        "account_reauthenticate",
    ):  # fmt: skip
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert settings.AUTHENTICATION_BACKENDS == ["allauth.account.auth_backends.AuthenticationBackend"]
    assert getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None) is None
    assert settings.MFA_SUPPORTED_TYPES == ["webauthn", "totp", "recovery_codes"]  # no code by SMS or e-mail


def test_nothing_signs_in_behind_the_librarys_back() -> None:
    """Django's own `login` would skip the stages: the product never calls it."""
    users = {path for path, tree in sources() if "django.contrib.auth import login" in _text(path)}
    assert users == set()


def test_the_own_factors_change_only_with_a_fresh_proof(person: User) -> None:
    client = factories.login(Client(), person, fresh=False)
    before = person.code_sheet.created_at
    for path, data in (
        ("/tai-khoan/bao-mat/phieu-ma", {"act": "make"}), ("/tai-khoan/bao-mat/phieu-ma", {"act": "drop"}),
        ("/tai-khoan/bao-mat/xoa", {"factor": "app"}), ("/tai-khoan/bao-mat/ma-du-phong", {}),
        ("/tai-khoan/bao-mat/ung-dung", {"code": "000000"}), ("/tai-khoan/bao-mat/khoa", {"credential": "{}"}),
    ):  # fmt: skip
        assert client.post(path, data)["Location"].startswith("/xac-nhan-lai")
    for path in ("/tai-khoan/bao-mat/ung-dung", "/tai-khoan/bao-mat/khoa"):
        assert client.get(path)["Location"].startswith("/xac-nhan-lai")
    person.refresh_from_db()
    assert person.code_sheet.created_at == before


def _text(path: str) -> str:
    from tests.architecture.rooms import ROOT

    return (ROOT / path).read_text(encoding="utf-8")


def test_an_offer_of_a_familys_account_is_no_way_round_anybodys_factor(school: School, actor: Actor) -> None:
    """Who holds a slip, knows the birth date and is the teacher's guardian record gets no link into the teacher's
    account; joined it is only from inside, after confirming with the factor."""
    student = factories.student(school)
    guardian = Guardian.objects.for_school(school).get(guardianships__student=student)
    teacher = factories.user(Role.SUBJECT_TEACHER, school=school, full_name=guardian.full_name)
    said = {"ngay_sinh": "14/03/2018"}

    def offer() -> str:
        with transaction.atomic():
            address = print_offer(actor=actor, student=student, guardian=guardian)
        return address[address.index("/gia-dinh/") :]

    inside = factories.login(Client(), teacher, fresh=False)
    path = offer()
    assert inside.post(path, {**said, "viec": "gan"})["Location"].startswith("/xac-nhan-lai?")
    factories.prove(inside, teacher)
    assert inside.post(path, {**said, "viec": "gan"})["Location"] == "/gia-dinh"
    finder = Client()
    refused = finder.post(offer(), {**said, "viec": "moi"})
    assert (refused.status_code, "Đã có tài khoản" in refused.content.decode()) == (422, True)
    assert ("_auth_user_id" in finder.session, User.objects.count(), ActivationLink.objects.count()) == (False, 1, 0)
