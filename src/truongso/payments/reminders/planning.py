"""Who is to be reminded of what, worked out from what is owed and who is whose guardian at this moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Sum

from truongso.fees.public import CollectionRound, Invoice, InvoiceLine
from truongso.fees.types import LineKind
from truongso.kernel import clock
from truongso.kernel.money import Dong, total
from truongso.kernel.ui.formatting import dong, ngay, sdt
from truongso.messaging.public import address_of, is_address, opted_out
from truongso.messaging.types import ChannelKind, Outgoing
from truongso.organizations.public import School
from truongso.payments.gateways.queries import open_attempt_invoices
from truongso.payments.reminders.exclusions import left_out
from truongso.people.public import Contact, class_order, contacts_of_students


@dataclass(frozen=True, slots=True)
class Debt:
    """An invoice of the round with something obligatory still owed; voluntary items are no debts."""

    invoice_id: int
    public_id: str
    code: str
    student_id: int
    student_name: str
    class_name: str
    family_id: int
    owed: Dong
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class Notification:
    """One message: to one guardian, of the children whose guardian he or she is, and of nobody else."""

    contact: Contact
    kind: ChannelKind
    address: str
    debts: tuple[Debt, ...]

    @property
    def owed(self) -> Dong:
        return total(debt.owed for debt in self.debts)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a reminder would do now. `held` invoices are left out: said to be paid, or a payment is under way."""

    messages: tuple[Notification, ...]
    on_paper: tuple[Debt, ...]
    held: int

    @property
    def owed(self) -> Dong:
        return total(d.owed for m in self.messages for d in m.debts) + total(d.owed for d in self.on_paper)

    def by_kind(self) -> dict[ChannelKind, int]:
        """Messages by channel."""
        counts: dict[ChannelKind, int] = defaultdict(int)
        for message in self.messages:
            counts[message.kind] += 1
        return dict(counts)


def plan(school_id: int, *, round_id: int, class_names: Sequence[str], channels: Sequence[ChannelKind]) -> Plan:
    """Messages and papers for the round's debts (of the classes named, or all). `channels` in order of preference.

    The payer is asked before other guardians; a guardian without an address on any channel, or who opted out on all,
    gives way to the next one; without any the family gets paper. 5 to 7 queries whatever the number.
    """
    debts = owing(school_id, round_id=round_id, class_names=class_names)
    skipped = (left_out(school_id) | open_attempt_invoices(school_id)) if debts else set()
    kept = [debt for debt in debts if debt.invoice_id not in skipped]
    contacts = contacts_of_students(school_id, [debt.student_id for debt in kept])
    refused = opted_out(school_id)
    reached: dict[tuple[int, ChannelKind], tuple[Contact, str, list[Debt]]] = {}
    on_paper = []
    for debt in kept:
        way = way_to(contacts.get(debt.student_id, []), channels, refused)
        if way is None:
            on_paper.append(debt)
            continue
        contact, kind, address = way
        reached.setdefault((contact.guardian_id, kind), (contact, address, []))[2].append(debt)
    messages = tuple(
        Notification(contact, kind, address, tuple(of_guardian))
        for (_guardian, kind), (contact, address, of_guardian) in reached.items()
    )
    return Plan(messages, tuple(on_paper), len(debts) - len(kept))


def owing(school_id: int, *, round_id: int, class_names: Sequence[str]) -> list[Debt]:
    """Live invoices of a round with an obligatory rest, by class and roll; 2 queries."""
    lines = InvoiceLine.objects.for_school(school_id).filter(
        invoice__round_id=round_id, invoice__cancelled_at__isnull=True, fee_item__is_voluntary=False
    )
    rest = dict(
        lines.exclude(kind=LineKind.CREDIT.value)
        .order_by()
        .values_list("invoice_id")
        .annotate(rest=Sum(F("amount") - F("credited") - F("paid")))
    )
    rows = Invoice.objects.for_school(school_id).filter(
        round_id=round_id, cancelled_at__isnull=True, paid__lt=F("total")
    )
    if class_names:
        rows = rows.filter(class_name__in=class_names)
    found = sorted(rows, key=lambda i: (class_order(i.class_name), i.sort_key, i.pk))
    return [
        Debt(i.pk, i.public_id, i.code, i.student_id, i.student_name, i.class_name, i.family_id,
             Dong(int(rest[i.pk])), i.due_on)
        for i in found
        if int(rest.get(i.pk) or 0) > 0
    ]  # fmt: skip


def voluntary_open(school_id: int, *, round_id: int, class_names: Sequence[str]) -> Dong:
    """What is open of a round beside what is obligatory: nobody is reminded of it; 3 queries."""
    rows = Invoice.objects.for_school(school_id).filter(round_id=round_id, cancelled_at__isnull=True)
    if class_names:
        rows = rows.filter(class_name__in=class_names)
    left = rows.aggregate(s=Sum(F("total") - F("paid")))["s"]
    return Dong(int(left or 0)) - total(d.owed for d in owing(school_id, round_id=round_id, class_names=class_names))


def outgoing(school: School, of_round: CollectionRound, message: Notification, *, template: str, key: str) -> Outgoing:
    """The message as handed to messaging. Nothing in it is of anybody but the guardian's own children."""
    return Outgoing(
        kind=message.kind,
        address=message.address,
        template=template,
        values=values_of(school, of_round, message),
        dedupe_key=f"reminder:{key}:{message.contact.guardian_id}:{message.kind.value}",
    )


def values_of(school: School, of_round: CollectionRound, message: Notification) -> dict[str, str]:
    """What stands in the places of the wording."""
    names = dict.fromkeys(debt.student_name for debt in message.debts)
    return {
        "nguoi_nhan": message.contact.full_name,
        "hoc_sinh": ", ".join(names),
        "truong": school.short_name,
        "dot": of_round.name,
        "so_tien": dong(message.owed),
        "han": ngay(min(debt.due_on for debt in message.debts)),
        "dia_chi": f"{settings.PUBLIC_URL}/p/{message.debts[0].public_id}",
        "lien_he": sdt(school.support_phone or school.phone),
    }


def is_due(of_round: CollectionRound) -> bool:
    """True once the round's day has passed: the wording changes."""
    return of_round.due_on < clock.today()


def way_to(
    contacts: Sequence[Contact], channels: Sequence[ChannelKind], refused: set[tuple[str, str]]
) -> tuple[Contact, ChannelKind, str] | None:
    """The first guardian who can be reached, on the first channel that reaches him or her."""
    for contact in contacts:
        for kind in channels:
            text = contact.phone if kind.takes_phone else contact.email
            if text and is_address(kind, text):
                address = address_of(kind, text)
                if (kind.value, address) not in refused:
                    return contact, kind, address
    return None
