"""The gateways' process: python -m truongso.sandbox.gateways --port 8200 --bank http://127.0.0.1:8100 --data DIR."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from truongso.sandbox import process
from truongso.sandbox.guard import is_local_url

PART = process.Part(
    module="truongso.sandbox.gateways",
    name="Cổng thanh toán thử",
    description="Các cổng thanh toán thử, ví Mobile Money và máy POS: tiền giả, chỉ chạy trên máy này.",
    settings="truongso.sandbox.gateways.settings",
    file_name="sandbox_gateways.sqlite3",
    port=8200,
)


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = process.parser_of(PART)
    parser.add_argument(
        "--bank",
        type=_bank,
        default=os.environ.get("TRUONGSO_SANDBOX", ""),
        help="địa chỉ ngân hàng thử nhận tiền quyết toán",
    )
    args = parser.parse_args(argv)
    return process.serve(PART, args, lambda path, speed: _start(path, speed, args))


def _start(path: Path, speed: float, args: argparse.Namespace) -> Callable[[], None]:
    from truongso.sandbox.courier import Courier  # noqa: PLC0415  Django is ready now
    from truongso.sandbox.gateways import database, deliveries  # noqa: PLC0415
    from truongso.sandbox.gateways.web.runtime import use  # noqa: PLC0415

    database.prepare(path)
    carrier = Courier(path, deliveries.Queue(), speed=speed)
    use(path, carrier, args.bank)
    carrier.start()
    return carrier.stop


def _bank(url: str) -> str:
    if url and not is_local_url(url):
        raise argparse.ArgumentTypeError("ngân hàng thử phải nằm trên máy này")
    return url


if __name__ == "__main__":
    sys.exit(main())
