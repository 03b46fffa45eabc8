"""What the views need of the running process: its file, its courier, the sandbox bank it pays into."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from truongso.sandbox.bank_client import SandboxBank
from truongso.sandbox.courier import Courier
from truongso.sandbox.gateways.types import GatewayError
from truongso.sandbox.sqlite_file import opened


@dataclass(slots=True)
class _Running:
    database: Path | None = None
    courier: Courier | None = None
    bank: SandboxBank | None = None


_running = _Running()


def use(database: Path, courier: Courier, bank_url: str) -> None:
    """Called once by the process before it serves."""
    _running.database, _running.courier = database, courier
    _running.bank = SandboxBank(bank_url) if bank_url else None


def books() -> AbstractContextManager[sqlite3.Connection]:
    """The gateways' books in one transaction."""
    if _running.database is None:
        raise RuntimeError("the gateways have no books yet")
    return opened(_running.database)


def wake_courier() -> None:
    """Called after the transaction: there may be a notice to carry."""
    if _running.courier is not None:
        _running.courier.wake()


def bank_if_any() -> SandboxBank | None:
    return _running.bank


def bank() -> SandboxBank:
    """The sandbox bank. Raises bank_missing when the process was started without one."""
    if _running.bank is None:
        raise GatewayError("bank_missing")
    return _running.bank
