"""`truongso tick`: what is due by the clock. Run it every minute; each piece is safe to repeat."""

from __future__ import annotations

import argparse

from .django import refuse_unsafe_start, start_on_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Ví dụ (crontab):\n  * * * * *  truongso tick"


def run(args: argparse.Namespace) -> int:
    start_on_database()
    refuse_unsafe_start()
    from truongso.kernel import jobs, outbox, scope

    failed = False
    for name, tick in sorted(jobs.ticks().items()):
        try:
            with scope.every_school(f"the clock: {name}"):
                done = tick()
            if done:
                print(f"{name}: {done}")
        except Exception:  # noqa: BLE001 - one tick must not keep the others from running
            jobs.log.exception("tick %s failed", name)
            failed = True
    while outbox.deliver_due():
        pass
    return 1 if failed else 0
