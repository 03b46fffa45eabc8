"""Refunds: list, proposal in two steps, decision, paying out, paper and workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel import banks
from truongso.kernel.db import retrying, transaction
from truongso.kernel.dong_in_words import dong_in_words
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import XLSX, recorded_file, xlsx_response
from truongso.payments.approvals import waiting
from truongso.payments.cash.messages import cash_refusal_text
from truongso.payments.cash.types import CashRefusedError
from truongso.payments.refunds import bank_files, payouts, queries, services
from truongso.payments.refunds.accounts import payer_accounts
from truongso.payments.refunds.history import history_of
from truongso.payments.refunds.messages import (
    ITEM_STATES,
    KINDS,
    REQUEST_STATES,
    WAYS,
    excluded_text,
    refund_text,
)
from truongso.payments.refunds.models import RefundFile, RefundItem, RefundRequest, RefundVoucher
from truongso.payments.refunds.planning import plan
from truongso.payments.refunds.types import (
    ItemState,
    PayoutKind,
    RefundKind,
    RefundPlan,
    RefundRefusedError,
    RefundWay,
    RequestState,
)
from truongso.payments.web.refund_forms import FileForm, ListForm, RefundForm, bank_choices, typed_accounts

_PAGE = 50
_SETTLED = {
    ItemState.PAID.value: gettext_lazy("Đã ghi là cổng đã hoàn."),
    ItemState.DUE.value: gettext_lazy("Đã ghi là cổng không hoàn. Khoản này cần chi lại."),
}
T = TypeVar("T")


@requires(Permission.SCHOOL_REFUND_READ)
@require_safe
def refund_list(request: AuthedRequest) -> HttpResponse:
    """Requests, what still has to leave, and payment files."""
    school = request.caller.school
    form = ListForm(request.GET)
    state = form.state()
    page = Paginator(queries.requests(school.pk, state=state, words=form.words()), _PAGE).get_page(
        request.GET.get("trang")
    )
    due = list(queries.items_due(school.pk)[:_PAGE])
    context = {
        "form": form, "page": page, "rows": [_row(r) for r in page.object_list], "figures": queries.figures(school.pk),
        "due": [_item(i) for i in due], "files": list(queries.files(school.pk)[:20]),
        "file_form": FileForm(None, school=school), "is_filtered": bool(state or form.words()),
        "may_propose": request.caller.may(Permission.SCHOOL_REFUND_PROPOSE),
        "may_cancel_file": request.caller.may(Permission.SCHOOL_REFUND_APPROVE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }  # fmt: skip
    return render(request, "payments/refund_list.html", context)


@requires(Permission.SCHOOL_REFUND_APPROVE)
@require_safe
def approvals(request: AuthedRequest) -> HttpResponse:
    """What waits for the decision of a second person."""
    found = waiting(request.caller.school.pk, request.caller.may)
    asked = [c.reopen_asked_by for c in found.reopenings if c.reopen_asked_by]
    wrote = [r.created_by for r in found.reminders if r.created_by]
    names = user_names([*(r.proposed_by for r in found.refunds), *(c.counted_by for c in found.counts), *asked, *wrote])
    context = {
        "rows": [
            {**_row(r), "by": names.get(r.proposed_by, ""), "own": r.proposed_by == request.caller.user.pk}
            for r in found.refunds
        ],
        "counts": [{"count": c, "by": names.get(c.counted_by, "")} for c in found.counts],
        "reopenings": [{"count": c, "by": names.get(c.reopen_asked_by or 0, "")} for c in found.reopenings],
        "reminders": [{"reminder": r, "by": names.get(r.created_by or 0, "")} for r in found.reminders],
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }
    return render(request, "payments/approvals.html", context)


@requires(Permission.SCHOOL_REFUND_PROPOSE)
@require_http_methods(["GET", "POST"])
def refund_new(request: AuthedRequest) -> HttpResponse:
    """Step 1: what, whom, how much, how. Step 2: the preview with everyone; then it is proposed."""
    school = request.caller.school
    if request.method != "POST":
        return _first_step(request, RefundForm(None, school=school, initial=_initial(request)))
    form = RefundForm(request.POST, school=school)
    if not form.is_valid() or request.POST.get("viec") == "sua":
        return _first_step(request, form)
    try:
        found = plan(school.pk, form.ask())
    except RefundRefusedError as refusal:
        form.add_error(None, refund_text(refusal))
        return _first_step(request, form)
    everyone = {i.family_id for i in found.items}
    if request.POST.get("viec") == "ngan-hang":
        ticked = set(request.POST.getlist("gd"))
        return _preview(request, form, found, chosen={f for f in everyone if str(f) in ticked}, faults={})
    if request.POST.get("viec") != "de-nghi":
        return _preview(request, form, found, chosen=everyone, faults={})
    return _propose(request, form, found)


@requires(Permission.SCHOOL_REFUND_READ)
@require_safe
def refund_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One request: its families, where each refund stands, the decision, the history."""
    found = _one(request, public_id)
    return render(request, "payments/refund_page.html", _context(request, found))


