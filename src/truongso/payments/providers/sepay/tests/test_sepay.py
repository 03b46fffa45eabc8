"""SePay notices: only what a live secret signed just now is believed, and only a clean body is read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.money import Dong
from truongso.payments.providers.sepay import (
    NoticeError,
    SepayNotice,
    SignatureError,
    TransferType,
    parse_notice,
    sign,
    verify_api_key,
    verify_signature,
)

# Vector computed from the documented layout `{timestamp}.{raw body}` with a dummy secret.
SECRET = "sepay_test_secret"
TIMESTAMP = 1759300000
SIGNATURE = "sha256=f8ef563305c128eac73dbc3e59a9d987f6098a386095fda700edcfdffb6e9835"
BODY = (
    b'{"id":92704,"gateway":"Vietcombank","transactionDate":"2023-03-25 14:02:37",'
    b'"accountNumber":"0123499999","code":null,"content":"chuyen tien mua iphone","transferType":"in",'
    b'"transferAmount":2277000,"accumulated":19077000,"subAccount":null,'
    b'"referenceCode":"MBVCB.3278907687","description":""}'
)
HEADERS = {"X-SePay-Signature": SIGNATURE, "X-SePay-Timestamp": str(TIMESTAMP)}
NOW = dt.datetime.fromtimestamp(TIMESTAMP, dt.UTC)


def refused(
    body: bytes = BODY,
    *,
    headers: dict[str, str] | None = None,
    secrets: tuple[str, ...] = (SECRET,),
    seconds: int = 0,
) -> str:
    with pytest.raises(SignatureError) as caught:
        verify_signature(
            body,
            HEADERS if headers is None else headers,
            secrets=secrets,
            now=NOW + dt.timedelta(seconds=seconds),
        )
    return caught.value.code


def test_the_documented_vector() -> None:
    assert sign(BODY, timestamp=TIMESTAMP, secret=SECRET) == SIGNATURE
    verify_signature(BODY, HEADERS, secrets=[SECRET], now=NOW)


def test_header_case_and_old_secrets_do_not_matter() -> None:
    headers = {"x-sepay-signature": SIGNATURE.replace("f8ef", "F8EF"), "X-SEPAY-TIMESTAMP": str(TIMESTAMP)}
    verify_signature(BODY, headers, secrets=["new", "", SECRET], now=NOW)


def test_five_minutes_either_way() -> None:
    for seconds in (-300, 300):
        verify_signature(BODY, HEADERS, secrets=[SECRET], now=NOW + dt.timedelta(seconds=seconds))
    assert refused(seconds=301) == "timestamp_drift"
    assert refused(seconds=-301) == "timestamp_drift"


def test_what_is_not_believed() -> None:
    assert refused(BODY.replace(b"2277000", b"9277000")) == "signature_wrong"
    assert refused(BODY + b" ") == "signature_wrong"
    assert refused(secrets=("another school's secret",)) == "signature_wrong"
    assert refused(secrets=("",)) == "no_secret"
    assert refused(secrets=()) == "no_secret"
    assert refused(headers={}) == "signature_missing"
    assert refused(headers={"X-SePay-Signature": SIGNATURE}) == "timestamp_missing"
    assert refused(headers={**HEADERS, "X-SePay-Signature": SIGNATURE[7:]}) == "signature_malformed"
    assert refused(headers={**HEADERS, "X-SePay-Signature": "sha256=é"}) == "signature_malformed"
    assert refused(headers={**HEADERS, "X-SePay-Timestamp": "1759300001"}) == "signature_wrong"
    assert refused(headers={**HEADERS, "X-SePay-Timestamp": "+1759300000"}) == "timestamp_malformed"
    assert refused(headers={**HEADERS, "X-SePay-Timestamp": "١٧٥٩٣٠٠٠٠٠"}) == "timestamp_malformed"


def test_api_key() -> None:
    verify_api_key({"authorization": "Apikey khóa-2"}, keys=["khóa-1", "khóa-2"])
    for value, code in (("Apikey x", "key_wrong"), ("Bearer khóa-1", "key_missing"), ("", "key_missing")):
        with pytest.raises(SignatureError) as caught:
            verify_api_key({"Authorization": value}, keys=["khóa-1"])
        assert caught.value.code == code
    with pytest.raises(SignatureError) as caught:
        verify_api_key({"Authorization": "Apikey x"}, keys=[""])
    assert caught.value.code == "no_secret"


def test_a_notice_is_read() -> None:
    assert parse_notice(BODY) == SepayNotice(
        id=92704,
        gateway="Vietcombank",
        booked_at=dt.datetime(2023, 3, 25, 14, 2, 37, tzinfo=SCHOOL_TIME),
        account="0123499999",
        transfer_type=TransferType.IN,
        amount=Dong(2277000),
        accumulated=Dong(19077000),
        content="chuyen tien mua iphone",
        description="",
        reference="MBVCB.3278907687",
        sub_account="",
        code="",
    )


def changed(**fields: Any) -> bytes:
    values = {**json.loads(BODY), **fields}
    return json.dumps({k: v for k, v in values.items() if v is not ...}).encode()


def test_outgoing_and_virtual_accounts() -> None:
    notice = parse_notice(changed(transferType="out", subAccount="VQRQ0001ABCD", accumulated=None, new="x"))
    assert (notice.transfer_type, notice.sub_account, notice.accumulated) == (
        TransferType.OUT,
        "VQRQ0001ABCD",
        None,
    )


@pytest.mark.parametrize(
    ("body", "code", "params"),
    [
        (b"x" * (256 * 1024 + 1), "too_large", {"size": 262145, "limit": 262144}),
        (b"", "not_json", {}),
        (b"[1]", "not_json", {}),
        (b"\xff{}", "not_json", {}),
        (b"[" * 100_000, "not_json", {}),
        (BODY.replace(b"19077000", b"NaN"), "not_json", {}),
        (BODY.replace(b'"code":null', b'"id":92705'), "duplicate_key", {"key": "id"}),
        (changed(id=...), "field_missing", {"field": "id"}),
        (changed(id=True), "field_type", {"field": "id"}),
        (changed(id=0), "field_value", {"field": "id"}),
        (changed(transferAmount="2277000"), "field_type", {"field": "transferAmount"}),
        (changed(transferAmount=2277000.5), "field_type", {"field": "transferAmount"}),
        (changed(transferAmount=2277000.0), "field_type", {"field": "transferAmount"}),
        (changed(transferAmount=0), "field_value", {"field": "transferAmount"}),
        (changed(transferAmount=-1), "field_value", {"field": "transferAmount"}),
        (changed(transferAmount=10**16), "field_value", {"field": "transferAmount"}),
        (BODY.replace(b"2277000", b"9" * 5000), "not_json", {}),
        (changed(transferType="both"), "field_value", {"field": "transferType"}),
        (changed(transactionDate="25/03/2023"), "field_value", {"field": "transactionDate"}),
        (changed(transactionDate="2023-02-30 00:00:00"), "field_value", {"field": "transactionDate"}),
        (changed(accountNumber=123499999), "field_type", {"field": "accountNumber"}),
        (changed(accountNumber=" "), "field_missing", {"field": "accountNumber"}),
        (changed(content="a\x00"), "field_value", {"field": "content"}),
        (changed(content="\ud800"), "field_value", {"field": "content"}),
    ],
    ids=range(24),
)
def test_bodies_that_are_not_read(body: bytes, code: str, params: dict[str, object]) -> None:
    with pytest.raises(NoticeError) as caught:
        parse_notice(body)
    assert (caught.value.code, caught.value.params) == (code, params)
