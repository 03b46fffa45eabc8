"""Importing a statement: look first, then apply in bounded transactions; the same file twice adds nothing."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, Q, Sum

from truongso.banking.day_parts import told_by_balance
from truongso.banking.decide import decide_lines
from truongso.banking.desk import Desk
from truongso.banking.lines import Reported, known, latest_line
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.matching.types import Verdict
from truongso.banking.models import BankLine, MatchDecision, StatementImport, StatementRow
from truongso.banking.parsed import read_kept, read_new
from truongso.banking.recording import Seen, plain_cells, recorded_ahead, still_open
from truongso.banking.refunds.services import match_refunds
from truongso.banking.statements.custom import PREFIX
from truongso.banking.statements.keys import line_keys
from truongso.banking.statements.types import ParsedStatement, RowKind, StatementError
from truongso.banking.taken_back import take_back_certain
from truongso.banking.types import Direction, ImportState, RowState
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.bulk import new_row
from truongso.kernel.collector import resting_collector
from truongso.kernel.db import parts, refresh_statistics, retrying, transaction, transaction_required
from truongso.kernel.money import Dong, total
from truongso.ledger.public import books
from truongso.organizations.public import BankAccount
from truongso.payments.public import money_tables

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
CHUNK = 2000  # a part costs some forty questions however long it is; holding its rows still takes about a second


class StatementRefusedError(Exception):
    """Nothing of the file is taken; `problems` are (code, params) worded by the page."""

    def __init__(self, problems: Sequence[tuple[str, dict[str, object]]]) -> None:
        super().__init__(", ".join(code for code, _ in problems))
        self.problems = list(problems)


@transaction_required
def preview(account: BankAccount, *, content: bytes, file_name: str, actor: Actor) -> StatementImport:
    """Read a file and say what it would bring; keeps the file, records nothing in the books.

    Raises SheetError or StatementError when no statement can be read, StatementRefusedError when the statement is of
    another account or breaks off. One whose totals do not add up is taken and flagged.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    with resting_collector():
        parsed = read_new(account, content, file_name, sha256)
    refusing = [(p.code, p.params) for p in parsed.problems if p.refuses]
    if refusing:
        raise StatementRefusedError(refusing)
    row: StatementImport = StatementImport.objects.create(
        school_id=account.school_id, bank_account=account, file_name=file_name[:200], sha256=sha256, content=content,
        **read_facts(account, parsed), uploaded_by=actor.user_id, uploaded_at=clock.now(),
    )  # fmt: skip
    audit.record(
        actor, "banking:statement:preview", school_id=account.school_id, subject=("statement", row.pk),
        params={"file": row.file_name, "sha256": row.sha256},
    )  # fmt: skip
    note_use(account, parsed)
    return row


@transaction_required
def note_use(account: BankAccount, parsed: ParsedStatement) -> None:
    """Remember when a layout that a person has shown was last used."""
    if parsed.layout.startswith(PREFIX):
        rows = StatementLayout.objects.for_school(account.school_id).filter(bank_account_id=account.pk)
        rows.filter(public_id=parsed.layout.removeprefix(PREFIX)).update(used_at=clock.now())


def read_facts(account: BankAccount, parsed: ParsedStatement) -> dict[str, Any]:
    """What an import keeps of a reading: layout, figures, days, problems, counts."""
    return {**_facts(parsed), "counts": counts(parsed, look(account, parsed))}


def _facts(parsed: ParsedStatement) -> dict[str, Any]:
    covered = parsed.covered or (None, None)
    return {
        "layout": parsed.layout[:60], "opening_balance": parsed.printed.opening,
        "closing_balance": parsed.printed.closing, "period_from": covered[0], "period_to": covered[1],
        "flagged": parsed.flagged,
        "problems": [{"code": p.code, "params": _plain(p.params)} for p in parsed.problems],
    }  # fmt: skip


def read_import(statement: StatementImport) -> tuple[ParsedStatement, list[Seen]]:
    """The kept file, against what is known now."""
    with resting_collector():
        parsed = read_kept(statement)
    return parsed, look(statement.bank_account, parsed, statement_id=statement.pk)


def look(account: BankAccount, parsed: ParsedStatement, *, statement_id: int | None = None) -> list[Seen]:
    """Each booking of the file with the line it is already known as, if any."""
    with resting_collector():
        rows = [row for row in parsed.rows if row.line is not None]
        lines = [row.line for row in rows if row.line is not None]
        keys = line_keys(lines, account=account.number, recorded=told_by_balance(account, lines, statement_id))
        reported = [Reported(k, x) for k, x in zip(keys, lines, strict=True)]
        found = known(account, reported, statement_id=statement_id)
        return [Seen(row, r, found.get(r.key)) for row, r in zip(rows, reported, strict=True)]


def counts(parsed: ParsedStatement, seen: Sequence[Seen]) -> dict[str, int]:
    """What the file holds: new, known and refused rows; credits with their sum; outgoing rows."""
    fresh = [s for s in seen if s.line_id is None]
    incoming = [s.reported.line for s in fresh if s.reported.line.direction is Direction.IN]
    return {
        "new": len(fresh),
        "known": len(seen) - len(fresh),
        "refused": sum(row.kind is RowKind.REFUSED for row in parsed.rows),
        "credits": len(incoming),
        "credits_dong": int(total(x.amount for x in incoming)),
        "outgoing": len(fresh) - len(incoming),
    }


