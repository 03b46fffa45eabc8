"""`truongso words`: an amount in Vietnamese words."""

from __future__ import annotations

import argparse

from truongso.kernel.dong_in_words import NORTH, SOUTH, dong_in_words

from .arguments import dong
from .errors import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("amount", metavar="SỐ_TIỀN", type=dong, help="số nguyên đồng, ví dụ 450000 hoặc 450.000")
    parser.add_argument("--south", action="store_true", help="cách đọc miền Nam: “lẻ”, “ngàn”")
    parser.add_argument("--chan", action="store_true", help="thêm chữ “chẵn” ở cuối")
    parser.epilog = (
        "Ví dụ:\n"
        "  truongso words 1005            Một nghìn không trăm linh năm đồng\n"
        "  truongso words 1005 --south    Một ngàn không trăm lẻ năm đồng\n"
        "  truongso words 450.000 --chan  Bốn trăm năm mươi nghìn đồng chẵn"
    )


def run(args: argparse.Namespace) -> int:
    try:
        words = dong_in_words(args.amount, usage=SOUTH if args.south else NORTH, exact=args.chan)
    except ValueError:
        raise Refused("số tiền phải nhỏ hơn 1.000.000.000.000.000.000 đồng (10^18)") from None
    print(words)
    return 0
