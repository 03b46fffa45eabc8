"""`truongso bench statement`: a very long XLSX statement imported, matched and booked."""

from __future__ import annotations

import argparse
import json

from .bench_money import ENGINES, database
from .errors import Refused

_MOST = 200_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lines", type=int, default=100_000, help="số dòng sao kê (mặc định 100000)")
    parser.add_argument("--pupils", type=int, default=10_000, help="số học sinh (mặc định 10000)")
    parser.add_argument(
        "--engine", choices=ENGINES, default="postgres", help="postgres: cụm riêng tạm thời; sqlite: tệp tạm"
    )
    parser.add_argument("--verify", action="store_true", help="tính lại toàn bộ sổ sau khi đo (lâu)")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = (
        "Ví dụ:\n  truongso bench statement\n  truongso bench statement --engine sqlite --lines 20000 --json"
    )


def run(args: argparse.Namespace) -> int:
    if not 1 <= args.lines <= _MOST or not 1 <= args.pupils <= args.lines:
        raise Refused(f"số dòng từ 1 đến {_MOST}; số học sinh từ 1 đến số dòng")
    with database(args.engine):
        from .django import start

        start()
        from django.core.management import call_command

        from truongso.sandbox.bench import statement

        call_command("migrate", verbosity=0, interactive=False)
        result = statement.run(
            args.lines,
            lambda text: None if args.json else print(text, flush=True),
            pupils=args.pupils,
            verifies=args.verify,
        )
        if args.json:
            print(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            print(f"{result.booked}/{result.lines} dòng tự ghi nhận, {result.invoices} hóa đơn, {result.engine}")
            for name, spent in (("xem trước", result.preview), ("nhập, khớp, ghi nhận", result.apply)):
                print(
                    f"{name:<22}{spent.wall:>9.2f} giây; bộ xử lý {spent.client_cpu:.2f} (chương trình) + "
                    f"{spent.database_cpu:.2f} (cơ sở dữ liệu)"
                )
            print(
                f"mức sàn (chừng ấy bản ghi vào bảng trống) {result.floor_seconds:.2f} giây, gấp {result.ratio:.2f} lần"
            )
            print(f"phần mười cuối so với đầu: gấp {result.growth:.2f} lần thời gian")
        from django.db import connections

        connections.close_all()
    return 0
