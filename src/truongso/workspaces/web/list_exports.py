"""Partners, changes by two people, readiness, and the department's lists of schools and accounts, as workbooks."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names, waiting_request_count
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import ExportingUnit, xlsx_response
from truongso.organizations.public import LEVELS, OrgUnit, School, schools_under
from truongso.organizations.types import Area, Ownership, SchoolLevel
from truongso.payments.public import (
    PARTNER_KINDS,
    PartnerKind,
    SetupChange,
    account_changes,
    changes_of,
    partners_of,
    readiness,
)
from truongso.workspaces.ways import NAMINGS
from truongso.workspaces.web.changes import shown
from truongso.workspaces.web.methods import LACKS, year_of_use
from truongso.workspaces.web.partners import partner_row
from truongso.workspaces.web.schools import AREAS, OWNERSHIPS


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def partners(request: AuthedRequest) -> HttpResponse:
    """Every partner with its terms and what its list lacks."""
    school = request.caller.school
    header = [
        _("Loại"), _("Đối tác"), _("Số hợp đồng"), _("Ngày ký"), _("Hết hạn"), _("Không thời hạn"), _("Người liên hệ"),
        _("Điện thoại"), _("E-mail"), _("Phí (%)"), _("Phí cố định"), _("Bắt đầu nối"), _("Nối xong"),
        _("Vận hành từ"), _("Mục đã đủ"), _("Mục phải có"), _("Còn thiếu"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = []
    for row in map(partner_row, partners_of(school.pk)):
        f = row["file"]
        rows.append(
            [
                str(PARTNER_KINDS[PartnerKind(f.kind)]), f.name, f.contract_number, f.signed_on, f.ends_on,
                _("có") if f.is_open_ended else "", f.contact_name, f.contact_phone, f.contact_email,
                Fraction(f.fee_basis_points, 10_000), f.fee_fixed, f.started_on, f.integrated_on, f.live_at,
                row["done"], row["of"], ", ".join(str(x) for x in row["lacking"]),
            ]
        )  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Đối tác"), header, rows)], name="doi-tac", action="payments:partners:export", school=school,
        actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def changes(request: AuthedRequest) -> HttpResponse:
    """Changes that take two people, what waits and what is done, the newest first."""
    school = request.caller.school
    rows = _changes(changes_of(school.pk))
    return xlsx_response(
        [SheetOut(_("Thay đổi"), _change_header(), rows)], name="thay-doi-hai-nguoi",
        action="payments:changes:export", school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def methods(request: AuthedRequest) -> HttpResponse:
    """The meter of ways to pay of this school year: ready, what is missing, used, with the payment that proves it."""
    school = request.caller.school
    first, last = year_of_use()
    header = [
        _("Cách nộp"), _("Sẵn sàng"), _("Còn thiếu"), _("Đã dùng"), _("Số lượt"), _("Số tiền"),
        _("Bằng chứng: khoản nộp ngày"), _("Mã khoản nộp"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = []
    for method, state in readiness(school.pk, first=first, last=last).items():
        proof = state.proof
        rows.append(
            [
                str(NAMINGS[method].long), _("có") if state.is_ready else _("chưa"),
                str(LACKS[state.lack]) if state.lack else "", _("có") if state.is_used else _("chưa"),
                proof.count if proof else 0, proof.amount if proof else None, proof.paid_on if proof else None,
                proof.payment_public_id if proof else "",
            ]
        )  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Cách nộp tiền"), header, rows, banner=[[school.name], [_("Từ ngày"), first, _("đến"), last]])],
        name="cach-nop", action="payments:methods:export", school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.UNIT_SCHOOL_READ)
@require_safe
def unit_schools(request: AuthedRequest) -> HttpResponse:
    """The schools under the caller's unit."""
    unit = _unit(request)
    header = [
        _("Trường"), _("Mã"), _("Cấp học"), _("Loại hình"), _("Vùng"), _("Địa chỉ"), _("Điện thoại"), _("E-mail"),
        _("Yêu cầu chờ duyệt"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [
        [
            s.name, s.code, str(LEVELS[SchoolLevel(s.level)]), str(OWNERSHIPS[Ownership(s.ownership)]),
            str(AREAS[Area(s.area)]) if s.area else "", s.address, s.phone, s.email, waiting_request_count(s.pk),
        ]
        for s in _schools(unit)
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Trường thuộc quyền"), header, rows)], name="truong-thuoc-quyen",
        action="organizations:schools:export", school=ExportingUnit(unit.code, unit.name, unit.pk),
        actor=request.caller.actor,
        count=len(rows),
    )  # fmt: skip


@requires(Permission.UNIT_OVERVIEW_READ)
@require_safe
def unit_accounts(request: AuthedRequest) -> HttpResponse:
    """Changes of receiving accounts at the schools of the unit, the newest first."""
    unit = _unit(request)
    found = list(account_changes([s.pk for s in _schools(unit)]))
    rows = [[change.school.name, *row] for change, row in zip(found, _changes(found), strict=True)]
    return xlsx_response(
        [SheetOut(_("Đổi tài khoản nhận tiền"), [_("Trường"), *_change_header()], rows)], name="doi-tai-khoan",
        action="payments:account_changes:export", school=ExportingUnit(unit.code, unit.name, unit.pk),
        actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


def _change_header() -> list[str]:
    return [
        _("Thay đổi"), _("Ngân hàng"), _("Nội dung"), _("Trạng thái"), _("Người đề nghị"), _("Đề nghị lúc"), _("Lý do"),
        _("Người quyết định"), _("Quyết định lúc"), _("Bắt đầu dùng"), _("Kết thúc lúc"), _("Lý do kết thúc"),
    ]  # fmt: skip


def _changes(found: Iterable[SetupChange]) -> list[list[ExportCell]]:
    changes = list(found)
    names = user_names(who for c in changes for who in (c.proposed_by, c.decided_by, c.ended_by))
    rows: list[list[ExportCell]] = []
    for one in (shown(c, names) for c in changes):
        c = one["row"]
        rows.append(
            [
                str(one["kind"]), str(one["bank"]), c.title, str(one["state"]), one["by"], c.proposed_at, c.reason,
                one["decided_by"], c.decided_at, c.effective_at, c.ended_at, c.end_reason,
            ]
        )  # fmt: skip
    return rows


def _unit(request: AuthedRequest) -> OrgUnit:
    membership = request.caller.membership
    if membership is None or membership.unit is None:
        raise Http404
    return membership.unit


def _schools(unit: OrgUnit) -> list[School]:
    return schools_under(unit, clock.today())
