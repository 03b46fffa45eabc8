"""The chart a school's books start with: public-sector account numbers, open to change.

First levels follow the accounting regime of administrative units (111 cash, 112 deposits, 113 in transit, 131
receivables, 338 other payables, 515 and 531 revenue, 642 expense, 711 other income). The sub-accounts below them (3382
to 3386, 5311 to 5314, 1132, 5151, 7118) are UNVERIFIED: a default until an accountant has said which the unit uses.
The setting `CHART` numbers accounts by role for books opened from then on; files for an accounting package carry the
numbers that the school chose for them (`reporting.posting`).
"""

from __future__ import annotations

from django.conf import settings

from truongso.ledger.types import AccountRole as Role

# role, code, name shown to accountants (Vietnamese text is data of the chart, not interface text)
DEFAULT_CHART: tuple[tuple[Role, str, str], ...] = (
    (Role.CASH, "1111", "Tiền mặt tại quỹ"),
    (Role.IN_TRANSIT, "113", "Tiền đang chuyển"),
    (Role.OWN_TRANSFER, "1132", "Chuyển tiền giữa các tài khoản của trường"),
    (Role.RECEIVABLE, "131", "Phải thu của người học"),
    (Role.ON_BEHALF, "3381", "Các khoản thu hộ, chi hộ"),
    (Role.PASS_THROUGH, "3382", "Thu để chi trực tiếp cho người học"),
    (Role.FAMILY_CREDIT, "3383", "Tiền gia đình nộp thừa"),
    (Role.REFUND_DUE, "3384", "Tiền phải hoàn cho gia đình"),
    (Role.CASH_DIFFERENCE, "3386", "Chênh lệch kiểm quỹ chờ xử lý"),
    (Role.SUSPENSE, "3388", "Tiền nhận chưa rõ nội dung"),
    (Role.REVENUE_TUITION, "5311", "Thu học phí"),
    (Role.REVENUE_SERVICE, "5312", "Thu dịch vụ hỗ trợ giáo dục"),
    (Role.REVENUE_AGREED, "5313", "Thu theo thỏa thuận"),
    (Role.DONATION, "5314", "Tài trợ, đóng góp tự nguyện"),
    (Role.INTEREST, "5151", "Lãi tiền gửi"),
    (Role.COLLECTION_FEE, "6428", "Phí dịch vụ thu hộ"),
    (Role.OTHER_INCOME, "7118", "Thu nhập khác"),
)
BANK_CODE = "1121"


def chart() -> list[tuple[Role, str, str]]:
    """Role, code and name of every account a school starts with, numbered as the installation says.

    Raises ChartError for an unknown role or a number given twice.
    """
    codes = dict(settings.CHART)
    unknown = set(codes) - {role.value for role in Role}
    found = [(role, codes.get(role.value, code), name) for role, code, name in DEFAULT_CHART]
    numbers = [code for _role, code, _name in found]
    if unknown or len(set(numbers)) != len(numbers):
        raise ChartError(sorted(unknown) or sorted({n for n in numbers if numbers.count(n) > 1}))
    return found


def bank_code() -> str:
    """The number under which receiving accounts stand, each with a sub-account of its own."""
    return str(settings.CHART.get(Role.BANK.value, BANK_CODE))


class ChartError(ValueError):
    """TRUONGSO_CHART names a part that no account plays, or one number for two of them."""
