"""`truongso retention`: what is over its term at each school; with --apply it is taken away."""

from __future__ import annotations

import argparse

from .django import start_on_database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--school", help="mã trường; không ghi: mọi trường")
    parser.add_argument("--apply", action="store_true", help="xóa thật; không ghi thì chỉ đếm")
    parser.epilog = "Ví dụ:\n  truongso retention --school 79-THU\n  truongso retention --apply"


def run(args: argparse.Namespace) -> int:
    start_on_database()
    from truongso.kernel import scope
    from truongso.organizations.public import School
    from truongso.people.public import retention_report, sweep_retention

    from .errors import Refused

    schools = School.objects.order_by("code")
    if args.school:
        schools = schools.filter(code=args.school)
        if not schools:
            raise Refused(f"không có trường mã {args.school}")
    for school in schools:
        with scope.at_school(school.pk):
            due = [(str(one.rule.title), one.count) for one in retention_report(school.pk) if one.count]
            done = sweep_retention(school.pk) if args.apply else {}
        print(f"{school.code} {school.short_name}")
        for title, count in due:
            print(f"  {title}: {count}")
        if not due:
            print("  không có gì quá hạn")
        elif args.apply and not done:
            print("  đang giữ lại theo yêu cầu pháp lý, không xóa gì")
        elif args.apply:
            print(f"  đã xóa: {sum(done.values())}")
    return 0
