"""Signed receipts: what is printed can be proved; what was changed cannot."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction
from tests import money

from truongso.kernel import selfcheck, triggers
from truongso.kernel.actor import Actor
from truongso.organizations.models import School
from truongso.payments.models import Receipt, ReceiptSignature, SigningKey
from truongso.payments.receipt_paper import paper_of
from truongso.payments.receipt_signature import (
    Issued,
    Verdict,
    body_of,
    canonical,
    check_file,
    digest,
    fingerprint,
    holds,
    short,
    sign,
    signed_file,
)
from truongso.payments.services import book
from truongso.payments.signing import keys, services
from truongso.payments.signing.queries import file_of, is_untouched, known_keys, signature_of
from truongso.payments.signing.services import sign_missing

# RFC 8032, 7.1, test 1: the secret key whose public key is below
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
PUBLIC_TEXT = base64.b64encode(PUBLIC).decode()
MOMENT = dt.datetime(2026, 12, 11, 12, 42, 3, tzinfo=dt.UTC)
ISSUED = Issued("r1", "BL-2026-000001", MOMENT, {"payer_name": "Nguyễn Văn Hùng", "amount": 894_000})


def _file(issued: Issued = ISSUED) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(SECRET)
    return signed_file(issued, signature=sign(key, issued)[1], public_key=PUBLIC_TEXT)


def test_the_canonical_form_is_fixed() -> None:
    assert canonical(body_of(ISSUED)).decode() == (
        '{"content":{"amount":894000,"payer_name":"Nguyễn Văn Hùng"},"format":"truongso.receipt.1","id":"r1",'
        '"issued_at":"2026-12-11T12:42:03.000000+00:00","number":"BL-2026-000001"}'
    )
    hanoi = ISSUED.issued_at.astimezone(dt.timezone(dt.timedelta(hours=7)))
    assert digest(Issued("r1", "BL-2026-000001", hanoi, ISSUED.content)) == digest(ISSUED)
    assert short("3f2a91bc77d012abffff") == "3F2A-91BC-77D0-12AB"


def test_the_public_key_of_the_standard_verifies_our_signature() -> None:
    mark = json.loads(_file())["signature"]
    assert mark["key"] == fingerprint(PUBLIC)
    assert holds(PUBLIC_TEXT, body_of(ISSUED), mark["value"])
    assert len(base64.b64decode(mark["value"])) == 64


def test_a_file_as_downloaded_is_genuine() -> None:
    checked = check_file(_file(), known_keys={fingerprint(PUBLIC): PUBLIC_TEXT})
    assert (checked.verdict, checked.receipt["number"]) == (Verdict.GENUINE, "BL-2026-000001")
    assert check_file(b"\xef\xbb\xbf" + _file(), known_keys={fingerprint(PUBLIC): PUBLIC_TEXT}).verdict == "genuine"


@pytest.mark.parametrize("path", ["number", "id", "issued_at", "content.amount", "content.payer_name", "content.new"])
def test_any_change_fails(path: str) -> None:
    whole = json.loads(_file())
    at = whole["receipt"]
    *parents, last = path.split(".")
    for name in parents:
        at = at[name]
    at[last] = 8_940_000
    whole["receipt"]["number"] = str(whole["receipt"]["number"])
    whole["receipt"]["id"] = str(whole["receipt"]["id"])
    checked = check_file(json.dumps(whole).encode(), known_keys={fingerprint(PUBLIC): PUBLIC_TEXT})
    assert checked.verdict is Verdict.CHANGED


def test_a_forger_with_a_key_of_his_own_is_not_believed() -> None:
    assert check_file(_file(), known_keys={}).verdict is Verdict.UNKNOWN_KEY
    whole = json.loads(_file())
    other = Ed25519PrivateKey.generate()
    raw = other.public_key().public_bytes_raw()
    forged = Issued("r1", "BL-2026-000001", MOMENT, {"payer_name": "X", "amount": 1})
    whole["receipt"] = body_of(forged)
    whole["signature"]["public_key"] = base64.b64encode(raw).decode()
    whole["signature"]["value"] = sign(other, forged)[1]  # the fingerprint still names the real key
    trusted = {fingerprint(PUBLIC): PUBLIC_TEXT}
    assert check_file(json.dumps(whole).encode(), known_keys=trusted).verdict is Verdict.CHANGED
    whole["signature"]["key"] = fingerprint(raw)
    assert check_file(json.dumps(whole).encode(), known_keys=trusted).verdict is Verdict.UNKNOWN_KEY


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"receipt":{},"signature":{}}', b"1" * 300_000],
)
def test_other_files_are_no_signed_receipts(data: bytes) -> None:
    assert check_file(data, known_keys={}).verdict is Verdict.NO_SIGNED_RECEIPT


def test_a_key_named_twice_is_refused() -> None:
    text = _file().decode().replace('"number":', '"number": "BL-2026-000009",\n    "number":')
    known = {fingerprint(PUBLIC): PUBLIC_TEXT}
    assert check_file(text.encode(), known_keys=known).verdict is Verdict.NO_SIGNED_RECEIPT


@pytest.mark.parametrize("value", ["", "x", "AAAA", None, 5, base64.b64encode(bytes(64)).decode()])
def test_malformed_signatures_never_hold(value: object) -> None:
    assert not holds(PUBLIC_TEXT, body_of(ISSUED), value)  # type: ignore[arg-type]


def test_the_key_is_made_once_and_kept_to_its_owner(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    first = keys.key_pair()
    path = tmp_path / "data" / keys.FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys._load.cache_clear()
    assert keys.key_pair().fingerprint == first.fingerprint
    assert [p.name for p in path.parent.iterdir()] == [keys.FILE_NAME]


def test_a_broken_key_file_stops_signing(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / keys.FILE_NAME).write_text("AAAA")
    with pytest.raises(ValueError, match="holds no signing key"):
        keys.key_pair()


def _receipt(school: School, actor: Actor, amount: int = 250_000) -> Receipt:
    invoice = money.invoice(school, [amount])
    with transaction.atomic():
        payment = book(school.pk, booking=money.booking((invoice, amount)), actor=actor)
    found: Receipt = Receipt.objects.for_school(school).get(payment=payment)
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("verify_after")
def test_every_receipt_is_signed_as_it_is_issued(school: School, actor: Actor) -> None:
    receipt = _receipt(school, actor)
    signature = signature_of(receipt)
    assert signature is not None
    assert is_untouched(receipt, signature)
    assert paper_of(receipt).fingerprint == short(signature.digest)
    data = file_of(receipt)
    assert data is not None
    assert check_file(data, known_keys=known_keys()).verdict is Verdict.GENUINE
    assert SigningKey.objects.count() == 1
    assert sign_missing() == 0


@pytest.mark.django_db(transaction=True)
def test_a_receipt_changed_in_the_database_is_found(school: School, actor: Actor) -> None:
    receipt = _receipt(school, actor)
    forged = copy.deepcopy(receipt.content)
    forged["amount"] = 2_500_000
    triggers.remove()
    try:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE payments_receipt SET content = %s WHERE id = %s", [json.dumps(forged), receipt.pk])
    finally:
        triggers.install()
    receipt.refresh_from_db()
    assert file_of(receipt) is None
    broken = [r for r in selfcheck.run_all() if not r.ok]
    assert [(r.invariant, r.broken, r.examples) for r in broken] == [("I16", 1, [f"{school.pk}, BL-2026-000001"])]


@pytest.mark.django_db
def test_signatures_are_append_only(school: School, actor: Actor) -> None:
    receipt = _receipt(school, actor)
    rows = ReceiptSignature.objects.for_school(school).filter(receipt=receipt)
    for act in (rows.delete, lambda: rows.update(signature="x"), lambda: SigningKey.objects.update(public_key="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert rows.get().signature != "x"


def _unsigned(school: School, actor: Actor, count: int) -> None:
    """Receipts as they were issued before there was a key."""
    for n in range(count):
        _receipt(school, actor, 1_000 + n)
    triggers.remove()
    try:
        ReceiptSignature.objects.across_schools("as before there was a key").delete()
    finally:
        triggers.install()


@pytest.mark.django_db(transaction=True)
def test_what_was_never_signed_is_signed_in_parts_and_once(
    school: School, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unsigned(school, actor, 5)
    monkeypatch.setattr(services, "_BATCH", 2)
    told: list[tuple[int, int]] = []

    def at(done: int, of: int) -> None:
        told.append((done, of))
        if done == 4:
            raise KeyboardInterrupt  # the operator breaks it off

    with pytest.raises(KeyboardInterrupt):
        sign_missing(at)
    assert told == [(2, 5), (4, 5)]
    assert ReceiptSignature.objects.for_school(school).count() == 4
    assert sign_missing() == 1  # it goes on where it stopped
    assert sign_missing() == 0
    receipts = Receipt.objects.for_school(school)
    assert [file_of(r) is not None for r in receipts] == [True] * 5
