"""The search of the queue: whoever the memo names, the family's open invoice is found."""

from __future__ import annotations

import pytest
from tests import factories, money

from truongso.banking.queries import find_invoices
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("words", ["hoang mai tram", "Hoàng Mai Trâm", "tram hoang"])
def test_a_guardian_who_is_not_the_payer_leads_to_the_invoice(school: School, words: str) -> None:
    invoice = money.invoice(school, full_name="Nguyễn Đình Việt")
    money.invoice(school, full_name="Lê Gia Huy")
    factories.guardian(invoice.family, "Hoàng Mai Trâm")
    assert [i.code for i in find_invoices(school.pk, words)] == [invoice.code]
    assert find_invoices(school.pk, "hoang mai lan") == []


def test_another_school_finds_nothing(school: School) -> None:
    invoice = money.invoice(school, full_name="Nguyễn Đình Việt")
    factories.guardian(invoice.family, "Hoàng Mai Trâm")
    assert find_invoices(factories.school(code="79-KHAC", prefix="KH").pk, "hoang mai tram") == []
