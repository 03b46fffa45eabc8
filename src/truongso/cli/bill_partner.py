"""`truongso bill-partner`: a bank of the bill service that the installation shares; its key is printed once."""

from __future__ import annotations

import argparse
import json

from .django import start_on_database
from .errors import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Ví dụ:\n"
        '  truongso bill-partner "Vietcombank" --bin 970436 --network 203.0.113.0/24\n'
        '  truongso bill-partner "Vietcombank" --bin 970436 --school 79-THU --school 79-KHAC\n\n'
        "Không ghi --school thì từng trường tự mở kết nối này trong mục Thu hộ qua ngân hàng. "
        "Trường đã thu tiền luôn mở ở đó, hai người duyệt."
    )
    parser.add_argument("name", metavar="TÊN", help="tên ngân hàng hiện cho các trường")
    parser.add_argument("--bin", default="", metavar="MÃ", help="mã BIN 6 số của ngân hàng")
    parser.add_argument("--network", action="append", default=[], metavar="MẠNG", help="mạng được gọi (nhiều lần được)")
    parser.add_argument("--school", action="append", default=[], metavar="MÃ", help="mở ngay cho trường đang thiết lập")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")


def run(args: argparse.Namespace) -> int:
    start_on_database()
    from truongso.kernel.actor import Actor
    from truongso.kernel.db import transaction
    from truongso.organizations.public import school_by_code
    from truongso.payments.public import (
        PartnerRefusedError,
        bill_partner_text,
        create_bill_partner,
        has_collected,
        switch_bill_partner,
    )

    schools = {code: school_by_code(code) for code in args.school}
    unknown = [code for code, school in schools.items() if school is None]
    if unknown:
        raise Refused(f"không có trường nào mang mã “{unknown[0]}”")
    # Only while a school is set up is there nobody who could decide for it, and no money to lead astray.
    running = [code for code, school in schools.items() if school is not None and has_collected(school)]
    if running:
        raise Refused(f"trường {running[0]} đã thu tiền: mở ngân hàng ở trang Thu hộ qua ngân hàng, hai người duyệt")
    actor = Actor.system("bill-partner", "cli")
    try:
        with transaction():
            partner, secret = create_bill_partner(
                None, name=args.name, bank_bin=args.bin, networks=args.network, actor=actor
            )
            for school in schools.values():
                if school is not None:
                    switch_bill_partner(school, partner, on=True, actor=actor)
    except PartnerRefusedError as refusal:
        raise Refused(bill_partner_text(refusal.code, refusal.params).rstrip(".")) from None
    if args.json:
        print(json.dumps({"code": partner.code, "key": partner.key_id, "secret": secret, "schools": list(schools)}))
    else:
        print(f"{partner.name}\n  Mã khóa (X-TS-Key):  {partner.key_id}\n  Khóa bí mật:         {secret}")
        print("Khóa bí mật chỉ in một lần này. Gửi cho ngân hàng qua kênh an toàn.")
    return 0
