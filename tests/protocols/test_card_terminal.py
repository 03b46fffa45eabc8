"""A card terminal and its acquirer over real HTTP: refused, voided, unknown, twice, too early, late, lost, altered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import count

import pytest

from tests import factories, money
from tests.protocols.scenes import ACTOR, AMOUNT, counts
from tests.protocols.test_settlements import paid_by_statement, slip_data
from truongso.banking.public import BankLine, apply_statement, preview_statement
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import Payment, PosTerminal
from truongso.payments.pos.queries import slip_figures
from truongso.payments.pos.services import add_terminal, record_slip
from truongso.payments.public import undo
from truongso.payments.settlements.models import SettlementBatch, SettlementFile, SettlementItem
from truongso.payments.settlements.services import Applied, apply, match_again, preview
from truongso.payments.settlements.types import SettlementRefusedError
from truongso.payments.types import Share
from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.gateway_client import SandboxGateways, SandboxRefusal
from truongso.sandbox.json_client import Json
from truongso.sandbox.pos import SandboxTerminal

pytestmark = pytest.mark.django_db(transaction=True)
_numbers = count(1)


@dataclass
class Counter:
    """The school's desk with a terminal: the machine at the acquirer, what the product knows of it."""

    account: BankAccount
    bank: SandboxBank
    machine: SandboxTerminal
    terminal: PosTerminal

    @property
    def school(self) -> School:
        return self.account.school

    def invoice(self, amount: int = AMOUNT) -> Invoice:
        return money.invoice(self.school, [amount], full_name="Lò Thị Mai")

    def record(self, slip: Json, invoice: Invoice) -> Payment:
        """The cashier types the slip."""
        with transaction():
            made = record_slip(
                self.terminal, slip_data(slip), shares=[Share(invoice.pk, Dong(slip["amount"]))], actor=ACTOR
            )
        payment: Payment = Payment.objects.for_school(self.school).get(evidence_id=made.slip.evidence_id)
        return payment

    def sold(self, invoice: Invoice) -> Json:
        return self.machine.sell(invoice.total, invoice=invoice.code)

    def settled(self) -> tuple[Json, bytes]:
        """Close the batch and let the acquirer pay: what it paid and its file."""
        closed = self.machine.close_batch()
        made = self.machine.settle(closed["number"])
        return made, self.machine.settlement_file(closed["number"])

    def shown(self, content: bytes) -> SettlementFile:
        with transaction():
            return preview(
                self.school, source_code="pos", content=content, file_name="the.csv", settled_on=clock.today(),
                actor=ACTOR,
            )  # fmt: skip

    def bring(self, content: bytes) -> Applied:
        file = self.shown(content)
        assert file.problems == []
        with transaction():
            return apply(file, actor=ACTOR)

    def items(self) -> list[tuple[str, int]]:
        rows = SettlementItem.objects.for_school(self.school).order_by("row_number")
        return [(state, int(gross)) for state, gross in rows.values_list("state", "gross")]

    def batch(self) -> SettlementBatch:
        made: SettlementBatch = SettlementBatch.objects.for_school(self.school).get()
        return made


@pytest.fixture
def counter(school: School, bank: SandboxBank, gateways: SandboxGateways) -> Counter:
    number, tid = f"43{next(_numbers):010}", f"76{next(_numbers):06}"
    with transaction():
        account = factories.bank_account(school, number=number)
        terminal = add_terminal(account, code=tid, acquirer="Vietcombank", merchant_code="000000790002", actor=ACTOR)
    bank.register_account(bin=account.bank_bin, number=number, holder=account.holder_name)
    machine = SandboxTerminal.put_up(
        gateways, tid=tid, mid="000000790002", name="TRUONG TH", account=number, bin=account.bank_bin
    )
    return Counter(account, bank, machine, terminal)


