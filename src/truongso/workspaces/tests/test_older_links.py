"""A link from before somebody ceased to be a guardian opens its own invoice, and what the family had to pay then."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.public import hold_family_role
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.people.guardians.services import end_guardianship
from truongso.people.models import FamilyAccount, Guardian, Guardianship
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db]
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
MORE = ("lich-su", "ai-da-xem", "du-lieu", "dong-y", "tai-khoan")


def test_what_came_later_is_for_links_of_later(client: Client, school: School, actor: Actor) -> None:
    with clock.frozen(NOW):
        older = money.invoice(school, [250_000])
        mother = Guardian.objects.for_school(school).get(guardianships__student=older.student)
        father = factories.guardian(older.student.family, "Nguyễn Văn Hùng", phone="0900000002")
        link = Guardianship.objects.create(school=school, student=older.student, guardian=father, relationship="father")
        assert _codes(client, older) == [200] * 5
    with clock.frozen(NOW + dt.timedelta(days=1)), transaction():
        end_guardianship(actor=actor, student=older.student, link=link, reason="Quyết định của tòa án")
    with clock.frozen(NOW + dt.timedelta(days=2)):
        newer = money.invoice(school, [90_000], full_name="Nguyễn Bảo Bình", family=older.student.family)
        assert newer.family_id == older.family_id
        assert (_codes(client, older), _codes(client, newer)) == ([403] * 5, [200] * 5)
        assert "250.000" in text(client.get(f"/p/{older.public_id}"))
        baskets = [text(client.get(f"/p/{one.public_id}/gop", follow=True)) for one in (older, newer)]
        assert ["Nguyễn Bảo Bình" in one for one in baskets] == [False, True]
        assert ["Nguyễn Bảo An" in one for one in baskets] == [True, True]
        answer = client.post(f"/p/{older.public_id}/dong-y", {"viec": "rut", "muc": "receipt_notice"})
        assert (answer.status_code, "Đường dẫn này chỉ còn mở phiếu báo thu" in text(answer)) == (403, True)
        user = factories.user(None)
        FamilyAccount.objects.create(school=school, user=user, guardian=mother, since=clock.now())
        with transaction():
            hold_family_role(actor=actor, user=user, role=Role.PARENT, school=school)
        factories.login(client, user)
        assert client.get(f"/p/{older.public_id}/lich-su").status_code == 200


def _codes(client: Client, invoice: Invoice) -> list[int]:
    return [client.get(f"/p/{invoice.public_id}/{page}").status_code for page in MORE]
