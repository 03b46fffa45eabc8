"""What an entry of the audit trail is about, as people call it: a number on paper, a code, a file, a name.

Entries keep the row they are about by a number of the database or an opaque id. Nobody knows either, so both stay
behind what they stand for; what is gone, or of no kind known here, shows no number at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import user_names
from truongso.banking.public import BankLine, PaymentClaim, statement_names
from truongso.fees.public import CollectionRound, FeeItem, Invoice, reduction_names
from truongso.kernel.among import among
from truongso.kernel.models import AuditEntry
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import School
from truongso.payments.public import REMINDER_WAYS, Payment, Receipt, receipt_number
from truongso.people.public import Incident, Student

Names = Mapping[str, str]  # subject id → words
_BATCHES: Mapping[str, str | Promise] = {
    "access": gettext_lazy("Xem thông tin nhạy cảm"), "account": gettext_lazy("Đổi tài khoản nhận tiền"),
    "contract": gettext_lazy("Hợp đồng đối tác"), "credential": gettext_lazy("Đổi cách đăng nhập"),
    "data": gettext_lazy("Yêu cầu về dữ liệu cá nhân"), "family": gettext_lazy("Tài khoản phụ huynh"),
    "idle": gettext_lazy("Tài khoản lâu không dùng"),
    "leak": gettext_lazy("Danh sách bị lộ"), "question": gettext_lazy("Câu hỏi gửi gia đình"),
    "receipts": gettext_lazy("Báo biên lai"), "reminder": gettext_lazy("Nhắc nộp"),
    "review": gettext_lazy("Rà soát tài khoản"), "taken": gettext_lazy("Tiền ghi nhận nhầm đã thu lại"),
}  # fmt: skip
"""What messages queued together are about, by the first word of their batch."""
_CHANNELS: Mapping[str, str | Promise] = {way.value: name for way, name in REMINDER_WAYS.items()}
_NUMBER = re.compile(r"[0-9]{1,18}")
_OPAQUE = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")


def subject_names(entries: Iterable[AuditEntry], *, of_school: bool) -> dict[int, str]:
    """Entry id → what it is about; one query for each kind on a page. Without `of_school` nothing is looked up: a unit
    reads no names of its schools' people."""
    found = list(entries)
    wanted: dict[tuple[int, str], set[str]] = defaultdict(set)
    for one in found:
        if of_school and one.subject_kind in _KINDS:
            wanted[one.school_id, one.subject_kind].add(one.subject_id)
    known = {key: _KINDS[key[1]](key[0], sorted(ids)) for key, ids in wanted.items()}
    return {one.pk: _named(one, known) for one in found}


def _named(entry: AuditEntry, known: Mapping[tuple[int, str], Names]) -> str:
    said = known.get((entry.school_id, entry.subject_kind), {}).get(entry.subject_id, "")
    if entry.subject_kind == "batch":
        return str(_BATCHES.get(entry.subject_id.partition(":")[0].partition("-")[0], ""))
    if entry.subject_kind == "channel":
        return str(_CHANNELS.get(entry.subject_id, ""))
    if said or _NUMBER.fullmatch(entry.subject_id) or _OPAQUE.fullmatch(entry.subject_id):
        return said
    return str(entry.subject_id)


def _ids(ids: Sequence[str]) -> list[int]:
    return [int(one) for one in ids if _NUMBER.fullmatch(one)]


def _payments(school_id: int, ids: Sequence[str]) -> Names:
    rows = Payment.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    return {str(pk): code for pk, code in rows.values_list("pk", "invoice_code")}


def _receipts(school_id: int, ids: Sequence[str]) -> Names:
    return {
        str(one.pk): receipt_number(one) for one in Receipt.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    }


def _lines(school_id: int, ids: Sequence[str]) -> Names:
    rows = BankLine.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    told = rows.values_list("pk", "booked_on", "reference")
    return {str(pk): f"{ngay(day)} {reference}".strip() for pk, day, reference in told}


def _claims(school_id: int, ids: Sequence[str]) -> Names:
    rows = PaymentClaim.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    return {str(pk): reference for pk, reference in rows.values_list("pk", "reference")}


def _statements(school_id: int, ids: Sequence[str]) -> Names:
    return {str(pk): name for pk, name in statement_names(school_id, _ids(ids)).items()}


def _items(school_id: int, ids: Sequence[str]) -> Names:
    rows = FeeItem.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _rules(_school_id: int, ids: Sequence[str]) -> Names:
    return reduction_names(ids)


def _rounds(school_id: int, ids: Sequence[str]) -> Names:
    rows = CollectionRound.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def _invoices(school_id: int, ids: Sequence[str]) -> Names:
    rows = Invoice.objects.for_school(school_id).filter(among("pk", _ids(ids)))
    return {str(pk): code for pk, code in rows.values_list("pk", "code")}


def _students(school_id: int, ids: Sequence[str]) -> Names:
    rows = Student.objects.for_school(school_id).filter(among("pk", _ids(ids)) | among("public_id", ids))
    return {key: name for pk, own, name in rows.values_list("pk", "public_id", "full_name") for key in (str(pk), own)}


def _users(_school_id: int, ids: Sequence[str]) -> Names:
    return {str(pk): name for pk, name in user_names(_ids(ids)).items()}


def _schools(_school_id: int, ids: Sequence[str]) -> Names:
    rows = School.objects.filter(among("pk", _ids(ids)))
    return {str(pk): name for pk, name in rows.values_list("pk", "short_name")}


def _incidents(school_id: int, ids: Sequence[str]) -> Names:
    rows = Incident.objects.for_school(school_id).filter(among("number", _ids(ids)))
    return {str(number): title for number, title in rows.values_list("number", "title")}


def _numbered(_school_id: int, ids: Sequence[str]) -> Names:
    """Things people call by the number of their register."""
    return {one: _("số %(number)s") % {"number": one} for one in ids}


_KINDS: Mapping[str, Callable[[int, Sequence[str]], Names]] = {
    "payment": _payments, "receipt": _receipts, "bank_line": _lines, "claim": _claims, "statement": _statements,
    "fee_item": _items, "round": _rounds, "invoice": _invoices, "student": _students, "user": _users,
    "school": _schools, "incident": _incidents, "hold": _numbered,
    "reduction_rule": _rules,
}  # fmt: skip
