"""Fee items, dated rates and reductions of the demo schools.

Known and cited: free public tuition (Resolution 217/2025/QH15, Decree 238/2025/NĐ-CP), the tuition rates of
Lào Cai's Resolution 07/2022/NQ-HĐND, who decides service charges (People's Council until 14/3/2026, then
the People's Committee: Decree 66/2026/NĐ-CP art. 13.4), the health insurance formula. No current service
rates of Lào Cai are known: the amounts of services are of the size other mountain provinces decided in 2025
and their documents are marked as examples.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from truongso.fees.types import FeeNature, FeeUnit
from truongso.kernel.money import Dong
from truongso.organizations.types import Area, Ownership, SchoolLevel
from truongso.sandbox.province.specs import FeeItemSpec, FeeRateSpec, ReductionRuleSpec, SchoolSpec

YEAR_2025 = dt.date(2025, 9, 1)
YEAR_2026 = dt.date(2026, 9, 1)
COUNCIL = "Hội đồng nhân dân tỉnh Lào Cai"
COMMITTEE = "Ủy ban nhân dân tỉnh Lào Cai"
COUNCIL_EXAMPLE = "Nghị quyết về mức thu dịch vụ năm học 2025-2026 (số liệu minh họa)"
COMMITTEE_EXAMPLE = "Quyết định về mức thu dịch vụ năm học 2026-2027 (số liệu minh họa)"
TUITION_DOCUMENT = "Nghị quyết số 07/2022/NQ-HĐND"

SERVICE_BASIS = "Nghị định số 66/2026/NĐ-CP, điều 13 khoản 4; Thông tư số 45/2026/TT-BGDĐT"
AGREED_BASIS = "Thỏa thuận với cha mẹ học sinh, biên bản họp đầu năm học 2026-2027"
_ON_BEHALF_BASIS = "Thu hộ, tự nguyện"
INSURANCE_BASIS = "Luật Bảo hiểm y tế; mức đóng 4,5% lương cơ sở, ngân sách hỗ trợ 50%"
TUITION_BASIS = "Nghị quyết số 217/2025/QH15; Nghị định số 238/2025/NĐ-CP"


@dataclass(frozen=True, slots=True)
class HealthInsuranceTerms:
    """What the pupil's share of health insurance is computed from; never stored as a literal amount."""

    base_pay: Dong
    valid_from: dt.date
    valid_to: dt.date | None
    document: str
    permille: int = 45
    state_share_percent: int = 50

    def pupil_share(self, months: int) -> Dong:
        """The family's part for so many months."""
        premium = self.base_pay * months * self.permille
        return Dong(premium.value * (100 - self.state_share_percent) // (1000 * 100))


HEALTH_INSURANCE = (
    HealthInsuranceTerms(Dong(2_340_000), dt.date(2025, 7, 1), dt.date(2026, 6, 30), "Nghị định số 73/2024/NĐ-CP"),
    # That 4.5 % and 50 % still hold after the rise of the base pay is unverified.
    HealthInsuranceTerms(Dong(2_530_000), dt.date(2026, 7, 1), None, "Nghị định số 161/2026/NĐ-CP"),
)

REDUCTION_RULES: tuple[ReductionRuleSpec, ...] = (
    ReductionRuleSpec(
        code="public_tuition_free",
        name="Miễn học phí trường công lập",
        nature=FeeNature.TUITION,
        percent=100,
        everyone=True,
        ownership=Ownership.PUBLIC.value,
        legal_basis=TUITION_BASIS,
        valid_from=YEAR_2025,
    ),
    ReductionRuleSpec(
        code="poor_household",
        name="Học sinh thuộc hộ nghèo",
        nature=FeeNature.SERVICE,
        percent=100,
        everyone=False,
        ownership="",
        legal_basis=COMMITTEE_EXAMPLE,
        valid_from=YEAR_2026,
    ),
    ReductionRuleSpec(
        # The state pays the whole premium of poor households; they take none of the other on-behalf items.
        code="poor_household",
        name="Học sinh thuộc hộ nghèo",
        nature=FeeNature.ON_BEHALF,
        percent=100,
        everyone=False,
        ownership="",
        legal_basis="Luật Bảo hiểm y tế (ngân sách nhà nước đóng cho hộ nghèo)",
        valid_from=YEAR_2025,
    ),
    ReductionRuleSpec(
        code="near_poor_household",
        name="Học sinh thuộc hộ cận nghèo",
        nature=FeeNature.SERVICE,
        percent=50,
        everyone=False,
        ownership="",
        legal_basis=COMMITTEE_EXAMPLE,
        valid_from=YEAR_2026,
    ),
    ReductionRuleSpec(
        code="disabled",
        name="Học sinh khuyết tật",
        nature=FeeNature.SERVICE,
        percent=50,
        everyone=False,
        ownership="",
        legal_basis=COMMITTEE_EXAMPLE,
        valid_from=YEAR_2026,
    ),
    ReductionRuleSpec(
        code="parent_work_accident",
        name="Con của người bị tai nạn lao động, bệnh nghề nghiệp hưởng trợ cấp thường xuyên",
        nature=FeeNature.TUITION,
        percent=50,
        everyone=False,
        ownership="",
        legal_basis="Nghị định số 238/2025/NĐ-CP",
        valid_from=dt.date(2025, 9, 3),
    ),
)

# Amount and ceiling in 2025-2026, then in 2026-2027, in đồng.
Terms = tuple[int, int, int, int]

_NAMES: dict[str, tuple[str, FeeUnit, bool]] = {
    "CS_BT": ("Chăm sóc, quản lý bán trú", FeeUnit.MONTH, True),
    "NAU_AN": ("Thuê người nấu ăn", FeeUnit.MONTH, True),
    "TB_BT": ("Trang thiết bị phục vụ bán trú", FeeUnit.YEAR, True),
    "NUOC": ("Nước uống", FeeUnit.MONTH, True),
    "VS": ("Vệ sinh lớp học, nhà vệ sinh", FeeUnit.MONTH, True),
    "KNS": ("Giáo dục kỹ năng sống", FeeUnit.MONTH, True),
    "TA_LQ": ("Làm quen tiếng Anh", FeeUnit.MONTH, True),
    "GUI_XE": ("Gửi xe", FeeUnit.MONTH, True),
}
_SERVICES: dict[SchoolLevel, dict[str, Terms]] = {
    SchoolLevel.PRESCHOOL: {
        "CS_BT": (150_000, 165_000, 165_000, 180_000),
        "NAU_AN": (100_000, 120_000, 110_000, 120_000),
        "TB_BT": (150_000, 160_000, 150_000, 160_000),
        "NUOC": (10_000, 10_000, 10_000, 12_000),
        "VS": (12_000, 15_000, 15_000, 15_000),
        "TA_LQ": (90_000, 100_000, 90_000, 100_000),
    },
    SchoolLevel.PRIMARY: {
        "CS_BT": (140_000, 165_000, 150_000, 165_000),
        "NAU_AN": (90_000, 120_000, 100_000, 120_000),
        "TB_BT": (100_000, 100_000, 100_000, 100_000),
        "NUOC": (10_000, 10_000, 10_000, 12_000),
        "VS": (12_000, 15_000, 15_000, 15_000),
        "KNS": (60_000, 72_000, 65_000, 72_000),
    },
    SchoolLevel.LOWER_SECONDARY: {
        "NUOC": (10_000, 10_000, 10_000, 12_000),
        "VS": (10_000, 10_000, 10_000, 12_000),
        "KNS": (60_000, 72_000, 65_000, 72_000),
        "GUI_XE": (15_000, 20_000, 15_000, 20_000),
    },
    SchoolLevel.UPPER_SECONDARY: {
        "NUOC": (10_000, 10_000, 10_000, 12_000),
        "VS": (10_000, 10_000, 10_000, 12_000),
        "GUI_XE": (20_000, 25_000, 20_000, 25_000),
    },
}
_MEALS: dict[SchoolLevel, Terms] = {
    SchoolLevel.PRESCHOOL: (22_000, 22_000, 25_000, 26_000),
    SchoolLevel.PRIMARY: (24_000, 25_000, 27_000, 28_000),
}
_TUITION = {
    (SchoolLevel.PRESCHOOL, Area.URBAN): 300_000,
    (SchoolLevel.LOWER_SECONDARY, Area.URBAN): 300_000,
    (SchoolLevel.UPPER_SECONDARY, Area.RURAL): 200_000,
}
_UNIFORM = {
    SchoolLevel.PRESCHOOL: 220_000,
    SchoolLevel.PRIMARY: 260_000,
    SchoolLevel.LOWER_SECONDARY: 290_000,
    SchoolLevel.UPPER_SECONDARY: 320_000,
}


def fee_items(school: SchoolSpec) -> tuple[FeeItemSpec, ...]:
    """The fee catalogue of a demo school, tuition first."""
    items: list[FeeItemSpec] = []
    if (school.level, school.area) in _TUITION:
        items.append(_tuition(_TUITION[school.level, school.area]))
    if school.level in _MEALS:
        items.append(_meals(_MEALS[school.level]))
    items += [_service(code, terms) for code, terms in _SERVICES[school.level].items()]
    if school.level is not SchoolLevel.PRESCHOOL:  # children under six have a free card
        items.append(_health_insurance())
    items += _on_behalf(_UNIFORM[school.level])
    items += _agreed(school.level)
    return tuple(items)


def _tuition(amount: int) -> FeeItemSpec:
    """Computed in full and exempted on the line: the basis of the budget's compensation."""
    rate = FeeRateSpec(Dong(amount), YEAR_2025, None, TUITION_DOCUMENT, COUNCIL)
    return FeeItemSpec(
        "HP",
        "Học phí",
        FeeNature.TUITION,
        FeeUnit.MONTH,
        False,
        TUITION_BASIS,
        (rate,),
        note="Mức của năm học 2022-2023, dùng làm căn cứ tính phần ngân sách cấp bù",
    )


def _meals(terms: Terms) -> FeeItemSpec:
    return FeeItemSpec(
        "AN_BT",
        "Tiền ăn bán trú",
        FeeNature.PASS_THROUGH,
        FeeUnit.DAY,
        True,
        SERVICE_BASIS,
        _dated(terms),
        note="Tính theo ngày ăn thực tế",
    )


def _service(code: str, terms: Terms) -> FeeItemSpec:
    name, unit, is_voluntary = _NAMES[code]
    return FeeItemSpec(code, name, FeeNature.SERVICE, unit, is_voluntary, SERVICE_BASIS, _dated(terms))


def _dated(terms: Terms) -> tuple[FeeRateSpec, ...]:
    before, before_cap, now, now_cap = terms
    return (
        FeeRateSpec(
            Dong(before),
            YEAR_2025,
            YEAR_2026 - dt.timedelta(days=1),
            COUNCIL_EXAMPLE,
            COUNCIL,
            Dong(before_cap),
        ),
        FeeRateSpec(Dong(now), YEAR_2026, None, COMMITTEE_EXAMPLE, COMMITTEE, Dong(now_cap)),
    )


def _health_insurance() -> FeeItemSpec:
    rates = tuple(
        FeeRateSpec(terms.pupil_share(12), terms.valid_from, terms.valid_to, terms.document, "Chính phủ")
        for terms in HEALTH_INSURANCE
    )
    return FeeItemSpec(
        "BHYT", "Bảo hiểm y tế học sinh", FeeNature.ON_BEHALF, FeeUnit.YEAR, False, INSURANCE_BASIS, rates
    )


def _on_behalf(uniform: int) -> list[FeeItemSpec]:
    return [
        _single("BHTT", "Bảo hiểm thân thể", FeeNature.ON_BEHALF, FeeUnit.YEAR, 100_000, basis=_ON_BEHALF_BASIS),
        _single("DP", "Đồng phục", FeeNature.ON_BEHALF, FeeUnit.ONCE, uniform, basis=_ON_BEHALF_BASIS),
    ]


def _agreed(level: SchoolLevel) -> list[FeeItemSpec]:
    if level is SchoolLevel.PRESCHOOL:
        return [_single("TN", "Hoạt động trải nghiệm", FeeNature.AGREED, FeeUnit.ONCE, 120_000, basis=AGREED_BASIS)]
    year, once, semester = FeeUnit.YEAR, FeeUnit.ONCE, FeeUnit.SEMESTER
    agreed = FeeNature.AGREED
    trip = _single("TN", "Hoạt động trải nghiệm", agreed, once, 180_000, basis=AGREED_BASIS)
    card = _single("THE_HS", "Thẻ học sinh, sổ liên lạc điện tử", agreed, year, 60_000, basis=AGREED_BASIS)
    if level is SchoolLevel.PRIMARY:
        return [trip, card]
    papers = _single("SAO_DE", "Giấy kiểm tra, photo đề", agreed, semester, 40_000, basis=AGREED_BASIS)
    return [trip, card, papers]


def _single(code: str, name: str, nature: FeeNature, unit: FeeUnit, amount: int, *, basis: str) -> FeeItemSpec:
    """A voluntary item that the school agrees with the families, at one rate for the school year."""
    rate = FeeRateSpec(Dong(amount), YEAR_2026, None, AGREED_BASIS, "Nhà trường và cha mẹ học sinh")
    return FeeItemSpec(code, name, nature, unit, True, basis, (rate,))
