"""One large school for measurements: pupils through the roster import, items and rates through the catalogue."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from truongso.fees.public import add_rate, create_item
from truongso.fees.types import FeeNature, FeeUnit, prefix_fault
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.kernel.sheet_types import Cell
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.ledger.public import open_books
from truongso.organizations.public import (
    BankAccount,
    School,
    SchoolYear,
    add_bank_account,
    create_school,
    ensure_school_year,
)
from truongso.organizations.types import SchoolLevel
from truongso.people.public import import_roster

ACTOR = Actor.system("bench", "cli")
_HEADER = [
    "STT",
    "Mã định danh Bộ GD&ĐT",
    "Họ tên",
    "Ngày sinh (dd/mm/yyyy)",
    "Lớp học",
    "Khối học",
    "SĐT liên hệ",
    "Tên mẹ",
]
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vàng", "Giàng", "Lý", "Tẩn", "Sùng", "Đặng", "Bùi")
_MIDDLE = ("Thị", "Văn", "Minh", "Thu", "Bảo", "Ngọc", "Gia", "Seo", "A", "Thanh")
_GIVEN = ("An", "Bình", "Châu", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nam", "Oanh", "Phúc", "Sơn", "Tú", "Vy")
PER_CLASS = 35


@dataclass(frozen=True, slots=True)
class BenchSchool:
    school: School
    account: BankAccount
    year: SchoolYear
    items: list[int]


def build(students: int, items: int = 5) -> BenchSchool:
    """A lower-secondary school with that many pupils in classes of 35 and monthly items of round prices."""
    first = clock.today().year - (clock.today().month < 8)
    start, end = dt.date(first, 8, 1), dt.date(first + 1, 7, 31)
    with transaction():
        year = ensure_school_year(actor=ACTOR, code=f"{first}-{first + 1}", starts_on=start, ends_on=end)
        school = create_school(
            actor=ACTOR, code="BENCH", name="Trường đo kiểm", short_name="Trường đo kiểm",
            level=SchoolLevel.LOWER_SECONDARY, invoice_prefix="VT", prefix_fault=prefix_fault,
        )  # fmt: skip
        account = add_bank_account(
            actor=ACTOR, school=school, bank_bin="970436", number="9000000000999", holder_name="TRUONG DO KIEM"
        )
        open_books(school.pk)
        made = [_item(school, n, start) for n in range(items)]
        import_roster(actor=ACTOR, school=school, year=year, file_name="bench.xlsx", content=_roster(students, first))
    return BenchSchool(school, account, year, made)


def _item(school: School, number: int, start: dt.date) -> int:
    item = create_item(
        school.pk, code=f"KT{number}", name=f"Khoản thu {number + 1}", nature=FeeNature.SERVICE, unit=FeeUnit.MONTH,
        is_voluntary=False, legal_basis="đo kiểm", actor=ACTOR,
    )  # fmt: skip
    add_rate(
        school.pk, item_id=item.pk, grade="", amount=Dong(50_000 + 10_000 * number), cap=None, valid_from=start,
        valid_to=None, document_number="đo kiểm", deciding_body="", actor=ACTOR,
    )  # fmt: skip
    return int(item.pk)


def _roster(students: int, first: int) -> bytes:
    rng = random.Random(students)  # noqa: S311 - invented pupils, repeatable
    rows: list[list[Cell]] = []
    for n in range(students):
        number = n // PER_CLASS
        grade = 6 + number % 4
        name = f"{rng.choice(_FAMILY)} {rng.choice(_MIDDLE)} {rng.choice(_GIVEN)} {rng.choice(_GIVEN)}"
        born = dt.date(first - grade - 5, rng.randrange(1, 13), rng.randrange(1, 29))
        mother = f"{rng.choice(_FAMILY)} Thị {rng.choice(_GIVEN)}"
        rows.append(
            [n + 1, f"{1_500_000_000 + n}", name, born, f"{grade}A{number // 4 + 1}", grade, f"09{n:08}", mother]
        )
    return write_xlsx([SheetOut(name="DS", header=_HEADER, rows=rows)])
