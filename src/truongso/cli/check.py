"""`truongso check`: settings, database, triggers; with `--production` TS.E001–TS.E008. Exit 1 if one is wrong."""

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

    from truongso.accounts.public import country_file_problem, unknown_sign_ins_today
    from truongso.kernel import csp_counts, disk_room, production, triggers
    from truongso.kernel.database_checks import engine_problems

    problems = [
        f"{m.id}: {m.msg}"
        for m in checks.run_checks(include_deployment_checks=args.production)
        if (m.is_serious() or args.production) and not m.is_silenced()
    ]
    problems += [said for said in [country_file_problem()] if said]
    reports: dict[str, int] = {}
    strangers = 0
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        problems += [f"chưa chạy migrate: {m.app_label} {m.name}" for m, _ in waiting]
        if not waiting:
            reports, strangers = csp_counts.counted_today(), unknown_sign_ins_today()
            problems += [f"TS.E001: {x}" for x in triggers.differences()]
            problems += [f"TS.E002: {x}" for x in engine_problems()]
            if args.production:
                problems += [*production.wall_problems(), *production.clock_problems()]
    except DatabaseError as error:
        problems.append(f"cơ sở dữ liệu: {' '.join(str(error).split())}")
    disks = [disk.told for disk in disk_room.nearly_full()]
    if args.json:
        said = {"ok": not problems, "problems": problems, "csp_reports": reports, "disks": disks,
                "unknown_sign_ins": strangers}  # fmt: skip
        print(json.dumps(said, ensure_ascii=False))
    else:
        print("\n".join(problems) if problems else "Mọi thứ đều ổn.")
        if reports:
            told = ", ".join(f"{directive} {number}" for directive, number in reports.items())
            print(f"Trình duyệt đã chặn hôm nay: {told}. Trang nào: nhật ký truongso.csp.")
        if strangers:
            print(f"Hôm nay có {strangers} lần thử đăng nhập bằng tên không có; nhiều bất thường thì xem nhật ký web.")
        if disks:
            print(f"Đĩa sắp đầy, dọn hoặc thêm đĩa: {'; '.join(disks)}.")
    return 1 if problems else 0
