"""What of a transfer differs from the invoices it is given to, as stable words that are stored with a decision."""

from __future__ import annotations

from enum import StrEnum

from truongso.banking.matching.types import Decision, Evidence, Rule


class Difference(StrEnum):
    """One thing that is not as the invoice asks for it."""

    CODE = "code"  # mistyped
    NO_CODE = "no_code"
    MEMO = "memo"  # names another invoice than the virtual account does
    NAME = "name"
    AMOUNT = "amount"
    PAID = "paid"
    ACCOUNT = "account"


_BY_CODE = {Evidence.CODE, Evidence.CODE_CORRECTED, Evidence.VIRTUAL_ACCOUNT, Evidence.OTHER_ACCOUNT, Evidence.PAID}
_SUM_FITS = {"several", "several_corrected"}


def differences(decision: Decision) -> list[str]:
    """In a stable order; empty when all agrees, or when nothing is proposed."""
    if not decision.codes:
        return []
    proposed = [set(one.evidence) for one in decision.candidates if one.code in decision.codes]
    said = set().union(*proposed)
    holds = {
        Difference.CODE: Evidence.CODE_CORRECTED in said,
        Difference.NO_CODE: not said & _BY_CODE,
        Difference.MEMO: decision.reason.code == "virtual_account_differs",
        Difference.NAME: decision.rule is Rule.NAME_CONFLICT,
        Difference.AMOUNT: decision.reason.code not in _SUM_FITS
        and Evidence.PAID not in said
        and not all(Evidence.AMOUNT in one for one in proposed),
        Difference.PAID: Evidence.PAID in said,
        Difference.ACCOUNT: Evidence.OTHER_ACCOUNT in said,
    }
    return [difference.value for difference, is_so in holds.items() if is_so]
