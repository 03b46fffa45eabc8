"""The floor of what is measured: the least that putting rows into the database takes."""

from __future__ import annotations

import time

from django.db import connection

from truongso.kernel.db import transaction

_ROW = "x" * 120  # about the width of a row of ours
_BATCH = 500


def bare_rows(rows: int) -> float:
    """Seconds to put that many rows into a bare table in one transaction, batch by batch as the driver does it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_floor")
        cursor.execute("CREATE TABLE bench_floor (a bigint, b bigint, c bigint, t text)")
    started = time.perf_counter()
    with transaction(), connection.cursor() as cursor:
        for start in range(0, rows, _BATCH):
            values = [v for n in range(start, min(start + _BATCH, rows)) for v in (n, n, n, _ROW)]
            slots = ",".join(["(%s,%s,%s,%s)"] * (len(values) // 4))
            cursor.execute(f"INSERT INTO bench_floor VALUES {slots}", values)  # noqa: S608 - placeholders only
    seconds = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_floor")
    return seconds
