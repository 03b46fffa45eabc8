"""The notice of a line as the bank feed Casso sends it, webhook v2 (CassoHQ/casso-webhook-v2-verify-signature).

Written from the published protocol and not from our own reader of it, so that the two check each other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json

from truongso.banking.types import Direction
from truongso.kernel.banks import find
from truongso.sandbox.bank.types import Account, Line

WAITS_MINUTES: tuple[float, ...] = (5, 5, 5, 5, 5, 5)
"""After each failed attempt. UNVERIFIED: Casso's page on failed calls was not readable."""


def tells(line: Line) -> bool:
    """Money in and money out are told (developer.casso.vn)."""
    return True


def notice_body(account: Account, line: Line, *, secret: str) -> bytes:
    """The JSON body: times are school time, `amount` is negative for money out, `id` is the line's own for ever."""
    bank, other = find(account.bank_bin), find(line.counter_bin)
    sign = 1 if line.direction is Direction.IN else -1
    data: dict[str, object] = {
        "id": line.id,
        "reference": line.reference,
        "description": line.memo,
        "amount": sign * line.amount.value,
        "runningBalance": line.balance.value,
        "transactionDateTime": f"{line.booked_at:%Y-%m-%d %H:%M:%S}",
        "accountNumber": account.number,
        "bankName": account.bank_bin if bank is None else bank.short_name,
        "bankAbbreviation": account.bank_bin if bank is None else bank.link_code,
        "virtualAccountNumber": line.virtual_account,
        "virtualAccountName": account.holder if line.virtual_account else "",
        "counterAccountName": line.counter_name,
        "counterAccountNumber": line.counter_account,
        "counterAccountBankId": line.counter_bin,
        "counterAccountBankName": "" if other is None else other.short_name,
    }
    return json.dumps({"error": 0, "data": data}, ensure_ascii=False).encode()


def signed_headers(body: bytes, *, secret: str, at: dt.datetime) -> dict[str, str]:
    """Headers of one attempt: `t` are milliseconds, `v1` the HMAC-SHA512 of `t.` and the body with sorted keys."""
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + sorted_json(body), hashlib.sha512).hexdigest()
    return {"Content-Type": "application/json", "X-Casso-Signature": f"t={stamp},v1={digest}"}


def sorted_json(body: bytes) -> bytes:
    """A JSON text with the keys of every object in order, compact, signs beyond ASCII as they are (the JS sample)."""
    return json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
