"""`truongso check`: settings, database, triggers. Exit 1 when something is not as it must be."""

from __future__ import annotations

import argparse
import json

from .django import start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--production", action="store_true", help="thêm các điều kiện khi chạy thật")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = "Ví dụ:\n  truongso check\n  truongso check --production --json"


def run(args: argparse.Namespace) -> int:
    start()
    from django.core import checks
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from truongso.kernel import triggers
    from truongso.kernel.database_checks import engine_problems

    problems = [
        f"{m.id}: {m.msg}"
        for m in checks.run_checks(include_deployment_checks=args.production)
        if m.is_serious() or args.production
    ]
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        problems += [f"migration: {m.app_label} {m.name}" for m, _ in waiting]
        if not waiting:
            problems += [f"TS.E001: {x}" for x in triggers.differences()]
            problems += [f"TS.E002: {x}" for x in engine_problems()]
    except DatabaseError as error:
        problems.append(f"database: {' '.join(str(error).split())}")
    if args.json:
        print(json.dumps({"ok": not problems, "problems": problems}, ensure_ascii=False))
    else:
        print("\n".join(problems) if problems else "Mọi thứ đều ổn.")
    return 1 if problems else 0
