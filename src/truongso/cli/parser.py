"""argparse that speaks Vietnamese and never exits by itself on an error."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from .errors import UsageProblem

_HEADINGS = {"positional arguments": "Tham số", "options": "Tùy chọn", "optional arguments": "Tùy chọn"}

# The wordings of argparse, 3.11 to 3.14, in the order in which they are tried.
_WORDINGS = [
    (re.compile(r"the following arguments are required: (.+)"), r"thiếu \1"),
    (re.compile(r"one of the arguments (.+) is required"), r"cần một trong: \1"),
    (re.compile(r"unrecognized arguments: (.+)", re.DOTALL), r"không hiểu tham số: \1"),
    (re.compile(r"argument (\S+): expected one argument"), r"\1 cần một giá trị"),
    (re.compile(r"argument (\S+): expected at least one argument"), r"\1 cần ít nhất một giá trị"),
    (re.compile(r"argument (\S+): expected (\d+) arguments"), r"\1 cần \2 giá trị"),
    (re.compile(r"argument (\S+): not allowed with argument (\S+)"), r"\1 không đi cùng \2"),
    (re.compile(r"argument (\S+): ignored explicit argument (.+)", re.DOTALL), r"\1 không nhận giá trị \2"),
    (
        re.compile(r"argument (\S+): invalid choice: (.+) \(choose from (.+)\)", re.DOTALL),
        r"\1: không có \2 (chọn trong \3)",
    ),
    (re.compile(r"argument (\S+): invalid int value: (.+)", re.DOTALL), r"\1: \2 không phải số nguyên"),
    (re.compile(r"argument (\S+): invalid \S+ value: (.+)", re.DOTALL), r"\1: giá trị \2 không hợp lệ"),
    (re.compile(r"argument (\S+): (.+)", re.DOTALL), r"\1: \2"),
]


class _Help(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Cách dùng: " if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(_HEADINGS.get(heading or "", heading))


class Parser(argparse.ArgumentParser):
    """Sub-parsers are of this class too. Examples go into `epilog`, which keeps its lines."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Help)
        super().__init__(**{**options, "add_help": False, "allow_abbrev": False})
        self.add_argument("-h", "--help", action="help", help="in hướng dẫn này rồi thoát")

    def error(self, message: str) -> NoReturn:
        """Raise UsageProblem with the message in Vietnamese."""
        raise UsageProblem(_in_vietnamese(message))


def _in_vietnamese(message: str) -> str:
    for wording, vietnamese in _WORDINGS:
        found = wording.fullmatch(message)
        if found:
            return found.expand(vietnamese)
    return message
