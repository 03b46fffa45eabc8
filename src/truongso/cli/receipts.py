"""`truongso receipts verify FILE`: whether a signed receipt is genuine, by a key the reader trusts.

`truongso receipts sign-missing`: sign the receipts issued before this installation had a key.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from pathlib import Path
from typing import Any

from .errors import Refused, UsageProblem

_TEXTS = {
    "genuine": "THẬT: biên lai đúng như khi phát hành.",
    "changed": "KHÔNG ĐÚNG: nội dung hoặc chữ ký đã bị sửa.",
    "unknown_key": "KHÔNG RÕ: chữ ký hợp lệ nhưng bằng khóa khác, không phải khóa đã cho.",
    "no_signed_receipt": "KHÔNG PHẢI tệp biên lai ký số.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "act", choices=["verify", "sign-missing"], metavar="việc",
        help="verify: kiểm tra một tệp biên lai ký số; sign-missing: ký các biên lai phát hành trước khi có khóa",
    )  # fmt: skip
    parser.add_argument("file", type=Path, nargs="?", metavar="tệp", help="tệp JSON tải từ trang biên lai (verify)")
    parser.add_argument(
        "--key", metavar="khóa", help="khóa công khai (base64) hoặc tệp chứa nó; không có: khóa của hệ thống này"
    )
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    parser.epilog = (
        "Khóa công khai đăng ở trang /khoa-cong-khai.\n"
        "Ví dụ:\n  truongso receipts verify bien-lai-BL-2026-000123.json --key khoa.txt\n"
        "  truongso receipts sign-missing      (dừng giữa chừng thì chạy lại, phần đã ký giữ nguyên)\n"
        "Mã thoát: 0 khi thật hoặc đã ký xong, 1 trong mọi trường hợp khác."
    )


def run(args: argparse.Namespace) -> int:
    if args.act == "sign-missing":
        return _sign_missing(as_json=args.json, given=args.file or args.key)
    if args.file is None:
        raise UsageProblem("thiếu tệp biên lai cần kiểm tra")
    return _verify(args)


def _sign_missing(*, as_json: bool, given: object) -> int:
    """Sign what has no signature yet, with the progress on the terminal."""
    if given is not None:
        raise UsageProblem("sign-missing không nhận tệp hay khóa: nó ký mọi biên lai chưa có chữ ký")
    from .django import start_on_database

    start_on_database()
    from truongso.payments.public import sign_missing_receipts

    def at(done: int, of: int) -> None:
        if not as_json:
            print(f"\r  đã ký {done}/{of} biên lai", end="", file=sys.stderr, flush=True)

    signed = sign_missing_receipts(at)
    if as_json:
        print(json.dumps({"signed": signed}))
    else:
        if signed:
            print(file=sys.stderr)
        print(f"Đã ký {signed} biên lai." if signed else "Mọi biên lai đã có chữ ký.")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from truongso.payments.receipt_signature import MAX_FILE, Verdict, check_file

    try:
        with args.file.open("rb") as handle:
            data = handle.read(MAX_FILE + 1)
    except OSError as error:
        raise Refused(f"không đọc được tệp {args.file}: {error.strerror}") from error
    checked = check_file(data, known_keys=_trusted(args.key))
    if args.json:
        print(json.dumps({"verdict": checked.verdict, "key": checked.key, "receipt": checked.receipt},
                         ensure_ascii=False))  # fmt: skip
    else:
        print(_TEXTS[checked.verdict])
        for line in _said(checked.receipt):
            print(f"  {line}")
    return 0 if checked.verdict is Verdict.GENUINE else 1


def _trusted(key: str | None) -> dict[str, str]:
    """{fingerprint: public key}: the one given, or those of this installation."""
    from truongso.payments.receipt_signature import fingerprint

    if key is None:
        from .django import start_on_database

        start_on_database()
        from truongso.payments.public import known_keys

        return known_keys()
    path = Path(key)
    try:
        text = path.read_text(encoding="ascii").strip() if path.is_file() else key
        raw = base64.b64decode(text, validate=True)
    except (OSError, ValueError, binascii.Error) as error:
        raise Refused("khóa công khai không đúng dạng base64") from error
    if len(raw) != 32:
        raise Refused("khóa công khai phải có 32 byte")
    return {fingerprint(raw): text}


def _said(receipt: dict[str, Any]) -> list[str]:
    """What the file says, whether true or not."""
    content = receipt.get("content")
    said = content if isinstance(content, dict) else {}
    shown = {
        "số": receipt.get("number"), "phát hành": receipt.get("issued_at"), "người nộp": said.get("payer_name"),
        "lý do": said.get("reason"), "mã hóa đơn": said.get("invoice_code"), "số tiền (đồng)": said.get("amount"),
    }  # fmt: skip
    return [f"{label}: {value}" for label, value in shown.items() if isinstance(value, str | int)]
