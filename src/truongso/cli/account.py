"""`truongso account`: the operator's hands on accounts, for an installation's first people and for emergencies."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .django import start_on_database
from .errors import Refused

if TYPE_CHECKING:
    from truongso.accounts.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="VIỆC")
    add = acts.add_parser("add", help="thêm người và vai trò đầu tiên, in đường dẫn kích hoạt")
    add.add_argument("username", metavar="TÊN", help="tên đăng nhập")
    add.add_argument("full_name", metavar="HỌ_TÊN")
    add.add_argument("--role", required=True, metavar="VAI", help="ví dụ principal, it_admin, accountant, office")
    add.add_argument("--school", default="", metavar="MÃ", help="mã trường")
    add.add_argument("--unit", default="", metavar="MÃ", help="mã cơ quan")
    add.add_argument("--email", default="", metavar="EMAIL", help="nơi nhận thư báo khi tài khoản thay đổi")
    link = acts.add_parser("link", help="cấp đường dẫn kích hoạt mới")
    link.add_argument("username", metavar="TÊN")
    reset = acts.add_parser("reset-factors", help="gỡ lớp xác thực thứ hai của người đã mất, in đường dẫn mới")
    reset.add_argument("username", metavar="TÊN")
    reset.add_argument("--reason", required=True, metavar="LÝ_DO", help="đã xác nhận người này bằng cách nào")
    letters = acts.add_parser("letters", help="thư báo đổi tài khoản chưa gửi được cho người không thuộc trường nào")
    letters.add_argument("--hand-over", action="store_true", help="in để đưa tận tay, ghi là đã đưa")
    parser.epilog = (
        "Ví dụ:\n"
        '  truongso account add truonglt "Lò Thị Trưởng" --role principal --school 10-HM\n'
        '  truongso account add thuongtruc "Bộ phận thường trực" --role office --unit SGD\n'
        "  truongso account link hoapt.hm"
    )


def run(args: argparse.Namespace) -> int:
    start_on_database()
    from django.conf import settings

    from truongso.accounts.public import new_activation
    from truongso.kernel.actor import Actor
    from truongso.kernel.db import transaction

    actor = Actor.system("operator", "cli")
    if args.act == "letters":
        return _letters(actor, hand_over=args.hand_over)
    with transaction():
        user = _add(args, actor) if args.act == "add" else _find(args.username)
        if args.act == "reset-factors":
            from truongso.accounts.public import reset_factors

            reset_factors(user=user, actor=actor, reason=args.reason)
        token = new_activation(actor=actor, user=user)
    print(f"{settings.PUBLIC_URL}/kich-hoat/{token}")
    return 0


def _letters(actor: Any, *, hand_over: bool) -> int:
    """Each letter on a slip of its own, to be cut off; without --hand-over only who waits for one."""
    from truongso.accounts.public import hand_over_letters, unsent_letters
    from truongso.kernel.db import transaction

    if not hand_over:
        waiting = unsent_letters()
        for one in waiting:
            print(f"{one.user.username} {one.user.full_name}")
        print(f"{len(waiting)} thư chưa gửi được; in phiếu: truongso account letters --hand-over")
        return 0
    with transaction():
        letters = hand_over_letters(actor)
    print(f"\n{'- ' * 40}\n\n".join(one.text for one in letters) or "không có thư nào chưa gửi được")
    return 0


def _add(args: argparse.Namespace, actor: Any) -> User:
    from truongso.accounts.public import create_user, free_email, grant, is_username, is_username_taken
    from truongso.accounts.types import UNIT_ROLES, AccountRefusedError, Role
    from truongso.kernel import clock
    from truongso.organizations.public import school_by_code, units_on

    if args.role not in set(Role):
        raise Refused(f"không có vai trò “{args.role}”; chọn trong: {', '.join(Role)}")
    role, username = Role(args.role), args.username.strip().lower()
    if not is_username(username):
        raise Refused(f"tên đăng nhập “{args.username}” chỉ được có chữ thường không dấu, chữ số, dấu chấm")
    if is_username_taken(username):
        raise Refused(
            f"tên đăng nhập “{username}” đã có người dùng; cấp đường dẫn mới: truongso account link {username}"
        )
    if role is Role.OPERATOR:
        if args.school or args.unit:
            raise Refused("vai trò operator không thuộc trường hay cơ quan nào; bỏ --school, --unit")
    elif (role in UNIT_ROLES) != bool(args.unit) or bool(args.unit) == bool(args.school):
        raise Refused(f"vai trò {role.value} cần {'--unit' if role in UNIT_ROLES else '--school'}")
    school = school_by_code(args.school) if args.school else None
    unit = next((one for one in units_on(clock.today()) if one.code == args.unit), None) if args.unit else None
    if (args.school and school is None) or (args.unit and unit is None):
        raise Refused(f"không có trường hoặc cơ quan mang mã “{args.school or args.unit}”")
    try:
        email = free_email(args.email)
    except AccountRefusedError as error:
        raise Refused(f"email “{args.email}” chưa đúng hoặc đã thuộc một tài khoản khác") from error
    user = create_user(actor=actor, username=username, full_name=args.full_name, email=email)
    grant(
        actor=actor, user=user, role=role, valid_from=clock.today(), school_id=school.pk if school else None,
        unit_id=unit.pk if unit else None,
    )  # fmt: skip
    return user


def _find(username: str) -> User:
    from truongso.accounts.public import user_by_name

    user = user_by_name(username)
    if user is None:
        raise Refused(f"không có tài khoản “{username}”")
    return user
