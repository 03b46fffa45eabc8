"""Slips, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I06", _("phiếu quẹt thẻ và chứng cứ của nó khớp nhau, chứng cứ loại này nào cũng có phiếu"),
          "SELECT e.school_id, e.reference FROM payments_evidence e LEFT JOIN payments_posslip s "
          "ON s.evidence_id = e.id AND s.school_id = e.school_id LEFT JOIN payments_posterminal t "
          "ON t.id = s.terminal_id WHERE e.kind = 'pos_slip' AND (s.id IS NULL OR s.amount <> e.amount "
          "OR e.source <> 'pos:' || t.code OR e.reference NOT LIKE s.rrn || '/' || s.approval_code || '%')"),
]  # fmt: skip
