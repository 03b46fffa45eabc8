"""The four queues of reconciliation, with gross, fee, net and expected day; each as a workbook; partners' days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.queues import queries
from truongso.banking.queues.types import Entry, QueueKind, Says
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong, total
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.payments.public import SettlementRefusedError, save_settle_days, settle_terms, settlement_text

_PAGE = 50
NAMES = {
    "da-khop": QueueKind.MATCHED,
    "co-tien": QueueKind.NO_RECORD,
    "chua-ve": QueueKind.NO_MONEY,
    "chenh-lech": QueueKind.DIFFERENCES,
}
_TITLES = {
    QueueKind.MATCHED: gettext_lazy("Đã khớp"),
    QueueKind.NO_RECORD: gettext_lazy("Có tiền, chưa có ghi nhận"),
    QueueKind.NO_MONEY: gettext_lazy("Có ghi nhận, tiền chưa về"),
    QueueKind.DIFFERENCES: gettext_lazy("Chênh lệch"),
}
_LEADS = {
    QueueKind.MATCHED: gettext_lazy("Tiền ngân hàng báo có đã có chỗ trong sổ; lô quyết toán mở ra từng giao dịch."),
    QueueKind.NO_RECORD: gettext_lazy("Ngân hàng hoặc đối tác báo có tiền nhưng trường chưa ghi nhận cho ai."),
    QueueKind.NO_MONEY: gettext_lazy("Máy thẻ, cổng hoặc ngân hàng thu hộ báo đã thu nhưng tiền chưa vào tài khoản."),
    QueueKind.DIFFERENCES: gettext_lazy("Hai bên cùng có nhưng khác nhau về phí, số tiền hoặc ngày tiền về."),
}
SAYS: dict[Says, tuple[str, str]] = {
    Says.TRANSFER: (gettext_noop("chuyển khoản"), "ok"),
    Says.BATCH: (gettext_noop("lô quyết toán"), "ok"),
    Says.ITEM: (gettext_noop("trong lô"), ""),
    Says.DEPOSIT: (gettext_noop("nộp quỹ"), "info"),
    Says.REFUND: (gettext_noop("hoàn bị trả lại"), "info"),
    Says.WAITING: (gettext_noop("chờ xử lý"), "warn"),
    Says.PARKED: (gettext_noop("để sau"), "info"),
    Says.PARTLY: (gettext_noop("còn một phần"), "warn"),
    Says.UNKNOWN_ITEM: (gettext_noop("đối tác báo, trường chưa ghi"), "bad"),
    Says.UNDONE_ITEM: (gettext_noop("đã hoàn tác ở trường"), "bad"),
    Says.LATE: (gettext_noop("quá hạn"), "bad"),
    Says.IN_TIME: (gettext_noop("trong hạn"), "info"),
    Says.FEE: (gettext_noop("khác phí"), "warn"),
    Says.AMOUNT: (gettext_noop("khác số tiền"), "bad"),
    Says.DATE: (gettext_noop("tiền về muộn"), "warn"),
    Says.UNDER: (gettext_noop("nộp thiếu"), "warn"),
    Says.OVER: (gettext_noop("nộp thừa"), "warn"),
    Says.BILL: (gettext_noop("khác bảng của ngân hàng"), "bad"),
}
_ADDRESSES = {"line": "banking:line", "batch": "payments:settlement", "bills": "payments:bills"}


@requires(Permission.SCHOOL_MATCH_READ)
@require_safe
@gzip_page
def four_queues(request: AuthedRequest, name: str = "chua-ve") -> HttpResponse:
    """One of the four queues, of a month where that makes sense."""
    kind = _kind(name)
    school_id, first, last = request.caller.school.pk, *_month(request)
    page, entries = _page(request, kind, first, last)
    context: dict[str, Any] = {
        "name": name, "title": _TITLES[kind], "lead": _LEADS[kind], "kind": kind.value,
        "tabs": [
            {
                "label": _TITLES[k], "current": k is kind,
                "url": reverse("banking:four_queue", args=[n]) + f"?thang={first:%Y-%m}",
            }
            for n, k in NAMES.items()
        ],
        "rows": [_shown(e) for e in entries], "page": page, "month": first, "has_month": _has_month(kind),
        "earlier": f"{first - dt.timedelta(days=1):%Y-%m}",
        "later": f"{last + dt.timedelta(days=1):%Y-%m}" if last < clock.today() else "",
        "all": request.GET.get("xem") == "ca",
        "gross": total(e.gross for e in entries), "fee": total(e.fee for e in entries),
        "net": total(e.net for e in entries),
        "terms": list(settle_terms(school_id).values()) if kind is QueueKind.NO_MONEY else [],
        "may_set": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }  # fmt: skip
    return render(request, "banking/four_queues.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def export(request: AuthedRequest, name: str) -> HttpResponse:
    """A queue as a workbook, batches with all their items."""
    kind = _kind(name)
    school, (first, last) = request.caller.school, _month(request)
    entries = list(_everything(request, kind, first, last))
    header = [
        _("Loại"), _("Ngày"), _("Nguồn"), _("Số tham chiếu"), _("Người nộp"), _("Phiếu, ghi chú"), _("Gộp"), _("Phí"),
        _("Thực nhận"), _("Phí theo"), _("Hạn tiền về"), _("Ngày tiền về"), _("Số ngày"), _("Trường ghi"),
        _("Đối tác ghi"), _("Chênh lệch"),
    ]  # fmt: skip
    rows = [_cells(e) for entry in entries for e in (entry, *entry.parts)]
    return xlsx_response(
        [SheetOut(str(_TITLES[kind]), header, rows)], name=f"doi-chieu-{name}", action="banking:four_queues:export",
        school=school, actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def save_terms(request: AuthedRequest) -> HttpResponse:
    """Within how many working days each partner's money should come."""
    days: dict[str, int] = {}
    for code in request.POST.getlist("nguon")[:100]:
        text = request.POST.get(f"ngay_{code}", "").strip()
        if not re.fullmatch(r"[0-9]{1,2}", text):
            messages.error(request, _("Số ngày làm việc là số từ 0 đến 30. Chưa có gì thay đổi."))
            return redirect("banking:four_queues")
        days[code] = int(text)
    try:
        with transaction():
            changed = save_settle_days(request.caller.school, days=days, actor=request.caller.actor)
    except SettlementRefusedError as refusal:
        messages.error(request, settlement_text(refusal.code, refusal.params))
        return redirect("banking:four_queues")
    messages.success(request, _("Đã lưu hạn tiền về của đối tác.") if changed else _("Hạn tiền về không đổi."))
    return redirect("banking:four_queues")