def test_failure_and_void(counter: Counter) -> None:
    """A refused card prints no slip; a sale voided at the terminal is in no file, and its payment is taken back."""
    for card in ("no_funds", "lost"):
        with pytest.raises(SandboxRefusal) as caught:
            counter.machine.sell(Dong(AMOUNT), card=card)
        assert caught.value.code == "card_refused"
    kept, voided = counter.invoice(300_000), counter.invoice()
    counter.record(counter.sold(kept), kept)
    slip = counter.sold(voided)
    payment = counter.record(slip, voided)
    counter.machine.void(slip["trace"])
    with transaction():
        undo(counter.school.pk, payment_id=payment.pk, reason="Đã hủy trên máy POS", actor=ACTOR)
    made, content = counter.settled()
    assert counter.bring(content).new == 1
    assert counter.items() == [("matched", 300_000)]
    voided.refresh_from_db()
    assert (int(voided.paid), made["gross"]) == (0, 300_000)
    paid_by_statement(counter.bank, counter.account, counter.batch())


def test_a_slip_nobody_recorded_and_the_file_twice(counter: Counter) -> None:
    """Out of order: the file comes before the cashier has typed the slip. Booked by nobody but the cashier, once."""
    known, forgotten = counter.invoice(300_000), counter.invoice()
    counter.record(counter.sold(known), known)
    slip = counter.sold(forgotten)
    _made, content = counter.settled()
    done = counter.bring(content)
    assert (done.new, done.open, counter.items()) == (2, 1, [("matched", 300_000), ("unknown", AMOUNT)])
    forgotten.refresh_from_db()
    assert (int(forgotten.paid), counts()[1]) == (0, 1)
    payment = counter.record(slip, forgotten)
    assert counter.record(slip, forgotten).pk == payment.pk
    assert counts()[1] == 2
    with transaction():
        assert match_again(counter.school.pk) == 1
    again = counter.bring(content)
    assert (again.new, again.known, counts()[1]) == (0, 2, 2)
    assert counter.items() == [("matched", 300_000), ("matched", AMOUNT)]
    paid_by_statement(counter.bank, counter.account, counter.batch())


def test_late_and_lost(counter: Counter) -> None:
    """The money is on the account before the file has come: it waits; a slip without a file is told when it is due."""
    invoice = counter.invoice()
    counter.record(counter.sold(invoice), invoice)
    made, content = counter.settled()
    with transaction():
        statement = preview_statement(
            counter.account, content=counter.bank.statement(counter.account.number), file_name="sao-ke.xlsx",
            actor=ACTOR,
        )  # fmt: skip
    apply_statement(statement, actor=ACTOR)
    (line,) = BankLine.objects.for_school(counter.school)
    assert (line.state, int(line.amount), counts()[1]) == ("waiting", made["net"], 1)
    with clock.frozen(clock.now() + dt.timedelta(days=10)):
        assert slip_figures(counter.school)["overdue"] == (1, Dong(AMOUNT))
    counter.bring(content)
    paid_by_statement(counter.bank, counter.account, counter.batch())


def test_a_file_altered_on_its_way(counter: Counter) -> None:
    """Forged: another net of a row, a sum that is not its items less fees: refused, nothing is taken over."""
    invoice = counter.invoice()
    counter.record(counter.sold(invoice), invoice)
    made, content = counter.settled()
    net = str(made["net"]).encode()
    row, total = content.rindex(net, 0, content.rindex(b"T\xe1\xbb\x95ng c")), content.rindex(net)
    altered = {
        "row_not_net": content[:row] + b"1" + content[row + len(net) :],
        "total_differs": content[:total] + b"1" + content[total + len(net) :],
    }
    for code, forged in altered.items():
        file = counter.shown(forged)
        assert code in {problem["code"] for problem in file.problems}
        with pytest.raises(SettlementRefusedError, match="has_problems"), transaction():
            apply(file, actor=ACTOR)
    assert (counter.items(), SettlementBatch.objects.for_school(counter.school).count(), counts()[1]) == ([], 0, 1)
    counter.bring(content)
    paid_by_statement(counter.bank, counter.account, counter.batch())
