"""Working a partner's list off, and putting the partner into operation once it is complete."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields, replace

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.money import ZERO
from truongso.kernel.names import tidy
from truongso.messaging.public import address_of
from truongso.messaging.types import ChannelKind, MessagingRefusedError
from truongso.payments.models import Payment
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.rules import missing
from truongso.payments.partners.types import MOST_TEST, PartnerFileRefusedError, PartnerKind, Terms
from truongso.payments.types import Method

_PHONE = re.compile(r"[0-9+ ().-]{3,20}")
_MOST_BASIS_POINTS = 10_000
_CHOSEN_AMOUNT = {PartnerKind.GATEWAY, PartnerKind.ACQUIRER}


@transaction_required
def open_file(school_id: int, *, kind: PartnerKind, subject: str, name: str, actor: Actor) -> PartnerFile:
    """The list of a partner, begun when there is none yet."""
    file: PartnerFile
    file, made = PartnerFile.objects.for_school(school_id).get_or_create(
        school_id=school_id, kind=kind.value, subject=subject,
        defaults={"name": tidy(name)[:120], "updated_at": clock.now(), "updated_by": actor.user_id},
    )  # fmt: skip
    if made:
        _record(actor, "open", file, {"kind": kind.value})
    return file


@transaction_required
def save_terms(file: PartnerFile, *, terms: Terms, actor: Actor) -> PartnerFile:
    """Write down what was agreed. A partner in operation keeps its list complete, unless it was carried over.

    Raises PartnerFileRefusedError and changes nothing.
    """
    terms = _checked(terms)
    held: PartnerFile = PartnerFile.objects.for_school(file.school_id).select_for_update().get(pk=file.pk)
    names = [f.name for f in fields(terms)]
    for name in names:
        setattr(held, name, getattr(terms, name))
    held.methods = list(terms.methods)
    if held.is_live and not held.is_carried_over and (lacking := missing(held)):
        raise PartnerFileRefusedError("would_lack", missing=[i.value for i in lacking])
    held.updated_at, held.updated_by = clock.now(), actor.user_id
    held.save(update_fields=[*names, "updated_at", "updated_by"])
    _record(actor, "terms", held, {"contract": held.contract_number, "ends": str(held.ends_on or "")})
    return held


@transaction_required
def link_test(file: PartnerFile, *, payment_id: int, among: Collection[Payment], actor: Actor) -> PartnerFile:
    """Name the booked payment that proved the connection, one of those that came through the partner.

    Raises PartnerFileRefusedError `unknown_payment`, `test_too_large`, `would_lack` (in operation: its proof stays).
    """
    payment = next((p for p in among if p.pk == payment_id and p.school_id == file.school_id), None)
    if payment is None or payment.reversed_at is not None:
        raise PartnerFileRefusedError("unknown_payment")
    if PartnerKind(file.kind) in _CHOSEN_AMOUNT and payment.amount > MOST_TEST:
        raise PartnerFileRefusedError("test_too_large", most=int(MOST_TEST))
    held: PartnerFile = PartnerFile.objects.for_school(file.school_id).select_for_update().get(pk=file.pk)
    if held.is_live and held.test_payment_id is not None:
        raise PartnerFileRefusedError("would_lack", missing=[])
    held.test_payment, held.updated_at, held.updated_by = payment, clock.now(), actor.user_id
    held.save(update_fields=["test_payment", "updated_at", "updated_by"])
    _record(actor, "test", held, {"payment": payment.public_id, "amount": int(payment.amount)})
    return held


@transaction_required
def put_into_operation(file: PartnerFile, *, actor: Actor) -> None:
    """Offer families what the partner does, from now on; the list is complete. Carried out by `operation` alone."""
    rows = PartnerFile.objects.for_school(file.school_id).filter(pk=file.pk, live_at__isnull=True)
    if rows.update(live_at=clock.now()):
        _record(actor, "live", file, {"kind": file.kind})


def _checked(terms: Terms) -> Terms:
    plain = replace(
        terms, contract_number=tidy(terms.contract_number)[:60], contact_name=tidy(terms.contact_name)[:120],
        contact_phone=tidy(terms.contact_phone)[:20], contact_email=_email(terms.contact_email),
        methods=tuple(dict.fromkeys(terms.methods)), ends_on=None if terms.is_open_ended else terms.ends_on,
    )  # fmt: skip
    if plain.signed_on and plain.ends_on and plain.ends_on < plain.signed_on:
        raise PartnerFileRefusedError("ends_before_signed")
    if plain.started_on and plain.integrated_on and plain.integrated_on < plain.started_on:
        raise PartnerFileRefusedError("integrated_before_started")
    for field, day in (("signed_on", plain.signed_on), ("integrated_on", plain.integrated_on)):
        if day is not None and day > clock.today():
            raise PartnerFileRefusedError("in_future", field=field)
    if plain.contact_phone and _PHONE.fullmatch(plain.contact_phone) is None:
        raise PartnerFileRefusedError("bad_phone")
    if not set(plain.methods) <= {m.value for m in Method}:
        raise PartnerFileRefusedError("bad_method")
    if plain.fee_fixed < ZERO or not 0 <= plain.fee_basis_points <= _MOST_BASIS_POINTS:
        raise PartnerFileRefusedError("bad_fee")
    return plain


def _email(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return address_of(ChannelKind.EMAIL, text)
    except MessagingRefusedError as error:
        raise PartnerFileRefusedError("bad_email") from error


def _record(actor: Actor, verb: str, file: PartnerFile, params: dict[str, object]) -> None:
    audit.record(
        actor, f"payments:partner:{verb}", school_id=file.school_id, subject=("partner", file.public_id),
        params={"name": file.name, **params},
    )  # fmt: skip
