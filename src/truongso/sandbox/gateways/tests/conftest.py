"""The gateways and a bank for a module's tests, and a school's server that keeps what it was told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from truongso.sandbox.bank_client import SandboxBank, running_bank
from truongso.sandbox.gateway_client import SandboxGateways, running_gateways

PATIENCE = 60.0
"""Seconds a school may take to answer: on a busy machine no attempt is lost that a test has counted."""


@dataclass
class Heard:
    """One request as it arrived."""

    method: str
    target: str
    body: bytes


@dataclass
class School:
    """A school's server. `answers` are the next replies (status, body); after them it says `usual`."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    usual: tuple[int, bytes] = (200, b"{}")

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[Heard]:
        deadline = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(self.heard)


@pytest.fixture
def school() -> Iterator[School]:
    found: list[School] = []

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found[0].heard.append(Heard(self.command, self.path, body))
            status, said = found[0].answers.pop(0) if found[0].answers else found[0].usual
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.append(School(f"http://127.0.0.1:{server.server_port}"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found[0]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxBank]:
    with running_bank(tmp_path_factory.mktemp("bank"), speed=6000, patience=PATIENCE) as running:
        yield running


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory, bank: SandboxBank) -> Iterator[SandboxGateways]:
    with running_gateways(tmp_path_factory.mktemp("gateways"), bank=bank.url, speed=6000, patience=PATIENCE) as running:
        yield running
