"""`truongso database roles`: the roles of PostgreSQL, who owns what, and who may do what."""

from __future__ import annotations

import argparse

from .django import start_on_database
from .errors import Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=["roles"], metavar="roles", help="tạo các vai trò ts_owner, ts_app, ts_report và cấp quyền"
    )
    parser.epilog = (
        "Chạy bằng địa chỉ của người quản trị PostgreSQL (superuser), lặp lại được:\n"
        "  TRUONGSO_DATABASE=postgresql://postgres@127.0.0.1/truongso truongso database roles\n"
        "Rồi đặt mật khẩu cho ts_app bằng psql: \\password ts_app"
    )


def run(args: argparse.Namespace) -> int:
    start_on_database()
    from django.db import ProgrammingError, connection

    from truongso.kernel import database_roles, report_views, row_security

    if connection.vendor != "postgresql":
        raise Refused("chỉ PostgreSQL có vai trò; một trường trên SQLite không cần lệnh này")
    if not database_roles.may_create():
        raise Refused(
            "vai trò đang dùng không phải superuser nên chưa đổi gì; "
            "chạy lại với TRUONGSO_DATABASE của người quản trị PostgreSQL"
        )
    try:
        row_security.install()
        report_views.install()
        database_roles.create()
    except ProgrammingError as error:
        raise Refused(
            f"vai trò đang dùng không đủ quyền ({' '.join(str(error).split())}); "
            "chạy lại với TRUONGSO_DATABASE của người quản trị PostgreSQL"
        ) from None
    print("ts_owner sở hữu các bảng; ts_app chạy phần mềm; ts_report chỉ đọc danh mục và số tổng.")
    print("Bước tiếp theo: đặt mật khẩu cho ts_app (psql: \\password ts_app) rồi ghi ts_app vào TRUONGSO_DATABASE.")
    return 0
