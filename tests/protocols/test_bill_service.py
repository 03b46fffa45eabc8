"""A sandbox bank at the bill service over real HTTP, signed without the product's code."""

from __future__ import annotations

import pytest

from tests import money
from tests.protocols.scenes import ACTOR, AMOUNT, counts
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.bills.partners import create_partner
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.bill_bank import BillBank, BillError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def teller(school: School, product: str, bank: SandboxBank) -> BillBank:
    with transaction():
        partner, secret = create_partner(school, name="Ngân hàng thử", actor=ACTOR)
    return BillBank(product, partner.key_id, secret, bank)


@pytest.fixture
def invoice(school: School) -> Invoice:
    return money.invoice(school, [AMOUNT])


def test_asks_takes_posts_and_compares(teller: BillBank, school: School, invoice: Invoice) -> None:
    asked = teller.inquiry(invoice_code=invoice.code, school_code=school.code)
    (bill,) = asked["invoices"]
    assert (asked["outstanding"], bill["state"], bill["total"]) == (AMOUNT, "open", AMOUNT)
    paid = teller.pay(bill, school_code=school.code, payer="TRAN THI THU HANG", channel="counter")
    assert (paid["state"], paid["amount"], paid["duplicate"]) == ("booked", AMOUNT, False)
    invoice.refresh_from_db()
    assert (invoice.paid, counts()[:3]) == (Dong(AMOUNT), (1, 1, 1))
    assert teller.inquiry(invoice_code=invoice.code, school_code=school.code)["invoices"][0]["state"] == "paid"
    today = clock.today()
    listed = teller.transactions(today, school_code=school.code)
    assert [(one["transaction_id"], one["amount"]) for one in listed["transactions"]] == [
        (paid["transaction_id"], AMOUNT)
    ]
    assert teller.reconcile(today, school_code=school.code)["state"] == "agrees"
    assert teller.reconcile(today, school_code=school.code, rows=[])["state"] == "differs"


def test_repeats_and_reversals(teller: BillBank, school: School, invoice: Invoice) -> None:
    items = [{"invoice_code": invoice.code, "amount": AMOUNT}]
    account = invoice.bank_account.number
    at = clock.now()
    first, again = (
        teller.notify(items, school_code=school.code, account=account, transaction_id="FT1", at=at) for _ in range(2)
    )
    assert (first["duplicate"], again["duplicate"], counts()[:3]) == (False, True, (1, 1, 1))
    with pytest.raises(BillError) as caught:
        teller.notify(items, school_code=school.code, account=account, transaction_id="FT1", payer="LE VAN B", at=at)
    assert (caught.value.status, caught.value.result) == (409, "transaction_differs")
    back = teller.reverse("FT1", school_code=school.code, amount=Dong(AMOUNT), reason="Khách báo nhầm")
    assert (back["state"], back["was_booked"]) == ("reversed", True)
    invoice.refresh_from_db()
    assert (invoice.paid, teller.held) == (Dong(0), [])


def test_stale_strange_and_wrong_calls(teller: BillBank, school: School, invoice: Invoice) -> None:
    body = {"invoice_code": invoice.code, "school_code": school.code}
    now = int(clock.now().timestamp())
    with pytest.raises(BillError) as caught:
        teller.call("inquiry", body, at=now - 301)
    assert (caught.value.status, caught.value.result) == (401, "timestamp_drift")
    stranger = BillBank(teller.url, teller.key_id, "another secret")
    with pytest.raises(BillError) as caught:
        stranger.call("inquiry", body)
    assert (caught.value.status, caught.value.result) == (401, "not_authentic")
    with pytest.raises(BillError) as caught:
        teller.inquiry(invoice_code="TS2222222", school_code=school.code)
    assert (caught.value.status, caught.value.result) == (404, "invoice_unknown")
    items = [{"invoice_code": invoice.code, "amount": AMOUNT}]
    with pytest.raises(BillError) as caught:
        teller.notify(items, school_code=school.code, account="999")
    assert (caught.value.status, caught.value.result) == (422, "account_differs")
    assert (counts(), teller.held) == ((0, 0, 0, 0), [])
