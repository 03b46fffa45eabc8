"""`truongso keys`: the keys that sensitive data of a school is sealed with: seen, changed, destroyed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .django import start_on_database
from .errors import Refused

if TYPE_CHECKING:
    from truongso.organizations.models import School


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="VIỆC")
    acts.add_parser("list", help="các khóa đang có của từng trường")
    rotate = acts.add_parser(
        "rotate", help="niêm phong lại mọi thông tin nhạy cảm bằng khóa mới; dừng giữa chừng thì chạy lại"
    )
    rotate.add_argument("--school", default="", metavar="MÃ", help="một trường; không ghi thì mọi trường")
    acts.add_parser("renew", help="đổi khóa của hệ thống (tệp sealing_key); dừng giữa chừng thì chạy lại")
    acts.add_parser("drop-old", help="bỏ khóa cũ của hệ thống khi không còn gì cần nó")
    destroy = acts.add_parser("destroy", help="hủy khóa của một trường: thông tin nhạy cảm của trường mất vĩnh viễn")
    destroy.add_argument("--school", required=True, metavar="MÃ")
    destroy.add_argument("--reason", required=True, metavar="LÝ_DO", help="văn bản nào cho phép, ai yêu cầu")
    destroy.add_argument("--confirm", required=True, metavar="MÃ", help="ghi lại mã trường để chắc chắn")
    parser.epilog = (
        "Ví dụ:\n"
        "  truongso keys rotate --school 10-HM\n"
        "  truongso keys renew\n"
        '  truongso keys destroy --school 10-HM --confirm 10-HM --reason "QĐ 12/QĐ-UBND giải thể trường"'
    )


def run(args: argparse.Namespace) -> int:
    start_on_database()
    if args.act == "list":
        return _list()
    if args.act == "rotate":
        return _rotate(args.school)
    if args.act == "renew":
        return _renew()
    if args.act == "drop-old":
        return _drop_old()
    return _destroy(args)


def _list() -> int:
    from truongso.kernel.models import DataKey
    from truongso.organizations.public import School

    codes = dict(School.objects.values_list("pk", "code"))
    for key in DataKey.objects.order_by("school_id", "use", "number"):
        use = {"seal": "niêm phong", "blind": "tra số"}[key.use]
        state = f"đã hủy {key.destroyed_at:%d/%m/%Y}" if key.destroyed_at else f"từ {key.created_at:%d/%m/%Y}"
        print(f"{codes.get(key.school_id, key.school_id)}  {use} {key.number}  {state}")
    return 0


def _rotate(code: str) -> int:
    from truongso.kernel.actor import Actor
    from truongso.kernel.key_rotation import rotate
    from truongso.kernel.models import DataKey
    from truongso.organizations.public import School

    keyed = DataKey.objects.filter(destroyed_at__isnull=True).values("school_id")
    schools = [_school(code)] if code else list(School.objects.filter(pk__in=keyed).order_by("code"))
    for school in schools:
        sealed = rotate(Actor.system("keys", "cli"), school.pk)
        print(f"{school.code}: đã niêm phong lại {sealed} mục bằng khóa mới.")
    return 0


def _renew() -> int:
    from truongso.kernel.actor import Actor
    from truongso.kernel.installation_key import renew

    outcome = renew(Actor.system("keys", "cli"))
    print(f"Đã niêm phong lại {outcome.sealed} mục bằng khóa mới của hệ thống.")
    if outcome.lost:
        print(f"{outcome.lost} mục không khóa nào mở được (đã hỏng từ trước), để nguyên.")
    print("Sao lưu tệp sealing_key, đợi một giờ cho việc đang chạy xong, rồi: truongso keys drop-old")
    return 0


def _drop_old() -> int:
    from truongso.kernel.actor import Actor
    from truongso.kernel.installation_key import StillNeededError, drop_old

    try:
        dropped = drop_old(Actor.system("keys", "cli"))
    except StillNeededError as refusal:
        raise Refused(
            f"còn {refusal.count} mục cần khóa cũ, chưa bỏ gì: chạy truongso keys renew; "
            "mục của thay đổi đang chờ duyệt thì đợi duyệt hoặc hủy rồi chạy lại"
        ) from None
    print("Đã bỏ khóa cũ của hệ thống." if dropped else "Chỉ có một khóa, không có gì để bỏ.")
    return 0


def _destroy(args: argparse.Namespace) -> int:
    from truongso.kernel.actor import Actor
    from truongso.kernel.db import transaction
    from truongso.kernel.key_rotation import destroy

    school = _school(args.school)
    if args.confirm != args.school:
        raise Refused("mã ghi ở --confirm không trùng với --school: chưa hủy gì")
    if not args.reason.strip():
        raise Refused("ghi lý do ở --reason: chưa hủy gì")
    with transaction():
        count = destroy(Actor.system("keys", "cli"), school.pk, reason=args.reason)
    print(f"{school.code}: đã hủy {count} khóa. Thông tin nhạy cảm của trường không ai đọc được nữa.")
    print("Bản sao lưu cũ vẫn còn khóa: giữ đúng hạn sao lưu (không quá 35 ngày) rồi xóa.")
    return 0


def _school(code: str) -> School:
    from truongso.organizations.public import school_by_code

    found = school_by_code(code)
    if found is None:
        raise Refused(f"không có trường nào mang mã “{code}”")
    return found
