"""New keys of a gateway's channel or a bank of the bill service: asked for by one, taken into use by another.

The former set stays live beside the new one until it is dropped, as before.
"""

from __future__ import annotations

import json
import secrets as random_secrets
from collections.abc import Mapping

from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School
from truongso.payments.bills.models import BillPartner
from truongso.payments.bills.partners import add_secret
from truongso.payments.changes import services
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError
from truongso.payments.gateways.channels import check_replacement, replace_credentials
from truongso.payments.gateways.messages import PROVIDER_NAMES
from truongso.payments.gateways.models import Channel


@transaction_required
def propose_channel_keys(channel: Channel, *, credentials: Mapping[str, str], reason: str, actor: Actor) -> SetupChange:
    """Ask for new keys of a channel; they are kept sealed and sign nothing yet.

    Raises GatewayRefusedError as `replace_credentials`, ChangeRefusedError.
    """
    fit = check_replacement(channel, credentials)
    return services.propose(
        channel.school_id, kind=ChangeKind.CHANNEL_KEYS, subject=channel.public_id,
        title=f"{PROVIDER_NAMES[channel.provider]} · {channel.label}", reason=reason, actor=actor,
        secret=json.dumps(fit, sort_keys=True),
    )  # fmt: skip


@transaction_required
def approve_channel_keys(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that the new keys are used from now on. Raises as `decide`."""
    change, secret = services.decide(school.pk, change_id=change_id, actor=actor)
    channel = Channel.objects.for_school(school).select_for_update().get(public_id=change.subject)
    replace_credentials(channel, credentials=json.loads(secret), actor=actor)
    return change


@transaction_required
def propose_bill_key(school: School, partner: BillPartner, *, reason: str, actor: Actor) -> tuple[SetupChange, str]:
    """Ask for another secret of the school's own bank; it is shown this once and believed once it is approved.

    Raises ChangeRefusedError, also `unknown_change` (a bank the installation shares has its keys from there).
    """
    if partner.owner_id != school.pk:
        raise ChangeRefusedError("unknown_change")
    secret = random_secrets.token_urlsafe(32)
    change = services.propose(
        school.pk, kind=ChangeKind.BILL_KEYS, subject=partner.public_id, title=partner.name, reason=reason, actor=actor,
        secret=secret,
    )  # fmt: skip
    return change, secret


@transaction_required
def approve_bill_key(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that calls signed with the new secret are believed. Raises as `decide`."""
    change, secret = services.decide(school.pk, change_id=change_id, actor=actor)
    partner = BillPartner.objects.get(public_id=change.subject, owner=school)
    add_secret(partner, secret=secret, actor=actor, school_id=school.pk)
    return change
