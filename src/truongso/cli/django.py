"""Commands that need the database start Django here, after the environment is settled."""

from __future__ import annotations

import os

from .errors import Refused


def start() -> None:
    """Load settings and apps; a bad setting ends the command with its one line (settings raise SystemExit)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "truongso.config.settings")
    import django

    django.setup()


def refuse_unsafe_start() -> None:
    """In production nothing runs for schools when their wall does not stand, or would not hold this process."""
    from truongso.kernel.production import start_problems

    problems = start_problems()
    if problems:
        raise Refused(
            f"chưa chạy được: dữ liệu các trường chưa ngăn cách chắc chắn ({problems[0]}"
            f"{f' và {len(problems) - 1} điều nữa' if len(problems) > 1 else ''}); "
            "xem truongso check --production và mục Nhiều trường của hướng dẫn cài đặt"
        )


def start_on_database() -> None:
    """As `start`, for commands that work on the tables: Refused when they cannot be read or are not up to date."""
    start()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from truongso.kernel import scope

    scope.every_school_in_this_process("a command of whoever runs the server")
    try:
        connection.ensure_connection()  # the recorder of migrations takes an unreachable database for an empty one
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        raise Refused("chưa đọc được cơ sở dữ liệu; chạy truongso check để biết vì sao") from None
    if waiting:
        raise Refused("cơ sở dữ liệu chưa có hoặc thiếu bảng mới; chạy truongso manage migrate rồi chạy lại lệnh này")