@requires(Permission.SCHOOL_REFUND_READ)
@require_safe
def refund_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The request on paper, to sign and file."""
    found = _one(request, public_id)
    context = _context(request, found)
    context["words"] = dong_in_words(found.amount)
    context["school"] = request.caller.school
    return render(request, "payments/refund_paper.html", context)


@requires(Permission.SCHOOL_REFUND_APPROVE, fresh=True)
@require_POST
def decide(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Approve or reject what is on the screen."""
    found = _one(request, public_id)
    school_id, actor, digest = found.school_id, request.caller.actor, request.POST.get("noi-dung", "")
    if request.POST.get("viec") == "duyet":
        done = _try(request, lambda: services.approve(school_id, request_id=found.pk, digest=digest, actor=actor))
        text = _("Đã duyệt %(number)s.")
    else:
        reason = request.POST.get("ly_do", "")
        done = _try(
            request,
            lambda: services.reject(school_id, request_id=found.pk, digest=digest, reason=reason, actor=actor),
        )
        text = _("Đã từ chối %(number)s.")
    if done is not None:
        messages.success(request, text % {"number": queries.number_of(found)})
    return redirect("payments:refund", found.public_id)


@requires(Permission.SCHOOL_REFUND_PROPOSE)
@require_POST
def withdraw(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The proposer takes an undecided request back."""
    found = _one(request, public_id)
    reason = request.POST.get("ly_do", "")
    done = _try(
        request,
        lambda: services.withdraw(found.school_id, request_id=found.pk, reason=reason, actor=request.caller.actor),
    )
    if done is not None:
        messages.success(request, _("Đã rút đề nghị %(number)s.") % {"number": queries.number_of(found)})
    return redirect("payments:refund", found.public_id)


@requires(Permission.SCHOOL_REFUND_PROPOSE)
@require_POST
def make_file(request: AuthedRequest) -> HttpResponse:
    """A payment file of the chosen refunds."""
    school = request.caller.school
    form = FileForm(request.POST, school=school)
    codes = request.POST.getlist("chon")
    ids = [i.pk for i in queries.items_by_code(school.pk, codes).values()]
    if not form.is_valid():
        messages.error(request, _("Chọn mẫu của ngân hàng và tài khoản trích tiền."))
        return redirect("payments:refunds")
    made = _try(
        request,
        lambda: bank_files.make_file(
            school.pk, item_ids=ids, bank_account_id=int(form.cleaned_data["tai_khoan"]),
            layout_code=form.cleaned_data["mau"], actor=request.caller.actor,
        ),
    )  # fmt: skip
    if made is not None:
        messages.success(request, _("Đã lập tệp %(name)s, %(total)s. Tải tệp rồi gửi ngân hàng.") % {
            "name": made.file_name, "total": made.total})  # fmt: skip
    return redirect("payments:refunds")


@requires(Permission.SCHOOL_REFUND_READ)
@require_safe
def file_content(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The file as made, the same bytes every time; who took it is recorded."""
    school = request.caller.school
    found: RefundFile = get_object_or_404(RefundFile.objects.for_school(school), public_id=public_id)
    kind = XLSX if found.file_name.endswith("xlsx") else "text/csv; charset=utf-8"
    return recorded_file(
        bytes(found.content), found.file_name, kind, action="payments:refund:file_download",
        actor=request.caller.actor, school_id=school.pk, subject=("refund_file", found.public_id),
    )  # fmt: skip


@requires(Permission.SCHOOL_REFUND_APPROVE, fresh=True)
@require_POST
def cancel_file(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Another person than the maker confirms that a file never went to the bank."""
    school = request.caller.school
    found: RefundFile = get_object_or_404(RefundFile.objects.for_school(school).defer("content"), public_id=public_id)
    reason = request.POST.get("ly_do", "")
    done = _try(
        request,
        lambda: bank_files.cancel_file(school.pk, file_id=found.pk, reason=reason, actor=request.caller.actor),
    )
    if done is not None:
        messages.success(request, _("Đã hủy tệp %(name)s. Các khoản trong tệp cần chi lại.") % {"name": done.file_name})
    return redirect("payments:refunds")


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_POST
def pay_cash(request: AuthedRequest, code: str) -> HttpResponse:
    """Give a refund out at the counter."""
    item = _refund(request, code)
    name = request.POST.get("nguoi_nhan", "")
    voucher = _try(
        request,
        lambda: payouts.pay_refund_in_cash(
            item.school_id, item_id=item.pk, recipient_name=name, actor=request.caller.actor
        ),
    )
    if voucher is None:
        return redirect("payments:refund", item.request.public_id)
    messages.success(request, _("Đã chi %(amount)s tiền mặt.") % {"amount": item.amount})
    return redirect("payments:refund_voucher", voucher.public_id)


@requires(Permission.SCHOOL_REFUND_READ)
@require_safe
def voucher_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The cash voucher to sign."""
    rows = RefundVoucher.objects.for_school(request.caller.school).select_related("payout__item__request")
    found: RefundVoucher = get_object_or_404(rows, public_id=public_id)
    item = found.payout.item
    context = {
        "voucher": found, "item": item, "refund": item.request, "school": request.caller.school,
        "number": f"PC-{found.year}-{found.number:06}", "words": dong_in_words(item.amount),
        "request_number": queries.number_of(item.request),
    }  # fmt: skip
    return render(request, "payments/refund_voucher.html", context)


@requires(Permission.SCHOOL_REFUND_PROPOSE, fresh=True)
@require_POST
def by_gateway(request: AuthedRequest, code: str) -> HttpResponse:
    """Ask the gateway to give the money back, or what became of it."""
    item = _refund(request, code)
    try:
        state = payouts.ask_gateway(item.school_id, item_id=item.pk, actor=request.caller.actor)
    except RefundRefusedError as refusal:
        messages.error(request, refund_text(refusal))
    else:
        done = _("Cổng thanh toán đã hoàn tiền.")
        wait = _("Cổng thanh toán đang xử lý. Bấm hỏi lại sau ít phút.")
        messages.success(request, done if state is ItemState.PAID else wait)
    return redirect("payments:refund", item.request.public_id)


@requires(Permission.SCHOOL_REFUND_READ, fresh=True)
@require_POST
def from_portal(request: AuthedRequest, code: str) -> HttpResponse:
    """What a person saw on the gateway's own pages, where the gateway gives no answer about a refund.

    Who proposes or approves refunds says it; another person who approves confirms it.
    """
    item, what = _refund(request, code), request.POST.get("viec", "")
    may = request.caller.may
    if what in {"da-hoan", "khong-hoan"}:
        if not (may(Permission.SCHOOL_REFUND_PROPOSE) or may(Permission.SCHOOL_REFUND_APPROVE)):
            raise PermissionDenied
        seen = request.POST.get("da_thay", "")
        said = _try(request, lambda: payouts.say_from_portal(
            item.school_id, item_id=item.pk, was_refunded=what == "da-hoan", seen=seen, actor=request.caller.actor
        ))  # fmt: skip
        if said is not None:
            messages.success(request, _("Đã ghi. Khoản hoàn chỉ đổi khi người thứ hai cũng xem và xác nhận."))
    elif what in {"dung", "bo"}:
        if not may(Permission.SCHOOL_REFUND_APPROVE):
            raise PermissionDenied
        done = _try(request, lambda: payouts.settle_from_portal(
            item.school_id, item_id=item.pk, is_so=what == "dung", actor=request.caller.actor
        ))  # fmt: skip
        if done is not None:
            messages.success(request, _SETTLED[done.state] if what == "dung" else _("Đã bỏ ghi nhận đó."))
    return redirect("payments:refund", item.request.public_id)


@requires(Permission.SCHOOL_REFUND_PROPOSE)
@require_POST
def keep(request: AuthedRequest, code: str) -> HttpResponse:
    """Money due that does not leave stays the family's credit."""
    item = _refund(request, code)
    reason = request.POST.get("ly_do", "")
    done = _try(
        request,
        lambda: services.keep_as_credit(item.school_id, item_id=item.pk, reason=reason, actor=request.caller.actor),
    )
    if done is not None:
        messages.success(request, _("Đã giữ %(amount)s làm tiền của gia đình.") % {"amount": item.amount})
    return redirect("payments:refund", item.request.public_id)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """Every refund of the filtered requests as XLSX; who took it is recorded."""
    school = request.caller.school
    form = ListForm(request.GET)
    asked = queries.requests(school.pk, state=form.state(), words=form.words())
    rows = list(
        RefundItem.objects.for_school(school)
        .filter(request__in=asked.values("pk"))
        .select_related("request", "file")
        .prefetch_related("payouts")
        .order_by("-request_id", "pk")
    )
    return xlsx_response(
        [_sheet(rows)], name="hoan-tien", action="payments:refunds:export", school=school, actor=request.caller.actor,
        count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


def _propose(request: AuthedRequest, form: RefundForm, found: RefundPlan) -> HttpResponse:
    """The second step: what was seen must still be so, typed accounts must be accounts."""
    school_id = request.caller.school.pk
    chosen = {int(f) for f in request.POST.getlist("gd") if f.isascii() and f.isdigit() and len(f) < 19}
    accounts, faults = typed_accounts(request.POST, sorted(chosen))
    as_seen = request.POST.get("tong") == f"{int(found.amount)}-{int(found.lowered)}"
    if not as_seen:
        messages.warning(request, _("Số liệu vừa thay đổi. Xem lại bảng rồi đề nghị."))
    made = None
    if as_seen and not faults:
        made = _try(
            request,
            lambda: services.propose(
                school_id, ask=form.ask(frozenset(chosen)), reason=form.cleaned_data["ly_do"],
                actor=request.caller.actor, scope=form.scope(), accounts=accounts,
                lacking_to_credit=bool(request.POST.get("thieu")),
            ),
        )  # fmt: skip
    if made is None:
        return _preview(request, form, found, chosen=chosen, faults=faults)
    messages.success(request, _("Đã gửi đề nghị %(number)s. Hiệu trưởng duyệt thì tiền mới được chi.") % {
        "number": queries.number_of(made)})  # fmt: skip
    return redirect("payments:refund", made.public_id)


def _first_step(request: AuthedRequest, form: RefundForm) -> HttpResponse:
    return render(request, "payments/refund_new.html", {"form": form})


def _preview(
    request: AuthedRequest, form: RefundForm, found: RefundPlan, *, chosen: set[int], faults: dict[int, str]
) -> HttpResponse:
    school_id = request.caller.school.pk
    lacking = [i.family_id for i in found.items if i.lacks_account]
    proposals = payer_accounts(school_id, lacking)
    common = request.POST.get("nh-chung", "") if request.POST.get("viec") == "ngan-hang" else ""
    rows = []
    for item in found.items:
        number, name = proposals.get(item.family_id, ("", ""))
        bank = banks.find(item.account.bank_bin) if item.account else None
        rows.append(
            {
                "item": item, "chosen": item.family_id in chosen, "fault": faults.get(item.family_id, ""),
                "bank": bank.short_name if bank else "",
                "typed_bank": request.POST.get(f"nh-{item.family_id}", "") or common,
                "number": request.POST.get(f"stk-{item.family_id}", number),
                "holder": request.POST.get(f"ten-{item.family_id}", name),
            }
        )  # fmt: skip
    hidden = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    context = {
        "form": form, "plan": found, "rows": rows, "hidden": hidden, "banks": bank_choices(),
        "excluded": [{"one": e, "why": excluded_text(e)} for e in found.excluded], "lacking": len(lacking),
        "total": f"{int(found.amount)}-{int(found.lowered)}",
        "way": _(WAYS[RefundWay(form.cleaned_data["tra"])]),
        "kind": _(KINDS[RefundKind(form.cleaned_data["loai"])]),
    }  # fmt: skip
    return render(request, "payments/refund_preview.html", context)


def _initial(request: AuthedRequest) -> dict[str, str]:
    """What a link from another page fills in."""
    given = {name: request.GET.get(name, "")[:200] for name in ("loai", "dot", "khoan", "lop", "ma", "tra", "cach")}
    return {name: value for name, value in given.items() if value}


def _context(request: AuthedRequest, found: RefundRequest) -> dict[str, Any]:
    caller = request.caller
    items = queries.items_of(found)
    decision = found.decisions.first()
    people = user_names([found.proposed_by, *([decision.decided_by] if decision else [])])
    may_decide = caller.may(Permission.SCHOOL_REFUND_APPROVE)
    return {
        "refund": found, "number": queries.number_of(found), "state": _state(found),
        "kind": _(KINDS[RefundKind(found.kind)]),
        "items": [_item(i) for i in items], "decision": decision, "scope": found.scope,
        "proposed_by": people.get(found.proposed_by, ""),
        "decided_by": people.get(decision.decided_by, "") if decision else "",
        "is_open": found.state == RequestState.PROPOSED.value,
        "is_own": found.proposed_by == caller.user.pk,
        "may_decide": may_decide,
        "may_propose": caller.may(Permission.SCHOOL_REFUND_PROPOSE),
        "may_say": caller.may(Permission.SCHOOL_REFUND_PROPOSE) or caller.may(Permission.SCHOOL_REFUND_APPROVE),
        "may_confirm": caller.may(Permission.SCHOOL_REFUND_APPROVE),
        "may_pay_cash": caller.may(Permission.SCHOOL_PAYMENT_BOOK),
        "history": history_of(found, [i.code for i in items]),
    }  # fmt: skip


def number_and_kind(found: RefundRequest) -> tuple[str, str]:
    """How a request is called, and what it gives back."""
    return queries.number_of(found), _(KINDS[RefundKind(found.kind)])


def _row(found: RefundRequest) -> dict[str, Any]:
    number, kind = number_and_kind(found)
    return {"refund": found, "number": number, "state": _state(found), "kind": kind}


def _state(found: RefundRequest) -> tuple[str, str]:
    text, kind = REQUEST_STATES[RequestState(found.state)]
    return _(text), kind


def _item(item: RefundItem) -> dict[str, Any]:
    text, kind = ITEM_STATES[ItemState(item.state)]
    bank = banks.find(item.bank_bin)
    return {
        "item": item, "state": (_(text), kind), "way": _(WAYS[RefundWay(item.way)]),
        "bank": bank.short_name if bank else "", "is_due": item.state == ItemState.DUE.value,
        "is_sent": item.state == ItemState.SENT.value,
        "is_late": payouts.is_late_at_gateway(item), "number": queries.number_of(item.request),
        "word": payouts.portal_word(item) if payouts.is_late_at_gateway(item) else None,
    }  # fmt: skip


def _one(request: AuthedRequest, public_id: str) -> RefundRequest:
    found = queries.request_by_public_id(request.caller.school.pk, public_id)
    if found is None:
        raise Http404
    return found


def _refund(request: AuthedRequest, code: str) -> RefundItem:
    rows = RefundItem.objects.for_school(request.caller.school).select_related("request")
    found: RefundItem = get_object_or_404(rows, code=code)
    return found


def _try(request: AuthedRequest, act: Callable[[], T]) -> T | None:
    """Run in one transaction, again after a deadlock; a refusal becomes a message."""

    def once() -> T:
        with transaction():
            return act()

    try:
        return retrying(once)
    except RefundRefusedError as refusal:
        messages.error(request, refund_text(refusal))
    except CashRefusedError as refusal:
        messages.error(request, cash_refusal_text(refusal))
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, refund_text(RefundRefusedError("period_closed")))
    return None


def _sheet(rows: list[RefundItem]) -> SheetOut:
    header = [
        _("Số đề nghị"), _("Ngày đề nghị"), _("Lý do"), _("Mã hoàn tiền"), _("Học sinh"), _("Lớp"), _("Mã phiếu"),
        _("Giảm khoản thu"), _("Số tiền hoàn"), _("Cách trả"), _("Ngân hàng"), _("Số tài khoản"), _("Chủ tài khoản"),
        _("Trạng thái"), _("Ngày chi"), _("Tham chiếu"), _("Tệp"),
    ]  # fmt: skip
    cells = []
    for item in rows:
        shown = _item(item)
        back = {p.reverses_id for p in item.payouts.all()}
        paid = [p for p in item.payouts.all() if p.kind == PayoutKind.PAID.value and p.pk not in back]
        cells.append(
            (
                shown["number"], item.request.proposed_at, item.request.reason, item.code, item.student_name,
                item.class_name, item.invoice_codes, item.lowered, item.amount, shown["way"], shown["bank"],
                item.account_number, item.account_name, shown["state"][0], paid[0].occurred_on if paid else None,
                paid[0].reference if paid else "", item.file.file_name if item.file else "",
            )
        )  # fmt: skip
    return SheetOut(_("Hoàn tiền"), header, cells)
