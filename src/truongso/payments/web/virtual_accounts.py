"""Own numbers of pupils and invoices at the bank: lists, the bank's rule and list, one pupil's with their history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheet_types import SheetError
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, tables
from truongso.organizations.public import BankAccount, School, bank_accounts
from truongso.payments.changes.messages import change_text
from truongso.payments.changes.number_rules import propose_number_rule
from truongso.payments.changes.queries import open_change_of
from truongso.payments.changes.types import ChangeKind, ChangeRefusedError
from truongso.payments.invoice_picture import grouped
from truongso.payments.virtual_accounts import services
from truongso.payments.virtual_accounts.invoices import number_invoices, without_number
from truongso.payments.virtual_accounts.messages import KINDS, virtual_account_text
from truongso.payments.virtual_accounts.models import InvoiceNumber, VirtualAccount, VirtualAccountList
from truongso.payments.virtual_accounts.queries import (
    invoice_numbers,
    number_of,
    numbers,
    numbers_of_student,
    rule_of,
    students_with,
)
from truongso.payments.virtual_accounts.types import RefusedRow, RuleKind, VirtualAccountRefusedError
from truongso.people.public import PupilFilter, Student, pupils, student_by_id
from truongso.people.types import StudentStatus

_PAGE = 50
_SHOWN = 200
_LARGEST_FILE = 5 * MB


class RuleForm(forms.Form):
    """How the bank makes numbers."""

    kind = forms.ChoiceField(label=gettext_lazy("Cách đánh số"), choices=[(k.value, text) for k, text in KINDS.items()])
    start = forms.CharField(
        label=gettext_lazy("Đầu số ngân hàng cấp"), max_length=12, help_text=gettext_lazy("Ví dụ: 962TS")
    )
    digits = forms.IntegerField(label=gettext_lazy("Số ký tự sau đầu số"), min_value=3, max_value=12, initial=6)
    on_notices = forms.BooleanField(
        label=gettext_lazy("Mã QR trên phiếu in chuyển vào số riêng của học sinh"), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Lý do và căn cứ"), max_length=300)


class UploadForm(forms.Form):
    """A bank's list."""

    file = UploadField(
        tables(_LARGEST_FILE),
        label=gettext_lazy("Danh sách của ngân hàng (XLSX, XLS hoặc CSV)"),
        help_text=gettext_lazy("Cần cột số tài khoản định danh và cột mã học sinh, hoặc họ tên với lớp."),
    )


