"""A sandbox bank at the bill service over real HTTP, signed without the product's code."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests import money
from tests.protocols.scenes import ACTOR, AMOUNT, closed_yesterday, counts
from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.organizations.models import School
from truongso.payments.bills import services
from truongso.payments.bills.models import BillPartner, BillReconciliation
from truongso.payments.bills.partners import create_partner, set_active, switch
from truongso.payments.bills.reconcile import standing_differences
from truongso.payments.bills.types import BillCode, BillRefusedError
from truongso.payments.models import CreditEntry
from truongso.payments.settlements.models import SettlementItem
from truongso.payments.settlements.services import apply, preview
from truongso.sandbox.bank.tests.test_pages import Phone
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.bill_bank import BillBank, BillError
from truongso.sandbox.json_client import Json

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def teller(school: School, product: str, bank: SandboxBank) -> BillBank:
    with transaction():
        partner, secret = create_partner(school, name="Ngân hàng thử", actor=ACTOR)
        switch(school, partner, on=True, actor=ACTOR)
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
    with pytest.raises(BillError) as caught:
        teller.call("notify", {**body, "amount": AMOUNT}, at=now - 301)
    assert (caught.value.status, caught.value.result) == (401, "timestamp_drift")
    assert (counts(), teller.held) == ((0, 0, 0, 0), [])
    assert money.broken_invariants() == []


def test_a_paid_or_cancelled_invoice_owes_nothing_and_money_for_it_stays_the_familys(
    teller: BillBank, school: School, invoice: Invoice
) -> None:
    (bill,) = teller.inquiry(invoice_code=invoice.code)["invoices"]
    other = money.invoice(school, [90_000], full_name="Lê Minh Châu")
    with transaction():
        cancel_invoice(school.pk, invoice_id=other.pk, reason="lập nhầm", actor=ACTOR)
    teller.pay(bill, school_code=school.code)
    said = [teller.inquiry(invoice_code=i.code)["invoices"][0] for i in (invoice, other)]
    assert [(one["state"], one["outstanding"]) for one in said] == [("paid", 0), ("cancelled", 0)]
    # Banks that take it nevertheless have taken it from somebody: it is kept, booked, and nobody's debt.
    for one, amount in ((invoice, AMOUNT), (other, 90_000)):
        items = [{"invoice_code": one.code, "amount": amount}]
        assert teller.notify(items, school_code=school.code, account=invoice.bank_account.number)["credited"] == amount
    kept = CreditEntry.objects.for_school(school).order_by("pk").values_list("family_id", "amount")
    assert list(kept) == [(invoice.family_id, Dong(AMOUNT)), (other.family_id, Dong(90_000))]
    assert money.broken_invariants() == []


def test_out_of_order_the_reversal_comes_first(teller: BillBank, school: School, invoice: Invoice) -> None:
    back = teller.reverse("FT9", school_code=school.code, amount=Dong(AMOUNT), reason="Hết giờ chờ")
    assert (back["state"], back["was_booked"]) == ("reversed", False)
    late = teller.notify(
        [{"invoice_code": invoice.code, "amount": AMOUNT}], school_code=school.code,
        account=invoice.bank_account.number, transaction_id="FT9",
    )  # fmt: skip
    assert (late["state"], late["receipts"]) == ("reversed", [])
    invoice.refresh_from_db()
    assert (invoice.paid, counts()) == (Dong(0), (0, 0, 0, 0))


def test_a_lost_notify_is_found_by_the_list_of_the_day(teller: BillBank, school: School, invoice: Invoice) -> None:
    today = clock.today()
    row: Json = {"transaction_id": "FT7", "amount": AMOUNT, "state": "booked"}
    said = teller.reconcile(today, school_code=school.code, rows=[row])
    missing = {"kind": "missing_here", "transaction_id": "FT7", "ours": None, "theirs": AMOUNT}
    assert (said["state"], said["differences"], counts()) == ("differs", [missing], (0, 0, 0, 0))
    items = [{"invoice_code": invoice.code, "amount": AMOUNT}]
    teller.notify(items, school_code=school.code, account=invoice.bank_account.number, transaction_id="FT7")
    invoice.refresh_from_db()
    assert (invoice.paid, counts()[:3]) == (Dong(AMOUNT), (1, 1, 1))
    assert standing_differences(BillReconciliation.objects.for_school(school).get()) == []
    assert teller.reconcile(today, school_code=school.code)["state"] == "agrees"


def test_late_on_a_day_the_account_has_closed(teller: BillBank, school: School, invoice: Invoice) -> None:
    """The money is still at the bank: a closed day of the account takes no line, and a bill payment is none."""
    closed_yesterday(invoice.bank_account)
    (bill,) = teller.inquiry(invoice_code=invoice.code)["invoices"]
    paid = teller.pay(bill, school_code=school.code, at=clock.now() - dt.timedelta(days=1))
    invoice.refresh_from_db()
    assert (paid["state"], invoice.paid, counts()[:3]) == ("booked", Dong(AMOUNT), (1, 1, 1))
    (entry,) = Entry.objects.for_school(school).filter(kind="payment")
    assert entry.occurred_on == clock.today() - dt.timedelta(days=1)
    assert money.broken_invariants() == []


class Lost:
    """The service does its work, and the answer never arrives; or it refuses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.true, self.refuses = services.notify, False
        monkeypatch.setattr(services, "notify", self.notify)

    def notify(self, *args: Any, **more: Any) -> Any:
        if self.refuses:
            raise BillRefusedError(BillCode.ACCOUNT_DIFFERS)
        self.true(*args, **more)
        raise ConnectionError


