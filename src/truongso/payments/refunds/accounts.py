"""Accounts that refunds go to: checked before anything is sent, remembered per family once a person confirmed them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from truongso.kernel import banks, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold
from truongso.payments.models import Payment
from truongso.payments.refunds.models import RefundAccount
from truongso.payments.refunds.types import Account, RefundRefusedError

_NUMBER = re.compile(r"[0-9A-Z]{5,19}")
_HOLDER = re.compile(r"[A-Z0-9][A-Z0-9 .,&'/-]{1,69}")


def checked_account(bank_bin: str, number: str, holder_name: str) -> Account:
    """The account in the form banks take. Raises RefundRefusedError `bank_unknown`, `account_malformed`,
    `holder_malformed`."""
    bank = banks.find(bank_bin.strip())
    if bank is None or not bank.receives:
        raise RefundRefusedError("bank_unknown")
    digits = re.sub(r"[\s.-]", "", number).upper()
    if not _NUMBER.fullmatch(digits) or not any(c.isdigit() for c in digits):
        raise RefundRefusedError("account_malformed", number=number.strip()[:30])
    holder = " ".join(fold(holder_name).upper().split())
    if not _HOLDER.fullmatch(holder):
        raise RefundRefusedError("holder_malformed", name=holder_name.strip()[:40])
    return Account(bank.bin, digits, holder)


def known_accounts(school_id: int, family_ids: Collection[int]) -> dict[int, Account]:
    """Family id → the account confirmed last; 1 query."""
    rows = RefundAccount.objects.for_school(school_id).filter(family_id__in=family_ids).order_by("pk")
    return {r.family_id: Account(r.bank_bin, r.number, r.holder_name) for r in rows}


def payer_accounts(school_id: int, family_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Family id → (number, name) the latest standing payment came from, as the bank told it: a proposal to confirm,
    for statements do not name the payer's bank; 1 query."""
    rows = (
        Payment.objects.for_school(school_id)
        .filter(family_id__in=family_ids, reversed_at__isnull=True)
        .exclude(evidence__payer_account="")
        .order_by("pk")
        .values_list("family_id", "evidence__payer_account", "evidence__payer_name")
    )
    return {family: (number, name) for family, number, name in rows}


@transaction_required
def remember(school_id: int, accounts: Mapping[int, Account], *, actor: Actor) -> None:
    """Keep accounts a person typed and confirmed, where they differ from the one known."""
    if actor.user_id is None:
        raise RefundRefusedError("needs_person")
    known = known_accounts(school_id, list(accounts))
    now = clock.now()
    RefundAccount.objects.bulk_create(
        RefundAccount(
            school_id=school_id, family_id=family, bank_bin=a.bank_bin, number=a.number, holder_name=a.holder_name,
            created_at=now, created_by=actor.user_id,
        )
        for family, a in accounts.items()
        if known.get(family) != a
    )  # fmt: skip
