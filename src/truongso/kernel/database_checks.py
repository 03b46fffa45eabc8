"""Whether the database is set as the money rules need it (check TS.E002)."""

from __future__ import annotations

from django.db import connection

# PRAGMA → value that must be in force on every connection.
_SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
_OLDEST_POSTGRES = 150_000


def engine_problems() -> list[str]:
    """What is set otherwise than required; empty when right."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0])
            cursor.execute("SHOW fsync")
            fsync = cursor.fetchone()[0]
        problems = [] if version >= _OLDEST_POSTGRES else [f"cần PostgreSQL 15 trở lên, đang là {version // 10_000}"]
        return problems + ([] if fsync == "on" else ["fsync đang tắt"])
    problems = []
    with connection.cursor() as cursor:
        for name, wanted in _SQLITE.items():
            cursor.execute(f"PRAGMA {name}")
            found = cursor.fetchone()[0]
            if found != wanted:
                problems.append(f"PRAGMA {name} đang là {found}, phải là {wanted}")
    if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        problems.append("transaction_mode phải là IMMEDIATE")
    return problems
