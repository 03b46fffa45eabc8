"""`truongso receipts verify`: genuine, altered, somebody else's, no receipt at all."""

from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests import money

from truongso.cli.main import main
from truongso.kernel import triggers
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.models import School
from truongso.payments.models import ReceiptSignature
from truongso.payments.public import book
from truongso.payments.receipt_signature import Issued, sign, signed_file

ISSUED = Issued(
    "r1", "BL-2026-000001", dt.datetime(2026, 12, 11, 12, tzinfo=dt.UTC),
    {"payer_name": "Nguyễn Văn Hùng", "reason": "Thu tháng 12", "invoice_code": "TS7K4Q2M9", "amount": 894_000},
)  # fmt: skip


@pytest.fixture
def pair() -> tuple[Ed25519PrivateKey, str]:
    key = Ed25519PrivateKey.generate()
    return key, base64.b64encode(key.public_key().public_bytes_raw()).decode()


@pytest.fixture
def file(tmp_path: Path, pair: tuple[Ed25519PrivateKey, str]) -> Path:
    path = tmp_path / "biên lai.json"
    path.write_bytes(signed_file(ISSUED, signature=sign(pair[0], ISSUED)[1], public_key=pair[1]))
    return path


def test_a_genuine_one(file: Path, pair: tuple[Ed25519PrivateKey, str], capsys: pytest.CaptureFixture[str]) -> None:
    key = file.with_name("khoa.txt")
    key.write_text(pair[1] + "\n")
    for given in (pair[1], str(key)):
        assert main(["receipts", "verify", str(file), "--key", given]) == 0
        out = capsys.readouterr().out
        assert out.startswith("THẬT: biên lai đúng như khi phát hành.\n  số: BL-2026-000001\n")
        assert "số tiền (đồng): 894000" in out


def test_an_altered_one(file: Path, pair: tuple[Ed25519PrivateKey, str], capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(file.read_text().replace("894000", "8940000"))
    assert main(["receipts", "verify", str(file), "--key", pair[1], "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "changed"


def test_another_key(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    assert main(["receipts", "verify", str(file), "--key", other]) == 1
    assert "bằng khóa khác" in capsys.readouterr().out


def test_what_cannot_be_judged(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    key = base64.b64encode(bytes(32)).decode()
    assert main(["receipts", "verify", str(tmp_path / "x.json"), "--key", key]) == 1
    assert "KHÔNG PHẢI tệp biên lai" in capsys.readouterr().out
    for words, said in (
        ([str(tmp_path / "không có.json"), "--key", key], "không đọc được tệp"),
        ([str(file), "--key", "???"], "không đúng dạng base64"),
        ([str(file), "--key", "AAAA"], "phải có 32 byte"),
    ):
        assert main(["receipts", "verify", *words]) != 0
        assert said in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_receipts_of_before_the_key_are_signed(
    school: School, actor: Actor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truongso.cli.django.start_on_database", lambda: None)
    for amount in (1_000, 2_000, 3_000):
        with transaction():
            book(school.pk, booking=money.booking((money.invoice(school, [amount]), amount)), actor=actor)
    triggers.remove()
    try:
        ReceiptSignature.objects.across_schools("as before there was a key").delete()
    finally:
        triggers.install()
    assert main(["receipts", "sign-missing"]) == 0
    said = capsys.readouterr()
    assert (said.out, "đã ký 3/3 biên lai" in said.err) == ("Đã ký 3 biên lai.\n", True)
    assert main(["receipts", "sign-missing", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"signed": 0}
    assert main(["receipts", "sign-missing", "x.json"]) == 2
    assert ReceiptSignature.objects.for_school(school).count() == 3


def test_a_file_is_needed_to_verify(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["receipts", "verify"]) == 2
    assert "thiếu tệp biên lai cần kiểm tra" in capsys.readouterr().err
