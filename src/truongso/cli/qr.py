"""`truongso qr`: write a VietQR payload, read one, read the codes in a picture."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from truongso.kernel.banks import find
from truongso.payments.vietqr import Initiation, Service, VietQr, VietQrError, decode, encode

from .arguments import dong
from .errors import Refused
from .files import read_limited, write_atomically
from .qr_texts import oddity_text, refusal_text

_PNG_MODULE_PX = 12
_STDIN_LIMIT = 10_000
_IMAGE_LIMIT = 30_000_000
_IMAGE_TEXTS = {
    "not_png_or_jpeg": "cần ảnh PNG hoặc JPEG",
    "damaged": "ảnh hỏng hoặc bị cắt cụt, hãy chụp hoặc tải lại",
    "too_many_pixels": "ảnh lớn hơn 20 triệu điểm ảnh, hãy thu nhỏ lại",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Ví dụ:\n"
        "  truongso qr encode --bin 970436 --account 0011001234567 --amount 450000 --memo ABK7M2QXP\n"
        "  truongso qr decode 00020101… --json\n"
        "  truongso qr read anh.png"
    )
    actions = parser.add_subparsers(dest="action", metavar="encode|decode|read", required=True)
    _encode_arguments(actions.add_parser("encode", help="viết mã VietQR, in ra chuỗi mã"))
    _decode_arguments(actions.add_parser("decode", help="đọc một chuỗi mã VietQR"))
    _read_arguments(actions.add_parser("read", help="đọc các mã QR trong một ảnh"))


def run(args: argparse.Namespace) -> int:
    actions = {"encode": _encode, "decode": _decode, "read": _read}
    return actions[args.action](args)


def _encode_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bin", required=True, metavar="BIN", help="mã BIN 6 chữ số của ngân hàng nhận")
    parser.add_argument("--account", required=True, metavar="SỐ", help="số tài khoản, 1–19 chữ số hoặc chữ cái")
    parser.add_argument("--amount", type=dong, metavar="TIỀN", help="số tiền; không có thì mã dùng nhiều lần")
    parser.add_argument("--memo", default="", metavar="CHỮ", help="nội dung, không dấu, tối đa 25 ký tự")
    parser.add_argument("--bill", default="", metavar="SỐ", help="số hóa đơn, không dấu, tối đa 25 ký tự")
    parser.add_argument("--card", action="store_true", help="--account là số thẻ (QRIBFTTC)")
    parser.add_argument("--png", type=Path, metavar="TỆP", help="ghi thêm ảnh PNG")
    parser.add_argument("--svg", type=Path, metavar="TỆP", help="ghi thêm ảnh SVG")
    parser.epilog = (
        "Ví dụ:\n"
        "  truongso qr encode --bin 970436 --account 0011001234567 --amount 450000 --memo ABK7M2QXP\n"
        "  truongso qr encode --bin 970436 --account 0011001234567 --svg bang-treo.svg"
    )


def _encode(args: argparse.Namespace) -> int:
    try:
        payload = encode(
            bank_bin=args.bin,
            account=args.account,
            amount=args.amount,
            memo=args.memo,
            bill_number=args.bill,
            service=Service.CARD if args.card else Service.ACCOUNT,
        )
    except VietQrError as error:
        raise Refused(refusal_text(error)) from None
    if args.png or args.svg:
        _write_pictures(args, payload)
    print(payload)
    return 0


def _write_pictures(args: argparse.Namespace, payload: str) -> None:
    from truongso.kernel.qr_image import qr_png, qr_svg

    title = f"VietQR {_bank_name(args.bin)} {args.account}"
    pictures = [
        (args.svg, qr_svg(payload, title=title).encode()),
        (args.png, qr_png(payload, module_px=_PNG_MODULE_PX)),
    ]
    for path, content in pictures:
        if path:
            write_atomically(path, content)


def _decode_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payload", metavar="MÃ", help="chuỗi mã; “-” để đọc từ đầu vào chuẩn")
    parser.add_argument("--json", action="store_true", help="in các trường theo tên, dạng JSON")
    parser.epilog = (
        "Ví dụ:\n"
        "  truongso qr decode 00020101… --json\n"
        "  truongso qr read anh.png | truongso qr decode -\n"
        "Mã không hợp lệ: mã thoát 1, lý do ở đầu ra lỗi."
    )


def _decode(args: argparse.Namespace) -> int:
    text = sys.stdin.read(_STDIN_LIMIT) if args.payload == "-" else args.payload
    try:
        qr = decode(text.strip())
    except VietQrError as error:
        raise Refused(refusal_text(error)) from None
    print(json.dumps(_fields(qr), ensure_ascii=False, indent=2) if args.json else _listing(qr))
    return 0


def _fields(qr: VietQr) -> dict[str, Any]:
    bank = find(qr.bank_bin) if qr.bank_bin else None
    return {
        "initiation": qr.initiation.name.lower() if qr.initiation else None,
        "bin": qr.bank_bin,
        "bank_name": bank.short_name if bank else None,
        "bank_full_name": bank.name if bank else None,
        "account": qr.account,
        "service": qr.service,
        "amount": qr.amount.value if qr.amount else None,
        "currency": qr.currency,
        "country": qr.country,
        "memo": qr.memo or None,
        "bill_number": qr.bill_number or None,
        "merchant_name": qr.merchant_name,
        "merchant_city": qr.merchant_city,
        "postal_code": qr.postal_code,
        "category_code": qr.category_code,
        "guid": qr.guid,
        "beneficiary": qr.beneficiary,
        "crc": qr.crc,
        "oddities": [{"code": oddity.code, "path": oddity.path} for oddity in qr.oddities],
        "templates": {i: dict(objects) for i, objects in qr.templates.items()},
        "objects": dict(qr.objects),
    }


def _listing(qr: VietQr) -> str:
    kinds = {None: None, Initiation.STATIC: "tĩnh, dùng nhiều lần", Initiation.DYNAMIC: "động, dùng một lần"}
    rows = [
        ("Ngân hàng", f"{_bank_name(qr.bank_bin)} ({qr.bank_bin})" if qr.bank_bin else None),
        ("Tài khoản", qr.account),
        ("Số tiền", str(qr.amount) if qr.amount else None),
        ("Nội dung", qr.memo),
        ("Số hóa đơn", qr.bill_number),
        ("Tên đơn vị", qr.merchant_name),
        ("Địa điểm", qr.merchant_city),
        ("Kiểu mã", kinds[qr.initiation]),
        ("Dịch vụ", qr.service),
        ("CRC", f"{qr.crc} (đúng)"),
        *(("Lưu ý", oddity_text(oddity)) for oddity in qr.oddities),
    ]
    return "\n".join(f"{name + ':':<12}{value}" for name, value in rows if value)


def _bank_name(bank_bin: str) -> str:
    bank = find(bank_bin)
    return bank.short_name if bank else "ngân hàng chưa biết"


def _read_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="ẢNH", type=Path, help="tệp PNG hoặc JPEG")
    parser.add_argument("--json", action="store_true", help="in danh sách JSON thay vì mỗi mã một dòng")
    parser.epilog = "Ví dụ:\n  truongso qr read anh.png"


def _read(args: argparse.Namespace) -> int:
    from truongso.kernel.qr_image import QrImageError, read_qr

    try:
        texts = read_qr(read_limited(args.image, _IMAGE_LIMIT))
    except QrImageError as error:
        raise Refused(f"{args.image}: {_IMAGE_TEXTS[error.reason]} [{error.reason}]") from None
    if not texts:
        raise Refused(f"{args.image}: không thấy mã QR nào; hãy chụp gần và rõ hơn")
    print(json.dumps(texts, ensure_ascii=False, indent=2) if args.json else "\n".join(texts))
    return 0
