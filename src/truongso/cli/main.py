"""Entry of `truongso`: finds the command, runs it, turns every expected failure into one line and a code."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

from truongso import __version__

from .commands import COMMANDS
from .errors import Refused, UsageProblem
from .parser import Parser

DONE, REFUSED, USAGE, INTERRUPTED, READER_GONE = 0, 1, 2, 130, 141

_OS_REASONS = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EISDIR: "đây là thư mục, cần một tệp",
    errno.ENOTDIR: "đường dẫn đi qua một tệp không phải thư mục",
    errno.ENOSPC: "hết chỗ trên đĩa",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENAMETOOLONG: "tên tệp quá dài",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `truongso` with `argv` (default: the process's own) and give the exit code."""
    _use_utf8()
    words = list(sys.argv[1:] if argv is None else argv)
    name = words[0] if words and words[0] in COMMANDS else ""
    prog = f"truongso {name}".rstrip()
    try:
        code = _run_command(name, prog, words[1:]) if name else _without_command(words)
        sys.stdout.flush()
    except Refused as refusal:
        return _say(prog, str(refusal), REFUSED)
    except UsageProblem as problem:
        return _say(prog, f"{problem}. Xem: {prog} --help", USAGE)
    except KeyboardInterrupt:
        return _say(prog, "đã dừng theo yêu cầu", INTERRUPTED)
    except BrokenPipeError:
        _drop_output()
        return READER_GONE
    except OSError as error:
        if error.filename is None:
            raise
        reason = _OS_REASONS.get(error.errno or 0, error.strerror or "lỗi đọc ghi")
        return _say(prog, f"{os.fsdecode(error.filename)}: {reason}", REFUSED)
    return code


def _run_command(name: str, prog: str, words: list[str]) -> int:
    command = COMMANDS[name]
    module = command.load()
    parser = Parser(prog=prog, description=command.summary[0].upper() + command.summary[1:] + ".")
    module.add_arguments(parser)
    try:
        args = parser.parse_args(words)
    except SystemExit:  # --help ends the parsing so, after printing
        return DONE
    return module.run(args)


def _without_command(words: list[str]) -> int:
    width = max(map(len, COMMANDS))
    parser = Parser(
        prog="truongso",
        usage="truongso <lệnh> [tham số]",
        description="Trường Số: thu học phí không dùng tiền mặt và quản lý trường học số.",
        epilog="Các lệnh:\n"
        + "\n".join(f"  {command.name:<{width}}  {command.summary}" for command in COMMANDS.values())
        + "\n\nXem cách dùng một lệnh: truongso <lệnh> --help",
    )
    parser.add_argument("--version", action="version", version=f"truongso {__version__}", help="in phiên bản")
    if words and not words[0].startswith("-"):
        raise UsageProblem(f"không có lệnh “{words[0]}”")
    try:
        parser.parse_args(words)
    except SystemExit:
        return DONE
    raise UsageProblem("thiếu tên lệnh")


def _say(prog: str, message: str, code: int) -> int:
    """One line on stderr, whatever the message holds. Nobody may be listening any more."""
    shown = "".join(c if c.isprintable() else " " for c in message)
    try:
        print(f"{prog}: {' '.join(shown.split())}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        _drop_output()
    return code


def _use_utf8() -> None:
    """Vietnamese goes out as UTF-8 under any locale; input that is not UTF-8 is for its reader to refuse."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _drop_output() -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):  # a stream that is no file has nothing to flush
            continue


if __name__ == "__main__":
    sys.exit(main())
