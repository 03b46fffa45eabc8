"""A43: what stands behind a check code is masked, and codes are random, not numbers to count up.

That nobody finds a code by trying cannot be shown by trying: there are 2^60. What stands in for it is the limit on
wrong codes from one place (`test_a42_enumeration.py::test_codes_to_check_cannot_be_tried_through`) together with the
length of codes, reckoned here. Whoever does find one sees a masked name and an amount, not the family's page; a forged
receipt is told by its signature (`payments/signing/tests`).
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests import money
from truongso.kernel.actor import Actor
from truongso.kernel.ids import new_public_id
from truongso.organizations.models import School
from truongso.payments.public import book, receipts_of_invoice
from truongso.workspaces.check_code import LENGTH, short_of
from truongso.workspaces.web.misses import MISSES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def test_short_codes_are_sixty_random_bits() -> None:
    codes = {short_of(new_public_id()) for _ in range(5_000)}
    assert len(codes) == 5_000
    assert {len(code) for code in codes} == {LENGTH}
    assert all(len({code[place] for code in codes}) == 32 for place in range(LENGTH))


def test_a_thousand_places_guessing_for_a_year_hit_nothing() -> None:
    """Ten million papers on one installation, a thousand places at the limit day and night: one hit in 2,000 years."""
    papers, places, year = 10_000_000, 1_000, 365 * 86_400
    guesses = places * year // MISSES.seconds * MISSES.most
    assert (MISSES.most, MISSES.seconds, guesses) == (10, 600, 525_600_000)
    assert 32**LENGTH // (papers * guesses) > 200


def test_a_receipts_number_or_an_invoices_code_opens_nothing(school: School, client: Client, actor: Actor) -> None:
    invoice = money.invoice(school)
    book(school.pk, booking=money.booking((invoice, 250_000)), actor=actor)
    receipt = receipts_of_invoice(school.pk, invoice.pk)[0]
    for guess in (
        "BL-2026-000001",
        "1",
        str(receipt.pk),
        invoice.code,
        invoice.code.lower(),
        str(invoice.pk).zfill(12),
    ):
        answer = client.get(f"/kt/{guess}")
        assert answer.status_code == 404, guess
    whole = client.get(f"/kt/{short_of(receipt.public_id)}").content.decode()
    for hidden in ("Nguyễn Bảo An", "Trần Thị Thu Hằng", "3A2", invoice.code, invoice.public_id, receipt.public_id):
        assert hidden not in whole, hidden


def test_the_short_code_does_not_open_the_familys_page(school: School, client: Client) -> None:
    invoice = money.invoice(school)
    assert client.get(f"/p/{short_of(invoice.public_id)}").status_code == 404
