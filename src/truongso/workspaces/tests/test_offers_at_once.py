"""A link is taken up in the moment in which the school ends what it leads to: no account is left open."""

from __future__ import annotations

from functools import partial

import pytest
from tests import money

from truongso.banking.tests.helpers import at_once
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.people.family_accounts import services
from truongso.people.family_accounts.types import FamilyAccountRefusedError
from truongso.people.models import AccountOffer, FamilyAccount, Guardian

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CLERK = Actor(7, "Lò Thị Trưởng", "web")


def test_a_record_written_over_while_its_link_is_taken_up(school: School) -> None:
    student = money.invoice(school, [250_000]).student
    guardian = Guardian.objects.for_school(school).get()

    def act(offer: AccountOffer, number: int) -> str:
        try:
            with transaction():
                if number:
                    services.end_for_others(actor=CLERK, school_id=school.pk, guardian_ids=[guardian.pk])
                else:
                    services.take_up(offer=offer, user=None, actor=CLERK)
        except FamilyAccountRefusedError as error:
            return error.code
        return ""

    for _time in range(6):
        with transaction():
            token = services.print_offer(actor=CLERK, student=student, guardian=guardian).rsplit("/", 1)[1]
        offer = services.find_offer(token)
        assert offer is not None
        said = at_once(2, partial(act, offer))
        assert said in (["", ""], ["offer_over", ""])
        assert not FamilyAccount.objects.for_school(school).filter(ended_at=None).exists()
