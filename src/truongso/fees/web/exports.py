"""Lists of this room as workbooks: rounds, catalogue with its rates, exemptions."""

from __future__ import annotations

from collections import defaultdict

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.models import FeeItem, FeeRate
from truongso.fees.queries.choices import exemptions, rule_names
from truongso.fees.queries.rounds import rounds_of
from truongso.fees.web.labels import NATURES, ROUND_STATES, UNITS
from truongso.kernel import clock
from truongso.kernel.names import fold
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def rounds(request: AuthedRequest) -> HttpResponse:
    """Rounds with what became of them."""
    header = [
        _("Đợt thu"), _("Trạng thái"), _("Tính theo ngày"), _("Hạn nộp"), _("Phiếu"), _("Phiếu nộp đủ"),
        _("Phiếu huỷ"), _("Phải thu"), _("Đã thu"), _("Còn thiếu"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            r.name, str(ROUND_STATES[r.state][0]), r.priced_on, r.due_on, r.figures.invoices, r.figures.paid_invoices,
            r.figures.cancelled, r.figures.total, r.figures.paid, r.figures.outstanding,
        ]
        for r in rounds_of(request.caller.school.pk)
    ]  # fmt: skip
    return _file(request, "dot-thu", "rounds", SheetOut(_("Đợt thu"), header, rows))


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def items(request: AuthedRequest) -> HttpResponse:
    """The catalogue, one row for every rate there is or was; items without a rate have a row too."""
    school = request.caller.school
    rates: dict[int, list[FeeRate]] = defaultdict(list)
    for rate in FeeRate.objects.for_school(school).order_by("grade", "valid_from"):
        rates[rate.fee_item_id].append(rate)
    header = [
        _("Mã"), _("Khoản thu"), _("Tính chất"), _("Đơn vị"), _("Tự nguyện"), _("Đang dùng"), _("Khối"), _("Mức thu"),
        _("Mức trần"), _("Từ ngày"), _("Đến ngày"), _("Văn bản"), _("Cơ quan quyết định"), _("Căn cứ"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = []
    for item in FeeItem.objects.for_school(school).order_by("name", "pk"):
        said: list[ExportCell] = [
            item.code, item.name, str(NATURES[item.nature]), str(UNITS[item.unit]), _yes(item.is_voluntary),
            _yes(item.is_active),
        ]  # fmt: skip
        rows += [
            [*said, r.grade, r.amount, r.cap, r.valid_from, r.valid_to, r.document_number, r.deciding_body,
             item.legal_basis]
            for r in rates[item.pk]
        ] or [[*said, "", None, None, None, None, "", "", item.legal_basis]]  # fmt: skip
    return _file(request, "khoan-thu", "items", SheetOut(_("Danh mục khoản thu"), header, rows))


@requires(Permission.SCHOOL_EXEMPTION_WRITE)
@require_safe
def exemption_rows(request: AuthedRequest) -> HttpResponse:
    """Exemptions as filtered on their page: how much and until when. Why a family pays less is opened at the pupil."""
    words, only = fold(request.GET.get("q", "")), request.GET.get("xem", "")
    rules = rule_names()
    header = [_("Học sinh"), _("Mã học sinh"), _("Mức (%)"), _("Từ ngày"), _("Đến ngày"), _("Có minh chứng")]
    rows: list[list[ExportCell]] = [
        [
            e.student.full_name, e.student.school_code, rules[e.rule_code].percent if e.rule_code in rules else None,
            e.valid_from, e.valid_to, _yes(bool(e.document)),
        ]
        for e in exemptions(request.caller.school.pk, words=words, only=only, today=clock.today())
    ]  # fmt: skip
    return _file(request, "mien-giam", "exemptions", SheetOut(_("Miễn giảm"), header, rows))


def _file(request: AuthedRequest, name: str, subject: str, sheet: SheetOut) -> HttpResponse:
    rows = list(sheet.rows)
    return xlsx_response(
        [SheetOut(sheet.name, sheet.header, rows)], name=name, action=f"fees:{subject}:export",
        school=request.caller.school, actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


def _yes(value: bool) -> str:
    return _("Có") if value else _("Không")
