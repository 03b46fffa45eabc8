"""Asking a virus scanner on this machine (clamd) about an uploaded file, where the installation names its socket.

Protocol INSTREAM of clamd: the file in lengths and parts, an empty part at the end, one line back. It stays on the
machine: a socket in the file system is no way out. What cannot be scanned is not taken.
"""

from __future__ import annotations

import logging
import socket
import struct

from django.conf import settings

_SECONDS = 30
_PART = 1 << 16
_LONGEST_ANSWER = 4096
log = logging.getLogger("truongso.scanner")


class InfectedError(Exception):
    """The scanner knows the file; `name` is what it calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotScannedError(Exception):
    """The scanner did not answer, or not that it looked: nobody knows what the file is."""


def scan(data: bytes) -> None:
    """Return when the file is clean, or no scanner is set (`settings.CLAMD`).

    Raises InfectedError, NotScannedError.
    """
    if not settings.CLAMD:
        return
    try:
        answer = _asked(data)
    except OSError as error:
        log.exception("the scanner at %s did not answer", settings.CLAMD)
        raise NotScannedError from error
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        log.warning("an uploaded file was refused: %s", name)
        raise InfectedError(name)
    if answer != "stream: OK":
        log.error("the scanner says: %s", answer)
        raise NotScannedError


def _asked(data: bytes) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_SECONDS)
        line.connect(settings.CLAMD)
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _PART):
            part = data[start : start + _PART]
            line.sendall(struct.pack("!L", len(part)) + part)
        line.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            more = line.recv(_LONGEST_ANSWER)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
