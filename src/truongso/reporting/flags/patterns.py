"""Looking for patterns in payments. Pure: no Django.

Every rule says what it counts and from what threshold on. A single payment never makes a finding.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from truongso.kernel.money import Dong, total
from truongso.reporting.flags.types import Finding, Paid, Pattern, Quarter, Thresholds


def one_account(paid: Sequence[Paid], limits: Thresholds) -> list[Finding]:
    """An account that paid for at least so many families of one class, and for most of those that paid without cash.

    Accounts that pay in many classes are those of wallets and banks, which collect for their customers. Where the bank
    tells no account, the name it reports counts.
    """
    of_class: dict[str, set[int]] = defaultdict(set)
    of_pair: dict[tuple[str, str], list[Paid]] = defaultdict(list)
    of_account: dict[str, set[int]] = defaultdict(set)
    for one in paid:
        of_class[one.class_name].add(one.family_id)
        if one.payer:
            of_pair[one.class_name, one.payer].append(one)
            of_account[one.payer].add(one.family_id)
    found = []
    for (class_name, account), rows in sorted(of_pair.items()):
        families = {r.family_id for r in rows}
        if len(families) < limits.one_account_families:
            continue
        if not _reaches(len(families), len(of_class[class_name]), limits.one_account_percent):
            continue
        if not _reaches(len(families), len(of_account[account]), limits.own_class_percent):
            continue
        params = {"class": class_name, "payer": account, "families": len(families), "of": len(of_class[class_name])}
        found.append(_finding(Pattern.ONE_ACCOUNT, f"{class_name}|{account}", params, rows))
    return found


def cash_lines(paid: Sequence[Paid], says_cash: Iterable[int], limits: Thresholds) -> list[Finding]:
    """Bank lines whose memo speaks of cash handed in, each booked for several families. `says_cash` are their ids."""
    wanted = set(says_cash)
    of_line: dict[int, list[Paid]] = defaultdict(list)
    for one in paid:
        if one.line_id in wanted and one.line_id is not None:
            of_line[one.line_id].append(one)
    rows = [
        row
        for group in of_line.values()
        if len({r.family_id for r in group}) >= limits.cash_line_families
        for row in group
    ]
    if not rows:
        return []
    params = {"lines": len({r.line_id for r in rows}), "families": len({r.family_id for r in rows})}
    return [_finding(Pattern.CASH_LINES, "", params, rows)]


def unsettled_slips(by_terminal: Mapping[str, Sequence[Paid]], limits: Thresholds) -> list[Finding]:
    """Card slips that were typed in and that the acquirer has not paid out long after. Given by terminal, old ones
    alone."""
    found = []
    for terminal, rows in sorted(by_terminal.items()):
        slips = len({r.payment_id for r in rows})
        if slips >= limits.slips:
            params = {"terminal": terminal, "slips": slips, "days": limits.slip_days}
            found.append(_finding(Pattern.UNSETTLED_SLIPS, terminal, params, rows))
    return found


def round_splits(paid: Sequence[Paid], limits: Thresholds) -> list[Finding]:
    """Invoices paid on one day in several parts, all round but for one at most: more receipts without more money."""
    of_day: dict[tuple[int, object], dict[int, Paid]] = defaultdict(dict)
    for one in paid:
        of_day[one.invoice_id, one.day][one.payment_id] = one
    groups = [
        list(parts.values())
        for parts in of_day.values()
        if len(parts) >= limits.split_parts
        and sum(int(p.amount) % limits.split_round != 0 for p in parts.values()) <= 1
    ]
    if len(groups) < limits.split_groups:
        return []
    rows = [row for group in groups for row in group]
    params = {"groups": len(groups), "payments": len(rows), "round": limits.split_round}
    return [_finding(Pattern.ROUND_SPLITS, "", params, rows)]


def share_up_total_down(now: Quarter, before: Quarter, limits: Thresholds) -> list[Finding]:
    """The cashless share by value grew by so many points while the total fell by so many percent, and what was charged
    fell by less than half of that: cash may have stopped being recorded."""
    if not before.total or not now.total:
        return []
    share_now = Fraction(int(now.cashless), int(now.total)) * 100
    share_before = Fraction(int(before.cashless), int(before.total)) * 100
    fall = 100 - Fraction(int(now.total), int(before.total)) * 100
    charged_fall = 100 - Fraction(int(now.charged), int(before.charged)) * 100 if before.charged else Fraction(0)
    if share_now - share_before < limits.share_points or fall < limits.total_fall_percent or charged_fall * 2 >= fall:
        return []
    params = {
        "share_now": _tenths(share_now), "share_before": _tenths(share_before), "total_now": int(now.total),
        "total_before": int(before.total), "fall": _tenths(fall),
    }  # fmt: skip
    return [Finding(Pattern.SHARE_UP_TOTAL_DOWN, "", params, (), now.total)]


def _reaches(part: int, whole: int, percent: int) -> bool:
    return part * 100 >= whole * percent


def _finding(pattern: Pattern, subject: str, params: Mapping[str, object], rows: Sequence[Paid]) -> Finding:
    amounts: dict[int, Dong] = {r.payment_id: r.amount for r in rows}
    key = hashlib.sha256(subject.encode()).hexdigest()[:32] if subject else ""
    return Finding(pattern, key, params, tuple(sorted(amounts)), total(amounts.values()))


def _tenths(value: Fraction) -> int:
    """Tenths of a percent, rounded half up."""
    return int((value * 10 * 2 + 1) // 2)
