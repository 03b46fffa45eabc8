"""What a family's own account shows: its children at all schools, what is to be paid, what the schools wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from truongso.fees.public import Invoice, invoices_of_student
from truongso.kernel import scope
from truongso.kernel.masking import masked_address
from truongso.kernel.money import Dong
from truongso.messaging.public import (
    CATALOGUE,
    TO_STAFF,
    Delivery,
    Recipient,
    deliveries_to,
    has_stopped,
    is_address,
    is_security,
    stop_link,
)
from truongso.messaging.types import ChannelKind, DeliveryState
from truongso.organizations.public import School
from truongso.people.public import Guardian, OwnChild, contacts_of_others, guardians_at, names_of_guardians
from truongso.workspaces.basket import token_of, with_invoices
from truongso.workspaces.payment_page import PageState, state_on_page

_MESSAGES = 50
"""The latest messages of a school that are shown."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An open invoice and what is left to pay of it."""

    invoice: Invoice
    state: PageState
    left: Dong


@dataclass(frozen=True, slots=True)
class ChildCard:
    """A child with what is still to be paid; `last` leads to earlier payments (None: nothing was ever asked for)."""

    child: OwnChild
    open: list[Owed]
    last: Invoice | None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a school writes to: masked, whether it was told to stop, and the page where that is changed. `is_shared`:
    another family of the school has it on record too, so what was sent there is not shown."""

    masked: str
    is_phone: bool
    has_stopped: bool
    change: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message a school sent; `body` "" where it holds a link of its own."""

    title: str | Promise
    at: dt.datetime
    masked: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What one school knows to write to, and what it wrote, newest first."""

    school: School
    addresses: list[Address]
    messages: list[Message]


def cards_of(children: Iterable[OwnChild]) -> list[ChildCard]:
    """The children with their open invoices; the pupil's own account sees none (least-privilege matrix). Each school is
    read within its own scope; one query for each child."""
    return [_card(child) for child in children]


def basket_of_all(cards: Iterable[ChildCard]) -> str:
    """The address part of a basket with everything that is open; "" when fewer than two are."""
    invoices = [one.invoice for card in cards for one in card.open]
    return token_of(with_invoices([], invoices, is_own=True)) if len(invoices) > 1 else ""


def mailbox_of(user_id: int, school: School) -> Mailbox:
    """Addresses and messages of the guardians the user is at the school, within the school's own scope. Only what
    names them: who had the number before keeps what was said to him."""
    guardians = guardians_at(user_id, school)
    with scope.at_school(school.pk):
        known, shared = _addresses_of(guardians), contacts_of_others(school, guardians)
        rows = deliveries_to(school.pk, addresses=set(known) - shared, names=names_of_guardians(school, guardians))
        found = rows.filter(state=DeliveryState.SENT.value).exclude(template__in=TO_STAFF)[:_MESSAGES]
        addresses = [_address(school.pk, one, is_shared=one in shared) for one in known]
        return Mailbox(school, addresses, [_message(one) for one in found])


def _card(child: OwnChild) -> ChildCard:
    if child.guardian is None:
        return ChildCard(child, [], None)
    with scope.at_school(child.school.pk):
        invoices = invoices_of_student(child.school.pk, child.student.pk)
    states = [Owed(one, state_on_page(one), one.total - one.paid) for one in invoices]
    return ChildCard(child, [one for one in states if one.state.is_open], invoices[0] if invoices else None)


def _addresses_of(guardians: Iterable[Guardian]) -> list[str]:
    """Every address on record, each once, telephone numbers first."""
    phones = [number for one in guardians for number in one.phones]
    return list(dict.fromkeys([*phones, *(one.email.lower() for one in guardians if one.email)]))


def _address(school_id: int, address: str, *, is_shared: bool) -> Address:
    is_phone = is_address(ChannelKind.SMS, address)
    recipient = Recipient(school_id, ChannelKind.SMS if is_phone else ChannelKind.EMAIL, address)
    return Address(masked_address(address), is_phone, has_stopped(recipient), stop_link(recipient), is_shared)


def _message(row: Delivery) -> Message:
    title = CATALOGUE[row.template].title if row.template in CATALOGUE else ""
    body = "" if is_security(row.template) else row.body
    return Message(title, row.created_at, masked_address(row.address), row.subject, body)
