"""The notice of a line as the bank feed SePay sends it (developer.sepay.vn, "Tích hợp webhook").

Written from the published protocol and not from our own reader of it, so that the two check each other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json

from truongso.kernel.banks import find
from truongso.sandbox.bank.types import Account, Line

WAITS_MINUTES: tuple[float, ...] = (1, 1, 2, 3, 5, 8, 13)
"""After each failed attempt; 8 attempts in all (developer.sepay.vn)."""
_GATEWAYS = {"970422": "MBBank"}


def tells(line: Line) -> bool:
    """Both directions are told."""
    return True


def notice_body(account: Account, line: Line, *, secret: str) -> bytes:
    """The JSON body: times are school time, amounts whole đồng, `id` is the line's own for ever."""
    notice = {
        "id": line.id,
        "gateway": _gateway(account.bank_bin),
        "transactionDate": f"{line.booked_at:%Y-%m-%d %H:%M:%S}",
        "accountNumber": account.number,
        "subAccount": line.virtual_account or None,
        "code": None,
        "content": line.memo,
        "transferType": line.direction.value,
        "description": f"BankAPINotify {line.memo}",
        "transferAmount": line.amount.value,
        "accumulated": line.balance.value,
        "referenceCode": line.reference,
    }
    return json.dumps(notice, ensure_ascii=False).encode()


def signed_headers(body: bytes, *, secret: str, at: dt.datetime) -> dict[str, str]:
    """Headers of one attempt: HMAC-SHA256 over `{timestamp}.{raw body}`."""
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-SePay-Timestamp": timestamp,
        "X-SePay-Signature": f"sha256={digest}",
    }


def _gateway(bank_bin: str) -> str:
    bank = find(bank_bin)
    return _GATEWAYS.get(bank_bin) or (bank_bin if bank is None else bank.short_name)
