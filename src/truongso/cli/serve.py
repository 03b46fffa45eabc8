"""`truongso serve`: the web server."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from .errors import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="địa chỉ nghe (mặc định 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="cổng (mặc định 8000)")
    parser.add_argument("--workers", type=int, default=1, help="số tiến trình (mặc định 1)")
    parser.epilog = "Ví dụ:\n  truongso serve\n  truongso serve --host 0.0.0.0 --port 80 --workers 4"


def run(args: argparse.Namespace) -> int:
    if not 0 < args.port < 65536 or args.workers < 1:
        raise Refused("cổng phải từ 1 đến 65535 và số tiến trình ít nhất là 1")
    return subprocess.run(command(args.host, args.port, workers=args.workers), check=False).returncode  # noqa: S603


def command(host: str, port: int, *, workers: int = 1) -> list[str]:
    """The server's command line: blocking threads, one process per worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "truongso.config.settings")
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "truongso.config.wsgi:application",
        "--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", "4",
        "--backlog", "512", "--log-level", "warning", "--no-ws",
    ]  # fmt: skip