def _page(request: AuthedRequest, kind: QueueKind, first: dt.date, last: dt.date) -> tuple[Any, list[Entry]]:
    """The page of the list and its entries; only what is shown is worked out."""
    school_id, asked = request.caller.school.pk, request.GET.get("trang")
    page: Any
    if kind is QueueKind.MATCHED:
        page = Paginator(queries.matched_lines(school_id, first, last), _PAGE).get_page(asked)
        return page, queries.matched(school_id, list(page.object_list))
    if kind is QueueKind.NO_RECORD:
        items = queries.items_without_record(school_id)
        page = Paginator(queries.open_credits(school_id), _PAGE).get_page(asked)
        found = queries.without_record(school_id, list(page.object_list))
        return page, [*(items if page.number == 1 else []), *found]
    if kind is QueueKind.NO_MONEY:
        terms = settle_terms(school_id)
        rows = queries.records_without_money(school_id, terms, late=request.GET.get("xem") != "ca")
        page = Paginator(rows, _PAGE).get_page(asked)
        return page, queries.without_money(school_id, terms, list(page.object_list))
    page = Paginator(queries.differences(school_id, first, last), _PAGE).get_page(asked)
    return page, list(page.object_list)


def _everything(request: AuthedRequest, kind: QueueKind, first: dt.date, last: dt.date) -> Iterable[Entry]:
    school_id = request.caller.school.pk
    if kind is QueueKind.MATCHED:
        return queries.matched(school_id, list(queries.matched_lines(school_id, first, last)), parts=None)
    if kind is QueueKind.NO_RECORD:
        found = queries.without_record(school_id, list(queries.open_credits(school_id)))
        return [*queries.items_without_record(school_id), *found]
    if kind is QueueKind.NO_MONEY:
        terms = settle_terms(school_id)
        rows = queries.records_without_money(school_id, terms, late=request.GET.get("xem") != "ca")
        return queries.without_money(school_id, terms, list(rows))
    return queries.differences(school_id, first, last)


def _shown(entry: Entry) -> dict[str, Any]:
    text, kind = SAYS[entry.says]
    return {
        "entry": entry, "says": _(text), "kind": kind,
        "url": _url(*entry.link),
        "delta": _delta(entry), "parts": [_shown(part) for part in entry.parts],
    }  # fmt: skip


def _url(page: str, key: str) -> str:
    """The page behind a row; "" where there is none."""
    try:
        return reverse(_ADDRESSES[page], args=[key] if key else []) if page else ""
    except NoReverseMatch:
        return ""


def _delta(entry: Entry) -> Dong | None:
    return None if entry.ours is None or entry.theirs is None else entry.theirs - entry.ours


def _cells(entry: Entry) -> Sequence[ExportCell]:
    agreed = _("thỏa thuận") if entry.is_agreed else _("đối tác báo")
    return [
        _(SAYS[entry.says][0]), entry.day, entry.source, entry.reference, entry.who, entry.codes, entry.gross,
        entry.fee, entry.net, agreed if entry.fee else "", entry.expected_on, entry.arrived_on, entry.days or None,
        entry.ours, entry.theirs, _delta(entry),
    ]  # fmt: skip


def _has_month(kind: QueueKind) -> bool:
    return kind in {QueueKind.MATCHED, QueueKind.DIFFERENCES}


def _kind(name: str) -> QueueKind:
    if name not in NAMES:
        raise Http404
    return NAMES[name]


def _month(request: AuthedRequest) -> tuple[dt.date, dt.date]:
    match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", request.GET.get("thang", ""))
    first = dt.date(int(match[1]), int(match[2]), 1) if match else clock.today().replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
