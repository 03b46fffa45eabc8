"""What a page may show in passing of a birth date or a guardian's number: as much as the least-privilege matrix gives.

Nobody's work but the principal's needs a whole birth date, and the principal opens it with a reason. Two pupils of one
name are told apart by class, school code and who pays for them; who keeps the roll writes a date without reading it.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from truongso.accounts.public import Caller, Data, Sight
from truongso.kernel.masking import masked_address, masked_phone
from truongso.kernel.ui.formatting import ngay, sdt
from truongso.people.models import Guardian
from truongso.people.roster.types import Column, Reason
from truongso.people.web.messages import describe, describe_hidden, quoted_field, value_text

KINDS = {"birth_date": Data.IDENTITY, "phones": Data.GUARDIAN_PHONE, "email": Data.GUARDIAN_PHONE}
"""Fields of a pupil, as a roster states them, that are not shown to everybody who sees the name."""
_COLUMNS = {
    Data.IDENTITY: {Column.BIRTH_DATE, Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR},
    Data.GUARDIAN_PHONE: {
        Column.PHONE, Column.FATHER_PHONE, Column.MOTHER_PHONE, Column.GUARDIAN_PHONE, Column.EMAIL,
    },
}  # fmt: skip


def birth_text(caller: Caller, day: dt.date | None) -> str:
    """The day, its year or "", as far as the caller sees it."""
    sight = caller.sight(Data.IDENTITY)
    if day is None or sight is Sight.NOTHING:
        return ""
    return ngay(day) if sight is Sight.WHOLE else str(day.year)


def contact_texts(caller: Caller, guardian: Guardian) -> list[str]:
    """Numbers and address of a guardian, as far as the caller sees them."""
    sight = caller.sight(Data.GUARDIAN_PHONE)
    if sight is Sight.NOTHING:
        return []
    is_whole = sight is Sight.WHOLE
    numbers = [sdt(one) if is_whole else masked_phone(one) for one in guardian.phones]
    address = guardian.email if is_whole else masked_address(guardian.email)
    return [*numbers, address] if guardian.email else numbers


def change_text(caller: Caller, field: str, value: object) -> str:
    """A value of a roster's field, or only that there is one."""
    if value in (None, "", ()) or field not in KINDS or caller.sight(KINDS[field]) is Sight.WHOLE:
        return value_text(field, value)
    return _("đã ghi")


def reason_text(caller: Caller, reason: Reason) -> str:
    """Why a row was refused; a cell that could not be read is quoted to who would see it read."""
    field = quoted_field(reason)
    return describe(reason) if not field or caller.sight(KINDS[field]) is Sight.WHOLE else describe_hidden(reason)


def hidden_columns(caller: Caller) -> set[Column]:
    """Columns of a roster whose cells the caller does not see whole."""
    return {one for kind, columns in _COLUMNS.items() if caller.sight(kind) is not Sight.WHOLE for one in columns}