@pytest.fixture
def payer(bank: SandboxBank) -> str:
    bank.add_customers([{"name": "Nguyễn Văn Bình", "account": "9100000001", "balance": 2_000_000}])
    return "9100000001"


def on_the_page(phone: Phone, biller: Json, invoice: Invoice, payer: str) -> dict[str, str]:
    """What a payer confirms after looking the bill up."""
    asked = urlencode({"biller": biller["id"], "number": invoice.code})
    assert invoice.code in phone.get(f"/hoa-don?{asked}")
    return {
        "number": invoice.code, "key": phone.value("key"), "bill": f"{invoice.code}:{AMOUNT}", "payer": payer,
    }  # fmt: skip


def found(pattern: str, page: str) -> str:
    """The address of that form on the page."""
    match = re.search(pattern, page)
    assert match is not None
    return match[0]


def registered(bank: SandboxBank, teller: BillBank, school: School) -> Json:
    return bank.register_biller(
        school_code=school.code, name=school.name, url=teller.url, key_id=teller.key_id, secret=teller.secret
    )


def test_a_lost_answer_is_repeated_by_the_banks_page_and_paid_out_once(  # noqa: PLR0917
    teller: BillBank, school: School, invoice: Invoice, bank: SandboxBank, payer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = invoice.bank_account
    bank.register_account(bin=account.bank_bin, number=account.number, holder=account.holder_name)
    before, earlier = bank.balance(payer), len(bank.lines(account.number))
    phone, biller = Phone(bank), registered(bank, teller, school)
    said, pay = on_the_page(phone, biller, invoice, payer), f"/hoa-don/{biller['id']}/nop"
    with monkeypatch.context() as patch:
        Lost(patch)
        assert "Chờ trường trả lời" in phone.post(pay, **said)
        assert "Chờ trường trả lời" in phone.post(pay, **said)  # the same form again: still one payment
    page = phone.post(found(r"/hoa-don/da-nop/\d+/bao-lai", phone.page))
    assert ("Trường đã nhận" in page, f"BL-{clock.today().year}-000001" in page) == (True, True)
    invoice.refresh_from_db()
    assert (invoice.paid, counts()[:3], bank.balance(payer)) == (Dong(AMOUNT), (1, 1, 1), before - Dong(AMOUNT))
    phone.get("/hoa-don")
    phone.post(f"/hoa-don/{biller['id']}/tra-truong", account=account.number)
    assert [line["amount"] for line in bank.lines(account.number)][earlier:] == [AMOUNT]
    content = bank.request("GET", found(r"/hoa-don/tep/\d+", phone.page))
    with transaction():
        file = preview(
            school, source_code=f"bill:{BillPartner.objects.get().code}", content=content, file_name="thu-ho.csv",
            settled_on=clock.today(), actor=ACTOR,
        )  # fmt: skip
        apply(file, actor=ACTOR)
    assert list(SettlementItem.objects.for_school(school).values_list("state", "gross")) == [("matched", Dong(AMOUNT))]
    assert money.broken_invariants() == []


def test_a_refusal_gives_the_payer_the_money_back(  # noqa: PLR0917
    teller: BillBank, school: School, invoice: Invoice, bank: SandboxBank, payer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, phone, biller = bank.balance(payer), Phone(bank), registered(bank, teller, school)
    said, pay = on_the_page(phone, biller, invoice, payer), f"/hoa-don/{biller['id']}/nop"
    with monkeypatch.context() as patch:
        Lost(patch).refuses = True
        page = phone.post(pay, **said)
    assert "Trường từ chối, đã trả lại tiền" in page
    assert "Tài khoản thụ hưởng không phải tài khoản thu của hóa đơn." in page
    assert (bank.balance(payer), counts()) == (before, (0, 0, 0, 0))
    said = on_the_page(phone, biller, invoice, payer)
    assert "Số tiền phải nộp vừa thay đổi" in phone.post(pay, **{**said, "bill": f"{invoice.code}:1"})
    with transaction():
        set_active(BillPartner.objects.get(), active=False, actor=ACTOR, school_id=school.pk)
    assert "Trường không cho tra cứu" in phone.post(pay, **said)
    assert (bank.balance(payer), counts()) == (before, (0, 0, 0, 0))
