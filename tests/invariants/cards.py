"""One of everything that card terminals, settlement files and banks of the bill service keep."""

from __future__ import annotations

import datetime as dt

from tests import money
from truongso.banking.batches.services import link
from truongso.banking.lines import Reported, record
from truongso.banking.statements.keys import line_keys
from truongso.banking.tests.helpers import line
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.organizations.models import BankAccount, School
from truongso.payments.bills.models import BillCall, BillTransaction
from truongso.payments.bills.partners import create_partner, switch
from truongso.payments.models import SettlementBatch
from truongso.payments.settlements.tests.build import ACTOR, DAY, bring, row, slip, terminal


def fill_cards(school: School) -> None:
    """A slip, its settled batch with the bank's credit, and a bank's reversal that came without its payment."""
    account: BankAccount = BankAccount.objects.for_school(school).order_by("pk")[0]
    invoice = money.invoice(school, (400_000,), full_name="Vũ Gia Bảo")
    recorded = slip(terminal(school, account=account), (invoice, 400_000))
    bring(school, [row(recorded, 4_400)])
    credit = line("POS79900019", 395_600, "FTPOS", booked_on=DAY + dt.timedelta(days=1))
    with savepoint():
        (made,) = record(account, [Reported(line_keys([credit], account=account.number)[0], credit)], actor_id=None)
        batch = SettlementBatch.objects.for_school(school).get()
        link(school.pk, line_id=made.pk, batch_ids=[batch.pk], actor=ACTOR)
        partner, _secret = create_partner(school, name="Vietcombank", actor=ACTOR)
        switch(school, partner, on=True, actor=ACTOR)
    BillCall.objects.create(
        partner=partner, nonce="nonce-one", path="/api/bill/v1/reversal", body_sha256="0" * 64, created_at=clock.now()
    )
    BillTransaction.objects.create(
        school=school, partner=partner, transaction_id="FT1", nonce="nonce-one", amount=recorded.slip.amount,
        paid_on=DAY, state="reversed", reversed_at=clock.now(), reversal_reason="hết giờ", created_at=clock.now(),
    )  # fmt: skip
