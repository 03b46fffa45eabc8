"""A34: activation links and second-factor codes cannot be guessed, and each is bound to one use and one time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client

from tests import factories
from tests.depth import tries
from truongso.accounts.factors.services import CODE_DIGITS, make_sheet
from truongso.accounts.models import ActivationLink, User
from truongso.accounts.services import ACTIVATION_LIFETIME, new_activation
from truongso.accounts.signin import throttle
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)


def test_a_link_carries_256_bits_lives_72_hours_and_is_kept_as_a_hash(school: School, actor: Actor) -> None:
    user = factories.user(Role.ACCOUNTANT, school=school)
    with transaction.atomic():
        tokens = {new_activation(actor=actor, user=user) for _n in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}
    assert dt.timedelta(hours=72) == ACTIVATION_LIFETIME
    kept = str(list(ActivationLink.objects.values()))
    assert [token for token in tokens if token in kept] == []
    assert ActivationLink.objects.filter(expires_at__gt=clock.now()).count() == 1


def test_guessed_links_teach_nothing(school: School, actor: Actor) -> None:
    user = factories.user(Role.ACCOUNTANT, school=school)
    with transaction.atomic():
        dead, live = new_activation(actor=actor, user=user), new_activation(actor=actor, user=user)
    pages = {Client().get(f"/kich-hoat/{token}").content for token in (dead, live[:-1] + "!", "x" * 43, "a")}
    assert len(pages) == 1


def test_codes_have_at_least_six_digits_and_a_wrong_one_is_tried_five_times(school: School, actor: Actor) -> None:
    assert CODE_DIGITS == 8
    user: User = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    with transaction.atomic():
        codes = make_sheet(user=user, actor=actor)
    client = Client()
    with clock.frozen(START):
        client.post("/dang-nhap", {"login": user.username, "password": factories.PASSWORD})
        for number in range(tries(60, 1_000)):
            client.post("/dang-nhap/hai-lop", {"code": f"{number:08}"})
        refused = client.post("/dang-nhap/hai-lop", {"code": codes[0]}).content.decode()
    assert "Đã thử nhiều lần." in refused
    assert "_auth_user_id" not in client.session
    user.code_sheet.refresh_from_db()
    assert user.code_sheet.used == 0
    assert throttle.wait_after(5 + 8) == 900, "at the longest wait that is 96 tries a day of a hundred million codes"
