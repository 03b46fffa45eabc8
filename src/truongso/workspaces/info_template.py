"""An example invoice on which a department sees what its template makes of papers. Everything in it is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from truongso.fees.public import InfoField
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import FieldSource, FieldSpec
from truongso.payments.public import FeeNotice, Letterhead, NoticeLine, fee_notices_pdf
from truongso.payments.vietqr import encode

_CODE = "TS2K7M9PX"
_OWED = Dong(894_000)
_NO_BANK = "999999"  # no bank has this BIN: nobody can pay an example
_ACCOUNT = "9000000000999"
_HOLDER = "TRUONG TIEU HOC HOA SEN"


def example_fields(specs: Sequence[FieldSpec]) -> tuple[InfoField, ...]:
    """The fields of a version with the values of the example."""
    values = _values()
    return tuple(InfoField(spec.source, spec.label, values[spec.source], spec.note) for spec in specs)


def example_notice_pdf(specs: Sequence[FieldSpec]) -> bytes:
    """The printed notice of the example, as families would get it."""
    notice = FeeNotice(
        code=_CODE, student_name="Nguyễn Bảo An", class_name="3A2", info=example_fields(specs),
        round_name=_("Thu tháng 10/2026"), owed=_OWED, paid=ZERO, due_on=dt.date(2026, 10, 20),
        lines=(NoticeLine(_("Tiền ăn bán trú"), Dong(644_000)), NoticeLine(_("Phục vụ bán trú"), Dong(250_000))),
        account_number=_ACCOUNT, bank_name=_("Ngân hàng ví dụ"), check_url="https://thu.example.edu.vn/kt/abcd-efgh-jkmn",
        payload=encode(bank_bin=_NO_BANK, account=_ACCOUNT, amount=_OWED, memo=_CODE, bill_number=_CODE),
    )  # fmt: skip
    return fee_notices_pdf(Letterhead(_("Trường Tiểu học Hoa Sen"), "02140000111", "7:30–16:30"), [[notice]])


def _values() -> dict[FieldSource, str]:
    return {
        FieldSource.PAYER: "Trần Thị Thu Hằng",
        FieldSource.BENEFICIARY: _HOLDER,
        FieldSource.REASON: _("Thu tháng 10/2026 – lớp 3A2"),
        FieldSource.INVOICE_CODE: _CODE,
        FieldSource.PUPIL: "Nguyễn Bảo An",
        FieldSource.PUPIL_CODE: "HS0007",
        FieldSource.CLASS: "3A2",
        FieldSource.SCHOOL_YEAR: "2026–2027",
        FieldSource.ROUND: _("Thu tháng 10/2026"),
        FieldSource.DUE_DAY: "20/10/2026",
        FieldSource.SCHOOL: _("Trường Tiểu học Hoa Sen"),
        FieldSource.SUPPORT_PHONE: "0214 000 0111",
        FieldSource.SUPPORT_HOURS: "7:30–16:30",
    }
