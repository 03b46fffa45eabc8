"""The chart a school's books start with: public-sector account numbers, open to change by the school.

Numbers follow the accounting regime of administrative units (111 cash, 112 deposits, 131 receivables, 338 other
payables, 531 service revenue). The exact sub-accounts are the school's own decision: code and name are data.
"""

from __future__ import annotations

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
