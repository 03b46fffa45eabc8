"""Partners of the bill service: who may call, with which secrets, for which schools."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets as random_secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from truongso.kernel import audit, banks, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.ids import new_public_id
from truongso.kernel.names import fold
from truongso.kernel.pace import sign
from truongso.kernel.sealing import seal, unseal
from truongso.organizations.public import School
from truongso.payments.bills import signing
from truongso.payments.bills.models import BillPartner, BillService
from truongso.payments.bills.requests import is_nonce
from truongso.payments.bills.types import DRIFT_SECONDS, BillCode, BillRefusedError, PartnerRefusedError
from truongso.payments.partners.services import open_file
from truongso.payments.partners.types import PartnerKind

LIVE_SECRETS = 2


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What a call claims about itself, as its headers say."""

    key_id: str
    timestamp: str
    nonce: str
    signature: str
    method: str
    path: str
    body: bytes
    address: str


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A genuine call's partner, and the secret that answers are signed with."""

    partner: BillPartner
    secret: str


@transaction_required
def create_partner(
    owner: School | None,
    *,
    name: str,
    bank_bin: str = "",
    networks: Sequence[str] = (),
    actor: Actor,
) -> tuple[BillPartner, str]:
    """A partner with its secret, which is shown this once. It serves no school yet: that takes two people.

    Without `owner` the installation shares it with every school that switches it on. Raises PartnerRefusedError
    `name_missing`, `unknown_bank`, `network_malformed` (network).
    """
    name = " ".join(name.split())[:80]
    if not name:
        raise PartnerRefusedError("name_missing")
    if bank_bin and banks.find(bank_bin) is None:
        raise PartnerRefusedError("unknown_bank", bin=bank_bin)
    public_id, secret = new_public_id(), random_secrets.token_urlsafe(32)
    partner = BillPartner.objects.create(
        public_id=public_id, code=_free_code(name), name=name, bank_bin=bank_bin, owner=owner,
        key_id=f"bk_{new_public_id()}", sealed_secrets=[seal(secret, place=secret_place(public_id))],
        networks=_networks(networks), created_at=clock.now(),
    )  # fmt: skip
    _record(partner, "create", actor, school_id=owner.pk if owner else None)
    if owner is not None:
        open_file(owner.pk, kind=PartnerKind.BILL, subject=public_id, name=name, actor=actor)
    return partner, secret


@transaction_required
def switch(school: School, partner: BillPartner, *, on: bool, actor: Actor) -> BillService:
    """Let a partner serve the school, or no more. What it paid stays, also when it is switched off.

    On, this takes effect at once: for a change two people decided on, and for a school being set up by the command.
    """
    service: BillService
    service, made = BillService.objects.for_school(school).get_or_create(
        school=school, partner=partner, defaults={"is_active": on, "created_at": clock.now()}
    )
    if made or service.is_active != on:
        BillService.objects.for_school(school).filter(pk=service.pk).update(is_active=on)
        service.is_active = on
        open_file(school.pk, kind=PartnerKind.BILL, subject=partner.public_id, name=partner.name, actor=actor)
        _record(partner, "switch_on" if on else "switch_off", actor, school_id=school.pk)
    return service


@transaction_required
def add_secret(partner: BillPartner, *, actor: Actor, school_id: int | None, secret: str = "") -> str:
    """A new secret, or the one given, shown this once; the one before stays live until `drop_old_secret`."""
    fresh = BillPartner.objects.select_for_update().get(pk=partner.pk)
    secret = secret or random_secrets.token_urlsafe(32)
    sealed = seal(secret, place=secret_place(partner.public_id))
    partner.sealed_secrets = [sealed, *fresh.sealed_secrets][:LIVE_SECRETS]
    partner.save(update_fields=["sealed_secrets"])
    _record(partner, "add_key", actor, school_id=school_id)
    return secret


@transaction_required
def drop_old_secret(partner: BillPartner, *, actor: Actor, school_id: int | None) -> None:
    """End the secret that was replaced. Raises PartnerRefusedError `one_secret_left`."""
    fresh = BillPartner.objects.select_for_update().get(pk=partner.pk)
    if len(fresh.sealed_secrets) < LIVE_SECRETS:
        raise PartnerRefusedError("one_secret_left")
    partner.sealed_secrets = fresh.sealed_secrets[:1]
    partner.save(update_fields=["sealed_secrets"])
    _record(partner, "drop_key", actor, school_id=school_id)


@transaction_required
def set_active(partner: BillPartner, *, active: bool, actor: Actor, school_id: int | None) -> None:
    """Take no more calls of a partner for any school, or take them again."""
    if BillPartner.objects.filter(pk=partner.pk, is_active=not active).update(is_active=active):
        partner.is_active = active
        _record(partner, "enable" if active else "disable", actor, school_id=school_id)


