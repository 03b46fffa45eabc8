"""Recording terminals and slips. A slip with approval code and RRN of an approved terminal is numbered proof: it books
the payment at once, the money is in transit until the acquirer's net credit is found on the bank account."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.money import ZERO
from truongso.kernel.pace import sign
from truongso.organizations.public import BankAccount
from truongso.payments.card_numbers import has_card_number
from truongso.payments.models import Evidence, Payment
from truongso.payments.partners.services import open_file
from truongso.payments.partners.types import PartnerKind
from truongso.payments.pos.models import PosSlip, PosTerminal
from truongso.payments.pos.types import SOURCE_PREFIX, CardBrand, PosRefusedError, SlipData
from truongso.payments.services import book
from truongso.payments.settlements.workdays import after
from truongso.payments.types import Booking, EvidenceKind, Method, PaymentRefusedError, Share

_TERMINAL = re.compile(r"[A-Z0-9]{4,16}")
_MERCHANT = re.compile(r"[A-Z0-9]{0,20}")
_APPROVAL = re.compile(r"[A-Z0-9]{6}")
_RRN = re.compile(r"[0-9]{12}")
_SHORT_NUMBER = re.compile(r"[0-9]{0,6}")
_TAIL = re.compile(r"(?:[0-9]{4})?")
_EARLY, _OLD = dt.timedelta(minutes=10), dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class SlipRecorded:
    """The slip and its payment; `is_repeat` when the very same slip was recorded before."""

    slip: PosSlip
    payment: Payment
    is_repeat: bool


@transaction_required
def add_terminal(
    account: BankAccount, *, code: str, acquirer: str, merchant_code: str = "", label: str = "",
    fee_basis_points: int = 0, settle_days: int = 2, actor: Actor,
) -> PosTerminal:  # fmt: skip
    """A terminal whose money the acquirer pays to `account`. Raises PosRefusedError `code_malformed`, `card_number`,
    `terminal_known`, `account_inactive`, `fee_malformed`."""
    code, merchant_code = _plain(code), _plain(merchant_code)
    for name, value, form in (("code", code.zfill(8) if code.isdigit() else code, _TERMINAL),
                              ("merchant_code", merchant_code, _MERCHANT)):  # fmt: skip
        _matching(name, value, form)
    acquirer, label = _line("acquirer", acquirer), _line("label", label)
    if not acquirer:
        raise PosRefusedError("code_malformed", field="acquirer")
    if not 0 <= fee_basis_points <= 10_000 or not 0 <= settle_days <= 30:
        raise PosRefusedError("fee_malformed")
    if not account.is_active:
        raise PosRefusedError("account_inactive")
    try:
        with savepoint():
            made: PosTerminal = PosTerminal.objects.create(
                school_id=account.school_id, code=code.zfill(8) if code.isdigit() else code,
                merchant_code=merchant_code, acquirer=acquirer, label=label, bank_account=account,
                fee_basis_points=fee_basis_points, settle_days=settle_days, created_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise PosRefusedError("terminal_known", code=code) from error
    open_file(made.school_id, kind=PartnerKind.ACQUIRER, subject=acquirer, name=acquirer, actor=actor)
    _record(made, "add", actor)
    return made


@transaction_required
def set_terminal_active(terminal: PosTerminal, *, active: bool, actor: Actor) -> None:
    """Record no more slips of a terminal, or record them again; what was recorded stays."""
    rows = PosTerminal.objects.for_school(terminal.school_id).filter(pk=terminal.pk, is_active=not active)
    if rows.update(is_active=active):
        terminal.is_active = active
        _record(terminal, "enable" if active else "disable", actor)


@transaction_required
def record_slip(
    terminal: PosTerminal, data: SlipData, *, shares: Sequence[Share], payer_name: str = "", actor: Actor
) -> SlipRecorded:
    """Record a slip and book its payment; what the invoices no longer owe becomes the family's credit.

    The same slip again gives the first payment. Raises PosRefusedError, PaymentRefusedError.
    """
    data = checked(data)
    held = _held(terminal)
    if not held.is_active:
        raise PosRefusedError("terminal_inactive", code=held.code)
    known = _known(held, data)
    standing = next((s for s in known if s.evidence.used > ZERO), None)
    if standing is not None:
        return _repeat(standing, data)
    if _settled_without_slip(held, data):
        raise PosRefusedError("slip_settled", rrn=data.rrn)
    attempt = max((s.attempt for s in known), default=0) + 1
    reference = f"{data.rrn}/{data.approval_code}" + (f"#{attempt}" if attempt > 1 else "")
    booking = Booking(
        kind=EvidenceKind.POS_SLIP, source=f"{SOURCE_PREFIX}{held.code}", reference=reference,
        evidence_amount=data.amount, amount=data.amount, method=Method.CARD_POS, received_at=data.paid_at,
        payer_name=_line("payer_name", payer_name), payer_account="", shares=tuple(shares), bank_account_id=None,
        in_suspense=False,
    )  # fmt: skip
    payment = book(held.school_id, booking=booking, actor=actor)
    slip: PosSlip = PosSlip.objects.create(
        school_id=held.school_id, terminal=held, approval_code=data.approval_code, rrn=data.rrn, attempt=attempt,
        trace=data.trace, batch_no=data.batch_no, card_tail=data.card_tail, card_brand=data.card_brand,
        amount=data.amount, paid_at=data.paid_at, due_on=due_on(data.paid_at, held.settle_days),
        evidence_id=payment.evidence_id, created_at=clock.now(), created_by=actor.user_id,
    )  # fmt: skip
    PosTerminal.objects.for_school(held.school_id).filter(pk=held.pk).update(pace=sign(held.pace, clock.now()))
    return SlipRecorded(slip, payment, is_repeat=False)


def checked(data: SlipData) -> SlipData:
    """The slip with its codes in their one form. Raises PosRefusedError `code_malformed` (field), `card_number`
    (field), `time_implausible`."""
    values = {name: getattr(data, name) for name in ("approval_code", "rrn", "trace", "batch_no", "card_tail")}
    for name, value in values.items():
        if has_card_number(value):
            raise PosRefusedError("card_number", field=name)
    codes = {name: _plain(value) for name, value in values.items()}
    codes["rrn"] = codes["rrn"].zfill(12) if codes["rrn"] else ""
    codes["approval_code"] = codes["approval_code"].zfill(6) if codes["approval_code"] else ""
    forms = {"approval_code": _APPROVAL, "rrn": _RRN, "trace": _SHORT_NUMBER, "batch_no": _SHORT_NUMBER,
             "card_tail": _TAIL}  # fmt: skip
    for name, form in forms.items():
        _matching(name, codes[name], form)
    for name in ("trace", "batch_no"):
        codes[name] = codes[name].zfill(6) if codes[name] else ""
    if data.card_brand and data.card_brand not in {b.value for b in CardBrand}:
        raise PosRefusedError("code_malformed", field="card_brand")
    if data.amount <= ZERO:
        raise PaymentRefusedError("amount_not_positive")
    now = clock.now()
    if not now - _OLD <= data.paid_at <= now + _EARLY:
        raise PosRefusedError("time_implausible")
    return replace(
        data, approval_code=codes["approval_code"], rrn=codes["rrn"], trace=codes["trace"], batch_no=codes["batch_no"],
        card_tail=codes["card_tail"],
    )  # fmt: skip


def due_on(paid_at: dt.datetime, working_days: int) -> dt.date:
    """The day by which the acquirer should have settled: working days after the school day."""
    return after(clock.school_date(paid_at), working_days)


def _repeat(slip: PosSlip, data: SlipData) -> SlipRecorded:
    if slip.amount != data.amount:
        raise PosRefusedError("slip_known", amount=slip.amount)
    standing = Payment.objects.for_school(slip.school_id).filter(evidence_id=slip.evidence_id)
    payment: Payment = standing.filter(reversed_at__isnull=True).order_by("pk")[0]
    return SlipRecorded(slip, payment, is_repeat=True)


def _held(terminal: PosTerminal) -> PosTerminal:
    """The terminal, locked: slips of one terminal are recorded one after the other."""
    rows = PosTerminal.objects.for_school(terminal.school_id).filter(pk=terminal.pk)
    held: PosTerminal = rows.select_for_update().get()
    return held


def _known(terminal: PosTerminal, data: SlipData) -> list[PosSlip]:
    rows = PosSlip.objects.for_school(terminal.school_id).filter(
        terminal=terminal, rrn=data.rrn, approval_code=data.approval_code
    )
    return list(rows.select_related("evidence"))


def _settled_without_slip(terminal: PosTerminal, data: SlipData) -> bool:
    """Whether the acquirer's file brought this transaction and a person assigned it to an invoice already."""
    rows = Evidence.objects.for_school(terminal.school_id).filter(
        kind=EvidenceKind.SETTLEMENT.value, source=f"{SOURCE_PREFIX}{terminal.code}",
        reference=f"{data.rrn}/{data.approval_code}", used__gt=0,
    )  # fmt: skip
    return bool(rows.exists())


def _plain(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text).upper()


def _line(field: str, text: str) -> str:
    text = " ".join(text.split())
    if has_card_number(text):
        raise PosRefusedError("card_number", field=field)
    return text[:80]


def _matching(field: str, value: str, form: re.Pattern[str]) -> None:
    if has_card_number(value):
        raise PosRefusedError("card_number", field=field)
    if not form.fullmatch(value):
        raise PosRefusedError("code_malformed", field=field)


def _record(terminal: PosTerminal, verb: str, actor: Actor) -> None:
    audit.record(
        actor, f"payments:pos_terminal:{verb}", school_id=terminal.school_id, subject=("pos_terminal", terminal.pk),
        params={"code": terminal.code, "acquirer": terminal.acquirer},
    )  # fmt: skip
