"""`truongso bench matching`: the matcher on generated memos with known answers."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

from truongso.banking.matching.bench import ClassFigures, Figures, RuleFigures, calibrate
from truongso.banking.matching.bench import run as measure
from truongso.banking.matching.confidence import CALIBRATION_SEEDS

from .errors import UsageProblem

_MOST = 2_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lines", type=int, default=20_000, help="số giao dịch mỗi lượt (mặc định 20000)")
    parser.add_argument("--invoices", type=int, default=20_000, help="số hóa đơn, ít nhất (mặc định 20000)")
    parser.add_argument("--seed", type=int, default=1, help="hạt giống của lượt đầu (mặc định 1)")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="số lượt, mỗi lượt một hạt giống (mặc định 1)"
    )
    parser.add_argument(
        "--calibrate", action="store_true", help="đo độ đúng của gợi ý, in ra nội dung của data/confidence.json"
    )
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = (
        "auto_right: tự ghi nhận đúng (kể cả nhận ra dòng lặp lại); auto_wrong: tự ghi nhận sai;\n"
        "suggest_right: gợi ý đầu tiên đúng; asked: để người xem, không có gợi ý đúng.\n"
        "Mức sàn trong cùng lượt: chỉ bỏ dấu, tách từ rồi tra từng từ trong danh sách mã."
    )


def run(args: argparse.Namespace) -> int:
    for name in ("lines", "invoices", "seeds"):
        if not 1 <= getattr(args, name) <= _MOST:
            raise UsageProblem(f"--{name} phải từ 1 đến {_MOST}")
    if args.calibrate:
        print(_calibration(args.lines, args.invoices))
        return 0
    figures = measure(lines=args.lines, invoices=args.invoices, seeds=range(args.seed, args.seed + args.seeds))
    print(json.dumps(_as_json(figures), ensure_ascii=False) if args.json else "\n".join(_table(figures)))
    return 1 if figures["auto_wrong_total"] else 0


def _calibration(lines: int, invoices: int) -> str:
    """The text of data/confidence.json."""
    seeds = CALIBRATION_SEEDS
    head = {
        "about": "[right, made] proposals by rule, reason and evidence on the generator's calibration seeds; made by "
        "`truongso bench matching --calibrate`. Never measured on the seeds that figures are published for.",
        "seeds": [seeds.start, seeds.stop - 1], "lines": lines, "invoices": invoices,
    }  # fmt: skip
    counts = calibrate(lines=lines, invoices=invoices, seeds=seeds)
    proposals = ",\n".join(f"  {json.dumps(key)}: {count}" for key, count in counts.items())
    return json.dumps(head)[:-1] + f', "proposals": {{\n{proposals}\n}}}}'


def _as_json(figures: Figures) -> dict[str, object]:
    """The contract of --json."""
    return {
        "lines": figures["lines"], "seconds": figures["seconds"], "lines_per_second": figures["lines_per_second"],
        "classes": figures["classes"], "auto_wrong_total": figures["auto_wrong_total"],
    }  # fmt: skip


def _table(figures: Figures) -> Iterable[str]:
    yield f"{figures['lines']} giao dịch, {figures['invoices']} hóa đơn mỗi lượt, {figures['seeds']} lượt"
    yield ""
    heads = f"{'tự đúng':>9}{'tự sai':>8}{'gợi ý đúng':>12}{'hỏi':>7}{'đúng/tự':>10}{'phủ':>10}"
    yield f"{'loại nhiễu':<18}{'dòng':>8}{heads}"
    for name, one in figures["classes"].items():
        yield _class_line(name, one)
    yield ""
    yield f"{'quy tắc':<18}{'dòng':>8}{'tự':>9}{'tự sai':>8}{'đúng':>12}{'độ đúng':>10}{'phủ':>10}"
    for name, rule in figures["rules"].items():
        yield _rule_line(name, rule)
    yield ""
    yield f"tự ghi nhận sai: {figures['auto_wrong_total']}"
    yield f"tự ghi nhận khi mã còn lại tối đa một lỗi: {figures['surviving_auto_share']:.4%}"
    yield (
        f"{figures['lines_per_second']} dòng/giây, mức sàn {figures['floor_lines_per_second']} "
        f"(gấp {figures['ratio_to_floor']} lần thời gian), bộ nhớ cao nhất {figures['memory_mb']} MB"
    )
    yield from figures["wrong_examples"]


def _class_line(name: str, one: ClassFigures) -> str:
    booked = one["auto_right"] + one["auto_wrong"]
    precision = f"{one['auto_right'] / booked:.2%}" if booked else "–"
    recall = f"{(one['auto_right'] + one['suggest_right']) / one['lines']:.2%}"
    counts = f"{one['auto_right']:>9}{one['auto_wrong']:>8}{one['suggest_right']:>12}{one['asked']:>7}"
    return f"{name:<18}{one['lines']:>8}{counts}{precision:>10}{recall:>10}"


def _rule_line(name: str, rule: RuleFigures) -> str:
    share = f"{rule['right'] / rule['lines']:.2%}" if rule["lines"] else "–"
    found = f"{rule['found'] / rule['meant']:.2%}" if rule["meant"] else "–"
    counts = f"{rule['lines']:>8}{rule['auto']:>9}{rule['auto_wrong']:>8}{rule['right']:>12}"
    return f"{name:<18}{counts}{share:>10}{found:>10}"
