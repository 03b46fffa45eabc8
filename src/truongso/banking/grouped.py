"""Transfers that carry the code of a group: for the matcher the code is spelled out as the codes of its invoices.

The stored memo stays as the bank reported it. From there on a group is several printed codes: booked by itself only
when what they owe adds up to the transfer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from truongso.banking.models import BankLine
from truongso.fees.public import InvoiceForMatching
from truongso.fees.types import LENGTH, is_group_code, normalise
from truongso.organizations.public import successors
from truongso.payments.public import groups_for_matching

_READ_AT_MOST = 600


def spelled_out(
    school_id: int, lines: Sequence[BankLine], known: Mapping[str, InvoiceForMatching], prefixes: Iterable[str]
) -> dict[int, str]:
    """Memos as the matcher is to read them, by line id, of lines that carry a group's code; at most 2 queries.

    Of a group only the invoices that still owe are named: one that was paid alone no longer counts. When none owes
    any more all are named, so that a transfer made twice is recognised.
    """
    carried = {line.pk: codes for line in lines if (codes := _group_codes(line.memo, prefixes))}
    groups = groups_for_matching(school_id, {code for codes in carried.values() for code in codes})
    present = successors(school_id) if groups else {}
    by_code = {(present.get(g.bank_account_id, g.bank_account_id), g.code): g.invoice_codes for g in groups}
    memos: dict[int, str] = {}
    for line in lines:
        for code in carried.get(line.pk, ()):
            members = by_code.get((present.get(line.bank_account_id, line.bank_account_id), code), ())
            owing = [m for m in members if m in known and known[m].outstanding]
            if members:
                spelled = " ".join(owing or members)
                memos[line.pk] = _form(code).sub(f" {spelled} ", memos.get(line.pk, line.memo), count=1)
    return memos


def _group_codes(memo: str, prefixes: Iterable[str]) -> list[str]:
    """Group codes of these prefixes in a memo, however it is spaced."""
    row = normalise(memo[:_READ_AT_MOST])
    found: dict[str, None] = {}
    for prefix in prefixes:
        at = row.find(prefix)
        while at >= 0:
            if is_group_code(word := row[at : at + LENGTH]):
                found[word] = None
            at = row.find(prefix, at + 1)
    return list(found)


def _form(code: str) -> re.Pattern[str]:
    """The code as it may stand in a memo: any case, signs and spaces between its letters."""
    return re.compile(r"[\W_]*".join(code), re.IGNORECASE)