def authenticate(call: SignedCall) -> Authenticated:
    """The partner of a genuine call. Opens its own transactions for the counters.

    Raises BillRefusedError `not_authentic` (one answer for every reason), `timestamp_drift` (signed rightly, not of
    now). A refusal of a known key is counted at the partner.
    """
    partner = BillPartner.objects.filter(key_id=call.key_id, is_active=True).first()
    if partner is None or not call.key_id:
        raise BillRefusedError(BillCode.NOT_AUTHENTIC)
    code, secret = _verdict(partner, call)
    if code is not BillCode.OK:
        _count_refusal(partner, code)
        now = int(clock.now().timestamp())
        raise BillRefusedError(code, **({"now": now} if code is BillCode.TIMESTAMP_DRIFT else {}))
    return Authenticated(partner, secret)


def serving(partner: BillPartner) -> QuerySet[BillService]:
    """The schools that have switched the partner on."""
    across = BillService.objects.across_schools("a partner serves several schools")
    return across.filter(partner=partner, is_active=True).select_related("school")


def served_school(partner: BillPartner, code: str) -> School:
    """The school of a call. Raises BillRefusedError `school_unknown`, also when it is not served."""
    service = serving(partner).filter(school__code=code).first()
    if service is None:
        raise BillRefusedError(BillCode.SCHOOL_UNKNOWN, school_code=code)
    school: School = service.school
    return school


def partners_of(school: School) -> list[tuple[BillPartner, BillService | None]]:
    """Partners the school owns or may switch on, each with its switch; 2 queries."""
    services = {s.partner_id: s for s in BillService.objects.for_school(school)}
    rows = BillPartner.objects.filter(Q(owner=school) | Q(owner__isnull=True)).order_by("created_at", "pk")
    return [(partner, services.get(partner.pk)) for partner in rows]


def touch(partner: BillPartner, at: dt.datetime) -> None:
    """Remember a genuine call, to the minute: not a write for each of a hundred calls a second."""
    with transaction():
        stale = Q(last_call_at__isnull=True) | Q(last_call_at__lt=at - dt.timedelta(minutes=1))
        BillPartner.objects.filter(stale, pk=partner.pk).update(last_call_at=at, pace=sign(partner.pace, at))


def _verdict(partner: BillPartner, call: SignedCall) -> tuple[BillCode, str]:
    stamp = call.timestamp
    well_formed = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and is_nonce(call.nonce)
    if not well_formed or not call.signature or not _is_from(partner, call.address):
        return BillCode.NOT_AUTHENTIC, ""
    live = [unseal(s, place=secret_place(partner.public_id)) for s in partner.sealed_secrets]
    secret = signing.fitting_secret(
        live, call.signature, timestamp=int(stamp), nonce=call.nonce, method=call.method, path=call.path,
        body=call.body,
    )  # fmt: skip
    if secret is None:
        return BillCode.NOT_AUTHENTIC, ""
    drift = abs(int(clock.now().timestamp()) - int(stamp))
    return (BillCode.OK if drift <= DRIFT_SECONDS else BillCode.TIMESTAMP_DRIFT), secret


def _count_refusal(partner: BillPartner, code: BillCode) -> None:
    with transaction():
        BillPartner.objects.filter(pk=partner.pk).update(
            refused_calls=F("refused_calls") + 1, last_refused_at=clock.now(), last_refusal=code.value
        )


def _is_from(partner: BillPartner, address: str) -> bool:
    if not partner.networks:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(network) for network in partner.networks)


def _networks(given: Sequence[str]) -> list[str]:
    found = []
    for text in given:
        try:
            found.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError as error:
            raise PartnerRefusedError("network_malformed", network=text.strip()[:50]) from error
    return found


def _free_code(name: str) -> str:
    """A short code of the name that no other partner has: vietcombank, vietcombank-2."""
    base = "".join(c for c in fold(name).lower() if c.isascii() and c.isalnum())[:20] or "bank"
    taken = set(BillPartner.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(c for c in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if c not in taken)


def secret_place(public_id: str) -> str:
    """Where a partner's sealed secrets belong."""
    return f"payments_billpartner|sealed_secrets|{public_id}"


def _record(partner: BillPartner, verb: str, actor: Actor, *, school_id: int | None) -> None:
    audit.record(
        actor, f"payments:bill_partner:{verb}", school_id=school_id, subject=("bill_partner", partner.pk),
        params={"name": partner.name, "code": partner.code},
    )  # fmt: skip
