"""Changes of the set-up, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I19", _("thay đổi thiết lập do người khác với người đề nghị quyết định"),
          "SELECT school_id, public_id FROM payments_setupchange WHERE decided_by = proposed_by "
          "OR (state IN ('approved', 'done', 'failed') AND decided_by IS NULL)"),
    Check("I19", _("không thay đổi nào có hiệu lực trước thời điểm của nó"),
          "SELECT school_id, public_id FROM payments_setupchange WHERE state = 'done' AND ended_at < effective_at"),
]  # fmt: skip
