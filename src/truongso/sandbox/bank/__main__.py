"""The bank's process: python -m truongso.sandbox.bank --port 8100 --data DIR."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from truongso.sandbox.guard import LOOPBACK, refuse_production


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted. The first line on stdout ends with the address; refusals: one line, exit 1."""
    refuse_production()
    args = _parser().parse_args(argv)
    data = Path(args.data).absolute()
    os.environ["DJANGO_SETTINGS_MODULE"] = "truongso.sandbox.settings"

    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  reads the settings named above

    from truongso.sandbox.bank import accounts, courier, database, server  # noqa: PLC0415

    application = get_wsgi_application()

    from truongso.sandbox.bank.web.runtime import use  # noqa: PLC0415

    path = data / "sandbox_bank.sqlite3"
    try:
        if database.prepare(path):
            with database.opened(path) as connection:
                accounts.seed(connection)
    except (OSError, sqlite3.Error) as error:
        return _refused(f"Không dùng được thư mục dữ liệu {data}: {error}")
    try:
        serving = server.listen(application, args.port)
    except OSError as error:
        return _refused(f"Không mở được cổng {args.port}: {error.strerror or error}")
    carrier = courier.Courier(path, speed=args.speed)
    use(path, carrier)
    carrier.start()
    if args.until_input_ends:
        threading.Thread(target=_wait_for_end_of_input, args=(serving.shutdown,), daemon=True).start()
    print(f"Ngân hàng thử: http://{LOOPBACK}:{serving.server_port}", flush=True)
    try:
        serving.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        pass
    finally:
        carrier.stop()
        serving.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m truongso.sandbox.bank",
        description="Ngân hàng thử: tiền giả, chỉ chạy trên máy này, để trình diễn và kiểm thử.",
    )
    parser.add_argument("--port", type=_port, default=8100, help="cổng (mặc định 8100; 0: cổng còn trống)")
    parser.add_argument(
        "--data", default=os.environ.get("TRUONGSO_DATA", "var"), help="thư mục dữ liệu (mặc định ./var)"
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=60.0,
        help="thông báo lỗi được gửi lại nhanh gấp bao nhiêu lần thật (mặc định 60: 1 phút thành 1 giây)",
    )
    parser.add_argument("--until-input-ends", action="store_true", help="dừng khi luồng nhập đóng lại")
    return parser


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


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _wait_for_end_of_input(stop: Callable[[], None]) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    stop()


if __name__ == "__main__":
    sys.exit(main())
