"""`truongso bench <name>`: measurements. Each bench is a module of its own, imported only when it is run.

To add one: write a module with `add_arguments(parser)` and `run(args) -> int` and put it into the table here.
"""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from typing import cast

from .commands import CommandModule
from .errors import UsageProblem
from .parser import Parser


@dataclass(frozen=True, slots=True)
class Bench:
    """A measurement: its name, the module that makes it, one line of help."""

    name: str
    module: str
    summary: str


_TABLE = (
    Bench("money", "truongso.cli.bench_money", "phát hành, đối soát và trang danh sách ở trường 10.000 học sinh"),
    Bench("statement", "truongso.cli.bench_statement", "sao kê XLSX 100.000 dòng: nhập, khớp, ghi nhận"),
    Bench("paper", "truongso.cli.bench_paper", "in 1.000 phiếu báo thu có mã QR và biên lai"),
    Bench("matching", "truongso.cli.bench_matching", "khớp giao dịch: độ đúng theo từng loại nhiễu, tốc độ"),
)
BENCHES = {bench.name: bench for bench in _TABLE}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="tên", help="phép đo: " + ", ".join(BENCHES))
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="…", help="tham số của phép đo")
    width = max(map(len, BENCHES))
    parser.epilog = "Các phép đo:\n" + "\n".join(
        f"  {bench.name:<{width}}  {bench.summary}" for bench in BENCHES.values()
    )
    parser.epilog += "\n\nXem tham số của một phép đo: truongso bench <tên> --help"


def run(args: argparse.Namespace) -> int:
    bench = BENCHES.get(args.name)
    if bench is None:
        raise UsageProblem(f"không có phép đo “{args.name}” (chọn trong {', '.join(BENCHES)})")
    module = cast("CommandModule", importlib.import_module(bench.module))
    parser = Parser(prog=f"truongso bench {bench.name}", description=bench.summary[0].upper() + bench.summary[1:] + ".")
    module.add_arguments(parser)
    try:
        chosen = parser.parse_args(args.rest)
    except SystemExit:  # --help ends the parsing so, after printing
        return 0
    return module.run(chosen)
