"""VietQR payloads: public samples, written codes, limits, and arbitrary text."""

from __future__ import annotations

import json
import string
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.kernel.money import Dong
from truongso.payments.vietqr import (
    Initiation,
    OddityCode,
    Reason,
    Service,
    TransferOrder,
    VietQrError,
    decode,
    encode,
    tlv,
)

_VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "vietqr_vectors.json").read_text("utf-8"))
VALID: list[dict[str, Any]] = _VECTORS["vectors"]
NEGATIVE: list[dict[str, Any]] = _VECTORS["negative"]
OWN = "00020101021238570010A00000072701270006970436011300110012345670208QRIBFTTA"


def sealed(body: str) -> str:
    """`body` with a right CRC: what is refused then is refused for its content."""
    return body + "6304" + tlv.crc_hex(body + "6304")


def refusal(payload: str) -> VietQrError:
    with pytest.raises(VietQrError) as caught:
        decode(payload)
    return caught.value


def test_the_sample_file_is_whole() -> None:
    assert (len(VALID), len(NEGATIVE)) == (_VECTORS["count"], _VECTORS["negative_count"]) == (34, 17)


@pytest.mark.parametrize("vector", VALID, ids=[f"{n}-{v['fields']['63']}" for n, v in enumerate(VALID)])
def test_every_valid_sample_decodes_to_its_stated_fields(vector: dict[str, Any]) -> None:
    fields = dict(vector["fields"])
    qr = decode(vector["payload"])
    assert list(qr.objects) == fields.pop("order")
    assert qr.crc == fields["63"]
    receiver = fields.pop("38", None)
    if receiver is None:
        assert (qr.guid, qr.bank_bin, qr.account, qr.service) == (None, None, None, None)
    else:
        assert qr.guid == receiver["00_guid"]
        assert qr.service == receiver["02_service"]
        inner = receiver["01"]
        if "error" in inner:
            assert (qr.account, qr.beneficiary) == (None, inner["raw"])
            assert OddityCode.ACCOUNT_LENGTH in {o.code for o in qr.oddities}
        else:
            assert (qr.bank_bin, qr.account) == (inner["00_bin"], inner["01_account_or_card"])
    for template in ("26", "62", "64"):
        stated = fields.pop(template, None)
        if stated is not None:
            assert dict(qr.templates[template]) == {key[:2]: value for key, value in stated.items()}
    assert {i: qr.objects[i] for i in fields} == fields
    assert qr.initiation == fields.get("01")
    assert qr.amount == (Dong(int(fields["54"])) if "54" in fields else None)
    assert (
        qr.currency,
        qr.country,
        qr.merchant_name,
        qr.category_code,
        qr.merchant_city,
        qr.postal_code,
    ) == tuple(fields.get(i) for i in ("53", "58", "59", "52", "60", "61"))


@pytest.mark.parametrize("vector", NEGATIVE, ids=[f"{n}-{v['crc_given']}" for n, v in enumerate(NEGATIVE)])
def test_every_negative_sample_is_refused_for_its_stated_cause(vector: dict[str, Any]) -> None:
    error = refusal(vector["payload"])
    if vector["crc_given"] != vector["crc_expected"]:
        assert error.reason is Reason.CRC
        assert error.params == {"given": vector["crc_given"], "expected": vector["crc_expected"]}
    else:
        assert vector["tlv_parses"] is False
        assert error.reason is Reason.LENGTH


def test_crc_check_value() -> None:
    assert tlv.crc16(b"123456789") == 0x29B1


def test_an_invoice_code_is_dynamic_and_exact() -> None:
    payload = encode(
        bank_bin="970436",
        account="0011001234567",
        amount=Dong(450_000),
        memo="ABK7M2QXP",
        bill_number="ABK7M2QXP",
    )
    assert payload == OWN + "530370454064500005802VN62260109ABK7M2QXP0809ABK7M2QXP63045F36"


def test_a_poster_code_is_static_without_amount_or_texts() -> None:
    payload = encode(bank_bin="970415", account="123456789")
    assert payload == VALID[0]["payload"]


def test_a_card_code_equals_the_public_sample() -> None:
    payload = encode(
        bank_bin="970436",
        account="123456789012",
        amount=Dong(120_000),
        memo="Pay a box",
        service=Service.CARD,
    )
    assert payload == VALID[1]["payload"]


