"""A process of the sandbox: its own port on this machine, its own SQLite file, until interrupted."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from truongso.sandbox.guard import LOOPBACK, refuse_production


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the sandbox that runs by itself. `name` is what people read; `settings` its Django settings."""

    module: str
    name: str
    description: str
    settings: str
    file_name: str
    port: int


def parser_of(part: Part) -> argparse.ArgumentParser:
    """The options all parts have; a part adds its own."""
    parser = argparse.ArgumentParser(prog=f"python -m {part.module}", description=part.description)
    parser.add_argument("--port", type=_port, default=part.port, help=f"cổng (mặc định {part.port}; 0: cổng còn trống)")
    parser.add_argument(
        "--data", default=os.environ.get("TRUONGSO_DATA", "var"), help="thư mục dữ liệu (mặc định ./var)"
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=60.0,
        help="thông báo lỗi được gửi lại nhanh gấp bao nhiêu lần thật (mặc định 60: 1 phút thành 1 giây)",
    )
    parser.add_argument(
        "--patience",
        type=_patience,
        default=0.0,
        help="chờ trả lời ít nhất bao nhiêu giây (mặc định: như nhà cung cấp)",
    )
    parser.add_argument("--until-input-ends", action="store_true", help="dừng khi luồng nhập đóng lại")
    return parser


def serve(part: Part, args: argparse.Namespace, start: Callable[[Path, float], Callable[[], None]]) -> int:
    """Serve until interrupted. The first line on stdout ends with the address; refusals: one line, exit 1.

    `start` (file, speed) readies the file and begins the background work, called once the port is known to be
    free; it returns what ends that work. Errors of the file are refusals.
    """
    refuse_production()
    data = Path(args.data).absolute()
    os.environ["DJANGO_SETTINGS_MODULE"] = part.settings

    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  reads the settings named above

    from truongso.sandbox import sending, serving  # noqa: PLC0415

    sending.be_patient(args.patience)
    application = get_wsgi_application()
    try:
        server = serving.listen(application, args.port)
    except OSError as error:
        return _refused(f"Không mở được cổng {args.port}: {error.strerror or error}")
    try:
        stop = start(data / part.file_name, args.speed)
    except (OSError, sqlite3.Error) as error:
        server.server_close()
        return _refused(f"Không dùng được thư mục dữ liệu {data}: {error}")
    if args.until_input_ends:
        threading.Thread(target=_wait_for_end_of_input, args=(server.shutdown,), daemon=True).start()
    print(f"{part.name}: http://{LOOPBACK}:{server.server_port}", flush=True)
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        stop()
        server.server_close()
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError
    return port


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 100_000:
        raise ValueError
    return speed


def _patience(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 600:
        raise ValueError
    return seconds


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _wait_for_end_of_input(stop: Callable[[], None]) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    stop()
