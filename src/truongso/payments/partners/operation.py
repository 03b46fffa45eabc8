"""Opening a channel, a bank of the bill service or any other partner: the list is complete, and two people."""

from __future__ import annotations

from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School
from truongso.payments.bills.models import BillPartner, BillService
from truongso.payments.bills.partners import switch
from truongso.payments.changes import services as changes
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError
from truongso.payments.gateways.channels import set_active
from truongso.payments.gateways.messages import PROVIDER_NAMES
from truongso.payments.gateways.models import Channel
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.queries import file_by_public_id, file_of
from truongso.payments.partners.rules import missing
from truongso.payments.partners.services import open_file, put_into_operation
from truongso.payments.partners.types import PartnerKind


@transaction_required
def propose_channel(channel: Channel, *, reason: str, actor: Actor) -> SetupChange:
    """Ask to offer a gateway's channel to families. Raises ChangeRefusedError, also `nothing_to_open`,
    `not_complete`."""
    if channel.is_active:
        raise ChangeRefusedError("nothing_to_open")
    _complete(file_of(channel.school_id, PartnerKind.GATEWAY, channel.public_id))
    return changes.propose(
        channel.school_id, kind=ChangeKind.CHANNEL_OPEN, subject=channel.public_id,
        title=f"{PROVIDER_NAMES[channel.provider]} · {channel.label} · {channel.merchant}", reason=reason, actor=actor,
    )  # fmt: skip


@transaction_required
def approve_channel(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that a channel is offered, and open it. Raises as `decide`, and `not_complete`."""
    change, _secret = changes.decide(school.pk, change_id=change_id, actor=actor)
    channel = Channel.objects.for_school(school).get(public_id=change.subject)
    file = _complete(file_of(school.pk, PartnerKind.GATEWAY, channel.public_id))
    put_into_operation(file, actor=actor)
    set_active(channel, active=True, actor=actor)
    return change


@transaction_required
def propose_bill(school: School, partner: BillPartner, *, reason: str, actor: Actor) -> SetupChange:
    """Ask to let a bank ask and pay for the school, at first to try it. Raises ChangeRefusedError, also `partner_off`,
    `nothing_to_open`."""
    if not partner.is_active:
        raise ChangeRefusedError("partner_off")
    if BillService.objects.for_school(school).filter(partner=partner, is_active=True).exists():
        raise ChangeRefusedError("nothing_to_open")
    open_file(school.pk, kind=PartnerKind.BILL, subject=partner.public_id, name=partner.name, actor=actor)
    return changes.propose(
        school.pk, kind=ChangeKind.BILL_OPEN, subject=partner.public_id, title=partner.name, reason=reason, actor=actor
    )


@transaction_required
def approve_bill(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that a bank may ask and pay. Raises as `decide`."""
    change, _secret = changes.decide(school.pk, change_id=change_id, actor=actor)
    switch(school, BillPartner.objects.get(public_id=change.subject), on=True, actor=actor)
    return change


@transaction_required
def propose_going_live(file: PartnerFile, *, reason: str, actor: Actor) -> SetupChange:
    """Ask to put a partner with a complete list into operation; a gateway's channel is opened by `propose_channel`.

    Raises ChangeRefusedError, also `nothing_to_open`, `not_complete`.
    """
    if PartnerKind(file.kind) is PartnerKind.GATEWAY:
        return propose_channel(
            Channel.objects.for_school(file.school_id).get(public_id=file.subject), reason=reason, actor=actor
        )
    if file.is_live:
        raise ChangeRefusedError("nothing_to_open")
    _complete(file)
    return changes.propose(
        file.school_id, kind=ChangeKind.GO_LIVE, subject=file.public_id, title=file.name, reason=reason, actor=actor
    )


@transaction_required
def approve_going_live(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that a partner goes into operation. Raises as `decide`, and `not_complete`."""
    change, _secret = changes.decide(school.pk, change_id=change_id, actor=actor)
    put_into_operation(_complete(file_by_public_id(school.pk, change.subject)), actor=actor)
    return change


def _complete(file: PartnerFile | None) -> PartnerFile:
    """The list, which lacks nothing, or was in operation before there was one."""
    if file is None:
        raise ChangeRefusedError("not_complete", missing=[])
    lacking = [] if file.is_live and file.is_carried_over else missing(file)
    if lacking:
        raise ChangeRefusedError("not_complete", missing=[i.value for i in lacking])
    return file
