"""What a gateway says of a refund: only a plain no lets the money be used for something else."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from truongso.kernel.money import Dong
from truongso.payments.providers.momo import Momo
from truongso.payments.providers.types import Incoming, RefundRequest
from truongso.payments.providers.vnpay import Vnpay, protocol
from truongso.payments.providers.zalopay import Zalopay

NOW = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)
ASKED = RefundRequest(
    reference="ORDER1", refund_reference="HT7K2M9QA", txn_id="4088878653", amount=Dong(35_000),
    paid_amount=Dong(250_000), reason="Hoan tien an", created_at=NOW, requested_at=NOW, now=NOW, by="", client_ip="",
)  # fmt: skip


def incoming(**fields: Any) -> Incoming:
    return Incoming(200, json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("code", "first", "again"),
    [(0, "done", "done"), (7002, "processing", "processing"), (40, "processing", "processing"),
     (41, "processing", "processing"), (43, "processing", "processing"), (99, "processing", "processing"),
     (1081, "refused", "processing"), (42, "refused", "processing"), (11, "refused", "processing")],
)  # fmt: skip
def test_momo(code: int, first: str, again: str) -> None:
    """41: MoMo has had this refund before, its answer was lost. It is no refusal: the money may be with the payer.

    MoMo is asked what became of a refund by asking for it again: a no to that (1081: perhaps given back before) is
    not the fate of the first asking."""
    answer = incoming(resultCode=code, orderId="HT7K2M9QA", transId=99)
    assert Momo().read_refund(answer, ASKED, {}).status.value == first
    assert Momo().read_refund_progress(answer, ASKED, {}).status.value == again


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"return_code": 1, "refund_id": 7}, "done"),
        ({"return_code": 3}, "processing"),
        ({"return_code": 2, "sub_return_code": -68}, "processing"),
        ({"return_code": 2, "sub_return_code": -13}, "refused"),
        ({"return_code": 2}, "refused"),
    ],
)
def test_zalopay(fields: dict[str, Any], status: str) -> None:
    assert Zalopay().read_refund(incoming(**fields), ASKED, {}).status.value == status


@pytest.mark.parametrize(("shown", "status"), [("3500000", "done"), ("5000000", "missing")])
def test_vnpay_shows_one_refund_of_an_order(shown: str, status: str) -> None:
    """Asked by the order it shows the last refund that it has: another amount is another refund."""
    keys = {"tmn_code": "DEMOV210", "hash_secret": "RAOEXHYVSDDIIENYWSLDIIZTANXUXZFJ"}
    said = dict.fromkeys(protocol._QUERY_SIGNED, "") | {
        "ResponseCode": "00", "TmnCode": keys["tmn_code"], "TxnRef": ASKED.reference, "Amount": shown,
        "TransactionNo": "14000001", "TransactionType": "03", "TransactionStatus": "00",
    }  # fmt: skip
    signature = protocol.sign_parts(tuple(said.values()), keys["hash_secret"])
    answer = incoming(**{f"vnp_{name}": value for name, value in said.items()}, vnp_SecureHash=signature)
    assert Vnpay().read_refund_progress(answer, ASKED, keys).status.value == status
