"""What families leave behind: invoices grouped to be paid together, a claim and its answer."""

from __future__ import annotations

from truongso.banking.claims.services import answer_claim, make_claim
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.public import group_invoices

FAMILY = Actor.system("family", "web")


def fill_families(school: School, *invoices: Invoice) -> None:
    """One group of the given open invoices, and an answered claim about the first."""
    with savepoint():
        group_invoices(school.pk, invoice_ids=[invoice.pk for invoice in invoices])
        claim = make_claim(
            invoices[0], reference="FT26278001", amount=Dong(90_000), paid_on=clock.today(), payer_name="",
            answer_days=1, actor=FAMILY,
        )  # fmt: skip
        answer_claim(claim, text="Nhà trường đang tìm.", closes=False, actor=FAMILY)
