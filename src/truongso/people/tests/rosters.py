"""Roster files for tests, in the layout of the sector's list: banner, header, rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from truongso.kernel.actor import Actor
from truongso.kernel.sheet_types import Cell
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.organizations.models import School, SchoolYear
from truongso.people.models import RosterImport
from truongso.people.services.previewing import preview
from truongso.people.services.rosters import apply_roster, store_roster

HEADER = (
    "STT", "Mã định danh Bộ GD&ĐT", "Mã học sinh", "Họ tên", "Ngày sinh", "Giới tính", "Lớp học", "Khối học",
    "SĐT liên hệ", "Tên cha", "Tên mẹ", "Trạng thái",
)  # fmt: skip
BANNER = (("UBND PHƯỜNG LÀO CAI",), ("TRƯỜNG TIỂU HỌC LÊ VĂN TÁM",), ("DANH SÁCH HỌC SINH",))
ACTOR = Actor.system("test", "cli")


def line(
    number: int,
    name: str,
    *,
    code: str | None = None,
    school_code: str = "",
    birth: Cell = "14/03/2018",
    gender: str = "Nữ",
    taught: str = "3A2",
    grade: str = "Khối 3",
    phone: str = "",
    father: str = "",
    mother: str = "",
    status: str = "",
) -> list[Cell]:
    """One pupil's row; the sector code follows from `number` unless given."""
    sector = f"{1000000000 + number}" if code is None else code
    return [number, sector, school_code, name, birth, gender, taught, grade, phone, father, mother, status]


def workbook(rows: Iterable[Sequence[Cell]], header: Sequence[str] = HEADER) -> bytes:
    """An XLSX file with the three banner rows."""
    return write_xlsx([SheetOut("Danh sách", header, rows, banner=BANNER)])


def upload(school: School, year: SchoolYear, content: bytes, name: str = "ds.xlsx") -> RosterImport:
    """Stored and not yet applied."""
    return store_roster(actor=ACTOR, school=school, year=year, file_name=name, content=content)


def take(school: School, year: SchoolYear, rows: Iterable[Sequence[Cell]]) -> dict[str, int]:
    """Upload and apply."""
    stored = upload(school, year, workbook(rows))
    return apply_roster(actor=ACTOR, school=school, stored=stored, seen=preview(school, stored).digest)
