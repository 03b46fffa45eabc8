"""Changes of receiving accounts: two people, a delay, and notices to principal, accountant and department (A28)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint, transaction_required
from truongso.kernel.names import tidy
from truongso.organizations.public import (
    AccountData,
    BankAccount,
    School,
    bank_accounts,
    lock_school,
    registered_account,
    take_account_into_use,
)
from truongso.organizations.types import OrganizationError
from truongso.payments.changes import services
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.notices import tell
from truongso.payments.changes.number_rules import take_rule_into_use
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError, ChangeState
from truongso.payments.models import Payment
from truongso.payments.virtual_accounts import registry
from truongso.payments.virtual_accounts.types import VirtualAccountRefusedError

CLOCK = Actor.system("account-change")


@transaction_required
def propose_account(
    school: School, *, account: AccountData, reason: str, actor: Actor, label: str = "", replaces: str = ""
) -> SetupChange:
    """Ask for a further receiving account, or for one in the place of `replaces` (its public id).

    An account the school knows keeps the holder it was registered with. Raises ChangeRefusedError, also
    `account_known` (in use already), `account_replaced` (by another than `replaces`), `account_taken` (another
    school's, or a number of a pupil or an invoice), `no_such_account`, `same_account`.
    """
    known = _free(school, account)
    old = _replaced(school, replaces)
    if known is not None and old is not None and known.pk == old.pk:
        raise ChangeRefusedError("same_account", number=account.number)
    if known is not None and known.is_active and old is None:
        raise ChangeRefusedError("account_known", number=account.number)
    if known is not None and known.replaced_by is not None and known.replaced_by.pk != (old.pk if old else None):
        # Taken into use beside it, papers printed with it would quietly name it again.
        raise ChangeRefusedError("account_replaced", number=account.number, by=known.replaced_by.number)
    holder = known.holder_name if known else account.holder_name
    change = services.propose(
        school.pk, kind=ChangeKind.ACCOUNT_REPLACE if old else ChangeKind.ACCOUNT_ADD,
        subject=old.public_id if old else f"{account.bank_bin}/{account.number}",
        title=f"{account.number} – {holder}", reason=reason, actor=actor,
        detail={
            "bank_bin": account.bank_bin, "number": account.number, "holder": holder, "label": tidy(label)[:80],
            "replaces": old.number if old else "", "replaces_bin": old.bank_bin if old else "",
        },
    )  # fmt: skip
    change.told = tell(school, change, actor=actor)
    change.save(update_fields=["told"])
    return change


@transaction_required
def approve_account(school: School, *, change_id: int, actor: Actor) -> SetupChange:
    """Decide that an account, or a rule of pupils' numbers, is taken into use.

    After the delay, or at once where no money can be led astray.

    Raises ChangeRefusedError as `decide`, and when the account can no longer be taken into use.
    """
    lock_school(school)
    _of_account(school, change_id)
    delay = dt.timedelta() if is_first(school) else dt.timedelta(hours=settings.ACCOUNT_DELAY_HOURS)
    change, _secret = services.decide(school.pk, change_id=change_id, actor=actor, delay=delay)
    if change.state == ChangeState.DONE.value:
        try:
            _carry_out(school, change, actor=actor)
        except OrganizationError as refusal:
            raise ChangeRefusedError(refusal.code, **refusal.params) from refusal
    tell(school, change, actor=actor)
    return change


@transaction_required
def drop_account(school: School, *, change_id: int, reason: str, actor: Actor, rejected: bool) -> SetupChange:
    """Reject or take back a change of account; everybody who was told of it is told. Raises as `reject`, `cancel`."""
    _of_account(school, change_id)
    end = services.reject if rejected else services.cancel
    change = end(school.pk, change_id=change_id, reason=reason, actor=actor)
    tell(school, change, actor=actor)
    return change


@transaction_required
def take_effect(school: School, change_id: int) -> bool:
    """Carry an approved change out once its moment has come; False when it was taken back, or done, meanwhile.

    What can no longer be done ends as failed, and those who were told of it are told.
    """
    change = services.held(school.pk, change_id)
    if change.state != ChangeState.APPROVED.value or change.effective_at is None or change.effective_at > clock.now():
        return False
    problem = ""
    try:
        with savepoint():
            _carry_out(school, change, actor=CLOCK)
    except (OrganizationError, ChangeRefusedError) as refusal:
        problem = refusal.code
    services.finish(change, actor=CLOCK, problem=problem)
    tell(school, change, actor=CLOCK)
    return True


def is_first(school: School) -> bool:
    """Whether the school has never collected and receives money nowhere: there is nothing to lead astray yet."""
    return not bank_accounts(school) and not has_collected(school)


def has_collected(school: School) -> bool:
    """Whether anything was ever paid to the school; 1 query."""
    return bool(Payment.objects.for_school(school).exists())


def _carry_out(school: School, change: SetupChange, *, actor: Actor) -> None:
    if change.kind == ChangeKind.NUMBER_RULE.value:
        take_rule_into_use(school, change, actor=actor)
        return
    to = change.detail
    data = AccountData(to["bank_bin"], to["number"], to["holder"])
    old = _replaced(school, change.subject) if change.kind == ChangeKind.ACCOUNT_REPLACE.value else None
    _free(school, data)  # once more: days have passed since it was asked for
    made = take_account_into_use(actor=actor, school=school, account=data, label=to["label"], replaces=old)
    try:
        registry.claim(made.bank_bin, {made.number: registry.account(made.pk)})
    except VirtualAccountRefusedError as refusal:  # another school that was quicker by a moment
        raise ChangeRefusedError("account_taken", number=made.number) from refusal


def _free(school: School, account: AccountData) -> BankAccount | None:
    """The account as the school knows it already, or None.

    Raises ChangeRefusedError `account_taken` when another school receives there, or a pupil or invoice has it.
    """
    known = registered_account(account.bank_bin, account.number)
    if known is not None and known.school_id != school.pk:
        raise ChangeRefusedError("account_taken", number=account.number)
    holder = registry.holders(account.bank_bin, [account.number]).get(account.number)
    if holder is not None and (known is None or holder != registry.account(known.pk)):
        raise ChangeRefusedError("account_taken", number=account.number)
    return known


def _replaced(school: School, public_id: str) -> BankAccount | None:
    if not public_id:
        return None
    old = next((a for a in bank_accounts(school) if a.public_id == public_id), None)
    if old is None:
        raise ChangeRefusedError("no_such_account")
    return old


def _of_account(school: School, change_id: int) -> SetupChange:
    change = services.held(school.pk, change_id)
    if not ChangeKind(change.kind).is_account:
        raise ChangeRefusedError("unknown_change")
    return change
