"""Lào Cai after July 2025 as data: units with their dates, four schools, who supervises whom, receiving
accounts.

Facts: the district level ended on 30/6/2025; schools up to lower secondary then answer to the commune (TT
15/2025: culture and society division), upper secondary schools to the provincial department; province code
15 and commune codes of Decision 19/2025/QĐ-TTg. The former city became two wards and two communes; three of
the four stand here. The commune codes were read in one public list only. School names, codes, accounts and
phones are invented.
"""

from __future__ import annotations

import datetime as dt

from truongso.organizations.types import Area, SchoolLevel, SupervisionFunction, UnitKind
from truongso.sandbox.province.specs import (
    BankAccountSpec,
    OrgUnitSpec,
    SchoolSpec,
    SchoolYearSpec,
    SupervisionSpec,
)

PROVINCE_CODE = "15"
OLD_ORDER_FROM = dt.date(2005, 1, 1)  # when the former units began is not needed and not researched
OLD_ORDER_TO = dt.date(2025, 6, 30)
NEW_ORDER_FROM = dt.date(2025, 7, 1)

SCHOOL_YEARS = (
    SchoolYearSpec("2025-2026", dt.date(2025, 9, 5), dt.date(2026, 5, 31)),
    SchoolYearSpec("2026-2027", dt.date(2026, 9, 5), dt.date(2027, 5, 31)),
)
SCHOOL_YEAR = SCHOOL_YEARS[-1]

MINISTRY = "BGDDT"
DEPARTMENT = "15-SGDDT"
OLD_DEPARTMENT = "10-SGDDT"
OLD_DIVISION = "10-080-PGDDT"
LAO_CAI, CAM_DUONG, COC_SAN = "02647", "02671", "02746"

_COMMUNES = ((LAO_CAI, "phường Lào Cai"), (CAM_DUONG, "phường Cam Đường"), (COC_SAN, "xã Cốc San"))
_TWO_LEVELS = "Nghị quyết số 203/2025/QH15 (kết thúc hoạt động cấp huyện)"
_DIVISION_BASIS = "Thông tư số 15/2025/TT-BGDĐT"


def division_code(commune: str) -> str:
    """Code of the culture and society division of a commune or ward."""
    return f"{commune}-VHXH"


UNITS: tuple[OrgUnitSpec, ...] = (
    OrgUnitSpec(UnitKind.MINISTRY, MINISTRY, "Bộ Giáo dục và Đào tạo", "", OLD_ORDER_FROM),
    OrgUnitSpec(
        UnitKind.DEPARTMENT,
        OLD_DEPARTMENT,
        "Sở Giáo dục và Đào tạo tỉnh Lào Cai (trước sáp nhập)",
        MINISTRY,
        OLD_ORDER_FROM,
        OLD_ORDER_TO,
    ),
    OrgUnitSpec(
        UnitKind.DISTRICT_DIVISION,
        OLD_DIVISION,
        "Phòng Giáo dục và Đào tạo thành phố Lào Cai",
        OLD_DEPARTMENT,
        OLD_ORDER_FROM,
        OLD_ORDER_TO,
        _TWO_LEVELS,
    ),
    OrgUnitSpec(UnitKind.DEPARTMENT, DEPARTMENT, "Sở Giáo dục và Đào tạo tỉnh Lào Cai", MINISTRY, NEW_ORDER_FROM),
    *(
        # The department guides the communes and adds up their figures; it is not their superior authority.
        OrgUnitSpec(UnitKind.COMMUNE, code, f"Ủy ban nhân dân {name}", DEPARTMENT, NEW_ORDER_FROM, None, _TWO_LEVELS)
        for code, name in _COMMUNES
    ),
    *(
        OrgUnitSpec(
            UnitKind.COMMUNE_DIVISION,
            division_code(code),
            f"Phòng Văn hóa - Xã hội {name}",
            code,
            NEW_ORDER_FROM,
            None,
            _DIVISION_BASIS,
        )
        for code, name in _COMMUNES
    ),
)

VIETCOMBANK, BIDV, MB = "970436", "970418", "970422"
_HOURS = "Thứ Hai đến thứ Sáu, 7:30–11:30 và 13:30–17:00"
_ACCOUNTANT = "Kế toán nhà trường"

