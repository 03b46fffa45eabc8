"""A second demo on an older data directory: its data are migrated first, or the person is told what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from truongso.cli import demo
from truongso.cli.errors import Refused
from truongso.sandbox.demo import run as demo_run


class Executor:
    """Stands in for Django's: what is applied, what is on disk, what waits."""

    applied: tuple[tuple[str, str], ...] = ()
    waiting: tuple[str, ...] = ()

    def __init__(self, _connection: object) -> None:
        self.loader = self
        self.disk_migrations = {("payments", "0001_initial"): None}
        self.applied_migrations = dict.fromkeys(self.applied)
        self.graph = self

    def leaf_nodes(self) -> list[str]:
        return []

    def migration_plan(self, _targets: list[str]) -> tuple[str, ...]:
        return self.waiting


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    done: list[Any] = []
    monkeypatch.setattr(demo_run, "MigrationExecutor", Executor)
    monkeypatch.setattr(demo_run, "call_command", lambda *words, **_more: done.append(words))
    monkeypatch.setattr(Executor, "applied", (("payments", "0001_initial"), ("mfa", "0099_of_another_package")))
    return done


def test_older_data_are_migrated(
    migrated: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(Executor, "waiting", ("payments.0002",))
    demo._bring_up_to_date(tmp_path, quiet=False)
    assert (migrated, capsys.readouterr().out) == ([("migrate",)], "Đã nâng cấp dữ liệu mẫu của bản cũ.\n")


def test_data_of_this_version_are_left_alone(
    migrated: list[Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    demo._bring_up_to_date(tmp_path, quiet=False)
    assert (migrated, capsys.readouterr().out) == ([], "")


def test_the_file_an_earlier_version_laid_its_tables_by_is_no_newer_step(
    migrated: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """After the update the data start a second time too: the one file is named after its last step."""
    monkeypatch.setattr(Executor, "applied", (("payments", "0001_squashed_0001"), ("payments", "0001_initial")))
    demo._bring_up_to_date(tmp_path, quiet=False)
    assert (migrated, capsys.readouterr().out) == ([], "")


@pytest.mark.parametrize("name", ["0099_from_the_future", "0001_squashed_0099"])
def test_newer_data_are_refused_with_what_to_do(
    migrated: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(Executor, "applied", (("payments", name),))
    with pytest.raises(Refused, match=r"bản mới hơn của Trường Số tạo\. Chạy lại với --reset") as refused:
        demo._bring_up_to_date(tmp_path, quiet=True)
    assert (str(tmp_path) in str(refused.value), migrated) == (True, [])


def test_data_that_cannot_be_migrated_are_named(
    migrated: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_words: str, **_more: object) -> None:
        raise OperationalError("no such column")

    monkeypatch.setattr(Executor, "waiting", ("payments.0002",))
    monkeypatch.setattr(demo_run, "call_command", broken)
    with pytest.raises(Refused, match=r"không nâng cấp được dữ liệu mẫu của bản cũ\. Chạy lại với --reset"):
        demo._bring_up_to_date(tmp_path, quiet=True)


def test_starting_over_removes_what_a_demo_left_and_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    for folder in ("mail", "uploads", "bank"):
        (data / folder).mkdir(parents=True)
    (data / "mail" / "20261122-090000-1.log").write_text("thư của bản mẫu", encoding="utf-8")
    (data / "truongso.sqlite3-wal").write_bytes(b"")
    demo._start_over(data)
    assert list(data.iterdir()) == []

    (data / "luan-van.docx").write_bytes(b"of a person")
    with pytest.raises(Refused, match=r"có tệp khác \(luan-van\.docx\)"):
        demo._start_over(data)
    assert (data / "luan-van.docx").read_bytes() == b"of a person"