def _silent(_done: int, _of: int) -> None:
    """Nobody watches."""


def apply(
    statement: StatementImport, *, actor: Actor, on_progress: Callable[[int, int], None] = _silent
) -> dict[str, int]:
    """Record, match and book the new rows, in transactions of at most `CHUNK` rows, in the order of the file.

    Opens its own transactions: a killed run continues where it stopped, since rows taken before are known by then, and
    those recorded but not yet decided are decided first.
    Applying twice adds nothing. Returns the counts, with `booked`.
    """
    account = statement.bank_account
    before = latest_line(account)
    parsed, seen = read_import(statement)
    result = {**counts(parsed, seen), "booked": 0}
    desk = Desk(account.school_id)
    chunks = [seen[start:end] for start, end in parts(len(seen), CHUNK)]
    done = 0
    with recorded_ahead(statement, chunks, actor=actor, looked_at=before) as recorded:
        for chunk, lines in zip(chunks, recorded, strict=True):
            result["booked"] += retrying(
                functools.partial(_decide_part, account.school_id, lines, actor, desk, recorded.coming)
            )
            if not done and len(chunks) > 1:
                refresh_statistics(BankLine, StatementRow, MatchDecision, *money_tables(), *books())
            done += len(chunk)
            on_progress(done, len(seen))
    take_back_certain(account, actor=actor)
    with transaction():
        _keep_refused(statement, parsed)
        standing = StatementImport.objects.for_school(account.school_id).filter(
            pk=statement.pk, state=ImportState.PREVIEWED.value
        )
        # As it was read to be applied: the columns may have been shown anew since it was looked at.
        if standing.update(state=ImportState.APPLIED.value, applied_at=clock.now(), **_facts(parsed)):
            result = _outcome(statement)  # of all runs: an earlier one may have been cut off
            StatementImport.objects.for_school(account.school_id).filter(pk=statement.pk).update(counts=result)
            audit.record(
                actor, "banking:statement:apply", school_id=account.school_id, subject=("statement", statement.pk),
                params=dict(result),
            )  # fmt: skip
    statement.refresh_from_db()
    return result


def _decide_part(
    school_id: int, lines: Sequence[BankLine], actor: Actor, desk: Desk, coming: Callable[[], list[BankLine]]
) -> int:
    with resting_collector(), transaction():
        held = still_open(school_id, lines)
        match_refunds(school_id, held, actor=actor)
        return decide_lines(
            school_id, _arrival_order(held), actor=actor, desk=desk, coming=lambda: _arrival_order(coming())
        )


def _outcome(statement: StatementImport) -> dict[str, int]:
    """What became of the file's rows, from the rows themselves; 3 queries."""
    new, incoming = Q(state=RowState.NEW.value), Q(line__direction=Direction.IN.value)
    rows = StatementRow.objects.for_school(statement.school_id).filter(statement=statement)
    sums = rows.aggregate(
        new=Count("pk", filter=new), known=Count("pk", filter=Q(state=RowState.KNOWN.value)),
        refused=Count("pk", filter=Q(state=RowState.REFUSED.value)), credits=Count("pk", filter=new & incoming),
        credits_dong=Sum("line__amount", filter=new & incoming),
    )  # fmt: skip
    decided = MatchDecision.objects.for_school(statement.school_id).filter(
        decision=Verdict.AUTO.value, payment__isnull=False
    )
    # Two plain scans, met here: SQLite would look through all decisions once for every row.
    lines = set(rows.filter(new).values_list("line_id", flat=True))
    booked = lines.intersection(decided.filter(line_id__gte=min(lines, default=0)).values_list("line_id", flat=True))
    return {
        "new": sums["new"], "known": sums["known"], "refused": sums["refused"], "credits": sums["credits"],
        "credits_dong": int(sums["credits_dong"] or 0), "outgoing": sums["new"] - sums["credits"],
        "booked": len(booked),
    }  # fmt: skip


def _arrival_order(lines: Sequence[BankLine]) -> list[BankLine]:
    """Oldest first: some banks print the newest on top."""
    return sorted(lines, key=lambda x: (x.booked_on, x.booked_at or _LONG_AGO, x.id))


def _keep_refused(statement: StatementImport, parsed: ParsedStatement) -> None:
    StatementRow.objects.bulk_create(
        (
            new_row(
                StatementRow, school_id=statement.school_id, statement_id=statement.pk, row_number=row.number,
                cells=plain_cells(row.cells), state=RowState.REFUSED.value, bank_account_id=statement.bank_account_id,
                problem={"code": row.refusal.code, "params": _plain(row.refusal.params)},
            )
            for row in parsed.rows
            if row.refusal is not None
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _plain(params: dict[str, object]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in params.items()}


def _plain_value(value: object) -> str | int | bool | None:
    if isinstance(value, Dong):
        return int(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)


__all__ = [
    "StatementError",
    "StatementRefusedError",
    "apply",
    "counts",
    "look",
    "preview",
    "read_import",
]
