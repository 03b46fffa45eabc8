"""`truongso bench money`: issuing, booking and looking at a large school, against a floor in the same run."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import Refused

ENGINES = ("postgres", "sqlite")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--students", type=int, default=10_000, help="số học sinh (mặc định 10000)")
    parser.add_argument("--lines", type=int, default=1_000, help="số dòng sao kê (mặc định 1000)")
    parser.add_argument(
        "--engine", choices=ENGINES, default="postgres", help="postgres: cụm riêng tạm thời; sqlite: tệp tạm"
    )
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = "Ví dụ:\n  truongso bench money\n  truongso bench money --engine sqlite --students 600 --json"


def run(args: argparse.Namespace) -> int:
    if args.students < 1 or not 1 <= args.lines <= args.students:
        raise Refused("số học sinh ít nhất là 1; số dòng sao kê từ 1 đến số học sinh")
    with database(args.engine):
        from .django import start

        start()
        from django.core.management import call_command

        from truongso.sandbox.bench import money

        call_command("migrate", verbosity=0, interactive=False)
        figures = money.run(args.students, args.lines, lambda text: None if args.json else print(text, flush=True))
        if args.json:
            print(json.dumps(money.as_json(figures), ensure_ascii=False))
        else:
            print(f"{'phép đo':<18} {'giây':>9} {'sàn':>9} {'lần sàn':>8} {'mức phải đạt':>13}")
            for f in figures:
                print(
                    f"{f.name:<18} {f.seconds:>9.3f} {f.floor_seconds:>9.3f} {f.ratio:>8.2f} {f.limit_seconds:>13.2f}"
                )
        from django.db import connections

        connections.close_all()
    return 0 if all(f.seconds <= f.limit_seconds for f in figures) else 1


@contextmanager
def database(engine: str) -> Iterator[None]:
    """A database of this run's own, gone afterwards; PostgreSQL with its durability on, as in production."""
    with tempfile.TemporaryDirectory(prefix="truongso-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        os.environ.update({"TRUONGSO_ENV": "test", "TRUONGSO_DATA": name})
        if engine == "sqlite":
            os.environ["TRUONGSO_DATABASE"] = f"sqlite:///{directory / 'bench.sqlite3'}"
            yield
            return
        from truongso.sandbox.private_postgres import NoPostgresError, start

        try:
            os.environ["TRUONGSO_DATABASE"] = start(directory, durable=True)
        except NoPostgresError as error:
            raise Refused(str(error)) from error
        yield
