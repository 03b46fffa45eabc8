"""Own numbers, held against the registry over all schools."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check


def _of(table: str, holder: str, where: str) -> str:
    return (
        f"SELECT v.school_id, v.number FROM {table} v LEFT JOIN payments_givennumber g "
        f"ON g.bank_bin = v.bank_bin AND g.number = v.number WHERE {where} "
        f"AND (g.id IS NULL OR g.holder <> {holder})"
    )  # fmt: skip


CHECKS = [
    Check("I12", _("số tài khoản định danh đang dùng chỉ thuộc một học sinh hoặc một phiếu, trên mọi trường"),
          _of("payments_virtualaccount", "'pupil:' || v.student_id", "v.released_on IS NULL") + " UNION ALL "
          + _of("payments_invoicenumber", "'invoice:' || v.invoice_id", "1 = 1")),
]  # fmt: skip
