"""The staff navigation: groups and entries, shown by permission of the present membership."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import Caller, caller_of, role_name, support_grants_open, waiting_request_count
from truongso.accounts.types import FAMILY_ROLES, Permission
from truongso.banking.public import open_claim_count, queue_figures, waiting_closes
from truongso.kernel import clock
from truongso.organizations.public import School, school_year_on
from truongso.payments.public import bills_in_doubt_count, waiting_approvals, waiting_changes
from truongso.people.public import privacy_waiting
from truongso.reporting.public import flags_waiting

QUEUE = "banking:queue"
CLAIMS = "banking:claims"
PEOPLE = "accounts:people"
APPROVALS = "payments:approvals"
CLOSING = "banking:closing"
FLAGS = "reporting:flags"
CHANGES = "workspaces:changes"
DATA = "people:data_requests"
SUPPORT = "accounts:support_grants"
FAMILY = "workspaces:my_family"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the rail: its address by name, who sees it, further paths under which it is the present page.

    `unless`: who holds this reaches it by a tab of another entry.
    """

    label: str | Promise
    page: str
    icon: str
    permission: Permission | None
    also: tuple[str, ...] = ()
    unless: Permission | None = None


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        gettext_lazy("Thu học phí & khoản thu"),
        (
            Entry(gettext_lazy("Tổng quan thu"), "workspaces:overview", "layout-dashboard",
                  Permission.SCHOOL_DASHBOARD_READ),
            Entry(gettext_lazy("Việc cần duyệt"), APPROVALS, "gavel", Permission.SCHOOL_REFUND_APPROVE),
            Entry(gettext_lazy("Đợt thu"), "fees:rounds", "file-invoice", Permission.SCHOOL_ROUND_READ),
            Entry(gettext_lazy("Phiếu báo thu"), "fees:invoices", "receipt", Permission.SCHOOL_INVOICE_READ,
                  also=("/thu/khoan-nop",)),
            Entry(gettext_lazy("In phiếu"), "payments:printing", "printer", Permission.SCHOOL_INVOICE_READ),
            Entry(gettext_lazy("Nhắc nộp"), "payments:reminders", "send", Permission.SCHOOL_REMINDER_READ),
        ),
    ),
    Group(
        gettext_lazy("Thu tại trường"),
        (
            Entry(gettext_lazy("Quầy thu"), "workspaces:counter", "cash", Permission.SCHOOL_PAYMENT_BOOK),
            Entry(gettext_lazy("Máy POS"), "payments:pos", "credit-card", Permission.SCHOOL_PAYMENT_READ,
                  also=("/thu/quyet-toan",)),
            Entry(gettext_lazy("Sổ quỹ"), "payments:cash_book", "book", Permission.SCHOOL_CASH_READ,
                  also=("/thu/nop-quy",)),
        ),
    ),
    Group(
        gettext_lazy("Tiền về tài khoản"),
        (
            Entry(gettext_lazy("Đối soát"), QUEUE, "arrows-exchange", Permission.SCHOOL_MATCH_READ,
                  also=("/thu/giao-dich", "/thu/tien-ra", "/thu/trung-tien")),
            Entry(gettext_lazy("Báo đã nộp"), CLAIMS, "message", Permission.SCHOOL_MATCH_READ),
            Entry(gettext_lazy("Thu hộ qua ngân hàng"), "payments:bills", "building-bank",
                  Permission.SCHOOL_MATCH_READ),
            Entry(gettext_lazy("Sao kê"), "banking:statements", "file-import", Permission.SCHOOL_MATCH_READ),
            Entry(gettext_lazy("Khóa sổ"), CLOSING, "lock", Permission.SCHOOL_CLOSE_READ),
        ),
    ),
    Group(
        gettext_lazy("Chứng từ & hoàn trả"),
        (
            Entry(gettext_lazy("Biên lai"), "payments:receipts", "certificate", Permission.SCHOOL_PAYMENT_READ),
            Entry(gettext_lazy("Bàn giao hóa đơn"), "payments:handoffs", "file-export",
                  Permission.SCHOOL_EINVOICE_WRITE),
            Entry(gettext_lazy("Hoàn tiền"), "payments:refunds", "receipt-refund", Permission.SCHOOL_REFUND_READ),
            Entry(gettext_lazy("Tiền gia đình nộp thừa"), "payments:credits", "wallet", Permission.SCHOOL_REFUND_READ),
        ),
    ),
    Group(
        gettext_lazy("Học sinh & khoản thu"),
        (
            Entry(gettext_lazy("Học sinh"), "people:pupils", "users", Permission.SCHOOL_STUDENT_READ),
            Entry(gettext_lazy("Lớp chủ nhiệm"), "people:my_class", "users", Permission.CLASS_PUPIL_READ),
            Entry(gettext_lazy("Lớp tôi dạy"), "people:taught", "school", Permission.CLASS_TAUGHT_READ),
            Entry(gettext_lazy("Giáo viên chủ nhiệm"), "people:homerooms", "user-check",
                  Permission.SCHOOL_HOMEROOM_WRITE),
            Entry(gettext_lazy("Phân công giảng dạy"), "people:teaching", "clipboard-list",
                  Permission.SCHOOL_TEACHING_WRITE),
            Entry(gettext_lazy("Miễn giảm"), "fees:exemptions", "discount", Permission.SCHOOL_EXEMPTION_WRITE),
            Entry(gettext_lazy("Danh mục khoản thu"), "fees:items", "list", Permission.SCHOOL_FEE_READ),
        ),
    ),
    Group(
        gettext_lazy("Báo cáo"),
        (
            Entry(gettext_lazy("Không dùng tiền mặt"), "reporting:cashless", "report-analytics",
                  Permission.SCHOOL_REPORT_READ),
            Entry(gettext_lazy("Cuối tháng"), "reporting:month_end", "calendar-stats", Permission.SCHOOL_CLOSE_READ,
                  also=("/bao-cao/but-toan", "/thu/so-tien-gui")),
            Entry(gettext_lazy("Điểm cần giải thích"), FLAGS, "flag", Permission.SCHOOL_REPORT_READ),
            Entry(gettext_lazy("Điểm cần giải thích"), "reporting:unit_flags", "flag", Permission.UNIT_OVERVIEW_READ),
        ),
    ),
    Group(
        gettext_lazy("Điều hành"),
        (
            Entry(gettext_lazy("Tổng quan"), "reporting:unit_overview", "layout-dashboard",
                  Permission.UNIT_OVERVIEW_READ),
            Entry(gettext_lazy("Trường thuộc quyền"), "workspaces:schools", "school", Permission.UNIT_SCHOOL_READ),
            Entry(gettext_lazy("Mẫu thông tin thanh toán"), "workspaces:template", "template",
                  Permission.UNIT_TEMPLATE_WRITE),
            Entry(gettext_lazy("Trường đổi tài khoản"), "workspaces:unit_accounts", "building-bank",
                  Permission.UNIT_OVERVIEW_READ),
        ),
    ),
    Group(
        gettext_lazy("Thiết lập"),
        (
            Entry(gettext_lazy("Cách nộp tiền"), "workspaces:methods", "wallet", Permission.SCHOOL_PAYMENT_READ),
            Entry(gettext_lazy("Thông tin trường"), "workspaces:profile", "school", Permission.SCHOOL_PROFILE_WRITE),
            Entry(gettext_lazy("Mẫu thông tin thanh toán"), "workspaces:school_template", "template",
                  Permission.SCHOOL_PAYMENT_READ),
            Entry(gettext_lazy("Tài khoản nhận tiền"), "workspaces:accounts", "building-bank",
                  Permission.SCHOOL_ACCOUNT_READ),
            Entry(gettext_lazy("Số tài khoản riêng"), "payments:own_numbers", "id", Permission.SCHOOL_PAYMENT_READ),
            Entry(gettext_lazy("Đối tác thanh toán"), "workspaces:partners", "plug-connected",
                  Permission.SCHOOL_SETUP_READ, also=("/thu/kenh-thu", "/thu/ket-noi")),
            Entry(gettext_lazy("Thay đổi chờ duyệt"), CHANGES, "user-check", Permission.SCHOOL_SETUP_READ),
            Entry(gettext_lazy("Kênh gửi tin nhắn"), "payments:channels", "message", Permission.SCHOOL_MESSAGING_WRITE),
        ),
    ),
    Group(
        gettext_lazy("Quản trị"),
        (
            Entry(gettext_lazy("Người dùng"), PEOPLE, "users-group", Permission.PLACE_USER_READ),
            Entry(gettext_lazy("An toàn tài khoản"), "accounts:hygiene", "clipboard-check", Permission.PLACE_USER_READ),
            Entry(gettext_lazy("Chính sách tài khoản"), "accounts:policy", "lock", Permission.PLACE_POLICY_READ),
            Entry(gettext_lazy("Dữ liệu cá nhân"), DATA, "fingerprint", Permission.SCHOOL_PRIVACY_READ),
            Entry(gettext_lazy("Sự cố dữ liệu"), "people:incidents", "alert-triangle",
                  Permission.SCHOOL_INCIDENT_WRITE),
            Entry(gettext_lazy("Xuất dữ liệu toàn trường"), "people:school_export", "database-export",
                  Permission.SCHOOL_ALL_EXPORT),
            Entry(gettext_lazy("Nhật ký"), "workspaces:audit", "history", Permission.PLACE_AUDIT_READ),
            Entry(gettext_lazy("Đăng nhập"), "workspaces:sign_ins", "key", Permission.PLACE_SECURITY_READ,
                  also=("/nhat-ky/tai-khoan",), unless=Permission.PLACE_AUDIT_READ),
            Entry(gettext_lazy("Phép hỗ trợ"), SUPPORT, "eye", Permission.SCHOOL_SUPPORT_APPROVE),
            Entry(gettext_lazy("Xem giúp trường"), "accounts:support_asks", "eye",
                  Permission.SUPPORT_SCHOOL_ASK),
            Entry(gettext_lazy("Người vận hành"), "accounts:operators", "clipboard-check",
                  Permission.OPERATOR_ACCOUNT_REVIEW),
            Entry(gettext_lazy("Phần đang dùng"), "accounts:modules", "adjustments", Permission.SCHOOL_MODULE_WRITE),
        ),
    ),
    Group(
        gettext_lazy("Của tôi"),
        (
            Entry(gettext_lazy("Gia đình của tôi"), FAMILY, "users", Permission.FAMILY_CHILD_READ),
            Entry(gettext_lazy("Tài khoản & bảo mật"), "accounts:own_account", "shield-check", None),
        ),
    ),
)  # fmt: skip


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What the staff's base template reads; lazily, so that parts of pages and family pages cost no query."""
    caller = caller_of(request)
    if caller is None:
        return {"nav": [], "home_url": "/"}
    return {
        "nav": SimpleLazyObject(lambda: _rail(request, caller)),
        "org": SimpleLazyObject(lambda: _organisation(caller)),
        "person": {
            "name": caller.user.full_name,
            "role": role_name(caller.membership.role) if caller.membership else "",
            "links": _links([(_("Tài khoản của tôi"), "accounts:own_account", "user")]),
        },
        "search_url": _url("workspaces:search") if caller.may(Permission.SCHOOL_STUDENT_READ) else "",
        "logout_url": _url("accounts:sign_out"),
        "home_url": "/",
        "family_url": _url(FAMILY) if caller.may_anywhere(Permission.FAMILY_CHILD_READ) else "",
        "visit": caller.visit,
    }


