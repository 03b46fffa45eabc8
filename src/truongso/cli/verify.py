"""`truongso verify`: every invariant recomputed from the raw rows. Exit 1 when one is broken."""

from __future__ import annotations

import argparse
import json

from .django import start_on_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = "Ví dụ:\n  truongso verify\n  truongso verify --json"


def run(args: argparse.Namespace) -> int:
    start_on_database()
    from truongso.kernel import selfcheck

    results = selfcheck.run_all()
    ok = all(r.ok for r in results)
    if args.json:
        rows = [
            {"invariant": r.invariant, "title": r.title, "ok": r.ok, "broken": r.broken, "examples": r.examples}
            for r in results
        ]
        print(json.dumps({"ok": ok, "checks": rows}, ensure_ascii=False))
    else:
        for r in results:
            print(f"{'đúng' if r.ok else 'SAI '}  {r.invariant}  {r.title}")
            for example in r.examples:
                print(f"            {example}")
        print("Sổ sách nhất quán." if ok else "Có bất biến bị vi phạm: xem các dòng SAI ở trên.")
    return 0 if ok else 1
