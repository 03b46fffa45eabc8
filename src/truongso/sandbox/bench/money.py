"""What issuing, booking and looking cost at a large school (figures of the first money issue).

Each figure stands beside a floor measured in the same run: the same number of rows put into bare tables without
keys, constraints or triggers (for pages: the CPU time of the emptiest page of the product).
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import connection
from django.test import Client

from truongso.accounts.public import create_user, grant, make_sheet
from truongso.accounts.types import Role
from truongso.banking.public import apply_statement, preview_statement
from truongso.banking.statements.types import StatementLine
from truongso.banking.statements.writers import FileFormat, StatementOut, write_statement
from truongso.banking.types import Direction
from truongso.fees.public import (
    Invoice,
    InvoiceFilter,
    create_round,
    invoices,
    plan_round,
    plan_totals,
    set_classes,
    set_items,
    start_issue,
)
from truongso.kernel import clock, jobs, selfcheck
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.people.public import classes_of_year
from truongso.sandbox.bench.floor import bare_rows
from truongso.sandbox.bench.school import ACTOR, BenchSchool, build


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: seconds (or CPU seconds), the floor beside it, and what it counts."""

    name: str
    seconds: float
    floor_seconds: float
    ratio: float
    limit_seconds: float
    count: int


def run(students: int, lines: int, say: Callable[[str], None]) -> list[Figure]:
    """Build the school, then measure each act once and the page several times."""
    place = build(students)
    say(f"{students} học sinh")
    _as_autovacuum_leaves_it()
    figures = [
        _issue(place, "issue_1_fee", place.items[:1], 3.0),
        _issue(place, "issue_5_fees", place.items, 10.0),
    ]
    _as_autovacuum_leaves_it()
    figures.append(_statement(place, lines))
    figures.append(_debtors(place))
    broken = [r.title for r in selfcheck.run_all() if not r.ok]
    if broken:
        raise RuntimeError(f"invariants broken after the bench: {broken}")
    return figures


def _as_autovacuum_leaves_it() -> None:
    """Planner statistics as a running installation has them a minute after work; PostgreSQL only.

    Autovacuum looks at tables once 50 rows and a tenth of them have changed (its defaults). Empty tables must stay
    unmeasured as they are there: one that is known to be empty gets plans for an empty table.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT format('%I.%I', s.schemaname, s.relname) "
            "FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid "
            "WHERE n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {table}")


def as_json(figures: list[Figure]) -> dict[str, object]:
    return {"engine": connection.vendor, "figures": [asdict(f) for f in figures]}


def _issue(place: BenchSchool, name: str, items: list[int], limit: float) -> Figure:
    """Plan excluded, issue included: invoices with codes, lines, books, audit."""
    school_id, today = place.school.pk, clock.today()
    with transaction():
        made = create_round(
            school_id, name=f"Đo {name}", school_year_id=place.year.pk, priced_on=today,
            due_on=today + dt.timedelta(days=20), bank_account_id=place.account.pk, actor=ACTOR,
        )  # fmt: skip
        set_items(school_id, round_id=made.pk, quantities=dict.fromkeys(items, 1), actor=ACTOR)
        set_classes(
            school_id,
            round_id=made.pk,
            class_ids=[c.id for c in classes_of_year(place.school, place.year)],
            actor=ACTOR,
        )
        plan_round(school_id, round_id=made.pk)
        totals = plan_totals(made)
    started = time.perf_counter()
    with transaction():
        job = start_issue(
            school_id, round_id=made.pk, seen_invoices=totals.invoices, seen_amount=totals.amount, actor=ACTOR
        )
    done = jobs.run(job.pk)
    seconds = time.perf_counter() - started
    if done.state != jobs.DONE or done.result["invoices"] != totals.invoices:
        raise RuntimeError(f"issuing failed: {done.error}")
    # invoices and entries, and for each item a line and a posting
    floor = bare_rows(totals.invoices * (2 + 2 * len(items)))
    return _figure(name, seconds, floor, limit, totals.invoices)


def _statement(place: BenchSchool, lines: int) -> Figure:
    """A statement file: read, recorded, matched, booked, receipts and all."""
    found = list(invoices(place.school.pk, InvoiceFilter())[:lines])
    content = _file(place, found)
    started = time.perf_counter()
    with transaction():
        statement = preview_statement(place.account, content=content, file_name="do.xlsx", actor=ACTOR)
    counts = apply_statement(statement, actor=ACTOR)
    seconds = time.perf_counter() - started
    if counts["booked"] != lines:
        raise RuntimeError(f"booked {counts['booked']} of {lines}")
    # line, sighting, decision, evidence, payment, allocation, two entries, two postings, receipt, audit, event
    return _figure("statement_lines", seconds, bare_rows(lines * 13), 3.0 * lines / 1000, lines)


def _file(place: BenchSchool, found: list[Invoice]) -> bytes:
    today = clock.today()
    rows = tuple(
        StatementLine(
            booked_on=today, direction=Direction.IN, amount=i.total, memo=f"{i.code} nop tien", reference=f"5243.{n}"
        )
        for n, i in enumerate(found)
    )
    out = StatementOut(account=place.account.number, holder=place.account.holder_name, opening=Dong(0), lines=rows)
    return write_statement("vietcombank_simple", out, FileFormat.XLSX)


def _debtors(place: BenchSchool) -> Figure:
    """CPU seconds of the list of unpaid invoices, first page, as an accountant sees it; median of 9."""
    with transaction():
        user = create_user(actor=ACTOR, username="bench", full_name="Kế toán đo kiểm")
        grant(actor=ACTOR, user=user, role=Role.ACCOUNTANT, school_id=place.school.pk, valid_from=place.year.starts_on)
        make_sheet(user=user, actor=ACTOR)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = _cpu(lambda: client.get("/thu/phieu", {"trang_thai": "none"}))
    floor = _cpu(lambda: Client().get("/dang-nhap"))
    return _figure("debtor_page_cpu", page, floor, 0.1, 1)


def _cpu(act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(9):
        started = time.process_time()
        response = act()
        times.append(time.process_time() - started)
        if getattr(response, "status_code", 0) != 200:
            raise RuntimeError(f"the page answered {getattr(response, 'status_code', None)}")
    return statistics.median(times)


def _figure(name: str, seconds: float, floor: float, limit: float, count: int) -> Figure:
    ratio = round(seconds / floor, 2) if floor else 0.0
    return Figure(name, round(seconds, 4), round(floor, 4), ratio, limit, count)
