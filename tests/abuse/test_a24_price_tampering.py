"""A24: what a browser or an operator sends never sets the price; other amounts become a part or a credit."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import money
from truongso.banking.decide import decide_lines
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import CollectionRound, Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.kernel.qr_image import read_qr
from truongso.organizations.models import School
from truongso.payments.models import Attempt, Channel, CreditEntry
from truongso.payments.public import invoice_payload
from truongso.payments.vietqr import decode, encode
from truongso.workspaces.qr_check import QrVerdict, check_qr

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.mark.parametrize(
    "query", ["?so-tien=1", "?amount=1", "?so-tien=1&so-tien=2", "?so-tien=-894000", "?so-tien=9999999"]
)
def test_the_amount_comes_from_the_invoice_whatever_the_address_says(
    school: School, client: Client, query: str
) -> None:
    invoice = money.invoice(school, [894_000])
    for allows in (False, True):
        CollectionRound.objects.for_school(school).update(allows_partial=allows)
        picture = client.get(f"/p/{invoice.public_id}/qr.png{query}").content
        assert decode(read_qr(picture)[0]).amount == Dong(894_000)


def test_hidden_fields_do_not_reach_the_gateway(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = money.invoice(school, [894_000])
    channel = Channel.objects.create(
        school=school, provider="vnpay", label="VNPAY", merchant="TS000001", is_active=True, created_at=clock.now()
    )
    asked: list[int] = []

    def start(_school: int, *, shares: list[object], **_more: object) -> Attempt:
        asked.extend(int(share.amount) for share in shares)  # type: ignore[attr-defined]
        return Attempt(public_id="0" * 26)

    monkeypatch.setattr("truongso.workspaces.web.ways.start_attempt", start)
    form = {"kenh": channel.public_id, "amount": "1", "so-tien": "1", "vnp_Amount": "100", "invoice": "7"}
    assert client.post(f"/p/{invoice.public_id}/mo-cong", form).status_code == 302
    assert asked == [894_000]


@pytest.mark.usefixtures("verify_after")
@pytest.mark.parametrize(("changed", "paid", "credit"), [(1_000, 1_000, 0), (994_000, 894_000, 100_000)])
def test_an_operator_changing_the_amount_makes_a_part_or_a_credit_and_is_flagged(
    school: School, actor: Actor, changed: int, paid: int, credit: int
) -> None:
    invoice = money.invoice(school, [894_000])
    memo = decode(invoice_payload(invoice)).memo
    tampered = encode(bank_bin="970436", account="0071000123456", amount=Dong(changed), memo=memo)
    assert check_qr(tampered).verdict is QrVerdict.AMOUNT_DIFFERS
    line = arrive(invoice.bank_account, memo, changed)
    decide_lines(school.pk, [line], actor=actor)
    assert Invoice.objects.for_school(school).get().paid == Dong(paid)
    kept = CreditEntry.objects.for_school(school).values_list("amount", flat=True)
    assert sum(int(amount) for amount in kept) == credit
