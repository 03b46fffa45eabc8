"""The twins sign as published: every vector with a known secret."""

from __future__ import annotations

from typing import Any

import pytest

from truongso.sandbox.gateways.momo import signing as momo
from truongso.sandbox.gateways.payos import signing as payos
from truongso.sandbox.gateways.vnpay import signing as vnpay
from truongso.sandbox.gateways.zalopay import signing as zalopay
from truongso.sandbox.tests.vectors import vectors


@pytest.mark.parametrize("vector", vectors("VNPAY", "return/IPN"), ids=lambda v: v["signature"][:8])
def test_vnpay_query(vector: dict[str, Any]) -> None:
    text, secret, signature = vector["signed_string"], vector["secret"], vector["signature"]
    assert vnpay.is_genuine(f"{text}&vnp_SecureHash={signature}", secret)
    shuffled = "&".join(
        reversed([*text.split("&"), f"vnp_SecureHash={signature.upper()}", "vnp_SecureHashType=SHA512"])
    )
    assert vnpay.is_genuine(shuffled, secret)
    assert not vnpay.is_genuine(f"{text}&vnp_SecureHash={signature}".replace("=1000000", "=1000001"), secret)
    assert not vnpay.is_genuine(f"{text}&vnp_SecureHash={signature}", "another")
    assert not vnpay.is_genuine(f"{text}&vnp_SecureHash={signature}&vnp_SecureHash={signature}", secret)
    assert not vnpay.is_genuine(text, secret)


def test_vnpay_writes_the_published_query() -> None:
    vector = vectors("VNPAY", "return/IPN")[0]
    fields = {
        "vnp_TxnRef": "1716257871703",
        "vnp_Amount": "1000000",
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": "VNP14422574",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": "Thanh toan don hang 2024-05-21T02:17:31.249Z",
        "vnp_PayDate": "20240521091806",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": "TEST_TMN_CODE",
        "vnp_TransactionNo": "14422574",
        "vnp_TransactionStatus": "00",
        "vnp_PromotionCode": "",
    }
    query = vnpay.signed_query(fields, vector["secret"])
    assert query == f"{vector['signed_string']}&vnp_SecureHash={vector['signature']}"


@pytest.mark.parametrize("kind", ["querydr request", "refund request"])
def test_vnpay_transaction_interface(kind: str) -> None:
    (vector,) = vectors("VNPAY", kind)
    assert vnpay.piped(vector["signed_string"].split("|"), vector["secret"]) == vector["signature"]


@pytest.mark.parametrize(("kind", "names"), [("create", momo.CREATE), ("IPN", momo.RESULT), ("query", momo.QUERY)])
def test_momo(kind: str, names: tuple[str, ...]) -> None:
    (vector,) = vectors("MoMo", kind)
    fields = dict(part.partition("=")[::2] for part in vector["signed_string"].split("&"))
    assert tuple(fields) == names
    keys = {"access_key": fields.pop("accessKey"), "secret_key": vector["secret"]}
    assert momo.signature(names, fields, keys) == vector["signature"]


@pytest.mark.parametrize("kind", ["create order mac", "query mac"])
def test_zalopay_requests(kind: str) -> None:
    (vector,) = vectors("ZaloPay", kind)
    assert zalopay.mac(vector["secret"], vector["signed_string"].split("|")) == vector["signature"]


def test_zalopay_callback() -> None:
    (vector,) = vectors("ZaloPay", "callback mac")
    assert zalopay.raw_mac(vector["secret"], vector["signed_string"]) == vector["signature"]


@pytest.mark.parametrize("vector", vectors("payOS"), ids=lambda v: v["kind"])
def test_payos(vector: dict[str, Any]) -> None:
    sign = payos.create_signature if vector["kind"].startswith("create") else payos.data_signature
    assert sign(vector["payload"], vector["secret"]) == vector["signature"]
