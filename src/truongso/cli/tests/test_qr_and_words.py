"""`truongso qr` and `truongso words`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from truongso.cli.main import main
from truongso.cli.qr_texts import ODDITIES, REASONS, oddity_text, refusal_text
from truongso.kernel.qr_image import QrImageReason, qr_png, read_qr
from truongso.payments.vietqr import Oddity, OddityCode, Reason, VietQrError

ENCODE = ["qr", "encode", "--bin", "970436", "--account", "0011001234567"]
PAYLOAD = (
    "00020101021238570010A00000072701270006970436011300110012345670208QRIBFTTA"
    "530370454064500005802VN62130809ABK7M2QXP630427A4"
)
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "payments" / "tests" / "data" / "vietqr_vectors.json").read_text("utf-8")
)


def test_encode_prints_the_payload_and_writes_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png, svg = tmp_path / "ma.png", tmp_path / "mã.svg"
    svg.write_text("cũ")
    words = [*ENCODE, "--amount", "450.000", "--memo", "ABK7M2QXP", "--png", str(png), "--svg", str(svg)]
    assert main(words) == 0
    assert capsys.readouterr() == (PAYLOAD + "\n", "")
    assert read_qr(png.read_bytes()) == [PAYLOAD]
    assert "<title>VietQR Vietcombank 0011001234567</title>" in svg.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ma.png", "mã.svg"]


def test_encode_with_bill_card_and_no_amount(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ENCODE, "--card", "--bill", "HD 1"]) == 0
    payload = capsys.readouterr().out.strip()
    assert main(["qr", "decode", payload, "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert (fields["initiation"], fields["service"], fields["bill_number"], fields["amount"]) == (
        "static",
        "QRIBFTTC",
        "HD 1",
        None,
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--amount", "0"], "số tiền “0” phải là số nguyên đồng lớn hơn 0 [amount]"),
        (["--amount", "-5"], "số tiền “-5” phải là số nguyên đồng lớn hơn 0 [amount]"),
        (
            ["--amount", "500000000"],
            "số tiền 500.000.000 đồng phải dưới 500.000.000 đồng mỗi lần chuyển [amount_too_large]",
        ),
        (
            ["--memo", "học phí"],
            "nội dung phải không dấu, tối đa 25 ký tự (đang có 7): “học phí” [memo]",
        ),
        (
            ["--bill", "B" * 26],
            f"số hóa đơn phải không dấu, tối đa 25 ký tự (đang có 26): “{'B' * 26}” [bill_number]",
        ),
        (["--bin", "12"], "mã BIN “12” phải có đúng 6 chữ số [bank_bin]"),
        (["--account", "1 2"], "số tài khoản “1 2” phải có 1–19 chữ số hoặc chữ cái không dấu [account]"),
    ],
)
def test_refused_data_writes_no_file(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg = tmp_path / "ma.svg"
    svg.write_text("cũ")
    assert main([*ENCODE, *words, "--svg", str(svg), "--png", str(tmp_path / "ma.png")]) == 1
    assert capsys.readouterr() == ("", f"truongso qr: {message}\n")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("ma.svg", "cũ")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("khong/co/ma.svg", "không có tệp hoặc thư mục này"), ("", "đây là thư mục, cần một tệp")],
)
def test_a_place_that_cannot_be_written_is_named(
    name: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / name
    assert main([*ENCODE, "--svg", str(target)]) == 1
    assert capsys.readouterr() == ("", f"truongso qr: {target}: {reason}\n")
    assert list(tmp_path.iterdir()) == []


def test_decode_gives_fields_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qr", "decode", PAYLOAD, "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields.pop("templates").keys() == {"38", "62"}
    assert fields.pop("objects")["54"] == "450000"
    assert fields == {
        "initiation": "dynamic",
        "bin": "970436",
        "bank_name": "Vietcombank",
        "bank_full_name": "Ngân hàng TMCP Ngoại Thương Việt Nam",
        "account": "0011001234567",
        "service": "QRIBFTTA",
        "amount": 450000,
        "currency": "704",
        "country": "VN",
        "memo": "ABK7M2QXP",
        "bill_number": None,
        "merchant_name": None,
        "merchant_city": None,
        "postal_code": None,
        "category_code": None,
        "guid": "A000000727",
        "beneficiary": "000697043601130011001234567",
        "crc": "27A4",
        "oddities": [],
    }


def test_decode_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"  {PAYLOAD}\r\n"))
    assert main(["qr", "decode", "-"]) == 0
    assert capsys.readouterr().out == (
        "Ngân hàng:  Vietcombank (970436)\n"
        "Tài khoản:  0011001234567\n"
        "Số tiền:    450.000\u00a0đ\n"
        "Nội dung:   ABK7M2QXP\n"
        "Kiểu mã:    động, dùng một lần\n"
        "Dịch vụ:    QRIBFTTA\n"
        "CRC:        27A4 (đúng)\n"
    )


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=[str(n) for n in range(VECTORS["count"])])
def test_every_valid_sample_is_shown(vector: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qr", "decode", vector["payload"], "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["crc"] == vector["fields"]["63"]
    assert list(fields["objects"]) == vector["fields"]["order"]
    assert main(["qr", "decode", vector["payload"]]) == 0
    assert "None" not in capsys.readouterr().out


@pytest.mark.parametrize("vector", VECTORS["negative"], ids=[str(n) for n in range(VECTORS["negative_count"])])
def test_every_negative_sample_is_refused(vector: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qr", "decode", vector["payload"], "--json"]) == 1
    out, err = capsys.readouterr()
    given, expected = vector["crc_given"], vector["crc_expected"]
    cause = f"ghi {given}, phải là {expected}" if given != expected else "[length]"
    assert out == ""
    assert cause in err
    assert err.count("\n") == 1


def test_read_prints_the_codes_of_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "ảnh.png"
    image.write_bytes(qr_png(PAYLOAD))
    assert main(["qr", "read", str(image)]) == 0
    assert capsys.readouterr().out == PAYLOAD + "\n"
    assert main(["qr", "read", str(image), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [PAYLOAD]


def test_read_says_why_there_is_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "anh.png"
    Image.new("L", (100, 100), 255).save(image)
    assert main(["qr", "read", str(image)]) == 1
    assert capsys.readouterr().err == f"truongso qr: {image}: không thấy mã QR nào; hãy chụp gần và rõ hơn\n"
    image.write_bytes(b"%PDF-1.7")
    assert main(["qr", "read", str(image)]) == 1
    assert capsys.readouterr().err == f"truongso qr: {image}: cần ảnh PNG hoặc JPEG [not_png_or_jpeg]\n"


def test_read_refuses_an_enormous_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "anh.png"
    with image.open("wb") as file:
        file.truncate(30_000_001)
    assert main(["qr", "read", str(image)]) == 1
    assert capsys.readouterr().err == f"truongso qr: {image}: tệp lớn hơn 30 MB\n"


def test_every_reason_and_oddity_has_a_text() -> None:
    words = ("value", "path", "given", "expected", "first", "last", "missing")
    params: dict[str, str | int] = {**dict.fromkeys(words, "x"), "length": 1, "limit": 1, "amount": 1}
    assert set(REASONS) == set(Reason)
    assert set(ODDITIES) == set(OddityCode)
    assert all(refusal_text(VietQrError(reason, **params)).endswith(f"[{reason}]") for reason in Reason)
    assert all(oddity_text(Oddity(code, "38")) for code in OddityCode)


def test_every_picture_reason_of_reading_has_a_text() -> None:
    from truongso.cli.qr import _IMAGE_TEXTS

    assert set(_IMAGE_TEXTS) == set(QrImageReason) - {QrImageReason.EMPTY, QrImageReason.TOO_LONG}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["1005"], "Một nghìn không trăm linh năm đồng"),
        (["1005", "--south"], "Một ngàn không trăm lẻ năm đồng"),
        (["450.000", "--chan"], "Bốn trăm năm mươi nghìn đồng chẵn"),
        (["-5000"], "Âm năm nghìn đồng"),
    ],
)
def test_words(words: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", *words]) == 0
    assert capsys.readouterr() == (text + "\n", "")


def test_words_of_too_large_an_amount(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "1" + "0" * 18]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        "truongso words: số tiền phải nhỏ hơn 1.000.000.000.000.000.000 đồng (10^18)\n",
    )
