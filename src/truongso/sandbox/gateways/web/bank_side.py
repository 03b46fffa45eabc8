"""Money that the providers pay into a school's account at the sandbox bank, in one line."""

from __future__ import annotations

import datetime as dt

from truongso.kernel.money import Dong
from truongso.sandbox.bank_client import SandboxBankError
from truongso.sandbox.gateways.pos.types import Terminal
from truongso.sandbox.gateways.types import GatewayError, Merchant
from truongso.sandbox.gateways.web.runtime import bank


def credit_terminal(terminal: Terminal, net: Dong, memo: str, at: dt.datetime) -> int:
    """The net sum of a batch. Raises bank_missing, bank_refused."""
    return _credit(terminal.account, net, memo, at)


def credit_merchant(merchant: Merchant, net: Dong, memo: str, at: dt.datetime) -> int:
    """The net sum of a payout. Raises bank_missing, bank_refused."""
    return _credit(merchant.account, net, memo, at)


def _credit(account: str, net: Dong, memo: str, at: dt.datetime) -> int:
    try:
        line = bank().book_line(account, direction="in", amount=net, memo=memo, at=at)
    except (SandboxBankError, OSError) as error:
        raise GatewayError("bank_refused", message=str(error)) from error
    return int(line["id"])