GOOD: dict[str, Any] = {"bank_bin": "970436", "account": "0011001234567", "amount": Dong(1), "memo": "A" * 25}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bank_bin": "97043"}, Reason.BANK_BIN),
        ({"bank_bin": "97043٦"}, Reason.BANK_BIN),
        ({"account": ""}, Reason.ACCOUNT),
        ({"account": "0" * 20}, Reason.ACCOUNT),
        ({"account": "0011 0012"}, Reason.ACCOUNT),
        ({"account": "tàikhoản"}, Reason.ACCOUNT),
        ({"amount": Dong(0)}, Reason.AMOUNT),
        ({"amount": Dong(-5)}, Reason.AMOUNT),
        ({"amount": Dong(500_000_000)}, Reason.AMOUNT_TOO_LARGE),
        ({"memo": "A" * 26}, Reason.MEMO),
        ({"memo": "học phí"}, Reason.MEMO),
        ({"memo": "a\nb"}, Reason.MEMO),
        ({"bill_number": "B" * 26}, Reason.BILL_NUMBER),
        ({"bill_number": "số 1"}, Reason.BILL_NUMBER),
    ],
)
def test_what_the_document_does_not_allow_is_not_written(change: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(VietQrError) as caught:
        encode(**{**GOOD, **change})
    assert caught.value.reason is reason


def test_the_limits_themselves_are_written() -> None:
    payload = encode(bank_bin="970436", account="Z" * 19, amount=Dong(499_999_999), memo="A" * 25, bill_number="B" * 25)
    qr = decode(payload)
    assert (qr.account, qr.amount, qr.memo, qr.bill_number) == (
        "Z" * 19,
        Dong(499_999_999),
        "A" * 25,
        "B" * 25,
    )
    assert qr.oddities == ()


@pytest.mark.parametrize("value", ["", "x" * 100])
def test_an_object_holds_1_to_99_characters(value: str) -> None:
    with pytest.raises(VietQrError) as caught:
        tlv.write("62", value)
    assert caught.value.reason is Reason.LENGTH
    assert len(tlv.write("62", "x" * 99)) == 103


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("", Reason.EMPTY),
        ("0" * 513, Reason.TOO_LONG),
        ("xin chao", Reason.CRC_MISSING),
        (OWN + "53037045802VN", Reason.CRC_MISSING),
        (sealed(OWN + "53037045802VN58"), Reason.LENGTH),
        (sealed(OWN + "53037045805VN"), Reason.LENGTH),
        (sealed(OWN + "53037045802VN62150809ABK7M2QXPxx"), Reason.LENGTH),
        (sealed(OWN + "5303704540410005404200058" + "02VN"), Reason.DUPLICATE),
        (sealed("0102110002015303704"), Reason.ORDER),
        (sealed("000202010211" + "53037045802VN"), Reason.PAYLOAD_FORMAT),
        (sealed("000201010213" + "53037045802VN"), Reason.INITIATION),
        (sealed(OWN + "53038405802VN"), Reason.CURRENCY),
        (sealed(OWN + "53037045802TH"), Reason.COUNTRY),
        (sealed(OWN + "530370454010" + "5802VN"), Reason.AMOUNT),
        (sealed(OWN + "53037045405100.5" + "5802VN"), Reason.AMOUNT),
        (sealed(OWN + "53037045404-100" + "5802VN"), Reason.AMOUNT),
        (sealed(OWN + "53037045404١٢٣٤" + "5802VN"), Reason.AMOUNT),
        (sealed(OWN.replace("A000000727", "A000000999") + "53037045802VN"), Reason.GUID),
        (sealed(OWN.replace("970436", "97043X") + "53037045802VN"), Reason.BANK_BIN),
        (sealed(OWN.replace("0011001234567", "001100-234567") + "53037045802VN"), Reason.ACCOUNT),
        # the account claims more characters than 38-01 holds: part of it is missing
        (sealed(OWN.replace("01130011001234567", "01190011001234567") + "53037045802VN"), Reason.LENGTH),
    ],
)
def test_unsound_payloads_are_refused_with_their_reason(payload: str, reason: Reason) -> None:
    assert refusal(payload).reason is reason


