"""Net credits: the twins pay into the sandbox bank, their files and the bank's statement meet in the product."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories, money
from tests.protocols.scenes import ACTOR, AMOUNT, PAYER, connected, counts, started, told_where
from truongso.banking.batches import fit, services
from truongso.banking.public import BankLine, apply_statement, preview_statement
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import BankAccount, School
from truongso.payments.bills.partners import create_partner, switch
from truongso.payments.pos.services import add_terminal, record_slip
from truongso.payments.pos.types import SlipData
from truongso.payments.settlements.models import SettlementBatch
from truongso.payments.settlements.services import apply, preview
from truongso.payments.types import Share
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.bill_bank import BillBank
from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.json_client import Json
from truongso.sandbox.pos import SandboxTerminal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(school: School, bank: SandboxBank, request: pytest.FixtureRequest) -> BankAccount:
    """The school's account, at the sandbox bank too; a number of its own for each test."""
    number = f"50{abs(hash(request.node.name)) % 10**9:09d}"
    with transaction():
        made = factories.bank_account(school, number=number)
    bank.register_account(bin=made.bank_bin, number=number, holder=made.holder_name)
    return made


def settled_batch(school: School, source: str, content: bytes, name: str, account: BankAccount) -> SettlementBatch:
    """The one batch of a file taken over, every row of it a payment of ours."""
    with transaction():
        file = preview(
            school, source_code=source, content=content, file_name=name, settled_on=clock.today(), actor=ACTOR
        )
    assert file.problems == []
    with transaction():
        apply(file, actor=ACTOR)
    batch: SettlementBatch = SettlementBatch.objects.for_school(school).get()
    states = set(batch.items.values_list("state", flat=True))
    assert states == {"matched"}
    return batch


def paid_by_statement(bank: SandboxBank, account: BankAccount, batch: SettlementBatch) -> None:
    """Import the bank's statement, link its net credit to the batch; the transit account is empty then."""
    school = batch.school
    with transaction():
        statement = preview_statement(
            account, content=bank.statement(account.number), file_name="sao-ke.xlsx", actor=ACTOR
        )
    apply_statement(statement, actor=ACTOR)
    (line,) = BankLine.objects.for_school(school)
    assert (line.amount, line.direction) == (batch.net, "in")
    (suggestion,) = fit.batches_for(line)
    assert [b.pk for b in suggestion.batches] == [batch.pk]
    with transaction():
        services.link(school.pk, line_id=line.pk, batch_ids=[batch.pk], actor=ACTOR)
    assert balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0]) == Dong(0)
    assert money.broken_invariants() == []


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_batch_of_cards(
    school: School, account: BankAccount, bank: SandboxBank, gateways: SandboxGateways, file_format: str
) -> None:
    tid = f"7{abs(hash(account.number)) % 10**7:07d}"
    machine = SandboxTerminal.put_up(
        gateways, tid=tid, mid="000000790001", name="TRUONG TH", account=account.number, bin=account.bank_bin
    )
    with transaction():
        terminal = add_terminal(account, code=tid, acquirer="Vietcombank", merchant_code="000000790001", actor=ACTOR)
    invoices = [money.invoice(school, [amount]) for amount in (450_000, 1_000_025)]
    for invoice, card in zip(invoices, ("napas", "visa"), strict=True):
        slip = machine.sell(invoice.total, invoice=invoice.code, card=card)
        with transaction():
            record_slip(terminal, slip_data(slip), shares=[Share(invoice.pk, invoice.total)], actor=ACTOR)
    closed = machine.close_batch()
    made = machine.settle(closed["number"])
    content = machine.settlement_file(closed["number"], file_format=file_format)
    batch = settled_batch(school, "pos", content, f"quyet-toan.{file_format}", account)
    assert (int(batch.gross), int(batch.fee), int(batch.net)) == (made["gross"], made["fee"], made["net"])
    paid_by_statement(bank, account, batch)


