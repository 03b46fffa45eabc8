"""`truongso serve`: the web server."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys

from .django import refuse_unsafe_start, start_on_database
from .errors import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="địa chỉ nghe (mặc định 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="cổng (mặc định 8000)")
    parser.add_argument("--workers", type=int, default=1, help="số tiến trình (mặc định 1)")
    parser.epilog = "Ví dụ:\n  truongso serve\n  truongso serve --host 0.0.0.0 --port 80 --workers 4"


def run(args: argparse.Namespace) -> int:
    if not 0 < args.port < 65536 or args.workers < 1:
        raise Refused("cổng phải từ 1 đến 65535 và số tiến trình ít nhất là 1")
    _claim(args.host, args.port)
    start_on_database()
    refuse_unsafe_start()
    return subprocess.run(command(args.host, args.port, workers=args.workers), check=False).returncode  # noqa: S603


def _claim(host: str, port: int) -> None:
    """Refused when the address cannot be had: the server itself would share a taken port with whoever listens there,
    and every other request would go to the other one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise Refused(
            f"không mở được {host}:{port} ({error.strerror or 'địa chỉ không đúng'}); "
            "cổng đang có chương trình khác dùng hoặc địa chỉ không phải của máy này, chọn khác bằng --port, --host"
        ) from None


def command(host: str, port: int, *, workers: int = 1) -> list[str]:
    """The server's command line: blocking threads, one process per worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "truongso.config.settings")
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "truongso.config.wsgi:application",
        "--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", "4",
        "--backlog", "512", "--log-level", "warning", "--no-ws",
    ]  # fmt: skip
