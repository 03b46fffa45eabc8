"""Commands on a machine where the database is not ready, or the port is taken: one line, nothing started."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from truongso.cli.tests.test_frame import one_line, process

OWN = {"DJANGO_SETTINGS_MODULE": "truongso.config.settings", "TRUONGSO_ENV": "development"}  # not those of the tests


@pytest.mark.parametrize("words", [["verify"], ["verify", "--json"], ["worker", "--once"], ["tick"]])
def test_a_database_without_tables_is_one_line(words: list[str], tmp_path: Path) -> None:
    done = process(
        *words,
        TRUONGSO_ENV="development",
        TRUONGSO_DATA=str(tmp_path),
        TRUONGSO_DATABASE=f"sqlite:///{tmp_path}/d.sqlite3",
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert one_line(done.stderr.decode()) == (
        f"truongso {words[0]}: cơ sở dữ liệu chưa có hoặc thiếu bảng mới; "
        "chạy truongso manage migrate rồi chạy lại lệnh này"
    )


UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"


def test_a_database_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    done = process("verify", **OWN, TRUONGSO_DATA=str(tmp_path), TRUONGSO_DATABASE=UNREACHABLE)
    assert (done.returncode, done.stdout) == (1, b"")
    assert one_line(done.stderr.decode()) == (
        "truongso verify: chưa đọc được cơ sở dữ liệu; chạy truongso check để biết vì sao"
    )


def test_check_says_why_the_database_cannot_be_reached(tmp_path: Path) -> None:
    done = process("check", **OWN, TRUONGSO_DATA=str(tmp_path), TRUONGSO_DATABASE=UNREACHABLE)
    assert (done.returncode, done.stderr) == (1, b"")
    assert "cơ sở dữ liệu: connection failed: " in one_line(done.stdout.decode())


def test_serve_does_not_share_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = process("serve", "--port", str(port), **OWN, TRUONGSO_DATA=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert one_line(done.stderr.decode()).startswith(f"truongso serve: không mở được 127.0.0.1:{port} (")
