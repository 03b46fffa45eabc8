"""Every published or computed vector of a provider's signature is reproduced by our protocol code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from truongso.payments.providers import casso, momo, sepay, vnpay, zalopay
from truongso.payments.providers.casso import protocol as casso_protocol
from truongso.payments.providers.momo import protocol as momo_protocol
from truongso.payments.providers.payos.protocol import sign_order
from truongso.payments.providers.payos.transfer import sign_data, signed_text
from truongso.payments.providers.sepay.checkout import sign_checkout
from truongso.payments.providers.types import RawNotice, Status
from truongso.payments.providers.vnpay import protocol as vnpay_protocol
from truongso.payments.providers.zalopay.protocol import mac

Vector = dict[str, Any]
VECTORS: list[Vector] = json.loads((Path(__file__).parent / "data" / "provider_vectors.json").read_text())["vectors"]


def _pairs(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split("&"))


def _vnpay(vector: Vector) -> str:
    if "|" in vector["signed_string"]:
        return vnpay_protocol.sign_parts(tuple(vector["signed_string"].split("|")), vector["secret"])
    fields = {k: unquote_plus(v) for k, v in _pairs(vector["signed_string"]).items()}
    query, signature = vnpay_protocol.sign_fields(fields, vector["secret"])
    assert query == vector["signed_string"]
    return signature


def _payos(vector: Vector) -> str:
    if vector["kind"].startswith("create"):
        return sign_order(vector["payload"], vector["secret"])
    assert signed_text(vector["payload"]) == vector["signed_string"]
    return sign_data(vector["payload"], vector["secret"])


def _casso(vector: Vector) -> str:
    body = json.dumps(vector["payload"]).encode()
    stamp = int(vector["signed_string"].split(".", 1)[0])
    header = casso_protocol.sign(body, timestamp=stamp, secret=vector["secret"])
    casso_protocol.verify(body, {"x-casso-signature": header}, secrets=["other", vector["secret"]])
    assert casso_protocol.signed_text(vector["payload"], str(stamp)) == vector["signed_string"]
    return header.removeprefix(f"t={stamp},v1=")


def _momo(vector: Vector) -> str:
    fields = _pairs(vector["signed_string"])
    credentials = {"access_key": fields.pop("accessKey"), "secret_key": vector["secret"]}
    names = {
        "create captureWallet": momo_protocol._CREATE,
        "IPN / redirect result": momo_protocol._NOTICE,
        "query": momo_protocol._QUERY,
    }[vector["kind"]]
    return momo_protocol.sign(fields, names, credentials)


def _zalopay(vector: Vector) -> str:
    return mac(vector["secret"], *vector["signed_string"].split("|"))


def _sepay(vector: Vector) -> str:
    stamp, body = vector["signed_string"].split(".", 1)
    return sepay.sign(body.encode(), timestamp=int(stamp), secret=vector["secret"]).removeprefix("sha256=")


def _sepay_checkout(vector: Vector) -> str:
    fields = dict(part.split("=", 1) for part in vector["signed_string"].split(","))
    return sign_checkout(fields, vector["secret"])


SIGNERS: dict[str, Callable[[Vector], str]] = {
    "VNPAY": _vnpay, "payOS": _payos, "Casso": _casso, "MoMo": _momo, "ZaloPay": _zalopay, "SePay": _sepay,
    "SePay PG": _sepay_checkout,
}  # fmt: skip


@pytest.mark.parametrize("vector", [v for v in VECTORS if "secret" in v], ids=lambda v: f"{v['provider']} {v['kind']}")
def test_the_signature_is_reproduced(vector: Vector) -> None:
    assert SIGNERS[vector["provider"]](vector) == vector["signature"]


def test_all_vectors_are_used() -> None:
    assert len(VECTORS) == 21
    assert [v["kind"][:15] for v in VECTORS if "secret" not in v] == ["pay URL example"]


def test_the_layout_of_vnpays_example_address_is_ours() -> None:
    """Its secret is not published; the query string must come out the same."""
    example = next(v for v in VECTORS if "secret" not in v)
    fields = {k: unquote_plus(v) for k, v in _pairs(example["signed_string"]).items()}
    assert vnpay_protocol.sign_fields(fields, "x")[0] == example["signed_string"]
    assert len(example["signature"]) == 128


@pytest.mark.parametrize(("place", "status"), [(0, Status.PAID), (1, Status.FAILED)])
def test_vnpays_notices_are_read(place: int, status: Status) -> None:
    vector = VECTORS[place]
    query = f"{vector['signed_string']}&vnp_SecureHash={vector['signature']}"
    shuffled = "&".join(reversed(query.split("&")))
    for form in (query, shuffled, query + "&vnp_SecureHashType=HmacSHA512"):
        notice = vnpay.Vnpay().read_notice(RawNotice("GET", form, b"", {}), [{"hash_secret": vector["secret"]}])
        assert (notice.status, notice.amount.value, notice.reference) == (status, 10_000, "1716257871703")
        assert (notice.merchant, notice.txn_id) == ("TEST_TMN_CODE", "14422574")
    assert notice.problem == ("" if status is Status.PAID else "99")


def test_momos_notice_is_read() -> None:
    vector = next(v for v in VECTORS if v["kind"] == "IPN / redirect result")
    fields: dict[str, Any] = _pairs(vector["signed_string"])
    access = fields.pop("accessKey")
    for name in ("amount", "responseTime", "resultCode", "transId"):
        fields[name] = int(fields[name])
    body = json.dumps({**fields, "signature": vector["signature"]}).encode()
    live = [{"access_key": access, "secret_key": vector["secret"]}]
    notice = momo.Momo().read_notice(RawNotice("POST", "", body, {}), live)
    assert (notice.status, notice.amount.value, notice.reference) == (Status.PAID, 50_000, "HD0001")
    assert (notice.txn_id, notice.merchant, notice.instrument) == ("4088878653", "MOMO", "qr")


def test_zalopays_notice_is_read() -> None:
    vector = next(v for v in VECTORS if v["kind"].startswith("callback mac"))
    body = json.dumps({"data": vector["signed_string"], "mac": vector["signature"], "type": 1}).encode()
    live = [{"key2": "another"}, {"key2": vector["secret"]}]
    notice = zalopay.Zalopay().read_notice(RawNotice("POST", "", body, {}), live)
    assert (notice.status, notice.amount.value, notice.reference) == (Status.PAID, 50_000, "251001_HD0001")
    assert (notice.txn_id, notice.merchant) == ("251001000000389", "2553")
    assert notice.paid_at is not None
    assert notice.paid_at.isoformat() == "2025-10-01T06:26:52+00:00"


def test_cassos_notice_is_read() -> None:
    vector = next(v for v in VECTORS if v["provider"] == "Casso")
    notice = casso.parse(json.dumps(vector["payload"]).encode())
    assert (notice.id, notice.account, notice.amount.value) == ("0", "88888888", 599_000)
    assert notice.booked_at.isoformat() == "2024-10-03T15:06:37+07:00"
