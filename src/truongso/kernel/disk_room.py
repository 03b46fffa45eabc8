"""Disks that fill up are told of before they are full: by `truongso check`, in the log and by e-mail.

Looked at are the disks that this machine writes to: data directory, database file of SQLite, temporary files. The disk
of a PostgreSQL server elsewhere is watched there.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.utils.translation import gettext as _

from truongso.kernel.limits import Limit, count

FULL_FROM = 85  # percent in use
_ALARM = Limit("disk alarm", 1, 6 * 3600)
_GIGABYTE = 1024**3
log = logging.getLogger("truongso.disk")


@dataclass(frozen=True, slots=True)
class Disk:
    """A directory of ours, how much of its disk is in use in percent, and the bytes that are left."""

    path: Path
    used: int
    free: int

    @property
    def told(self) -> str:
        """In one line, for logs and commands."""
        return f"{self.path}: {self.used} %, {self.free / _GIGABYTE:.1f} GB"


def nearly_full() -> list[Disk]:
    """The disks in use from FULL_FROM percent on, each once; a directory that cannot be looked at is none."""
    found: dict[int, Disk] = {}
    for path in _places():
        try:
            device, usage = path.stat().st_dev, shutil.disk_usage(path)
        except OSError:
            continue
        used = -(-100 * usage.used // max(usage.used + usage.free, 1))  # as df tells it: of what may be used at all
        if used >= FULL_FROM:
            found.setdefault(device, Disk(path, used, usage.free))
    return list(found.values())


def watch() -> int:
    """Tell of disks that are nearly full, at most once in six hours; how many were told of."""
    disks = nearly_full()
    if not disks or count(_ALARM, str(settings.DATA_DIR)) > _ALARM.most:
        return 0
    lines = "\n".join(disk.told for disk in disks)
    log.error("disks nearly full: %s", lines)
    if settings.OPERATIONS_MAIL:
        _send(lines)
    return len(disks)


def _places() -> list[Path]:
    file = str(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else ""
    own = [Path(file).parent] if file and Path(file).is_file() else []
    return [Path(settings.DATA_DIR), *own, *_temporary()]


def _temporary() -> list[Path]:
    """Where temporary files go. It is found by writing one: where every disk is full there is none, and that must not
    keep the others from being told of."""
    try:
        return [Path(tempfile.gettempdir())]
    except OSError:
        return []


def _send(lines: str) -> None:
    mail = EmailMessage(
        _("Trường Số: đĩa sắp đầy"),
        _(
            "Dọn hoặc thêm đĩa trước khi đầy: đĩa đầy thì hệ thống không ghi nhận được khoản nộp nào.\n\n%(disks)s\n\n"
            "Xem lại bằng truongso check. Thư này gửi nhiều nhất sáu giờ một lần."
        )
        % {"disks": lines},
        to=[settings.OPERATIONS_MAIL],
    )
    try:
        mail.send()
    except OSError:
        log.exception("the alarm could not be sent")