def test_objects_are_found_by_id_in_any_order() -> None:
    qr = decode(sealed("000201" + "62130809ABK7M2QXP" + "5802VN" + "5406450000" + OWN[12:] + "010212" + "5303704"))
    assert qr.transfer() == TransferOrder(
        bank_bin="970436",
        account="0011001234567",
        service=Service.ACCOUNT,
        amount=Dong(450_000),
        memo="ABK7M2QXP",
        bill_number="",
    )
    assert qr.initiation is Initiation.DYNAMIC


def test_a_trailing_point_is_a_whole_amount() -> None:
    assert decode(sealed(OWN + "53037045407450000.5802VN")).amount == Dong(450_000)


def test_diacritics_counted_in_characters_are_read_and_named() -> None:
    qr = decode(sealed(OWN + "53037045802VN62110807học phí"))
    assert qr.memo == "học phí"
    assert [o.code for o in qr.oddities] == [OddityCode.NOT_ASCII]


@pytest.mark.parametrize("extra", ["8", "89", "0203", "0204ABCD"])
def test_an_account_longer_than_its_length_is_never_guessed(extra: str) -> None:
    receiver = f"000697043601130011001234567{extra}"
    template = f"0010A00000072701{len(receiver):02d}{receiver}0208QRIBFTTA"
    qr = decode(sealed(f"00020101021138{len(template):02d}{template}53037045802VN"))
    assert (qr.bank_bin, qr.account, qr.beneficiary) == ("970436", None, receiver)
    with pytest.raises(VietQrError) as caught:
        qr.transfer()
    assert (caught.value.reason, caught.value.params) == (Reason.NOT_TRANSFER, {"missing": "account"})


@pytest.mark.parametrize("vector", VALID, ids=[str(n) for n in range(len(VALID))])
def test_only_complete_transfers_can_be_paid(vector: dict[str, Any]) -> None:
    qr = decode(vector["payload"])
    if qr.service in ("QRIBFTTA", "QRIBFTTC") and qr.account is not None:
        assert qr.transfer().account == qr.account
    else:
        with pytest.raises(VietQrError, match="not_transfer"):
            qr.transfer()


def test_a_transfer_of_500_million_is_refused_although_it_reads() -> None:
    qr = decode(sealed(OWN + "530370454095000000005802VN"))
    assert qr.amount == Dong(500_000_000)
    with pytest.raises(VietQrError, match="amount_too_large"):
        qr.transfer()


ascii_text = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=25)
orders = st.builds(
    TransferOrder,
    bank_bin=st.text("0123456789", min_size=6, max_size=6),
    account=st.text(string.ascii_letters + string.digits, min_size=1, max_size=19),
    service=st.sampled_from(Service),
    amount=st.none() | st.integers(1, 499_999_999).map(Dong),
    memo=ascii_text,
    bill_number=ascii_text,
)


def written(order: TransferOrder) -> str:
    return encode(
        bank_bin=order.bank_bin,
        account=order.account,
        amount=order.amount,
        memo=order.memo,
        bill_number=order.bill_number,
        service=order.service,
    )


@given(orders)
def test_what_is_written_is_read_back(order: TransferOrder) -> None:
    qr = decode(written(order))
    assert qr.transfer() == order
    assert qr.initiation is (Initiation.STATIC if order.amount is None else Initiation.DYNAMIC)
    assert qr.oddities == ()


@given(orders, st.data())
def test_one_wrong_character_is_always_noticed(order: TransferOrder, data: st.DataObject) -> None:
    payload = written(order)
    at = data.draw(st.integers(0, len(payload) - 1))
    wrong = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    changed = payload[:at] + wrong + payload[at + 1 :]
    if changed.upper() != payload.upper() or (changed != payload and at < len(payload) - 4):
        assert refusal(changed).reason in {Reason.CRC, Reason.CRC_MISSING}


@given(st.text(max_size=600))
def test_arbitrary_text_raises_only_the_one_error(text: str) -> None:
    for payload in (text, sealed(text), sealed(OWN + text), "000201" + sealed(text)[-8:]):
        with suppress(VietQrError):
            decode(payload)


@given(st.lists(st.sampled_from([OWN[12:], "5303704", "5802VN", "01", "38", "62", "00", "54", "99", "A"]), max_size=12))
def test_shuffled_pieces_raise_only_the_one_error(pieces: list[str]) -> None:
    with suppress(VietQrError):
        decode(sealed("000201" + "".join(pieces)))


def test_lone_surrogates_are_refused_like_any_text() -> None:
    assert refusal("\ud800" + OWN + "53037045802VN6304ABCD").reason is Reason.CRC
