"""The frame of the command line: exit codes, one line for bad input, speed, streams."""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import truongso
from truongso.cli import commands
from truongso.cli.commands import COMMANDS, Command
from truongso.cli.errors import Refused
from truongso.cli.main import main

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(truongso.__file__).parents[1])}
ENCODE = [
    "qr",
    "encode",
    "--bin",
    "970436",
    "--account",
    "0011001234567",
    "--amount",
    "450000",
    "--memo",
    "ABK7M2QXP",
]
PAYLOAD = (
    "00020101021238570010A00000072701270006970436011300110012345670208QRIBFTTA"
    "530370454064500005802VN62130809ABK7M2QXP630427A4"
)


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "truongso", *words],
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )


def one_line(text: str) -> str:
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text[:-1]


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (ENCODE, 0, PAYLOAD + "\n", ""),
        (["qr", "decode", PAYLOAD[:-1] + "5"], 1, "", "truongso qr: mã kiểm tra (CRC) sai: "),
        (["qr", "encode", "--bin", "970436"], 2, "", "truongso qr: thiếu --account. Xem: truongso qr --help"),
        (["xyz"], 2, "", "truongso: không có lệnh “xyz”. Xem: truongso --help"),
    ],
)
def test_the_process_answers_with_its_code_and_one_line(words: list[str], code: int, out: str, err: str) -> None:
    done = process(*words)
    assert (done.returncode, done.stdout.decode()) == (code, out)
    if err:
        assert one_line(done.stderr.decode()).startswith(err)
    else:
        assert done.stderr == b""


def test_a_pure_command_starts_fast_and_without_django_or_images() -> None:
    program = (
        "import sys; from truongso.cli.main import main; code = main(sys.argv[1:]);"
        "rooms = {name.partition('.')[0] for name in sys.modules};"
        "print(code, sorted(rooms & {'django', 'PIL', 'zxingcpp', 'truongso'}))"
    )
    used = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-c", program, *ENCODE],
            env=ENVIRONMENT,
            capture_output=True,
            check=True,
            timeout=120,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.stdout.decode() == f"{PAYLOAD}\n0 ['truongso']\n"
    assert min(used) < 0.3


@pytest.mark.parametrize("locale", ["C", "POSIX", "vi_VN.ISO-8859-1"])
def test_output_is_utf_8_under_any_locale(locale: str) -> None:
    done = process("words", "21", LANG=locale, LC_ALL=locale, PYTHONIOENCODING="ascii")
    assert done.stdout.decode("utf-8") == "Hai mươi mốt đồng\n"
    refused = process("words", "x", LANG=locale, LC_ALL=locale, PYTHONIOENCODING="ascii")
    assert "không phải số nguyên đồng" in refused.stderr.decode("utf-8")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_went_away_is_no_error_message(unbuffered: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with subprocess.Popen(
        [sys.executable, "-m", "truongso", "words", "5"],
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": unbuffered},
        stdout=write_end,
        stderr=subprocess.PIPE,
    ) as running:
        os.close(write_end)
        _, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (141, b"")


def test_ctrl_c_stops_with_one_line() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "truongso", "qr", "decode", "-"],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - runs in the background ignore it
    ) as running:
        waits_on_input(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (130, b"")
    assert one_line(err.decode()) == "truongso qr: đã dừng theo yêu cầu"


def waits_on_input(pid: int) -> None:
    """Return once the process sleeps in a read of its pipe (Linux names the place it waits in)."""
    for _ in range(200):
        state = Path(f"/proc/{pid}/wchan").read_text()
        if "pipe" in state:
            return
        time.sleep(0.05)
    pytest.fail("the command never came to read its input")


def test_without_a_command_usage_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert (out, one_line(err)) == ("", "truongso: thiếu tên lệnh. Xem: truongso --help")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert {
        line.split()[0] for line in out.splitlines() if line.startswith("  ") and not line.startswith("  -")
    } == set(COMMANDS)
    assert all(command.summary in out for command in COMMANDS.values())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"truongso {truongso.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_every_command_in_the_table_has_its_module(command: Command) -> None:
    assert importlib.util.find_spec(f"{commands.__package__}.{command.module}") is not None


@pytest.mark.parametrize("words", [["qr"], ["qr", "encode"], ["qr", "decode"], ["qr", "read"], ["words"]])
def test_help_has_examples_in_vietnamese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert f"Cách dùng: truongso {' '.join(words)}" in out
    assert "Ví dụ:\n  truongso " in out
    for english in ("usage", "options", "positional", "show this"):
        assert english not in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["words"], "thiếu SỐ_TIỀN"),
        (["words", "1", "2"], "không hiểu tham số: 2"),
        (["words", "1", "--nam"], "không hiểu tham số: --nam"),
        (["words", "1", "--sou"], "không hiểu tham số: --sou"),
        (["words", "1", "--south=1"], "--south không nhận giá trị '1'"),
        (["words", "1,5"], "SỐ_TIỀN: “1,5” không phải số nguyên đồng; viết 450000 hoặc 450.000"),
        (["qr"], "thiếu encode|decode|read"),
        (["qr", "scan"], "encode|decode|read: không có 'scan' (chọn trong 'encode', 'decode', 'read')"),
        (["qr", "encode", "--bin"], "--bin cần một giá trị"),
    ],
)
def test_wrong_usage_is_one_vietnamese_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert one_line(err) == f"truongso {words[0]}: {message}. Xem: truongso {words[0]} --help"


def added_command(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(args: argparse.Namespace) -> int:
        raise error

    module = SimpleNamespace(add_arguments=lambda _parser: None, run=run)
    monkeypatch.setattr(Command, "load", lambda _self: module)


def test_a_refusal_stays_one_printable_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    added_command(monkeypatch, Refused("dòng một\ndòng hai \x1b[31mđỏ\ud800"))
    assert main(["words"]) == 1
    assert one_line(capsys.readouterr().err) == "truongso words: dòng một dòng hai [31mđỏ"


def test_a_file_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    added_command(monkeypatch, PermissionError(13, "Permission denied", "sổ.csv"))
    assert main(["words"]) == 1
    assert one_line(capsys.readouterr().err) == "truongso words: sổ.csv: không có quyền"


def test_a_fault_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    added_command(monkeypatch, OSError("socket"))
    with pytest.raises(OSError, match="socket"):
        main(["words"])
