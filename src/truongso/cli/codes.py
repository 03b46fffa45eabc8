"""`truongso codes new`: new invoice codes, one a line."""

from __future__ import annotations

import argparse

from truongso.fees.types import CodeError, CodeIndex, new_code, new_prefix

from .errors import UsageProblem

_MOST = 1_000_000
_REASONS = {
    "prefix_form": "tiền tố “{value}” phải là hai chữ cái A–Z, trừ I, L, O",
    "prefix_jargon": "tiền tố “{value}” hay có trong nội dung của ngân hàng; hãy chọn hai chữ cái khác",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="new")
    new = actions.add_parser("new", help="sinh mã mới", description="Sinh mã hóa đơn mới, mỗi dòng một mã.")
    new.add_argument("--count", type=int, required=True, metavar="N", help=f"số mã cần sinh, từ 1 đến {_MOST}")
    new.add_argument(
        "--prefix",
        metavar="AB",
        help="hai chữ cái đầu của mọi mã (mặc định: chọn ngẫu nhiên một lần cho cả lượt)",
    )
    new.epilog = (
        "Mỗi mã có 9 ký tự: 2 chữ cái đầu, 5 ký tự dữ liệu, 2 ký tự kiểm tra; không dùng 0 1 I L O.\n"
        "Một lượt không có mã trùng nhau, cũng không có mã lẫn được với nhau khi rơi mất một ký tự.\n\n"
        "Ví dụ:\n"
        "  truongso codes new --count 3 --prefix AB"
    )


def run(args: argparse.Namespace) -> int:
    if not 1 <= args.count <= _MOST:
        raise UsageProblem(f"--count phải từ 1 đến {_MOST}")
    prefix = new_prefix() if args.prefix is None else args.prefix.upper()
    made = CodeIndex()
    try:
        for _ in range(args.count):
            code = new_code(prefix, apart_from=made)
            made.add(code)
            print(code)
    except CodeError as error:
        raise UsageProblem(_REASONS[error.reason].format(value=error.value)) from None
    return 0
