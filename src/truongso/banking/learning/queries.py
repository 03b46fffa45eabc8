"""What is known of payers at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from truongso.banking.learning.models import ForgottenPayer
from truongso.banking.learning.types import LearntPayer
from truongso.kernel.names import fold
from truongso.payments.public import payers_of_students


@dataclass(frozen=True, slots=True)
class KnownPayers:
    """Pupils (ids as text) by payer account and by payer's name, as the matcher takes them."""

    by_account: Mapping[str, Collection[str]]
    by_name: Mapping[str, Collection[str]]


def learnt(school_id: int) -> list[LearntPayer]:
    """Payers with the pupils they pay for, the latest first, without what was forgotten; two queries."""
    gone = {key: row.forgotten_at for key, row in _last_words(school_id).items() if not row.is_restored}
    kept = [x for x in _taught(school_id) if x.key not in gone or x.latest > gone[x.key]]
    return sorted(kept, key=lambda x: (x.latest, x.key), reverse=True)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An entry that is forgotten now: what it would teach, why it does not, and since when."""

    entry: LearntPayer
    reason: str
    at: dt.datetime
    by: int | None


def forgotten(school_id: int) -> list[Forgotten]:
    """What payments would teach if it had not been forgotten, the latest first; two queries."""
    gone = {key: row for key, row in _last_words(school_id).items() if not row.is_restored}
    found = [
        Forgotten(x, gone[x.key].reason, gone[x.key].forgotten_at, gone[x.key].forgotten_by)
        for x in _taught(school_id)
        if x.key in gone and x.latest <= gone[x.key].forgotten_at
    ]
    return sorted(found, key=lambda x: (x.at, x.entry.key), reverse=True)


def _taught(school_id: int) -> list[LearntPayer]:
    return [
        LearntPayer(x.account, x.name, x.student_id, x.student_name, x.class_name, x.payments, x.latest)
        for x in payers_of_students(school_id)
    ]


def _last_words(school_id: int) -> dict[tuple[str, str, int], ForgottenPayer]:
    rows = ForgottenPayer.objects.for_school(school_id).order_by("forgotten_at", "pk")
    return {(row.payer_account, row.payer_name, row.student_id): row for row in rows}


def known_payers(school_id: int) -> KnownPayers:
    """For the matcher: only ever a suggestion."""
    by_account: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for entry in learnt(school_id):
        if entry.payer_account:
            by_account.setdefault(entry.payer_account, []).append(str(entry.student_id))
        if entry.payer_name:
            by_name.setdefault(entry.payer_name, []).append(str(entry.student_id))
    return KnownPayers(by_account, by_name)


def search(entries: Iterable[LearntPayer], words: str) -> list[LearntPayer]:
    """Entries that hold every word, without accents, in payer, account, pupil or class."""
    asked = fold(words).split()
    return [x for x in entries if all(word in _text(x) for word in asked)]


def _text(entry: LearntPayer) -> str:
    return fold(f"{entry.payer_name} {entry.payer_account} {entry.student_name} {entry.class_name}")
