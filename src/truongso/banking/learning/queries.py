"""What is known of payers at this moment."""

from __future__ import annotations

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
    gone: dict[tuple[str, str, int], object] = {
        (row.payer_account, row.payer_name, row.student_id): row.forgotten_at
        for row in ForgottenPayer.objects.for_school(school_id).order_by("forgotten_at", "pk")
    }
    found = [
        LearntPayer(x.account, x.name, x.student_id, x.student_name, x.class_name, x.payments, x.latest)
        for x in payers_of_students(school_id)
    ]
    kept = [x for x in found if x.key not in gone or x.latest > gone[x.key]]  # type: ignore[operator]
    return sorted(kept, key=lambda x: (x.latest, x.key), reverse=True)


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
