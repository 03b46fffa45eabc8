"""Recording what the bank reports: each movement once, in the books at once as money of unknown purpose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from truongso.banking.matching.fold import squeeze
from truongso.banking.models import BankLine, FeedSighting, StatementRow
from truongso.banking.statements.identity import DAYS_APART, Facts, is_strong, pair
from truongso.banking.statements.keys import LineKey
from truongso.banking.statements.types import StatementLine
from truongso.banking.types import Direction, LineState
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.bulk import new_row
from truongso.kernel.db import transaction_required
from truongso.kernel.ids import new_public_ids
from truongso.kernel.money import Dong
from truongso.ledger.public import NewEntry, account_ids, open_bank_account, open_books, post_many
from truongso.ledger.types import AccountRole, EntryKind, Leg
from truongso.organizations.public import BankAccount

_SAME_MEMO = 16  # letters and digits that two reports of one transfer must share when no reference agrees


@dataclass(frozen=True, slots=True)
class Reported:
    """A movement as one source reports it, with its content key."""

    key: LineKey
    line: StatementLine


@transaction_required
def lock_account(account: BankAccount) -> None:
    """One source at a time records movements of an account: feed notices and files ask what is known, then insert.

    The weakest lock that excludes another holder; rows that merely point to the account are not held up.
    """
    if connection.features.has_select_for_update:
        rows = BankAccount.objects.for_school(account.school_id).filter(pk=account.pk)
        rows.select_for_update(no_key=True).values_list("pk", flat=True).get()


@transaction_required
def record(account: BankAccount, reported: Sequence[Reported], *, actor_id: int | None) -> list[BankLine]:
    """Insert movements that are new and book the credits: bank against suspense. Returns them in order."""
    now = clock.now()
    rows = BankLine.objects.bulk_create(
        new_row(
            BankLine, school_id=account.school_id, public_id=public_id, bank_account_id=account.pk,
            direction=r.line.direction.value,
            amount=r.line.amount, booked_on=r.line.booked_on, booked_at=r.line.booked_at,
            reference=r.line.reference[:80], memo=r.line.memo, counter_name=r.line.counter_name[:160],
            counter_account=r.line.counter_account[:40], balance=r.line.balance,
            counter_bank=r.line.counter_bank[:80], virtual_account=r.line.virtual_account[:40],
            content_key=r.key.content, occurrence=r.key.occurrence, undoes=r.line.undoes, created_at=now,
            state=(LineState.WAITING if r.line.direction is Direction.IN else LineState.OUTGOING).value,
        )
        for r, public_id in zip(reported, new_public_ids(len(reported)), strict=True)
    )  # fmt: skip
    incoming = [row for row in rows if row.direction == Direction.IN.value]
    if incoming:
        open_books(account.school_id)
        name = f"{account.number} {account.holder_name}"
        bank = open_bank_account(account.school_id, bank_account_id=account.pk, name=name)
        suspense = account_ids(account.school_id)[AccountRole.SUSPENSE, 0]
        entries = [
            NewEntry(EntryKind.BANK_LINE, row.id, row.booked_on, (Leg(bank, suspense, row.amount),)) for row in incoming
        ]
        post_many(account.school_id, entries=entries, actor_id=actor_id)
    return rows


def known(
    account: BankAccount,
    reported: Sequence[Reported],
    *,
    statement_id: int | None = None,
    recorded_in: Sequence[range] | None = None,
) -> dict[LineKey, int]:
    """Content key → line id of movements recorded before: by an earlier file, or by the bank feed.

    A file and the feed report one transfer in different words. They are taken for the same when day and amount
    agree and either the reference agrees, the memos share their letters or neither has a word to tell them apart;
    each feed line stands for one row only.
    Files of other layouts, and replays with an altered day or memo, are told by `statements.identity`. Lines that the
    statement `statement_id` itself has brought are honest twins of its other rows. `recorded_in`: of other files only
    lines with these ids are asked for, because all others have been looked at; without any nothing is asked.
    """
    contents = {r.key.content for r in reported}
    sightings = (
        StatementRow.objects.for_school(account.school_id)
        .filter(among("content_key", contents), bank_account_id=account.pk)
        .values_list("content_key", "occurrence", "line_id")
    )
    # Rows without a line are few and left out here: asked for in the statement, SQLite walks all that have one.
    found = {LineKey(content, occurrence): line_id for content, occurrence, line_id in sightings if line_id}
    rest = [r for r in reported if r.key not in found]
    pool = _unpaired(account, rest, seen_in=FeedSighting, not_in=StatementRow)
    for same in (_same, _says_nothing_else) if pool else ():
        for r in rest:
            line_id = _take(pool, r.line, same)
            if line_id is not None:
                found[r.key] = line_id
        rest = [r for r in rest if r.key not in found]
    taken = set(found.values())
    filed = [x for x in _filed(account, rest, statement_id=statement_id, recorded_in=recorded_in) if x[0] not in taken]
    for place, line_id in pair([_facts(r.line) for r in rest], filed).items() if filed else ():
        found[rest[place].key] = line_id
    return found


def known_from_statement(account: BankAccount, line: StatementLine) -> int | None:
    """The line of an imported statement that a feed notice reports once more, if any."""
    reported = Reported(LineKey("", 0), line)
    pool = _unpaired(account, [reported], seen_in=StatementRow, not_in=FeedSighting)
    found = _take(pool, line, _same)
    return _take(pool, line, _says_nothing_else) if found is None else found


Pool = dict[tuple[dt.date, int, str], list[BankLine]]


def _unpaired(
    account: BankAccount,
    reported: Sequence[Reported],
    *,
    seen_in: type[FeedSighting] | type[StatementRow],
    not_in: type[FeedSighting] | type[StatementRow],
) -> Pool:
    """Lines of the same days that one kind of source reported and the other has not yet."""
    if not reported:
        return {}
    days = {r.line.booked_on for r in reported}
    school = account.school_id
    rows = (
        BankLine.objects.for_school(school)
        .filter(bank_account_id=account.pk, booked_on__in=days)
        .filter(Exists(seen_in.objects.for_school(school).filter(line_id=OuterRef("pk"))))
        .exclude(Exists(not_in.objects.for_school(school).filter(line_id=OuterRef("pk"))))
    )
    return _pool(sorted(rows, key=lambda row: int(row.pk)))  # sorted by SQLite, it walks all lines of the school


def _filed(
    account: BankAccount, reported: Sequence[Reported], *, statement_id: int | None, recorded_in: Sequence[range] | None
) -> list[tuple[int, Facts]]:
    """What other files have recorded of the same days, or under the same bank numbers some days around; 1 query."""
    if not reported or (recorded_in is not None and not recorded_in):
        return []
    days = {r.line.booked_on for r in reported}
    numbers = {r.line.reference for r in reported if is_strong(r.line.reference[:80])}
    margin = dt.timedelta(days=DAYS_APART)
    near = Q(among("reference", numbers), booked_on__gte=min(days) - margin, booked_on__lte=max(days) + margin)
    sightings = StatementRow.objects.for_school(account.school_id).filter(line_id=OuterRef("pk"))
    rows = (
        BankLine.objects.for_school(account.school_id)
        .filter(Q(booked_on__in=days) | near if numbers else Q(booked_on__in=days), bank_account_id=account.pk)
        .filter(Exists(sightings))
    )
    if recorded_in is not None:
        rows = rows.filter(reduce(or_, (Q(pk__gte=ids.start, pk__lt=ids.stop) for ids in recorded_in)))
    if statement_id is not None:
        rows = rows.exclude(Exists(sightings.filter(statement_id=statement_id)))
    columns = ("pk", "booked_on", "direction", "amount", "reference", "memo", "balance")
    return [
        (pk, Facts.of(day, _signed(direction, amount), reference=reference, memo=memo, balance=_whole(balance)))
        for pk, day, direction, amount, reference, memo, balance in rows.order_by("pk").values_list(*columns)
    ]


def _facts(line: StatementLine) -> Facts:
    return Facts.of(
        line.booked_on, line.signed.value, reference=line.reference[:80], memo=line.memo, balance=_whole(line.balance)
    )


def _signed(direction: str, amount: Dong) -> int:
    return int(amount) if direction == Direction.IN.value else -int(amount)


def _whole(balance: Dong | None) -> int | None:
    return None if balance is None else int(balance)


def latest_line(account: BankAccount) -> int:
    """The highest id of a line of the account, 0 without any; 1 query."""
    rows = BankLine.objects.for_school(account.school_id).filter(bank_account_id=account.pk)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _pool(rows: Iterable[BankLine]) -> Pool:
    pool: Pool = {}
    for row in rows:
        pool.setdefault((row.booked_on, int(row.amount), row.direction), []).append(row)
    return pool


def _take(pool: Pool, line: StatementLine, same: Callable[[BankLine, StatementLine], bool]) -> int | None:
    rows = pool.get((line.booked_on, int(line.amount), line.direction.value), [])
    for row in rows:
        if same(row, line):
            rows.remove(row)
            return int(row.pk)
    return None


def _same(row: BankLine, line: StatementLine) -> bool:
    ours, theirs = squeeze(row.reference), squeeze(line.reference)
    if ours and ours == theirs:
        return True
    return _same_memo(row, line)


def _says_nothing_else(row: BankLine, line: StatementLine) -> bool:
    """Two reports without a memo, of which one at most carries a reference: day and amount are all there is."""
    silent = not squeeze(row.memo) and not squeeze(line.memo)
    return silent and not (squeeze(row.reference) and squeeze(line.reference))


def _same_memo(row: BankLine, line: StatementLine) -> bool:
    memo, other = squeeze(row.memo), squeeze(line.memo)
    short, long = sorted((memo, other), key=len)
    return len(short) >= _SAME_MEMO and short in long if short != long else bool(short)


def line_map(account: BankAccount, ids: Sequence[int]) -> Mapping[int, BankLine]:
    """Lines by id."""
    return {row.pk: row for row in BankLine.objects.for_school(account.school_id).filter(pk__in=ids)}
