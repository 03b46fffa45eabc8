"""A36: a code of the authenticator app is good once, also for two requests at the same moment on two processes."""

from __future__ import annotations

import threading

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.db import connection, transaction

from tests import factories
from truongso.accounts.factors import services
from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor


def with_app(actor: Actor) -> tuple[User, str]:
    user = factories.user(Role.ACCOUNTANT, school=factories.school(), second_factor=False)
    secret = totp.generate_totp_secret()
    with transaction.atomic():
        totp.TOTP.activate(user, secret)
        services.factor_added(user=user, actor=actor, kind="app")
    step = next(totp.yield_hotp_counters_from_time()) + 1
    return user, totp.format_hotp_value(totp.hotp_value(secret, step))


@pytest.mark.django_db
def test_a_second_use_fails_also_when_the_cache_has_forgotten(actor: Actor) -> None:
    user, code = with_app(actor)
    found = []
    for _n in range(3):
        with transaction.atomic():
            found.append(services.use_code(user, code) is not None)
        cache.clear()
    assert found == [True, False, False]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_use_it_once(actor: Actor) -> None:
    user, code = with_app(actor)
    start, won = threading.Barrier(16), []

    def use() -> None:
        try:
            start.wait()
            with transaction.atomic():
                taken = services.use_code(user, code) is not None
            won.append(taken)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 15 + [True]
