"""A small school for hand-written cases: codes are real, names are invented."""

from __future__ import annotations

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Decision, OpenInvoice, Transfer
from truongso.kernel.money import Dong

MAIN, SECOND = "0011001234567", "1903000000001"

AN = OpenInvoice("ABK7M2QC7", Dong(500_000), "Nguyễn Văn An", "3A2", MAIN)
HOA = OpenInvoice("AB6NVJRH7", Dong(400_000), "Trần Thị Hòa", "4B", MAIN)
BINH = OpenInvoice("AB2VGRWG6", Dong(300_000), "Nguyễn Văn An Bình", "3A2", MAIN)
OTHER_AN = OpenInvoice("AB3VZ4T2T", Dong(500_000), "Nguyễn Văn An", "5/1", MAIN)
SMALL = OpenInvoice("AB42UA952", Dong(250_000), "Sùng A Páo", "Lá 1", MAIN)
SMALL_LATER = OpenInvoice("ABAZQ34G2", Dong(180_000), "Sùng A Páo", "Lá 1", MAIN)
NAM = OpenInvoice("ABYW568BY", Dong(700_000), "Lê Hải Nam", "1A", SECOND)
ALL = (AN, HOA, BINH, OTHER_AN, SMALL, SMALL_LATER, NAM)


def transfer(
    memo: str,
    amount: int = 500_000,
    *,
    ref: str = "FT26325000000001",
    date: str = "21/11/2026",
    payer_name: str = "",
    payer_account: str = "",
    account: str = MAIN,
) -> Transfer:
    return Transfer("1", date, ref, Dong(amount), memo, payer_name, payer_account, account)


def decide(memo: str, amount: int = 500_000, **fields: str) -> Decision:
    return Matcher(ALL).match(transfer(memo, amount, **fields))


def short(decision: Decision) -> tuple[str, str, tuple[str, ...], tuple[int, ...]]:
    """Verdict, rule, codes and amounts, for comparing at a glance."""
    amounts = tuple(amount.value for amount in decision.amounts)
    return decision.verdict.value, decision.rule.value, decision.codes, amounts