def _rail(request: HttpRequest, caller: Caller) -> list[dict[str, Any]]:
    shown = [(group, [e for e in group.entries if _is_open(e, caller) or _is_family(e, caller)]) for group in GROUPS]
    present = _present(request.path, [entry for _group, entries in shown for entry in entries])
    return [
        {"label": group.label, "items": [_item(entry, caller, entry is present) for entry in entries]}
        for group, entries in shown
        if entries
    ]


def _item(entry: Entry, caller: Caller, current: bool) -> dict[str, Any]:
    badge = 0
    if entry.page == QUEUE:
        badge = queue_figures(caller.school.pk)[0] + bills_in_doubt_count(caller.school.pk)
    elif entry.page == APPROVALS:
        badge = waiting_approvals(caller.school.pk, caller.may)
    elif entry.page == CHANGES:
        badge = waiting_changes(caller.school.pk, sees_accounts=caller.may(Permission.SCHOOL_ACCOUNT_READ))
    elif entry.page == CLAIMS:
        badge = open_claim_count(caller.school.pk)
    elif entry.page == FLAGS:
        badge = flags_waiting(caller.school.pk)
    elif entry.page == CLOSING and caller.may(Permission.SCHOOL_CLOSE_CONFIRM):
        badge = waiting_closes(caller.school.pk)
    elif entry.page == DATA and caller.may(Permission.SCHOOL_PRIVACY_APPROVE):
        badge = privacy_waiting(caller.school.pk)
    elif entry.page == SUPPORT:
        badge = support_grants_open(caller.school.pk)
    elif entry.page == PEOPLE and caller.membership is not None and caller.membership.school is not None:
        badge = waiting_request_count(caller.school.pk)
    return {
        "label": entry.label, "url": _url(entry.page), "icon": entry.icon, "current": current, "badge": badge or "",
    }  # fmt: skip