def slip_data(slip: Json) -> SlipData:
    """What the cashier types from the slip."""
    return SlipData(
        approval_code=slip["approval"],
        rrn=slip["rrn"],
        trace=slip["trace"],
        batch_no=slip["batch"],
        card_tail=slip["last4"],
        card_brand=slip["brand"].lower(),
        amount=Dong(slip["amount"]),
        paid_at=dt.datetime.fromisoformat(slip["at"]),
    )


@pytest.mark.parametrize("provider", ["vnpay", "momo", "zalopay"])
def test_a_payout_of_a_gateway(  # noqa: PLR0917  what it needs
    school: School, product: str, account: BankAccount, bank: SandboxBank, gateways: SandboxGateways, provider: str
) -> None:
    merchant = gateways.sign_up(
        provider, name="Trường", account=account.number, bin=account.bank_bin, holder="TRUONG TH", fee_bp=110
    )
    channel = connected(school, gateways, merchant)
    told_where(gateways, merchant, product, channel)
    for invoice in (money.invoice(school, [AMOUNT]), money.invoice(school, [100_000])):
        visit = gateways.visit(started(channel, invoice, int(invoice.total)).pay_url)
        visit.pay()
        visit.wait_for_deliveries()
    made = gateways.pay_out(provider, merchant["code"])
    assert (made["gross"], made["fee"], made["net"]) == (350_000, 3_850, 346_150)
    content = gateways.payout_file(provider, merchant["code"], made["id"])
    batch = settled_batch(school, f"{provider}:{channel.public_id}", content, "doi-soat.csv", account)
    assert (int(batch.gross), int(batch.fee), int(batch.net)) == (350_000, 3_850, 346_150)
    paid_by_statement(bank, account, batch)


def test_a_payout_of_the_bill_service(school: School, product: str, account: BankAccount, bank: SandboxBank) -> None:
    with transaction():
        partner, secret = create_partner(school, name="Ngân hàng thử", actor=ACTOR)
        switch(school, partner, on=True, actor=ACTOR)
    teller = BillBank(product, partner.key_id, secret, bank)
    for amount in (AMOUNT, 100_000):
        invoice: Invoice = money.invoice(school, [amount])
        (bill,) = teller.inquiry(invoice_code=invoice.code, school_code=school.code)["invoices"]
        teller.pay(bill, school_code=school.code)
    owner = str(bill["beneficiary"]["account"])
    line, content = teller.pay_out(owner, fee=Dong(1_100))
    assert line["amount"] == 347_800
    batch = settled_batch(school, f"bill:{partner.code}", content, "thu-ho.csv", account)
    paid_by_statement(bank, account, batch)


def test_a_link_of_payos_is_money_on_the_account(
    school: School, product: str, account: BankAccount, bank: SandboxBank, gateways: SandboxGateways
) -> None:
    """payOS holds nothing: the webhook and the statement tell of the same money, and it is counted once."""
    merchant = gateways.sign_up(
        "payos", name="Trường", account=account.number, bin=account.bank_bin, holder="TRUONG TIEU HOC LE VAN TAM"
    )
    channel = connected(school, gateways, merchant)
    told_where(gateways, merchant, product, channel)
    invoice = money.invoice(school, [AMOUNT])
    attempt = started(channel, invoice)
    visit = gateways.visit(attempt.pay_url)
    visit.transfer(bank, payer=PAYER)
    bank.wait_for_deliveries(account=account.number)
    visit.wait_for_deliveries()
    invoice.refresh_from_db()
    assert invoice.paid == Dong(AMOUNT)
    with transaction():
        statement = preview_statement(
            account, content=bank.statement(account.number), file_name="sao-ke.xlsx", actor=ACTOR
        )
    apply_statement(statement, actor=ACTOR)
    (line,) = BankLine.objects.for_school(school)
    assert money.broken_invariants() == []
    invoice.refresh_from_db()
    assert (line.amount, line.state, invoice.paid, counts()[1]) == (Dong(AMOUNT), "settled", Dong(AMOUNT), 1)
    assert balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0]) == Dong(0)
    assert balance(school.pk, account_ids(school.pk)[AccountRole.SUSPENSE, 0]) == Dong(0)
