"""Each school's roster as the sector database exports it: a banner of three rows, 25 columns."""

from __future__ import annotations

from collections.abc import Sequence

from truongso.kernel.names import sort_key
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.kernel.sheets import Cell
from truongso.people.types import Gender
from truongso.sandbox.province.province import DEPARTMENT, SCHOOL_YEAR, UNITS
from truongso.sandbox.province.specs import PupilSpec, SchoolSpec

HEADER: tuple[str, ...] = (
    "STT",
    "Mã định danh Bộ GD&ĐT",
    "Họ tên",
    "Ngày sinh (dd/mm/yyyy)",
    "Giới tính",
    "Dân tộc",
    "Trạng thái",
    "SĐT liên hệ",
    "Nơi sinh chi tiết",
    "Tổ/thôn Hộ khẩu thường trú",
    "Tỉnh thành quê quán",
    "Phường Xã quê quán",
    "Chỗ ở hiện nay",
    "Số CMND",
    "Ngày cấp",
    "Nơi cấp",
    "Tên cha",
    "Nghề nghiệp cha",
    "Năm sinh cha",
    "Tên mẹ",
    "Nghề nghiệp mẹ",
    "Năm sinh mẹ",
    "Lớp học",
    "Khối học",
    "Số định danh cá nhân",
)
"""Headers of the student list export of the sector database, in its order."""

_GENDERS = {Gender.MALE: "Nam", Gender.FEMALE: "Nữ"}


def roster_file_name(school: SchoolSpec) -> str:
    return f"danh-sach-hoc-sinh-{school.slug}-{SCHOOL_YEAR.code}.xlsx"


def roster_rows(pupils: Sequence[PupilSpec]) -> list[list[Cell]]:
    """One row per pupil in the order of `HEADER`, class by class in the order given, by name within a class.

    Personal numbers and identity papers stay blank: nobody's are invented.
    """
    places = {name: place for place, name in enumerate(dict.fromkeys(p.class_name for p in pupils))}
    ordered = sorted(pupils, key=lambda p: (places[p.class_name], sort_key(p.full_name), p.sector_code))
    return [_row(number, pupil) for number, pupil in enumerate(ordered, start=1)]


def roster_xlsx(school: SchoolSpec, pupils: Sequence[PupilSpec], *, year: str = SCHOOL_YEAR.code) -> bytes:
    """The roster file of a school; `pupils` are its own, as they sit in `year`."""
    department = next(unit.name for unit in UNITS if unit.code == DEPARTMENT)
    title = f"DANH SÁCH HỌC SINH {school.name.upper()} NĂM HỌC {year}"
    banner: list[list[Cell]] = [[department.upper()], [title], [None]]
    return write_xlsx([SheetOut("Danh sách học sinh", HEADER, roster_rows(pupils), banner=banner)])


def _row(number: int, pupil: PupilSpec) -> list[Cell]:
    family = pupil.family
    cells: dict[str, Cell] = {
        "STT": number,
        "Mã định danh Bộ GD&ĐT": pupil.sector_code,
        "Họ tên": pupil.full_name,
        "Ngày sinh (dd/mm/yyyy)": pupil.birth_date.strftime("%d/%m/%Y"),
        "Giới tính": _GENDERS[pupil.gender],
        "Dân tộc": family.ethnicity,
        "Trạng thái": "Đang học",
        "SĐT liên hệ": family.phone,
        "Tỉnh thành quê quán": "Lào Cai",
        "Chỗ ở hiện nay": f"{family.place}, tỉnh Lào Cai",
        "Lớp học": pupil.class_name,
        "Khối học": f"Khối {pupil.grade}" if pupil.grade.isdigit() else pupil.grade,
    }
    for label, parent in (("cha", family.father), ("mẹ", family.mother)):
        if parent is not None:
            cells[f"Tên {label}"] = parent.full_name
            cells[f"Nghề nghiệp {label}"] = parent.occupation
            cells[f"Năm sinh {label}"] = parent.birth_year
    return [cells.get(label) for label in HEADER]
