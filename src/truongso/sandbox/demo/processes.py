"""The demo's processes: web, worker, sandbox bank and gateways, started together and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


@dataclass(slots=True)
class Processes:
    """Children of the demo. Whatever was started here is ended by `stop`."""

    environment: Mapping[str, str]
    log: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], *, port: int | None = None) -> None:
        """Start a process and, with a port, wait until it listens. Raises RuntimeError when it does not."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                list(command), env={**os.environ, **self.environment}, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.running[name] = process
        deadline = time.monotonic() + _START_SECONDS
        while port is not None and not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start, see {self.log}")
            time.sleep(0.05)

    def wait(self) -> str:
        """Until one of them ends; returns its name."""
        while True:
            for name, process in self.running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.3)

    def stop(self) -> None:
        """End all of them, the last started first."""
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def bank_command(port: int, data: Path) -> list[str]:
    """The sandbox bank's command line."""
    return [sys.executable, "-m", "truongso.sandbox.bank", "--port", str(port), "--data", str(data), "--speed", "60"]


def gateways_command(port: int, data: Path, *, bank_port: int) -> list[str]:
    """The sandbox gateways' command line: they pay out at the bank on `bank_port`."""
    options = ["--port", str(port), "--data", str(data), "--speed", "60", "--bank", f"http://127.0.0.1:{bank_port}"]
    return [sys.executable, "-m", "truongso.sandbox.gateways", *options]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "truongso", "worker"]


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """True when something on this machine already listens there."""
    return _listens(port)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
