"""Who carries which change out once it is approved. Kinds of other rooms are added where both are known."""

from __future__ import annotations

from typing import Protocol

from truongso.kernel.actor import Actor
from truongso.organizations.public import School
from truongso.payments.changes.accounts import approve_account
from truongso.payments.changes.keys import approve_bill_key, approve_channel_keys
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import ChangeKind
from truongso.payments.partners.operation import approve_bill, approve_channel, approve_going_live


class Approve(Protocol):
    """Decide on a change and carry it out, all in the caller's transaction. Raises ChangeRefusedError."""

    def __call__(self, school: School, *, change_id: int, actor: Actor) -> SetupChange: ...


APPROVALS: dict[ChangeKind, Approve] = {
    ChangeKind.ACCOUNT_ADD: approve_account,
    ChangeKind.ACCOUNT_REPLACE: approve_account,
    ChangeKind.NUMBER_RULE: approve_account,
    ChangeKind.CHANNEL_OPEN: approve_channel,
    ChangeKind.CHANNEL_KEYS: approve_channel_keys,
    ChangeKind.BILL_OPEN: approve_bill,
    ChangeKind.BILL_KEYS: approve_bill_key,
    ChangeKind.GO_LIVE: approve_going_live,
}
