"""`truongso sbom`: the list of parts as CycloneDX, and whether an advisory is known for one of them.

A snapshot older than it may be fails the check: what was found since it was made, it cannot know.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from importlib.metadata import version
from pathlib import Path

from truongso.kernel import clock

from . import parts
from .errors import Refused

OLDEST = 90
"""Days after which a snapshot is no longer believed, unless told otherwise."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lock", default="requirements/base.txt", metavar="TỆP", help="tệp khóa phiên bản")
    parser.add_argument("--check", action="store_true", help="đối chiếu với cảnh báo lỗ hổng đã lưu, không cần mạng")
    parser.add_argument("--advisories", metavar="TỆP", help="bản cảnh báo mới hơn, cùng dạng với bản kèm theo")
    parser.add_argument(
        "--max-age",
        type=int,
        default=OLDEST,
        metavar="NGÀY",
        help=f"bản cảnh báo cũ hơn thì không tin (mặc định {OLDEST})",
    )
    parser.epilog = "Ví dụ:\n  truongso sbom > sbom.json\n  truongso sbom --check"


def run(args: argparse.Namespace) -> int:
    found = parts.read_lock(_text(args.lock))
    if not found:
        raise Refused(f"{args.lock} không có phần mềm nào có phiên bản; chọn tệp khóa bằng --lock")
    if not args.check:
        listed = parts.as_cyclonedx(found, version=version("truongso"), at=clock.now().isoformat(timespec="seconds"))
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return 0
    return _check(found, args.advisories, args.max_age)


def _check(found: list[parts.Part], path: str | None, oldest: int) -> int:
    try:
        advisories = json.loads(_text(path)) if path else parts.stored_advisories()
        known, unknown = parts.findings(found, advisories), parts.unknown(found, advisories)
        date = dt.date.fromisoformat(advisories["date"])
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path} không phải bản cảnh báo của Trường Số") from None
    for one in known:
        print(f"{one.part.name} {one.part.version}: {one.advisory} {' '.join(one.aliases)}".rstrip())
    if unknown:
        print(f"Chưa có trong bản cảnh báo: {', '.join(unknown)}")
    age = (clock.today() - date).days
    print(f"{len(found)} phần mềm, {len(known)} cảnh báo; bản cảnh báo ngày {date}, {age} ngày trước.")
    if age > oldest:
        print(
            f"Bản cảnh báo cũ quá {oldest} ngày: lỗ hổng biết sau ngày đó không thấy được. "
            "Lấy bản mới rồi chạy lại với --advisories TỆP, hoặc dùng pip-audit khi có mạng.",
            file=sys.stderr,
        )
    return 1 if known or unknown or age > oldest else 0


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"không đọc được {path}") from None