def _is_open(entry: Entry, caller: Caller) -> bool:
    if entry.unless is not None and caller.may(entry.unless):
        return False
    return bool(_url(entry.page)) and (entry.permission is None or caller.may(entry.permission))


def _is_family(entry: Entry, caller: Caller) -> bool:
    """The family's pages go by any of the caller's roles, whatever the person does at the moment."""
    return entry.page == FAMILY and caller.may_anywhere(Permission.FAMILY_CHILD_READ)


def _present(path: str, entries: list[Entry]) -> Entry | None:
    """The entry whose address is the longest beginning of the path."""
    found: tuple[int, Entry | None] = (0, None)
    for entry in entries:
        for start in (_url(entry.page), *entry.also):
            if (path == start or path.startswith(f"{start}/")) and len(start) > found[0]:
                found = (len(start), entry)
    return found[1]


def _organisation(caller: Caller) -> dict[str, Any] | None:
    if caller.membership is None:
        return None
    place = caller.membership.school or caller.membership.unit
    year = school_year_on(clock.today())
    note = _("Năm học %(year)s") % {"year": year} if isinstance(place, School) and year else ""
    name = place.short_name if isinstance(place, School) else str(place or _("Trường Số"))
    schools = {one.school_id for one in caller.memberships if one.role in FAMILY_ROLES}
    if caller.membership.role in FAMILY_ROLES and len(schools) > 1:  # a parent of children at several schools
        name, note = _("Gia đình của tôi"), _("%(count)s trường") % {"count": len(schools)}
    switch = _url("accounts:own_account")
    choices = [
        {
            "label": str(one.school or one.unit or _("Hệ thống")),
            "note": role_name(one.role),
            "url": switch,
            "current": one.pk == caller.membership.pk,
        }
        for one in caller.memberships
        if one.role not in FAMILY_ROLES or one.pk == caller.membership.pk
    ]
    return {"name": name, "note": note, "choices": choices if len(choices) > 1 else []}


def _links(pages: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "url": _url(page), "icon": icon} for label, page, icon in pages if _url(page)]


def _url(page: str) -> str:
    """The address of a page, or "" while the page does not exist."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
