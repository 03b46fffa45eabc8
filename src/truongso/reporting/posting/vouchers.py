"""From postings to vouchers, in the numbers of the accounting package. Every voucher balances line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from truongso.kernel.money import ZERO, Dong
from truongso.ledger.public import PostingRow
from truongso.ledger.types import EntryKind
from truongso.reporting.posting.details import NOTHING, Detail
from truongso.reporting.posting.types import Grouping, Voucher, VoucherLine

Key = tuple[object, ...]


def vouchers(
    rows: Sequence[PostingRow], *, codes: Mapping[int, str], grouping: Grouping, first_number: int,
    details: Mapping[tuple[EntryKind, int], Detail], wording: Callable[[EntryKind, bool], str],
    number: Callable[[int], str],
) -> list[Voucher]:  # fmt: skip
    """Vouchers of postings, by day and in the order of booking. What stays on one account of the package is left out.

    `wording` names a kind of entry and its reversal, `number` writes the voucher's number.
    """
    groups: dict[Key, list[PostingRow]] = {}
    for row in sorted(rows, key=lambda r: (r.occurred_on, r.entry_id, r.posting_id)):
        groups.setdefault(_key(row, grouping), []).append(row)
    made: list[Voucher] = []
    for group in groups.values():
        lines = _lines(group, codes)
        if not lines:
            continue
        head = group[0]
        one = details.get((head.kind, head.source_id), NOTHING) if grouping is Grouping.ENTRY else NOTHING
        text = wording(head.kind, head.is_reversal)
        made.append(
            Voucher(
                number(first_number + len(made)), head.occurred_on, f"{text} {one.number}".strip(), one.party,
                one.codes, lines,
            )
        )  # fmt: skip
    return made


def _key(row: PostingRow, grouping: Grouping) -> Key:
    if grouping is Grouping.ENTRY:
        return (row.entry_id,)
    return (row.occurred_on, row.kind, row.is_reversal)


def _lines(group: Sequence[PostingRow], codes: Mapping[int, str]) -> tuple[VoucherLine, ...]:
    sums: dict[tuple[str, str], Dong] = {}
    for row in group:
        pair = codes[row.debit_id], codes[row.credit_id]
        if pair[0] != pair[1]:
            sums[pair] = sums.get(pair, ZERO) + row.amount
    return tuple(VoucherLine(debit, credit, amount) for (debit, credit), amount in sorted(sums.items()))
