"""A04: a random public id names a thing, it opens nothing: papers and exports ask who is there and of which school."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.einvoice.models import HandOff
from truongso.payments.printing.models import PrintPart, PrintRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def kept(school: School) -> list[str]:
    """Addresses of a ready pile of papers with family names on them."""
    run = PrintRun.objects.create(
        school=school, kind="fee_notices", title="Phiếu báo", papers=1, created_at=clock.now(),
        kept_until=clock.now() + dt.timedelta(days=7),
    )  # fmt: skip
    part = PrintPart.objects.create(school=school, run=run, number=1, label="3A2", papers=1, content=b"%PDF-1.7 An")
    return [
        reverse("payments:print_run", kwargs={"public_id": run.public_id}),
        reverse("payments:print_part", kwargs={"public_id": run.public_id, "number": part.number}),
    ]


def test_knowing_the_id_is_not_enough(school: School, other_school: School) -> None:
    addresses = kept(school)
    own = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    assert [own.get(one).status_code for one in addresses] == [200, 200]
    stranger = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=other_school))
    assert [stranger.get(one).status_code for one in addresses] == [404, 404]
    colleague = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    assert [colleague.get(one).status_code for one in addresses] == [403, 403]
    visitor = Client()
    assert [visitor.get(one)["Location"].split("?")[0] for one in addresses] == ["/dang-nhap", "/dang-nhap"]
    assert HandOff.objects.for_school(school).count() == 0


def test_papers_go_when_their_days_are_over(school: School) -> None:
    page, part = kept(school)
    own = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        own = factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))
        assert b"%PDF" not in own.get(part).content
    assert own.get(page).status_code in {200, 302}
