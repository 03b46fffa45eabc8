"""The organisation, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check
from truongso.organizations.payment_template.types import MANDATORY

_FOUR = ", ".join(f"'{source.value}'" for source in MANDATORY)

CHECKS = [
    Check("R10", _("mỗi mẫu thông tin thanh toán đã công bố có đủ bốn trường bắt buộc"),
          "SELECT NULL, t.public_id FROM organizations_paymenttemplate t LEFT JOIN (SELECT template_id, COUNT(*) AS n "
          f"FROM organizations_paymenttemplatefield WHERE source IN ({_FOUR}) GROUP BY template_id) f "
          f"ON f.template_id = t.id WHERE t.state = 'published' AND COALESCE(f.n, 0) <> {len(MANDATORY)}"),
]  # fmt: skip
