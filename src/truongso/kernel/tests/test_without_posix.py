"""The program starts where modules of POSIX are absent, as on Windows."""

from __future__ import annotations

import os
import subprocess
import sys

_STARTED = """
import sys
sys.modules.update(dict.fromkeys(("fcntl", "grp", "pwd", "resource", "termios")))
import django
django.setup()
import truongso.cli.main, truongso.config.urls, truongso.sandbox.demo.run
"""


def test_every_page_and_command_is_there_without_them() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "truongso.config.settings", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", _STARTED], capture_output=True, text=True, check=False, env=env)  # noqa: S603 - our own interpreter and text
    assert done.returncode == 0, done.stderr[-2000:]
