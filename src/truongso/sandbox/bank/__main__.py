"""The bank's process: python -m truongso.sandbox.bank --port 8100 --data DIR."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from truongso.sandbox import process

PART = process.Part(
    module="truongso.sandbox.bank",
    name="Ngân hàng thử",
    description="Ngân hàng thử: tiền giả, chỉ chạy trên máy này, để trình diễn và kiểm thử.",
    settings="truongso.sandbox.settings",
    file_name="sandbox_bank.sqlite3",
    port=8100,
)


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted."""
    return process.serve(PART, process.parser_of(PART).parse_args(argv), _start)


def _start(path: Path, speed: float) -> Callable[[], None]:
    from truongso.sandbox.bank import accounts, database, deliveries  # noqa: PLC0415  Django is ready now
    from truongso.sandbox.bank.web.runtime import use  # noqa: PLC0415
    from truongso.sandbox.courier import Courier  # noqa: PLC0415

    if database.prepare(path):
        with database.opened(path) as connection:
            accounts.seed(connection)
    carrier = Courier(path, deliveries.Queue(), speed=speed)
    use(path, carrier)
    carrier.start()
    return carrier.stop


if __name__ == "__main__":
    sys.exit(main())
