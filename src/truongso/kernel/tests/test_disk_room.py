"""A disk that is nearly full is told of once in a while, before nothing can be recorded any more."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest
from django.core import mail
from django.test import override_settings

from truongso.cli import check
from truongso.kernel import clock, disk_room, jobs

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


def _disk(monkeypatch: pytest.MonkeyPatch, used: int) -> None:
    # 5 of 105 are kept for the system: what is left of what may be used counts
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _path: Usage(105 * 1024**3, used * 1024**3, (100 - used) * 1024**3)
    )


@override_settings(OPERATIONS_MAIL="van-hanh@example.vn")
def test_the_alarm_rings_from_85_percent_and_not_every_minute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = jobs.ticks()["kernel.watch_disks"]
    monkeypatch.setattr(disk_room, "_places", lambda: [tmp_path, tmp_path.parent, tmp_path / "gone"])
    with clock.frozen(NOW), override_settings(DATA_DIR=tmp_path):
        _disk(monkeypatch, 84)
        assert (watch(), mail.outbox) == (0, [])
        _disk(monkeypatch, 85)
        assert [(disk.path, disk.used, disk.free) for disk in disk_room.nearly_full()] == [
            (tmp_path, 85, 15 * 1024**3)  # its parent is on the same disk, the last is not there
        ]
        assert (watch(), watch()) == (1, 0)
        assert [(one.to, one.subject) for one in mail.outbox] == [(["van-hanh@example.vn"], "Trường Số: đĩa sắp đầy")]
        assert f"{tmp_path}: 85 %, 15.0 GB" in str(mail.outbox[0].body)
        assert check.run(argparse.Namespace(production=False, json=True)) in {0, 1}
        assert json.loads(capsys.readouterr().out)["disks"] == [f"{tmp_path}: 85 %, 15.0 GB"]
    with clock.frozen(NOW + dt.timedelta(hours=7)), override_settings(DATA_DIR=tmp_path, OPERATIONS_MAIL=""):
        assert watch() == 1
        assert len(mail.outbox) == 1  # no address: the log tells


def test_a_disk_that_is_full_is_told_of_though_nothing_temporary_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", full)
    _disk(monkeypatch, 100)
    with override_settings(DATA_DIR=tmp_path):
        assert tmp_path in [disk.path for disk in disk_room.nearly_full()]
