"""The bank bill service over real HTTP: what a bank asks and posts, and what it gets back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel import clock
from truongso.kernel.db import savepoint, transaction
from truongso.kernel.money import Dong
from truongso.ledger.models import Period
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.bills import partners, signing
from truongso.payments.bills.models import BillCall, BillPartner, BillTransaction
from truongso.payments.bills.services import finish_received
from truongso.payments.bills.tests.bank import ACTOR, Bank, bank
from truongso.payments.bills.types import PartnerRefusedError
from truongso.payments.models import CreditEntry, Evidence, Notice, Payment, Receipt

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("truongso.payments.bills.tests.urls")]


@pytest.fixture(autouse=True)
def _books_hold(db: None) -> Iterator[None]:
    yield
    assert money.broken_invariants() == []


@pytest.fixture
def vcb(school: School, live_server: Any) -> Bank:
    return bank(school, base=live_server.url)


def left_behind() -> dict[str, int]:
    models: tuple[Any, ...] = (Notice, BillTransaction, Evidence, Payment, Receipt, CreditEntry)
    found = {m.__name__: m.objects.across_schools("tests count everything").count() for m in models}
    return {**found, "BillCall": BillCall.objects.count()}


def in_transit(school: School) -> Dong:
    return balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0])


def test_inquiry_by_invoice_shows_what_is_owed_and_hides_names(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000, 40_000])
    said = vcb.call("inquiry", {"invoice_code": invoice.code})
    assert said.result == (200, "ok")
    body = said.body
    assert body["school"] == {"code": "79-THU", "name": "Trường Tiểu học Lê Văn Tám", "acceptor_code": ""}
    assert (body["pupil"], body["outstanding"]) == ("Ng*** B*** An", 290_000)
    (one,) = body["invoices"]
    assert one.pop("items") == [
        {"code": "KT0", "name": one_item(invoice, 0), "amount": 250_000, "outstanding": 250_000},
        {"code": "KT1", "name": one_item(invoice, 1), "amount": 40_000, "outstanding": 40_000},
    ]
    assert one == {
        "invoice_code": invoice.code, "state": "open", "payer": "Tr*** Th*** Th*** Hằng", "pupil": "Ng*** B*** An",
        "reason": invoice.reason, "due_on": invoice.due_on.isoformat(), "total": 290_000, "paid": 0,
        "outstanding": 290_000, "partial_allowed": False,
        "beneficiary": {"bank_bin": "970436", "account": "0071000123456", "name": invoice.beneficiary_name},
    }  # fmt: skip
    assert "Bảo" not in said.raw.decode()
    assert signing.answer_is_genuine(vcb.secret, headers=said.headers, status=200, body=said.raw)
    assert not signing.answer_is_genuine(vcb.secret, headers=said.headers, status=200, body=said.raw + b" ")


def one_item(invoice: Invoice, number: int) -> str:
    return str(invoice.lines.order_by("pk")[number].description)


def test_inquiry_by_pupil_lists_what_is_open_only(school: School, vcb: Bank) -> None:
    first = money.invoice(school, [250_000])
    type(first.student).objects.for_school(school).filter(pk=first.student_id).update(
        sector_code="7912345678", school_code="HS001"
    )
    for code in ("7912345678", "hs001"):
        said = vcb.call("inquiry", {"school_code": "79-THU", "pupil_code": code})
        assert [i["invoice_code"] for i in said.body["invoices"]] == [first.code]
    assert vcb.notify((first, 250_000)).result == (200, "ok")
    said = vcb.call("inquiry", {"school_code": "79-THU", "pupil_code": "HS001"})
    assert (said.body["invoices"], said.body["outstanding"]) == ([], 0)
    assert vcb.call("inquiry", {"invoice_code": first.code}).body["invoices"][0]["state"] == "paid"
    unknown = vcb.call("inquiry", {"school_code": "79-THU", "pupil_code": "HS002"})
    assert unknown.result == (404, "pupil_unknown")


def test_a_notify_pays_and_the_money_is_in_transit(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    said = vcb.notify((invoice, 250_000), transaction_id="FT1")
    receipt = Receipt.objects.for_school(school).get()
    assert said.body == {
        "result": "ok", "message": "Thành công.", "transaction_id": "FT1", "duplicate": False, "state": "booked",
        "amount": 250_000, "credited": 0,
        "invoices": [{"invoice_code": invoice.code, "amount": 250_000, "allocated": 250_000, "credited": 0}],
        "receipts": [{
            "number": f"BL-{receipt.year}-000001", "check_url": said.body["receipts"][0]["check_url"],
        }],
    }  # fmt: skip
    assert said.body["receipts"][0]["check_url"].partition("?")[0].endswith(f"/kt/{receipt.public_id}")
    payment = Payment.objects.for_school(school).select_related("evidence").get()
    assert (payment.method, payment.amount, payment.payer_name) == ("bank_bill", Dong(250_000), "Trần Thị Thu Hằng")
    evidence = payment.evidence
    assert (evidence.kind, evidence.source, evidence.reference) == ("notice", "bill:vietcombank", "FT1")
    assert in_transit(school) == Dong(250_000)
    notice = Notice.objects.for_school(school).get()
    assert (notice.state, notice.provider, notice.connection, notice.external_id) == (
        "processed", "bill", "vietcombank", "FT1",
    )  # fmt: skip
    assert json.loads(bytes(notice.body))["amount"] == 250_000


def test_the_same_call_gets_the_same_answer_and_a_new_nonce_a_duplicate(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    payment = vcb.payment((invoice, 250_000), transaction_id="FT1")
    first = vcb.call("notify", payment, nonce="nonce-one")
    again = vcb.call("notify", payment, nonce="nonce-one")
    assert again.body == first.body
    other = vcb.call("notify", payment, nonce="nonce-two")
    assert other.body == {**first.body, "duplicate": True}
    assert left_behind() == {
        "Notice": 1, "BillTransaction": 1, "Evidence": 1, "Payment": 1, "Receipt": 1, "CreditEntry": 0, "BillCall": 2,
    }  # fmt: skip


def test_a_nonce_is_for_one_call(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    vcb.notify((invoice, 100_000), transaction_id="FT1", nonce="nonce-one")
    before = left_behind()
    assert vcb.notify((invoice, 150_000), transaction_id="FT2", nonce="nonce-one").result == (409, "nonce_reused")
    reversal = {"transaction_id": "FT1", "school_code": "79-THU", "amount": 100_000, "reason": "nhầm"}
    assert vcb.call("reversal", reversal, nonce="nonce-one").result == (409, "nonce_reused")
    assert left_behind() == before


def test_several_invoices_of_two_families_in_one_transaction(school: School, vcb: Bank) -> None:
    one, two = money.invoice(school, [250_000]), money.invoice(school, [100_000], full_name="Lê Minh Châu")
    said = vcb.notify((one, 250_000), (two, 130_000), transaction_id="FT1")
    assert said.body["credited"] == 30_000
    assert [(i["allocated"], i["credited"]) for i in said.body["invoices"]] == [(250_000, 0), (100_000, 30_000)]
    assert len(said.body["receipts"]) == 2
    credit = CreditEntry.objects.for_school(school).get()
    assert (credit.family_id, credit.amount) == (two.family_id, Dong(30_000))
    assert in_transit(school) == Dong(380_000)


def test_money_for_a_paid_or_cancelled_invoice_is_never_lost(school: School, vcb: Bank) -> None:
    paid, cancelled = money.invoice(school, [100_000]), money.invoice(school, [50_000], full_name="Lê Minh Châu")
    assert vcb.notify((paid, 100_000)).result == (200, "ok")
    with transaction():
        cancel_invoice(school.pk, invoice_id=cancelled.pk, reason="lập nhầm", actor=ACTOR)
    assert vcb.call("inquiry", {"invoice_code": cancelled.code}).body["invoices"][0]["state"] == "cancelled"
    for invoice, amount in ((paid, 100_000), (cancelled, 50_000)):
        said = vcb.notify((invoice, amount))
        assert (said.result, said.body["credited"], said.body["state"]) == ((200, "ok"), amount, "booked")
    kept = CreditEntry.objects.for_school(school).order_by("pk").values_list("family_id", "amount")
    assert list(kept) == [(paid.family_id, Dong(100_000)), (cancelled.family_id, Dong(50_000))]


def test_part_payments_add_up(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    vcb.notify((invoice, 100_000))
    assert vcb.call("inquiry", {"invoice_code": invoice.code}).body["invoices"][0]["outstanding"] == 150_000
    assert vcb.notify((invoice, 150_000)).body["invoices"][0]["allocated"] == 150_000
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"amount": 250_001}, (422, "total_differs")),
        ({"amount": 0}, (400, "malformed")),
        ({"amount": 250_000.0}, (400, "malformed")),
        ({"amount": "250000"}, (400, "malformed")),
        ({"amount": True}, (400, "malformed")),
        ({"currency": "USD"}, (400, "malformed")),
        ({"channel": "pigeon"}, (400, "malformed")),
        ({"beneficiary_account": "0099000777888"}, (422, "account_differs")),
        ({"school_code": "79-KHAC"}, (404, "school_unknown")),
        ({"items": []}, (400, "malformed")),
        ({"items": [{"invoice_code": "TS2222222", "amount": 250_000}]}, (404, "invoice_unknown")),
        ({"paid_at": "2026-10-05T09:00:00"}, (400, "malformed")),
        ({"paid_at": "2030-10-05T09:00:00+07:00"}, (422, "time_implausible")),
        ({"paid_at": "2020-10-05T09:00:00+07:00"}, (422, "time_implausible")),
        ({"transaction_id": "FT 1"}, (400, "malformed")),
        ({"is_paid": True}, (400, "malformed")),
        ({"payer_name": "x" * 121}, (400, "malformed")),
    ],
)
def test_what_cannot_be_taken_changes_nothing(
    school: School, other_school: School, vcb: Bank, fields: dict[str, Any], result: tuple[int, str]
) -> None:
    invoice = money.invoice(school, [250_000])
    before = left_behind()
    said = vcb.notify((invoice, 250_000), fields=fields)
    assert said.result == result
    assert said.body["message"]
    assert left_behind() == before
    assert signing.answer_is_genuine(vcb.secret, headers=said.headers, status=said.status, body=said.raw)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"invoice_code": "TS", "invoice_code": "TS"}', b"\xff", b'{"invoice_code": NaN}', b"[" * 9000],
)
def test_what_is_not_one_object_is_refused(vcb: Bank, body: bytes) -> None:
    assert vcb.call("inquiry", None, body=body).result == (400, "malformed")


def test_form_of_a_call(vcb: Bank) -> None:
    big = json.dumps({"invoice_code": "T" * 70_000}).encode()
    assert vcb.call("inquiry", None, body=big).result == (413, "too_large")
    asked = {"invoice_code": "TS2222222"}
    assert vcb.call("inquiry", asked, content_type="text/plain").result == (415, "not_json")
    both = {"invoice_code": "TS2222222", "pupil_code": "1", "school_code": "79-THU"}
    assert vcb.call("inquiry", both).body["details"] == {"field": "invoice_code"}
    assert vcb.call("inquiry", {"pupil_code": "1"}).body["details"] == {"field": "school_code"}


def test_another_schools_invoice_does_not_exist(school: School, other_school: School, vcb: Bank) -> None:
    money.invoice(school, [1_000])
    foreign = money.invoice(other_school, [250_000])
    before = left_behind()
    assert vcb.call("inquiry", {"invoice_code": foreign.code}).result == (404, "invoice_unknown")
    fields = {"school_code": "79-THU"}
    assert vcb.notify((foreign, 250_000), fields=fields).result == (404, "invoice_unknown")
    assert vcb.notify((foreign, 250_000)).result == (404, "school_unknown")
    assert left_behind() == before


def test_a_shared_partner_serves_schools_that_switched_it_on(
    school: School, other_school: School, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = bank(None, base=live_server.url, name="Ngân hàng chung")
    invoice = money.invoice(school, [250_000])
    assert vcb_asks(shared, invoice) == (404, "invoice_unknown")
    with transaction():
        partners.switch(school, shared.partner, on=True, actor=ACTOR)
        partners.switch(other_school, shared.partner, on=True, actor=ACTOR)
    assert vcb_asks(shared, invoice) == (200, "ok")
    monkeypatch.setattr(factories, "new_code", lambda *_args, **_more: invoice.code)
    money.invoice(other_school, [10_000])
    assert vcb_asks(shared, invoice) == (409, "school_needed")
    said = shared.call("inquiry", {"school_code": "79-KHAC", "invoice_code": invoice.code})
    assert said.body["outstanding"] == 10_000
    with transaction():
        partners.switch(other_school, shared.partner, on=False, actor=ACTOR)
    assert vcb_asks(shared, invoice) == (200, "ok")


def vcb_asks(one: Bank, invoice: Invoice) -> tuple[int, str]:
    return one.call("inquiry", {"invoice_code": invoice.code}).result


def test_a_reversal_of_the_day_takes_everything_back(school: School, vcb: Bank) -> None:
    one, two = money.invoice(school, [250_000]), money.invoice(school, [100_000], full_name="Lê Minh Châu")
    vcb.notify((one, 250_000), (two, 130_000), transaction_id="FT1")
    asked = {"transaction_id": "FT1", "school_code": "79-THU", "amount": 380_000, "reason": "Khách báo nhầm"}
    wrong = vcb.call("reversal", {**asked, "amount": 250_000})
    assert wrong.result == (409, "reversal_differs")
    said = vcb.call("reversal", asked, nonce="nonce-back")
    assert {k: said.body[k] for k in ("result", "state", "was_booked", "duplicate", "amount")} == {
        "result": "ok", "state": "reversed", "was_booked": True, "duplicate": False, "amount": 380_000,
    }  # fmt: skip
    assert vcb.call("reversal", asked, nonce="nonce-back").body == said.body
    assert vcb.call("reversal", asked).body["duplicate"] is True
    assert Invoice.objects.for_school(school).filter(paid__gt=0).count() == 0
    assert in_transit(school) == Dong(0)
    late = vcb.notify((one, 250_000), (two, 130_000), transaction_id="FT1", fields=paid_at_of("FT1", school))
    assert (late.body["state"], late.body["duplicate"]) == ("reversed", True)
    assert Payment.objects.for_school(school).filter(reversed_at__isnull=True).count() == 0


def paid_at_of(transaction_id: str, school: School) -> dict[str, str]:
    row = BillTransaction.objects.for_school(school).get(transaction_id=transaction_id)
    assert row.paid_at is not None
    return {"paid_at": row.paid_at.isoformat()}


def test_a_reversal_that_comes_first_stops_the_payment(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    asked = {"transaction_id": "FT9", "school_code": "79-THU", "amount": 250_000, "reason": "Hết giờ chờ"}
    said = vcb.call("reversal", asked)
    assert (said.body["state"], said.body["was_booked"], said.body["duplicate"]) == ("reversed", False, False)
    late = vcb.notify((invoice, 250_000), transaction_id="FT9")
    assert (late.result, late.body["state"], late.body["receipts"]) == ((200, "ok"), "reversed", [])
    assert left_behind()["Payment"] == 0
    assert vcb.notify((invoice, 1_000), transaction_id="FT9").result == (409, "transaction_differs")


def test_the_day_after_a_reversal_comes_too_late(school: School, live_server: Any) -> None:
    # The clock is held in this thread, so the call goes through the test client.
    one, invoice = bank(school), money.invoice(school, [250_000])
    yesterday = clock.now() - dt.timedelta(days=1)
    with clock.frozen(yesterday):
        assert one.notify((invoice, 250_000), transaction_id="FT1").result == (200, "ok")
    asked = {"transaction_id": "FT1", "school_code": "79-THU", "amount": 250_000, "reason": "muộn"}
    assert one.call("reversal", asked).result == (422, "reversal_too_late")
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)


def test_a_closed_month_keeps_the_payment_until_it_can_be_booked(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    today = clock.today()
    months = Period.objects.for_school(school).filter(year=today.year, month=today.month)
    months.update(is_closed=True)
    said = vcb.notify((invoice, 250_000), transaction_id="FT1")
    assert (said.result, said.body["state"], said.body["receipts"]) == ((200, "ok"), "received", [])
    assert (left_behind()["Payment"], finish_received()) == (0, 0)
    day = vcb.call("transactions", {"school_code": "79-THU", "date": today.isoformat()})
    assert day.body["totals"]["received"] == {"count": 1, "amount": 250_000}
    months.update(is_closed=False)
    assert finish_received() == 1
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    again = vcb.notify((invoice, 250_000), transaction_id="FT1", fields=paid_at_of("FT1", school))
    assert (again.body["state"], again.body["duplicate"]) == ("booked", True)


def test_the_days_list_and_its_totals(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    vcb.notify((invoice, 100_000), transaction_id="FT1")
    vcb.notify((invoice, 50_000), transaction_id="FT2", fields={"channel": "counter"})
    back = {"transaction_id": "FT2", "school_code": "79-THU", "amount": 50_000, "reason": "nhầm"}
    vcb.call("reversal", back)
    body = vcb.call("transactions", {"school_code": "79-THU", "date": clock.today().isoformat()}).body
    assert body["totals"] == {"booked": {"count": 1, "amount": 100_000}, "reversed": {"count": 1, "amount": 50_000}}
    assert [(t["transaction_id"], t["state"], t["channel"]) for t in body["transactions"]] == [
        ("FT1", "booked", "app"), ("FT2", "reversed", "counter"),
    ]  # fmt: skip
    assert (body["page"], body["pages"]) == (1, 1)
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    assert vcb.call("transactions", {"school_code": "79-THU", "date": tomorrow}).result == (422, "time_implausible")


def test_secrets_are_replaced_without_a_gap(school: School, vcb: Bank) -> None:
    asked = {"school_code": "79-THU", "pupil_code": "x"}
    with transaction():
        new = partners.add_secret(vcb.partner, actor=ACTOR, school_id=school.pk)
    for secret in (vcb.secret, new):
        assert vcb.call("inquiry", asked, secret=secret).result == (404, "pupil_unknown")
    with transaction():
        partners.drop_old_secret(vcb.partner, actor=ACTOR, school_id=school.pk)
    assert vcb.call("inquiry", asked).result == (401, "not_authentic")
    assert vcb.call("inquiry", asked, secret=new).result == (404, "pupil_unknown")
    with pytest.raises(PartnerRefusedError, match="one_secret_left"), transaction():
        partners.drop_old_secret(vcb.partner, actor=ACTOR, school_id=school.pk)
    row = BillPartner.objects.get()
    assert new not in json.dumps(row.sealed_secrets)
    assert (row.refused_calls, row.last_refusal) == (1, "not_authentic")


def test_only_from_the_partners_network(school: School, live_server: Any) -> None:
    near = bank(school, base=live_server.url, networks=("127.0.0.0/8", "::1"))
    far = bank(school, base=live_server.url, name="Xa", networks=("203.0.113.0/24",))
    asked = {"school_code": "79-THU", "pupil_code": "x"}
    assert near.call("inquiry", asked).result == (404, "pupil_unknown")
    assert far.call("inquiry", asked).result == (401, "not_authentic")
    with pytest.raises(PartnerRefusedError, match="network_malformed"):
        bank(school, networks=("300.1.1.1",))


def test_what_a_bank_said_is_fixed(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    vcb.notify((invoice, 250_000), transaction_id="FT1")
    rows = BillTransaction.objects.for_school(school)
    changes: list[dict[str, Any]] = [
        {"amount": Dong(1)},
        {"transaction_id": "FT2"},
        {"items": []},
        {"state": "received"},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), savepoint():
            rows.update(**change)
    with pytest.raises(IntegrityError), savepoint():
        rows.delete()
    with pytest.raises(IntegrityError), savepoint():
        BillCall.objects.update(answer="{}")


def test_a_card_number_in_the_payers_account_is_not_kept(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [250_000])
    vcb.notify((invoice, 250_000), fields={"payer_account": "4111 1111 1111 1111"})
    assert Evidence.objects.for_school(school).get().payer_account == "****1111"


def test_a_switched_off_partner_is_nobody(school: School, vcb: Bank) -> None:
    with transaction():
        partners.set_active(vcb.partner, active=False, actor=ACTOR, school_id=school.pk)
    assert vcb.call("inquiry", {"invoice_code": "TS2222222"}).result == (401, "not_authentic")


def test_the_published_signature() -> None:
    signature = signing.call_signature(
        "example-secret", timestamp=1791165600, nonce="nonce-0001", method="post", path="/api/bill/v1/inquiry",
        body=b'{"invoice_code":"TS7K2M9QA"}',
    )  # fmt: skip
    assert signature == "v1=2eaa51473ec098cd5127dbdf973fc9dbb0566b1ff4137f498c906a1ce0e76618"
