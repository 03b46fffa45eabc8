"""A bank process for a module's tests, and a school's server that keeps what it was told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from truongso.sandbox.bank_client import SandboxBank, running_bank

PATIENCE = 60.0
"""Seconds a school may take to answer: on a busy machine no attempt is lost that a test has counted."""


@dataclass
class Heard:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class School:
    """A school's webhook. `answers` are the next statuses; after them it says 200."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[Heard]:
        deadline = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(self.heard)


@pytest.fixture
def school() -> Iterator[School]:
    found: list[School] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found[0].heard.append(Heard(self.path, dict(self.headers), body, time.time()))
            self.send_response(found[0].answers.pop(0) if found[0].answers else 200)
            self.end_headers()
            self.wfile.write(b'{"success": true}')

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    found.append(School(f"http://127.0.0.1:{server.server_port}/hooks/sepay/abc"))
    thread.start()
    yield found[0]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxBank]:
    with running_bank(tmp_path_factory.mktemp("bank"), speed=1200, patience=PATIENCE) as running:
        yield running


@pytest.fixture(scope="session")
def _numbers() -> Callable[[], str]:
    count = iter(range(100000))
    return lambda: f"90000{next(count):08d}"


@pytest.fixture
def account(_numbers: Callable[[], str]) -> str:
    """A number nobody has registered yet."""
    return _numbers()


@pytest.fixture
def payer(bank: SandboxBank, _numbers: Callable[[], str]) -> str:
    """A payer with 2,000,000 đ."""
    number = _numbers()
    bank.add_customers([{"name": "Nguyễn Văn Bình", "account": number, "balance": 2_000_000}])
    return number
