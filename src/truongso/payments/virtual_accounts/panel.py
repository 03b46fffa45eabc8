"""The card of a pupil's own number on the pupil's page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from truongso.accounts.public import Caller
from truongso.accounts.types import Permission
from truongso.kernel import banks
from truongso.payments.invoice_picture import grouped
from truongso.payments.virtual_accounts.queries import numbers_of_student
from truongso.people.public import PupilPanel, Student


def pupil_panel(caller: Caller, student: Student) -> PupilPanel | None:
    """Numbers in use, for those who see payments; 1 query. Nothing where the pupil never had one and none is given."""
    if not caller.may(Permission.SCHOOL_PAYMENT_READ):
        return None
    held = numbers_of_student(student.school_id, student.pk)
    if not held and not caller.may(Permission.SCHOOL_CHANNEL_WRITE):
        return None
    rows = []
    for one in (row for row in held if row.released_on is None):
        bank = banks.find(one.bank_account.bank_bin)
        rows.append((bank.short_name if bank else one.bank_account.bank_bin, grouped(one.number)))
    return PupilPanel(
        title=_("Số tài khoản riêng"),
        icon="building-bank",
        rows=tuple(rows or [(_("Đang dùng"), _("chưa cấp"))]),
        page="payments:own_numbers_of_pupil",
        page_text=_("Cấp, thay, lịch sử"),
    )
