"""What a very long statement costs: read, matched and booked from one XLSX, part by part.

Lines pay invoices of a large school in several rounds; a share of them carries noise: matching is not all exact. Beside
it stands a floor of the same run: as many rows as the lines become, put into a bare table.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

from django.db import connection

from truongso.banking.public import apply_statement, preview_statement
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.types import Direction
from truongso.fees.public import create_round, plan_round, plan_totals, set_classes, set_items, start_issue
from truongso.fees.public import invoices_for_matching as open_invoices
from truongso.kernel import clock, jobs, selfcheck
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.people.public import classes_of_year
from truongso.sandbox.bench.floor import bare_rows
from truongso.sandbox.bench.school import ACTOR, BenchSchool, build

MOST = 200_000
_PUPILS = 10_000
_TOLD_EVERY = 10_000  # lines
# Line, sighting, decision, evidence, payment, allocation, two entries, two postings, receipt, signature, audit, event.
_ROWS_OF_A_LINE = 14
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, of this process's processor time, and of the database server's (0 for SQLite)."""

    wall: float
    client_cpu: float
    database_cpu: float

    @property
    def cpu(self) -> float:
        return self.client_cpu + self.database_cpu


@dataclass(slots=True)
class Result:
    """Looking at the file and applying it. `parts` are wall seconds of each part of it: they must not grow.

    `floor_seconds` by the clock for as many rows in a bare table.
    """

    engine: str
    lines: int
    invoices: int
    booked: int
    file_mb: float
    preview: Spent
    apply: Spent
    floor_seconds: float
    parts: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        told = {"ratio_to_floor": self.ratio, "last_tenth_against_first": round(self.growth, 2)}
        return {**asdict(self), **told}

    @property
    def ratio(self) -> float:
        """Looking and applying by the clock, against the floor."""
        return round((self.preview.wall + self.apply.wall) / self.floor_seconds, 2) if self.floor_seconds else 0.0

    @property
    def growth(self) -> float:
        """Mean seconds of the last tenth of the parts against those of the first tenth (after the very first)."""
        tenth = max(1, len(self.parts) // 10)
        first, last = self.parts[1 : 1 + tenth] or self.parts[:1], self.parts[-tenth:]
        return (sum(last) / len(last)) / (sum(first) / len(first)) if first else 0.0


def run(lines: int, say: Callable[[str], None], *, pupils: int = _PUPILS, verifies: bool = False) -> Result:
    """Build the school and its invoices, write the file, then look at it and apply it with progress."""
    place = build(min(pupils, lines))
    rounds = -(-lines // min(pupils, lines))
    for number in range(rounds):
        _issue(place, number)
        say(f"đợt thu {number + 1}/{rounds}")
    content = _file(place, lines)
    say(f"tệp {len(content) / 1e6:.1f} MB")
    meter = _Meter()
    with transaction():
        statement = preview_statement(place.account, content=content, file_name="do.xlsx", actor=ACTOR)
    seen = meter.spent()
    ends: list[float] = [time.perf_counter()]

    told = 0

    def at(done: int, of: int) -> None:
        nonlocal told
        ends.append(time.perf_counter())
        if done - told >= _TOLD_EVERY or done == of:
            told = done
            say(f"{done}/{of} dòng, {ends[-1] - ends[0]:.0f} giây")

    meter = _Meter()
    counts = apply_statement(statement, actor=ACTOR, on_progress=at)
    applied = meter.spent()
    floor = bare_rows(counts["booked"] * _ROWS_OF_A_LINE)
    broken = [r.title for r in selfcheck.run_all() if not r.ok] if verifies else []
    if broken:
        raise RuntimeError(f"invariants broken after the bench: {broken}")
    return Result(
        engine=connection.vendor, lines=lines, invoices=rounds * min(pupils, lines), booked=counts["booked"],
        file_mb=round(len(content) / 1e6, 1), preview=seen, apply=applied, floor_seconds=round(floor, 2),
        parts=[round(end - start, 3) for start, end in pairwise(ends)],
    )  # fmt: skip


def _issue(place: BenchSchool, number: int) -> None:
    school_id, today = place.school.pk, clock.today()
    with transaction():
        made = create_round(
            school_id, name=f"Đo {number}", school_year_id=place.year.pk, priced_on=today,
            due_on=today + dt.timedelta(days=20), bank_account_id=place.account.pk, actor=ACTOR,
        )  # fmt: skip
        set_items(school_id, round_id=made.pk, quantities={place.items[number % len(place.items)]: 1}, actor=ACTOR)
        classes = [c.id for c in classes_of_year(place.school, place.year)]
        set_classes(school_id, round_id=made.pk, class_ids=classes, actor=ACTOR)
        plan_round(school_id, round_id=made.pk)
        totals = plan_totals(made)
        job = start_issue(
            school_id, round_id=made.pk, seen_invoices=totals.invoices, seen_amount=totals.amount, actor=ACTOR
        )
    done = jobs.run(job.pk)
    if done.state != jobs.DONE:
        raise RuntimeError(f"issuing failed: {done.error}")


def _file(place: BenchSchool, lines: int) -> bytes:
    draw = random.Random(lines)  # noqa: S311 - repeatable by design, nothing secret
    found = list(open_invoices(place.school.pk))[:lines]
    today = clock.today()
    rows = tuple(
        StatementLine(
            booked_on=today,
            direction=Direction.IN,
            amount=i.outstanding,
            memo=_memo(i.code, draw),
            reference=f"5243.{n}",
        )
        for n, i in enumerate(found)
    )
    out = StatementOut(account=place.account.number, holder=place.account.holder_name, opening=Dong(0), lines=rows)
    return write_statement("vietcombank_simple", out, FileFormat.XLSX)


def _memo(code: str, draw: random.Random) -> str:
    """Mostly as printed, in the frames of banks; a fifth spaced or with a symbol lost."""
    style = draw.random()
    if style < 0.1:
        code = f"{code[:4]} {code[4:]}"
    elif style < 0.2:
        at = draw.randrange(len(code))
        code = code[:at] + code[at + 1 :]
    number = draw.randrange(10**10)
    frames = ("{c} nop tien", "MBVCB.{n}.123456.{c}.CT tu 0021 A toi 0071 TRUONG tai MB", "{c} FT{n} Trace123456")
    return draw.choice(frames).format(c=code, n=number)


class _Meter:
    """Clock and processor time since it was made."""

    def __init__(self) -> None:
        self._wall, self._client, self._database = time.perf_counter(), time.process_time(), _database_cpu()

    def spent(self) -> Spent:
        return Spent(
            round(time.perf_counter() - self._wall, 2), round(time.process_time() - self._client, 2),
            round(_database_cpu() - self._database, 2),
        )  # fmt: skip


def _database_cpu() -> float:
    """Processor seconds of the server process that serves this connection; 0 where the database is in this process."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:  # a server on another machine, or no /proc
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK
