"""Each partner of a demo school goes through its list: terms, a test with real money, two people, operation."""

from __future__ import annotations

import datetime as dt
import time

from truongso.accounts.public import holders_of
from truongso.accounts.types import Role
from truongso.banking.public import payments_by_feed
from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import School
from truongso.payments.public import (
    APPROVALS,
    ChangeKind,
    PartnerFile,
    PartnerKind,
    PartnerTerms,
    Payment,
    SetupChange,
    link_partner_test,
    partner_file_of,
    possible_proofs,
    propose_bill,
    propose_going_live,
    save_partner_terms,
    start_trial,
)
from truongso.payments.types import Method
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.demo import ways
from truongso.sandbox.gateway_client import SandboxGateways

TEST = Dong(10_000)
_LONGEST_WAIT = 30  # seconds
_METHODS = {
    PartnerKind.GATEWAY: Method.WEB, PartnerKind.FEED: Method.QR_TRANSFER, PartnerKind.ACQUIRER: Method.CARD_POS,
    PartnerKind.BILL: Method.BANK_BILL,
}  # fmt: skip
_FEES = {PartnerKind.GATEWAY: ways.FEE_BASIS_POINTS, PartnerKind.ACQUIRER: ways.CARD_FEE_BASIS_POINTS}


def open_bank(made: ways.Contracts) -> None:
    """The bank at the bill service may ask and pay: asked for by the accountant, approved by the principal."""
    school = made.place.school
    with transaction():
        change = propose_bill(school, made.partner, reason="Hợp đồng thu hộ", actor=person(school, Role.ACCOUNTANT))
        _approve(school, change)


def try_out(made: ways.Contracts, invoice: Invoice, bank: SandboxBank, gateways: SandboxGateways) -> None:
    """One family's invoice pays 10,000 đ through the gateway and by card, the rest at the bank's counter."""
    file = _file(made, PartnerKind.GATEWAY)
    attempt = start_trial(
        file, code=invoice.code, amount=TEST, return_url=f"/cai-dat/doi-tac/{file.public_id}",
        actor=person(made.place.school, Role.PRINCIPAL), client_ip="127.0.0.1",
    )  # fmt: skip
    ways.pay_at_gateway(made, attempt, bank, gateways)
    ways.pay_by_card(made, invoice, TEST)
    gateways.wait_for_deliveries()
    asked = made.teller.inquiry(invoice_code=invoice.code, school_code=made.place.school.code)
    made.teller.pay(asked["invoices"][0], school_code=made.place.school.code, channel="counter")


def put_into_operation(made: ways.Contracts) -> None:
    """Terms and test written down, asked for and approved, for every partner of the school."""
    school = made.place.school
    asking, today = person(school, Role.ACCOUNTANT), clock.today()
    for kind in PartnerKind:
        file = _file(made, kind)
        proofs = _booked_proofs(file)
        with transaction():
            save_partner_terms(file, terms=_terms(kind, made, today), actor=asking)
            file = link_partner_test(file, payment_id=proofs[0].pk, among=proofs, actor=asking)
            _approve(school, propose_going_live(file, reason="Danh mục đã đủ", actor=asking))
    made.channel.refresh_from_db()


def _terms(kind: PartnerKind, made: ways.Contracts, today: dt.date) -> PartnerTerms:
    return PartnerTerms(
        contract_number=f"{today:%Y}/{made.place.school.code}-{kind.value.upper()}",
        signed_on=today - dt.timedelta(days=60), ends_on=today + dt.timedelta(days=305),
        contact_name="Bộ phận hỗ trợ trường học", contact_phone="1900 0000", contact_email="hotro@doitac.example",
        methods=(_METHODS[kind].value,), fees_agreed=True,
        fee_basis_points=_FEES.get(kind, 0), fee_fixed=ZERO,
        started_on=today - dt.timedelta(days=45), integrated_on=today - dt.timedelta(days=1),
    )  # fmt: skip


def _file(made: ways.Contracts, kind: PartnerKind) -> PartnerFile:
    subject = {
        PartnerKind.GATEWAY: made.channel.public_id, PartnerKind.FEED: made.place.feed,
        PartnerKind.ACQUIRER: made.terminal.acquirer, PartnerKind.BILL: made.partner.public_id,
    }[kind]  # fmt: skip
    found = partner_file_of(made.place.school.pk, kind, subject)
    if found is None:
        raise RuntimeError(f"no list for {kind.value} {subject}")
    return found


def _booked_proofs(file: PartnerFile) -> list[Payment]:
    """The test's payments; what a notice told of is booked a moment after it was answered."""
    latest = time.monotonic() + _LONGEST_WAIT
    while not (found := _proofs(file)) and time.monotonic() < latest:
        time.sleep(0.2)
    return found


def _proofs(file: PartnerFile) -> list[Payment]:
    if PartnerKind(file.kind) is PartnerKind.FEED:
        return payments_by_feed(file.school_id, file.subject)
    return possible_proofs(file)


def _approve(school: School, change: SetupChange) -> None:
    actor = person(school, Role.PRINCIPAL)
    APPROVALS[ChangeKind(change.kind)](school, change_id=change.pk, actor=actor)


def person(school: School, role: Role) -> Actor:
    """Whoever holds a role at the school today."""
    one = holders_of([role], clock.today(), school_id=school.pk)[0]
    return Actor(one.user_id, one.full_name, "cli")
