"""`truongso bench paper`: fee notices and receipts as PDF, against bare pages with the same codes in the same run."""

from __future__ import annotations

import argparse
import json

from .errors import Refused

_MOST = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--notices", type=int, default=1_000, help="số phiếu báo thu (mặc định 1000)")
    parser.add_argument("--receipts", type=int, default=200, help="số biên lai (mặc định 200)")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = (
        "Mức phải đạt: 1.000 phiếu dưới 30 giây CPU. Sàn: cùng số mã QR đặt trên trang trống.\n"
        "Ví dụ:\n  truongso bench paper\n  truongso bench paper --notices 4000 --json"
    )


def run(args: argparse.Namespace) -> int:
    if not (1 <= args.notices <= _MOST and 1 <= args.receipts <= _MOST):
        raise Refused(f"số phiếu và số biên lai từ 1 đến {_MOST}")
    import os

    os.environ.setdefault("TRUONGSO_ENV", "test")
    from .django import start

    start()
    from truongso.sandbox.bench import paper

    figures = paper.run(args.notices, args.receipts)
    if args.json:
        print(json.dumps(paper.as_json(figures), ensure_ascii=False))
    else:
        print(f"{'phép đo':<14} {'số tờ':>7} {'giây CPU':>8} {'sàn':>8} {'lần sàn':>8} {'MB':>6} {'mức phải đạt':>13}")
        for f in figures:
            print(
                f"{f.name:<14} {f.count:>7} {f.seconds:>8.2f} {f.floor_seconds:>8.2f} {f.ratio:>8.2f} "
                f"{f.megabytes:>6.1f} {f.limit_seconds:>13.2f}"
            )
    return 0 if all(f.seconds <= f.limit_seconds for f in figures) else 1
