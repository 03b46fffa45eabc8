"""`truongso worker`: long work and late consequences, from the database queue."""

from __future__ import annotations

import argparse
import threading

from .django import refuse_unsafe_start, start_on_database

_PAUSE_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="làm hết việc đang chờ rồi dừng")
    parser.epilog = "Ví dụ:\n  truongso worker          chạy đến khi bấm Ctrl-C\n  truongso worker --once"


def run(args: argparse.Namespace) -> int:
    start_on_database()
    refuse_unsafe_start()
    stopping = threading.Event()
    if args.once:
        return _queue(batch=True)
    thread = threading.Thread(target=_deliver, args=[stopping], name="outbox", daemon=True)
    thread.start()
    try:
        # The queue's worker handles SIGINT and SIGTERM: it finishes the task in hand and returns.
        return _queue(batch=False)
    finally:
        stopping.set()
        thread.join(timeout=5)


def _queue(*, batch: bool) -> int:
    from django.core.management import call_command

    from truongso.kernel import outbox

    if batch:
        while outbox.deliver_due():
            pass
    call_command("db_worker", interval=_PAUSE_SECONDS, batch=batch, verbosity=0)
    if batch:
        while outbox.deliver_due():
            pass
    return 0


def _deliver(stopping: threading.Event) -> None:
    from django.db import connection

    from truongso.kernel import outbox

    while not stopping.is_set():
        try:
            if not outbox.deliver_due():
                stopping.wait(_PAUSE_SECONDS)
        except Exception:  # noqa: BLE001 - the loop outlives any failure, which is logged
            outbox.log.exception("the outbox loop failed; it goes on")
            connection.close()
            stopping.wait(5)
