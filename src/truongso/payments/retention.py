"""How long notices as they came, answers to banks, and files that nobody took over are kept; vouchers stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from truongso.kernel import clock
from truongso.kernel.retention import Rule
from truongso.payments.models import BillCall, Notice, SettlementFile, VirtualAccountList
from truongso.payments.stripping import stripped
from truongso.payments.types import NoticeState

_PART = 2000
_STRIPPED_AT_ONCE = 500
_ENDED = [NoticeState.PROCESSED.value, NoticeState.REFUSED.value, NoticeState.DUPLICATE.value]


def _notices(school_id: int, before: dt.datetime) -> QuerySet[Any]:
    """Notices done with that still hold what was sent; one that waits keeps its body whatever its age."""
    rows = Notice.objects.for_school(school_id).filter(received_at__lt=before, state__in=_ENDED)
    return rows.exclude(Q(body=b"") & Q(headers={}))


def _empty_notices(school_id: int, before: dt.datetime) -> int:
    ids = list(_notices(school_id, before).order_by("pk").values_list("pk", flat=True)[:_PART])
    rows = Notice.objects.for_school(school_id).filter(pk__in=ids)
    return rows.update(body=b"", headers={}, stripped_at=clock.now())


def _with_people(school_id: int, before: dt.datetime) -> QuerySet[Any]:
    return _notices(school_id, before).filter(stripped_at=None)


def _strip_notices(school_id: int, before: dt.datetime) -> int:
    rows = list(_with_people(school_id, before).order_by("pk").only("pk", "body")[:_STRIPPED_AT_ONCE])
    for row in rows:
        row.body, row.headers, row.stripped_at = stripped(bytes(row.body)), {}, clock.now()
    Notice.objects.for_school(school_id).bulk_update(rows, ["body", "headers", "stripped_at"], batch_size=100)
    return len(rows)


def _answers(school_id: int, before: dt.datetime) -> QuerySet[BillCall]:
    return BillCall.objects.filter(partner__owner_id=school_id, created_at__lt=before).exclude(answer="")


def _files(school_id: int, before: dt.datetime) -> QuerySet[Any]:
    rows = SettlementFile.objects.for_school(school_id)
    return rows.filter(applied_at=None, uploaded_at__lt=before, items=None)


def _lists(school_id: int, before: dt.datetime) -> QuerySet[Any]:
    return VirtualAccountList.objects.for_school(school_id).filter(applied_at=None, uploaded_at__lt=before)


RULES = [
    Rule(
        "vouchers", _("Phiếu, khoản nộp, biên lai, sao kê, sổ sách"),
        _("Không tự xóa: hết hạn, nhà trường lập hội đồng hủy chứng từ theo quy định."),
    ),
    Rule(
        "supporting", _("Tài liệu kèm: đề nghị, lời báo, lần nhắc, giao dịch qua cổng"),
        _("Không tự xóa: đi cùng chứng từ."),
    ),
    Rule(
        "notices", _("Nguyên văn thông báo của đối tác thanh toán"),
        _("Xóa nguyên văn và tiêu đề; còn dấu sha256, lúc nhận và kết quả."),
        due=lambda school, before: _notices(school, before).count(), purge=_empty_notices,
    ),
    Rule(
        "notice_people", _("Người nêu trong thông báo của đối tác thanh toán"),
        _("Xóa tên, số tài khoản, lời chuyển khoản; còn mã, số tiền, lúc chuyển."),
        due=lambda school, before: _with_people(school, before).count(), purge=_strip_notices,
    ),
    Rule(
        "bill_answers", _("Câu trả lời cho ngân hàng thu hộ"), _("Xóa nội dung; còn dấu và lúc gọi."),
        due=lambda school, before: _answers(school, before).count(),
        purge=lambda school, before: _answers(school, before).update(answer=""),
    ),
    Rule(
        "uploads", _("Tệp quyết toán tải lên mà không ghi sổ"), _("Xóa cả tệp."),
        due=lambda school, before: _files(school, before).count(),
        purge=lambda school, before: int(_files(school, before).delete()[0]),
    ),
    Rule(
        "number_lists", _("Tệp số tài khoản riêng tải lên mà không dùng"), _("Xóa cả tệp."),
        due=lambda school, before: _lists(school, before).count(),
        purge=lambda school, before: int(_lists(school, before).delete()[0]),
    ),
]  # fmt: skip
