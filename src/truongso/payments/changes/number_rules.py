"""Which numbers at the bank may stand for pupils: like an account, it says where families' money goes (A28)."""

from __future__ import annotations

from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import BankAccount, School
from truongso.payments.changes import services
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.notices import tell
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError
from truongso.payments.virtual_accounts.invoices import number_invoices
from truongso.payments.virtual_accounts.services import checked_prefix, set_rule
from truongso.payments.virtual_accounts.types import RuleKind


@transaction_required
def propose_number_rule(
    account: BankAccount, *, kind: RuleKind, prefix: str, digits: int, on_notices: bool, reason: str, actor: Actor
) -> SetupChange:
    """Ask for the bank's rule of an account: numbers begin with `prefix`, `digits` symbols follow.

    Told to the same people as a change of account. Raises VirtualAccountRefusedError as `checked_prefix`,
    ChangeRefusedError.
    """
    prefix = checked_prefix(account, kind=kind, prefix=prefix, digits=digits)
    change = services.propose(
        account.school_id, kind=ChangeKind.NUMBER_RULE, subject=account.public_id,
        title=f"{account.number} · {_pattern(prefix, digits)}", reason=reason, actor=actor,
        detail={
            "bank_bin": account.bank_bin, "number": _pattern(prefix, digits), "holder": account.holder_name,
            "label": "", "replaces": "", "replaces_bin": "", "account": account.number, "rule": kind.value,
            "prefix": prefix, "digits": digits, "on_notices": on_notices,
        },
    )  # fmt: skip
    change.told = tell(account.school, change, actor=actor)
    change.save(update_fields=["told"])
    return change


def take_rule_into_use(school: School, change: SetupChange, *, actor: Actor) -> None:
    """Carry an approved rule out; with a number per invoice, those that wait for money get theirs.

    Raises ChangeRefusedError `account_not_in_use` (number).
    """
    to = change.detail
    rows = BankAccount.objects.for_school(school).select_related("school")
    account: BankAccount | None = rows.filter(public_id=change.subject, is_active=True).first()
    if account is None or change.decided_by is None:
        raise ChangeRefusedError("account_not_in_use", number=to["account"])
    kind = RuleKind(to["rule"])
    set_rule(
        account, kind=kind, prefix=to["prefix"], digits=to["digits"], on_notices=to["on_notices"],
        proposed_by=change.proposed_by, approved_by=change.decided_by, actor=actor,
    )  # fmt: skip
    if kind.is_per_invoice:
        number_invoices(account, actor=actor)


def _pattern(prefix: str, digits: int) -> str:
    return prefix + "x" * digits