SCHOOLS: tuple[SchoolSpec, ...] = (
    SchoolSpec(
        code="1502647101",
        slug="mn-hoa-ban",
        name="Trường Mầm non Hoa Ban",
        short_name="MN Hoa Ban",
        level=SchoolLevel.PRESCHOOL,
        area=Area.URBAN,
        commune=LAO_CAI,
        address="Tổ 1, phường Lào Cai, tỉnh Lào Cai",
        phone="02140000101",
        email="mn-hoa-ban@laocai.example",
        invoice_prefix="WH",
        account=BankAccountSpec(VIETCOMBANK, "9000000000101", "TRUONG MAM NON HOA BAN", "Tài khoản thu"),
        support_contact=_ACCOUNTANT,
        support_phone="02140000111",
        support_hours=_HOURS,
    ),
    SchoolSpec(
        code="1502647201",
        slug="th-le-van-tam",
        name="Trường Tiểu học Lê Văn Tám",
        short_name="TH Lê Văn Tám",
        level=SchoolLevel.PRIMARY,
        area=Area.URBAN,
        commune=LAO_CAI,
        address="Tổ 2, phường Lào Cai, tỉnh Lào Cai",
        phone="02140000201",
        email="th-le-van-tam@laocai.example",
        invoice_prefix="VT",
        account=BankAccountSpec(BIDV, "90000000000201", "TRUONG TIEU HOC LE VAN TAM", "Tài khoản thu"),
        support_contact=_ACCOUNTANT,
        support_phone="02140000211",
        support_hours=_HOURS,
    ),
    SchoolSpec(
        code="1502671301",
        slug="thcs-kim-dong",
        name="Trường THCS Kim Đồng",
        short_name="THCS Kim Đồng",
        level=SchoolLevel.LOWER_SECONDARY,
        area=Area.URBAN,
        commune=CAM_DUONG,
        address="Tổ 3, phường Cam Đường, tỉnh Lào Cai",
        phone="02140000301",
        email="thcs-kim-dong@laocai.example",
        invoice_prefix="KD",
        account=BankAccountSpec(MB, "9000000000301", "TRUONG THCS KIM DONG", "Tài khoản thu"),
        support_contact=_ACCOUNTANT,
        support_phone="02140000311",
        support_hours=_HOURS,
    ),
    SchoolSpec(
        code="1502746401",
        slug="thpt-so-1-coc-san",
        name="Trường THPT số 1 Cốc San",
        short_name="THPT số 1 Cốc San",
        level=SchoolLevel.UPPER_SECONDARY,
        area=Area.RURAL,
        commune=COC_SAN,
        address="Thôn 1, xã Cốc San, tỉnh Lào Cai",
        phone="02140000401",
        email="thpt-so-1-coc-san@laocai.example",
        invoice_prefix="YS",
        account=BankAccountSpec(VIETCOMBANK, "9000000000401", "TRUONG THPT SO 1 COC SAN", "Tài khoản thu"),
        support_contact=_ACCOUNTANT,
        support_phone="02140000411",
        support_hours=_HOURS,
    ),
)

_BY_COMMUNE_ITSELF = frozenset({SupervisionFunction.STATE_MANAGEMENT, SupervisionFunction.FINANCE})


def supervision_of(school: SchoolSpec) -> tuple[SupervisionSpec, ...]:
    """Who supervises a school for what: until 30/6/2025 and from 1/7/2025."""
    upper_secondary = school.level is SchoolLevel.UPPER_SECONDARY
    before = OLD_DEPARTMENT if upper_secondary else OLD_DIVISION
    rows: list[SupervisionSpec] = []
    for function in SupervisionFunction:
        if upper_secondary:
            after = DEPARTMENT
        else:
            after = school.commune if function in _BY_COMMUNE_ITSELF else division_code(school.commune)
        rows.append(SupervisionSpec(school.code, before, function, OLD_ORDER_FROM, OLD_ORDER_TO))
        rows.append(SupervisionSpec(school.code, after, function, NEW_ORDER_FROM))
    return tuple(rows)


SUPERVISIONS: tuple[SupervisionSpec, ...] = tuple(row for school in SCHOOLS for row in supervision_of(school))


def school_by_code(code: str) -> SchoolSpec:
    """The school with this code; KeyError when there is none."""
    for school in SCHOOLS:
        if school.code == code:
            return school
    raise KeyError(code)
