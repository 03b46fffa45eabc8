"""`truongso manage`: Django's own management commands with our settings."""

from __future__ import annotations

import argparse

from .django import start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="LỆNH", help="lệnh của Django và tham số của nó")
    parser.epilog = "Ví dụ:\n  truongso manage migrate\n  truongso manage changepassword"


def run(args: argparse.Namespace) -> int:
    start()
    from django.core.management import execute_from_command_line

    from truongso.kernel import scope

    scope.every_school_in_this_process("a management command of whoever runs the server")
    execute_from_command_line(["truongso manage", *args.rest])
    return 0
