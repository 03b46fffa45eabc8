"""Families pay by every way there is, each through its own twin: gateway, wallet, card terminal, bank counter, cash.

Contracts are set up as a school does it; the twins' notices, files and bank credits come over real HTTP. The QR
transfers of most families stand in `transfers`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from truongso.banking.public import BankLine, batches_for_line, deposits_for_line, link_batches, link_deposit
from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.payments.public import (
    Attempt,
    BillPartner,
    Channel,
    ChannelTerms,
    DepositRequest,
    MethodChange,
    PosTerminal,
    SlipData,
    add_channel,
    add_pos_terminal,
    apply_settlement,
    box_state,
    create_bill_partner,
    invoice_payload,
    preview_settlement,
    record_deposit,
    record_pos_slip,
    save_methods,
    start_attempt,
)
from truongso.payments.types import Method, Share
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.bill_bank import BillBank
from truongso.sandbox.demo.setup import ACTOR, DemoSchool, Say
from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.json_client import Json
from truongso.sandbox.pos import SandboxTerminal

GATEWAYS = ("vnpay", "momo", "zalopay", "payos")
_KEYS = {
    "vnpay": {"tmn_code": "code", "hash_secret": "hash_secret"},
    "momo": {"partner_code": "code", "access_key": "access_key", "secret_key": "secret_key"},
    "zalopay": {"app_id": "code", "key1": "key1", "key2": "key2"},
    "payos": {
        "client_id": "code",
        "api_key": "api_key",
        "checksum_key": "checksum_key",
        "description_length": "description_length",
    },
}
_LABELS = {"vnpay": "Thẻ ATM, ngân hàng (VNPAY)", "momo": "Ví MoMo", "zalopay": "ZaloPay", "payos": "payOS"}
FEE_BASIS_POINTS = 110
CARD_FEE_BASIS_POINTS = 50  # agreed for domestic cards; a foreign one costs more, which the first school sees once
BY_GATEWAY, BY_WALLET, BY_CARD, BY_BILL = 3, 3, 3, 3  # families of a school that pay each way
LATE_DAYS = 8  # between a card payment at the first school and its money


@dataclass(slots=True)
class Contracts:
    """What one school has agreed with its partners."""

    place: DemoSchool
    channel: Channel
    merchant: Json
    terminal: PosTerminal
    machine: SandboxTerminal
    partner: BillPartner
    teller: BillBank
    is_first: bool = False
    batches: list[int] = field(default_factory=list)  # of the terminal, closed and not paid out yet
    files: list[tuple[str, str, bytes]] = field(default_factory=list)  # source, name, content


def contracts(place: DemoSchool, number: int, bank: SandboxBank, gateways: SandboxGateways, url: str) -> Contracts:
    """A gateway, a card terminal, a bank at the bill service, none in operation yet; every way switched on."""
    provider = GATEWAYS[number % len(GATEWAYS)]
    account = place.account
    merchant = gateways.sign_up(
        provider, name=place.spec.short_name, account=account.number, bin=account.bank_bin, holder=account.holder_name,
        fee_bp=0 if provider == "payos" else FEE_BASIS_POINTS,
    )  # fmt: skip
    values = {**merchant["keys"], "code": merchant["code"], "description_length": "25"}
    credentials = {name: values[theirs] for name, theirs in _KEYS[provider].items()}
    tid, mid = f"7990{number:04}", f"00000079{number:04}"
    with transaction():
        channel = add_channel(
            place.school.pk, provider=provider, credentials=credentials, api_base=gateways.base(provider),
            terms=ChannelTerms(_LABELS[provider], fee_basis_points=int(merchant["fee_bp"])), actor=ACTOR,
        )  # fmt: skip
        terminal = add_pos_terminal(
            account, code=tid, acquirer="Vietcombank", merchant_code=mid, label="Phòng tài vụ",
            fee_basis_points=CARD_FEE_BASIS_POINTS, actor=ACTOR,
        )  # fmt: skip
        partner, secret = create_bill_partner(place.school, name="Ngân hàng thu hộ", actor=ACTOR)
        save_methods(
            place.school.pk, changes={m: MethodChange(is_on=True) for m in Method}, order=list(Method), actor=ACTOR
        )
    gateways.sign_up(
        provider, name=merchant["name"], code=merchant["code"], keys=merchant["keys"], account=account.number,
        notify=f"{url}/hooks/{provider}/{channel.public_id}", bin=account.bank_bin, holder=account.holder_name,
        fee_bp=merchant["fee_bp"],
    )  # fmt: skip
    machine = SandboxTerminal.put_up(
        gateways, tid=tid, mid=mid, name=place.spec.short_name, account=account.number, bin=account.bank_bin
    )
    teller = BillBank(url, partner.key_id, secret, bank)
    bank.register_biller(
        school_code=place.school.code, name=place.school.name, url=url, key_id=partner.key_id, secret=secret
    )
    return Contracts(place, channel, merchant, terminal, machine, partner, teller, is_first=number == 0)


def pay(made: Contracts, unpaid: list[Invoice], bank: SandboxBank, gateways: SandboxGateways) -> list[Invoice]:
    """Some families pay by gateway, wallet, card and at a bank's counter; returns those that still have not paid."""
    rest = iter(unpaid)
    for invoice in _some(rest, BY_GATEWAY):
        _by_gateway(made, invoice, bank, gateways)
    for invoice in _some(rest, BY_WALLET):
        fullest = max(gateways.wallets(), key=lambda wallet: int(wallet["balance"]))
        gateways.pay_by_wallet(wallet=fullest["number"], payload=invoice_payload(invoice))
    if made.is_first:
        _by_card_before(made, rest)
    for n, invoice in enumerate(_some(rest, BY_CARD)):
        pay_by_card(made, invoice, invoice.total, card="visa" if made.is_first and n == 0 else "napas")
    for invoice in _some(rest, BY_BILL):
        asked = made.teller.inquiry(invoice_code=invoice.code, school_code=made.place.school.code)
        made.teller.pay(asked["invoices"][0], school_code=made.place.school.code, channel="counter")
    return list(rest)


