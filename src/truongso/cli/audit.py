"""`truongso audit`: heads of the chains for the minute book, and whether the chains still go through kept ones."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from .django import start_on_database
from .errors import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["heads", "compare"], metavar="heads|compare", help="in dấu, hoặc đối chiếu")
    parser.add_argument("files", nargs="*", type=Path, metavar="TỆP", help="tệp dấu đã giữ (cho compare)")
    parser.add_argument("--day", default="", metavar="NGÀY", help="ngày của dấu, dạng 2026-11-20 (mặc định: hôm qua)")
    parser.epilog = (
        "Ví dụ:\n  truongso audit heads --day 2026-11-20 > dau.txt     in ra rồi kẹp vào sổ biên bản\n"
        "  truongso audit compare dau.txt                       mã thoát 1 khi nhật ký đã bị ghi lại"
    )


def run(args: argparse.Namespace) -> int:
    start_on_database()
    return _heads(args.day) if args.what == "heads" else _compare(args.files)


def _heads(said: str) -> int:
    from truongso.kernel import audit_heads, clock
    from truongso.kernel.db import transaction
    from truongso.kernel.models import KeptHead

    try:
        day = dt.date.fromisoformat(said) if said else clock.today() - dt.timedelta(days=1)
    except ValueError:
        raise Refused(f"“{said}” không phải ngày; ghi như 2026-11-20") from None
    if day >= clock.today():
        raise Refused("ngày chưa qua thì chưa có dấu cuối ngày")
    if not KeptHead.objects.filter(day=day).exists():
        if KeptHead.objects.filter(day__gt=day).exists():
            raise Refused(f"ngày {day} không có dấu nào được giữ")
        with transaction():
            audit_heads.keep(day)
    print(audit_heads.heads_text(day), end="")
    return 0


def _compare(files: list[Path]) -> int:
    from truongso.kernel import audit_heads

    if not files:
        raise Refused("compare cần tệp dấu đã giữ, ví dụ: truongso audit compare dau.txt")
    code = 0
    for file in files:
        try:
            count, faults = audit_heads.compare(file.read_text())
        except (audit_heads.HeadsFileError, UnicodeDecodeError):
            raise Refused(f"{file}: không phải tệp dấu, hoặc tệp đã bị sửa sau khi in") from None
        for fault in faults:
            print(f"SAI   chuỗi {fault.chain}, ngày {fault.day}: dòng số {fault.seq} đã bị ghi lại hoặc bị xóa")
            code = 1
        print(f"{file}: {count - len(faults)} trên {count} dấu còn khớp")
    return code