class NumberForm(forms.Form):
    """A number for one pupil."""

    account = forms.ChoiceField(label=gettext_lazy("Tài khoản nhận tiền"))
    number = forms.CharField(label=gettext_lazy("Số tài khoản riêng"), max_length=30)

    def __init__(self, accounts: list[BankAccount], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {one.public_id: one for one in accounts}
        self.fields["account"].choices = [(one.public_id, str(one)) for one in accounts]  # type: ignore[attr-defined]


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def number_list(request: AuthedRequest) -> HttpResponse:
    """Numbers in use, the rule of the account, ways to give many at once."""
    return render(request, "payments/own_numbers.html", _context(request))


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """The list as filtered."""
    school = request.caller.school
    rows = [
        [one.student.school_code or one.student.sector_code, one.student.full_name, one.number,
         one.bank_account.number, one.assigned_on]
        for one in numbers(school.pk, words=request.GET.get("q", "")[:80])
    ]  # fmt: skip
    header = [_("Mã học sinh"), _("Họ và tên"), _("Số tài khoản riêng"), _("Tài khoản nhận"), _("Cấp từ ngày")]
    return xlsx_response(
        [SheetOut(_("Số tài khoản riêng"), header, rows)], name="so-tai-khoan-rieng",
        action="payments:virtual_accounts:export", school=school, actor=request.caller.actor, count=len(rows),
        asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def invoice_list(request: AuthedRequest) -> HttpResponse:
    """Numbers of invoices, also of cancelled ones: they stay theirs."""
    school, words = request.caller.school, request.GET.get("q", "")[:80]
    page = Paginator(invoice_numbers(school.pk, words=words), _PAGE).get_page(request.GET.get("trang"))
    rows = [{"row": one, "number": grouped(one.number), "state": _invoice_state(one)} for one in page]
    may_export = request.caller.may(Permission.SCHOOL_EXPORT_READ)
    context = {"page": page, "rows": rows, "words": words, "may_export": may_export}
    return render(request, "payments/invoice_numbers.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def invoice_export(request: AuthedRequest) -> HttpResponse:
    """The list of invoices' numbers as filtered."""
    school = request.caller.school
    rows = [
        [one.number, one.invoice.code, one.invoice.student_name, one.invoice.class_name, one.invoice.round.name,
         one.invoice.total, _invoice_state(one), one.bank_account.number, clock.school_date(one.created_at)]
        for one in invoice_numbers(school.pk, words=request.GET.get("q", "")[:80])
    ]  # fmt: skip
    header = [
        _("Số tài khoản riêng"), _("Mã hóa đơn"), _("Họ và tên"), _("Lớp"), _("Đợt thu"), _("Phải nộp"),
        _("Tình trạng phiếu"), _("Tài khoản nhận"), _("Cấp từ ngày"),
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Số riêng của phiếu"), header, rows)], name="so-tai-khoan-rieng-cua-phieu",
        action="payments:virtual_accounts:export_invoices", school=school, actor=request.caller.actor,
        count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_CHANNEL_WRITE, fresh=True)
@require_POST
def invoice_apply(request: AuthedRequest, account_id: str) -> HttpResponse:
    """Give numbers to the invoices of an account that have none yet."""
    account = _account(request, account_id)
    given: list[int] = []
    refused = _acted(lambda: given.append(number_invoices(account, actor=request.caller.actor)))
    if refused:
        messages.error(request, refused)
    elif given[-1]:
        messages.success(request, _("Đã cấp số riêng cho %(count)d phiếu.") % {"count": given[-1]})
    else:
        messages.info(request, _("Không có phiếu nào còn thiếu số riêng."))
    return redirect("payments:own_numbers")


@requires(Permission.SCHOOL_ACCOUNT_PROPOSE, fresh=True)
@require_POST
def ask_rule(request: AuthedRequest, account_id: str) -> HttpResponse:
    """Ask for the bank's rule on one account; it counts once somebody else approved it."""
    account, form = _account(request, account_id), RuleForm(request.POST)
    if not form.is_valid():
        return render(request, "payments/own_numbers.html", _context(request, rule=(account, form)), status=422)
    v = form.cleaned_data
    refused = _acted(lambda: propose_number_rule(
        account, kind=RuleKind(v["kind"]), prefix=v["start"], digits=v["digits"], on_notices=v["on_notices"],
        reason=v["reason"], actor=request.caller.actor,
    ))  # fmt: skip
    if refused:
        form.add_error(None, refused)
        return render(request, "payments/own_numbers.html", _context(request, rule=(account, form)), status=422)
    messages.success(request, _("Đã gửi đề nghị đầu số và báo cho hiệu trưởng, kế toán, cơ quan quản lý."))
    return redirect("payments:own_numbers")


@requires(Permission.SCHOOL_CHANNEL_WRITE)
@require_safe
def rule_preview(request: AuthedRequest, account_id: str) -> HttpResponse:
    """Whom the rule would give which number, and who gets none and why."""
    account = _account(request, account_id)
    try:
        judged = services.by_rule(account, students=_studying(request.caller.school))
    except VirtualAccountRefusedError as refusal:
        messages.error(request, virtual_account_text(refusal.code, refusal.params))
        return redirect("payments:own_numbers")
    context = {"account": account, **_shown(judged), "is_rule": True}
    return render(request, "payments/own_numbers_preview.html", context)


@requires(Permission.SCHOOL_CHANNEL_WRITE, fresh=True)
@require_POST
def rule_apply(request: AuthedRequest, account_id: str) -> HttpResponse:
    """Give the rule's numbers."""
    account = _account(request, account_id)
    return _done(request, lambda: services.assign_by_rule(
        account, students=_studying(request.caller.school), actor=request.caller.actor
    ))  # fmt: skip


@requires(Permission.SCHOOL_CHANNEL_WRITE, fresh=True)
@require_POST
def upload(request: AuthedRequest, account_id: str) -> HttpResponse:
    """Read a bank's list and go to what it would bring."""
    account, form = _account(request, account_id), UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with transaction():
                kept = services.store_list(
                    account, content=file.read(), file_name=file.name, actor=request.caller.actor
                )  # fmt: skip
        except SheetError:
            form.add_error("file", _("Không đọc được bảng trong tệp. Lưu lại dạng XLSX hoặc CSV rồi tải lên."))
        except VirtualAccountRefusedError as refusal:
            form.add_error("file", virtual_account_text(refusal.code, refusal.params))
        else:
            return redirect("payments:own_numbers_of_list", kept.public_id)
    return render(request, "payments/own_numbers.html", _context(request, upload=form), status=422)


@requires(Permission.SCHOOL_CHANNEL_WRITE)
@require_safe
def list_preview(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What each row of a list means now, or what became of it."""
    kept = _list(request, public_id)
    context = {"account": kept.bank_account, "kept": kept, **_shown(services.judge_list(kept))}
    return render(request, "payments/own_numbers_preview.html", context)


@requires(Permission.SCHOOL_CHANNEL_WRITE)
@require_safe
def list_refused(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The refused rows as a workbook, with the reason of each, to be put right and sent again."""
    kept, school = _list(request, public_id), request.caller.school
    refused = services.judge_list(kept).refused
    rows: list[list[ExportCell]] = [
        [one.row.row_number, one.row.number, one.row.pupil_code, one.row.name, one.row.class_name, _why(one)]
        for one in refused
    ]
    header = [_("Dòng"), _("Số tài khoản định danh"), _("Mã học sinh"), _("Họ tên"), _("Lớp"), _("Vì sao chưa cấp")]
    return xlsx_response(
        [SheetOut(_("Dòng chưa cấp"), header, rows)], name="so-rieng-chua-cap",
        action="payments:virtual_accounts:refused", school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_CHANNEL_WRITE, fresh=True)
@require_POST
def list_apply(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Give the numbers of a list."""
    kept = _list(request, public_id)
    return _done(request, lambda: services.apply_list(kept, actor=request.caller.actor))


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def of_pupil(request: AuthedRequest, student_id: str) -> HttpResponse:
    """One pupil's numbers, in use and former."""
    student = _student(request, student_id)
    return render(request, "payments/own_numbers_pupil.html", _pupil(request, student, None))


@requires(Permission.SCHOOL_CHANNEL_WRITE, fresh=True)
@require_POST
def assign(request: AuthedRequest, student_id: str) -> HttpResponse:
    """Give one pupil a number."""
    student, accounts = _student(request, student_id), bank_accounts(request.caller.school)
    form = NumberForm(accounts, request.POST)
    if form.is_valid():
        v = form.cleaned_data
        refused = _acted(lambda: services.assign(
            form.accounts[v["account"]], student=student, number=v["number"], actor=request.caller.actor
        ))  # fmt: skip
        if not refused:
            messages.success(request, _("Đã cấp số tài khoản riêng."))
            return redirect("payments:own_numbers_of_pupil", student.public_id)
        form.add_error("number", refused)
    return render(request, "payments/own_numbers_pupil.html", _pupil(request, student, form), status=422)


@requires(Permission.SCHOOL_CHANNEL_WRITE, fresh=True)
@require_POST
def change(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Replace a number (with a new one) or take it back (without)."""
    held = number_of(request.caller.school.pk, public_id)
    if held is None:
        raise Http404
    number, reason, actor = request.POST.get("so", "").strip(), request.POST.get("ly-do", ""), request.caller.actor
    refused = _acted(
        (lambda: services.replace(held, number=number, reason=reason, actor=actor))
        if number
        else (lambda: services.release(held, reason=reason, actor=actor))
    )
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, _("Đã thay số.") if number else _("Đã thu hồi số."))
    return redirect("payments:own_numbers_of_pupil", held.student.public_id)


def _context(
    request: AuthedRequest, *, rule: tuple[BankAccount, RuleForm] | None = None, upload: UploadForm | None = None
) -> dict[str, Any]:
    school, words = request.caller.school, request.GET.get("q", "")[:80]
    page = Paginator(numbers(school.pk, words=words), _PAGE).get_page(request.GET.get("trang"))
    cards = []
    for account in bank_accounts(school):
        kept = rule_of(school.pk, account.pk)
        initial = {
            "kind": kept.kind, "start": kept.prefix, "digits": kept.digits, "on_notices": kept.on_notices
        } if kept else {}  # fmt: skip
        form = rule[1] if rule and rule[0].pk == account.pk else RuleForm(None, initial=initial)
        cards.append(
            {"account": account, "form": form, "has_rule": kept is not None,
             "is_per_invoice": kept is not None and RuleKind(kept.kind).is_per_invoice,
             "without": without_number(account).count() if kept and RuleKind(kept.kind).is_per_invoice else 0,
             "waiting": open_change_of(school.pk, account.public_id, [ChangeKind.NUMBER_RULE]),
             "given": len(students_with(school.pk, account.pk))}
        )  # fmt: skip
    return {
        "page": page, "rows": [{"row": one, "number": grouped(one.number)} for one in page], "words": words,
        "cards": cards, "upload": upload or UploadForm(None), "studying": _studying(school).count(),
        "may_write": request.caller.may(Permission.SCHOOL_CHANNEL_WRITE),
        "may_propose": request.caller.may(Permission.SCHOOL_ACCOUNT_PROPOSE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "forms": [rule[1]] if rule else [upload] if upload else [],
    }  # fmt: skip


def _pupil(request: AuthedRequest, student: Student, form: NumberForm | None) -> dict[str, Any]:
    held = numbers_of_student(student.school_id, student.pk)
    names = user_names([pk for one in held for pk in (one.created_by, one.released_by) if pk is not None])
    return {
        "student": student, "form": form or NumberForm(_without_number(request.caller.school, held)),
        "held": [
            {"row": one, "number": grouped(one.number), "given_by": names.get(one.created_by or 0, ""),
             "taken_by": names.get(one.released_by or 0, "")}
            for one in held
        ],
        "may_write": request.caller.may(Permission.SCHOOL_CHANNEL_WRITE),
    }  # fmt: skip


def _without_number(school: School, held: list[VirtualAccount]) -> list[BankAccount]:
    """Accounts on which the pupil has no number now."""
    have = {one.bank_account_id for one in held if one.released_on is None}
    return [account for account in bank_accounts(school) if account.pk not in have]


def _shown(judged: services.Judged) -> dict[str, Any]:
    return {
        "given": [{"row": one, "number": grouped(one.number)} for one in judged.given[:_SHOWN]],
        "count": len(judged.given),
        "known": judged.known,
        "refused": [{"row": one.row, "why": _why(one)} for one in judged.refused[:_SHOWN]],
        "refused_count": len(judged.refused),
        "shown": _SHOWN,
    }


def _invoice_state(one: InvoiceNumber) -> str:
    if one.invoice.cancelled_at is not None:
        return _("Đã hủy, số vẫn giữ")
    return _("Đã nộp đủ") if one.invoice.paid >= one.invoice.total else _("Chờ nộp")


def _why(refused: RefusedRow) -> str:
    return virtual_account_text(refused.code, refused.params)


def _acted(act: Callable[[], object]) -> str:
    """ "" when it was done, otherwise why not."""

    def run() -> None:
        with transaction():
            act()

    try:
        retrying(run)
    except VirtualAccountRefusedError as refusal:
        return virtual_account_text(refusal.code, refusal.params)
    except ChangeRefusedError as refusal:
        return change_text(refusal)
    return ""


def _done(request: AuthedRequest, act: Callable[[], int]) -> HttpResponse:
    given: list[int] = []
    refused = _acted(lambda: given.append(act()))
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, _("Đã cấp số tài khoản riêng cho %(count)d học sinh.") % {"count": given[-1]})
    return redirect("payments:own_numbers")


def _studying(school: School) -> Any:
    return pupils(school, PupilFilter(status=StudentStatus.STUDYING))


def _account(request: AuthedRequest, public_id: str) -> BankAccount:
    rows = BankAccount.objects.for_school(request.caller.school).select_related("school")
    found: BankAccount = get_object_or_404(rows, public_id=public_id)
    return found


def _list(request: AuthedRequest, public_id: str) -> VirtualAccountList:
    rows = VirtualAccountList.objects.for_school(request.caller.school).select_related("bank_account__school")
    found: VirtualAccountList = get_object_or_404(rows, public_id=public_id)
    return found


def _student(request: AuthedRequest, public_id: str) -> Student:
    found = student_by_id(request.caller.school, public_id)
    if found is None:
        raise Http404
    return found