def pay_out(made: Contracts, bank: SandboxBank, gateways: SandboxGateways, say: Say) -> None:
    """Acquirer, gateway and bank pay what they hold in one line each and send their files; cash goes to the bank."""
    place, provider = made.place, made.channel.provider
    _close_batch(made)
    for number in made.batches:
        made.machine.settle(number)
        made.files.append(("pos", f"quyet-toan-the-{number}.csv", made.machine.settlement_file(number)))
    if provider != "payos":  # payOS holds nothing: its transfers are on the account already
        paid = gateways.pay_out(provider, made.merchant["code"])
        content = gateways.payout_file(provider, made.merchant["code"], paid["id"])
        made.files.append((f"{provider}:{made.channel.public_id}", f"doi-soat-{provider}.csv", content))
    _line, content = made.teller.pay_out(place.account.number)
    made.files.append((f"bill:{made.partner.code}", "thu-ho.csv", content))
    for source, name, content in made.files:
        with transaction():
            file = preview_settlement(
                place.school, source_code=source, content=content, file_name=name, settled_on=clock.today(),
                actor=ACTOR,
            )  # fmt: skip
        with transaction():
            apply_settlement(file, actor=ACTOR)
    _hand_in_cash(place, bank)
    say(f"{place.spec.short_name}: thẻ, {_LABELS[provider]}, Mobile Money, thu hộ tại ngân hàng, nộp quỹ")


def meet_the_statement(made: Contracts) -> int:
    """After the statement: net credits find their batches, the deposit its line; returns how many lines were linked."""
    school_id, linked = made.place.school.pk, 0
    waiting = BankLine.objects.for_school(school_id).filter(direction="in", state="waiting")
    for line in waiting.select_related("bank_account"):
        batches, deposits = batches_for_line(line), deposits_for_line(line)
        with transaction():
            if batches:
                link_batches(school_id, line_id=line.pk, batch_ids=[b.pk for b in batches[0].batches], actor=ACTOR)
            elif deposits and deposits[0].says_cash:
                link_deposit(school_id, line_id=line.pk, deposit_id=deposits[0].deposit.pk, actor=ACTOR)
            else:
                continue
        linked += 1
    return linked


def _by_card_before(made: Contracts, rest: Iterator[Invoice]) -> None:
    """A card paid days ago and its batch closed that evening, which the acquirer leaves lying."""
    at = dt.datetime.combine(clock.today() - dt.timedelta(days=LATE_DAYS), dt.time(16), tzinfo=clock.SCHOOL_TIME)
    _close_batch(made)
    for invoice in _some(rest, 1):
        pay_by_card(made, invoice, invoice.total, at=at)
        _close_batch(made, at=at + dt.timedelta(hours=1))


def _close_batch(made: Contracts, *, at: dt.datetime | None = None) -> None:
    made.batches.append(made.machine.close_batch(at=at)["number"])


def _some(rest: Iterator[Invoice], count: int) -> list[Invoice]:
    return list(itertools.islice(rest, count))


def _by_gateway(made: Contracts, invoice: Invoice, bank: SandboxBank, gateways: SandboxGateways) -> None:
    attempt = start_attempt(
        invoice.school_id, channel=made.channel, shares=[Share(invoice.pk, invoice.total)],
        return_url=f"/p/{invoice.public_id}", actor=ACTOR,
    )  # fmt: skip
    pay_at_gateway(made, attempt, bank, gateways)


def pay_at_gateway(made: Contracts, attempt: Attempt, bank: SandboxBank, gateways: SandboxGateways) -> None:
    """Somebody opens the gateway's page of an attempt and pays."""
    visit = gateways.visit(attempt.pay_url)
    if made.channel.provider == "payos":
        visit.transfer(bank, payer=bank.customers()[0]["number"])
    else:
        visit.pay()


def pay_by_card(
    made: Contracts, invoice: Invoice, amount: Dong, *, card: str = "napas", at: dt.datetime | None = None
) -> None:
    """A card pays part of an invoice, or all of it."""
    slip = made.machine.sell(amount, invoice=invoice.code, card=card, at=at)
    data = SlipData(
        approval_code=slip["approval"], rrn=slip["rrn"], trace=slip["trace"], batch_no=slip["batch"],
        card_tail=slip["last4"], card_brand=slip["brand"].lower(), amount=Dong(slip["amount"]),
        paid_at=dt.datetime.fromisoformat(slip["at"]),
    )  # fmt: skip
    with transaction():
        record_pos_slip(
            made.terminal, data, shares=[Share(invoice.pk, amount)], payer_name=invoice.payer_name, actor=ACTOR
        )


def _hand_in_cash(place: DemoSchool, bank: SandboxBank) -> None:
    """What the counter took goes to the bank, whole millions, and appears on the account."""
    held = box_state(place.school.pk).balance
    amount = Dong(held.value // 1_000_000 * 1_000_000)
    if not amount.value:
        return
    request = DepositRequest(
        bank_account_id=place.account.pk, amount=amount, deposited_on=clock.today(), slip_number="NT-0001",
        token=f"demo-{place.school.code}",
    )  # fmt: skip
    with transaction():
        record_deposit(place.school.pk, request=request, actor=ACTOR)
    bank.book_line(
        place.account.number, direction="in", amount=amount, memo="NOP TIEN MAT NT-0001", at=clock.now(), notify=False
    )
