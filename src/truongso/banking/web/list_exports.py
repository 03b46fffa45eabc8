"""Closings, imports of statements and learnt payers as workbooks: the columns of their pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries
from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.queries import closes, month_closes
from truongso.banking.closing.types import CloseState
from truongso.banking.learning.queries import learnt as learnt_payers
from truongso.banking.learning.queries import search
from truongso.banking.types import ImportState
from truongso.banking.web.closing_texts import STATES
from truongso.banking.web.statements import layout_name, own_layouts
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response

_LONGEST = 100


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def closings(request: AuthedRequest) -> HttpResponse:
    """Closed days of every account and of the cash box, and closed months, the latest first."""
    school = request.caller.school
    days, months = list(closes(school.pk)), list(month_closes(school.pk))
    both: list[DayClose | MonthClose] = [*days, *months]
    people = user_names(who for c in both for who in (c.signed_by, c.decided_by, c.reopened_by))
    signed = [_("Trạng thái"), _("Người ký"), _("Ký lúc"), _("Người xác nhận"), _("Xác nhận lúc")]
    undone = [_("Lý do mở lại"), _("Người mở lại"), _("Mở lại lúc")]
    day_header = [
        _("Sổ"), _("Từ ngày"), _("Đến ngày"), _("Đầu kỳ"), _("Tiền vào"), _("Tiền ra"), _("Cuối kỳ"),
        _("Cuối kỳ theo sổ"), _("Giải thích"), *signed, *undone, _("Mã ký"),
    ]  # fmt: skip
    month_header = [
        _("Tháng"),
        _("Năm"),
        _("Số bút toán"),
        _("Số phát sinh"),
        _("Giải thích"),
        *signed,
        *undone,
        _("Mã ký"),
    ]

    def ends(c: DayClose | MonthClose) -> list[ExportCell]:
        return [
            c.note, str(STATES[CloseState(c.state)][0]), people.get(c.signed_by, ""), c.signed_at,
            people.get(c.decided_by or 0, ""), c.decided_at, c.reopen_reason, people.get(c.reopened_by or 0, ""),
            c.reopened_at, c.digest,
        ]  # fmt: skip

    day_rows: list[list[ExportCell]] = [
        [
            c.bank_account.number if c.bank_account else _("Quỹ tiền mặt"), c.first_on, c.last_on, c.opening,
            c.money_in, c.money_out, c.closing, c.book_closing, *ends(c),
        ]
        for c in days
    ]  # fmt: skip
    month_rows: list[list[ExportCell]] = [[c.month, c.year, c.postings, c.moved, *ends(c)] for c in months]
    return xlsx_response(
        [SheetOut(_("Ngày"), day_header, day_rows), SheetOut(_("Tháng"), month_header, month_rows)],
        name="khoa-so", action="banking:closings:export", school=school, actor=request.caller.actor,
        count=len(days) + len(months),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def imports(request: AuthedRequest) -> HttpResponse:
    """Imports of statements, the latest first."""
    school = request.caller.school
    found, own = list(queries.imports(school.pk)), own_layouts(school.pk)
    names = user_names(i.uploaded_by for i in found)
    states = {
        ImportState.APPLIED.value: _("Đã nhập"), ImportState.MAPPING.value: _("Chờ chỉ cột"),
        ImportState.PREVIEWED.value: _("Mới xem trước"),
    }  # fmt: skip
    header = [
        _("Tệp"), _("Tài khoản"), _("Mẫu"), _("Từ ngày"), _("Đến ngày"), _("Người nhập"), _("Nhập lúc"), _("Dòng mới"),
        _("Đã biết"), _("Chưa nhập"), _("Trạng thái"), _("Khớp số dư"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            i.file_name, i.bank_account.number, layout_name(i.layout, own), i.period_from, i.period_to,
            names.get(i.uploaded_by or 0, ""), i.uploaded_at, i.counts.get("new"), i.counts.get("known"),
            i.counts.get("refused"), states[i.state], _("không khớp") if i.flagged else "",
        ]
        for i in found
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Các lần nhập"), header, rows)], name="nhap-sao-ke", action="banking:imports:export",
        school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_safe
def learnt(request: AuthedRequest) -> HttpResponse:
    """What earlier payments taught about payers, searched as on the page."""
    school, words = request.caller.school, request.GET.get("q", "")[:_LONGEST]
    found = search(learnt_payers(school.pk), words)
    header = [_("Người nộp"), _("Số tài khoản"), _("Học sinh"), _("Lớp"), _("Số lần"), _("Lần cuối")]
    rows: list[list[ExportCell]] = [
        [x.payer_name, x.payer_account, x.student_name, x.class_name, x.payments, x.latest] for x in found
    ]
    return xlsx_response(
        [SheetOut(_("Người nộp và học sinh"), header, rows)], name="nguoi-nop-da-hoc",
        action="banking:learnt:export", school=school, actor=request.caller.actor, count=len(rows),
        asked={"q": words} if words else {},
    )  # fmt: skip
