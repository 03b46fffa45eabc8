"""Receipts for the school: list, one receipt, print, many at once, export."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import file_response, recorded_file, xlsx_response
from truongso.kernel.ui.formatting import so
from truongso.payments.models import Receipt
from truongso.payments.printing.plan import parts_of_receipts
from truongso.payments.printing.services import count_print, start_print
from truongso.payments.printing.types import PrintKind
from truongso.payments.prints import print_receipts
from truongso.payments.receipt_history import history_of
from truongso.payments.receipt_paper import ReceiptPaper, paper_of, papers_of
from truongso.payments.receipt_pdf import receipts_pdf
from truongso.payments.receipt_queries import receipts, sums
from truongso.payments.types import EvidenceKind
from truongso.payments.web.forms import ReceiptFilterForm

_PAGE = 50
AT_ONCE = 200
"""Receipts made while the browser waits; more are made by the worker."""
MOST_AT_ONCE = 20_000
"""Receipts in one long print: a large school's year."""


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def receipt_list(request: AuthedRequest) -> HttpResponse:
    """Receipts by day, class, state and words, with the sums of what is shown."""
    school = request.caller.school
    form = ReceiptFilterForm(request.GET, school_id=school.pk)
    rows = receipts(school.pk, form.wanted())
    page = Paginator(rows, _PAGE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "page": page,
        "papers": papers_of(page.object_list),
        "sums": sums(rows),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "most_at_once": MOST_AT_ONCE,
    }
    return render(request, "payments/receipt_list.html", context)


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def receipt_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One receipt as paper, with where the money came from and who did what."""
    found = _one(request, public_id)
    context = {
        "paper": paper_of(found),
        "receipt": found,
        "payment": found.payment,
        "history": history_of(found),
        "may_undo": request.caller.may(Permission.SCHOOL_MATCH_DECIDE)
        and found.payment.reversed_at is None
        and EvidenceKind(found.payment.evidence.kind).can_be_undone,
    }
    return render(request, "payments/receipt_page.html", context)


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def receipt_file(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The electronic receipt, the same file the family gets."""
    found = _one(request, public_id)
    paper = paper_of(found)
    return recorded_file(
        receipts_pdf([paper]), f"bien-lai-{paper.number}.pdf", "application/pdf", action="payments:receipt:download",
        actor=request.caller.actor, school_id=found.school_id, subject=("receipt", found.pk),
    )  # fmt: skip


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_POST
def print_one(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A receipt to print; the second time it is marked as a copy."""
    return _printed(request, [_one(request, public_id)])


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_http_methods(["POST"])
def print_many(request: AuthedRequest) -> HttpResponse:
    """The chosen receipts, or everything the filter shows, the oldest first: one PDF, or a long print when many."""
    school = request.caller.school
    rows: QuerySet[Receipt]
    if request.POST.get("tat-ca"):
        rows = receipts(school.pk, ReceiptFilterForm(request.GET, school_id=school.pk).wanted())
    else:
        chosen = request.POST.getlist("chon")[: MOST_AT_ONCE + 1]
        rows = Receipt.objects.for_school(school).filter(public_id__in=chosen).prefetch_related("cancellations")
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if not ids:
        messages.warning(request, _("Chưa chọn biên lai nào. Đánh dấu các biên lai cần in rồi bấm In."))
    elif len(ids) > MOST_AT_ONCE:
        text = _("Mỗi lần in được nhiều nhất %(count)s biên lai. Thu hẹp khoảng ngày hoặc chọn từng lớp.")
        messages.warning(request, text % {"count": so(MOST_AT_ONCE)})
    elif len(ids) > AT_ONCE:
        return _long_print(request, ids)
    else:
        return _printed(request, list(rows.order_by("pk")))
    back = redirect("payments:receipts")
    if request.GET:
        back["Location"] += f"?{request.GET.urlencode()}"
    return back


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """The list as filtered, as XLSX; who took it is recorded."""
    school = request.caller.school
    rows = list(receipts(school.pk, ReceiptFilterForm(request.GET, school_id=school.pk).wanted()))
    return xlsx_response(
        [_sheet(papers_of(rows))], name="bien-lai", action="payments:receipts:export", school=school,
        actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


def _one(request: AuthedRequest, public_id: str) -> Receipt:
    rows = Receipt.objects.for_school(request.caller.school).select_related("payment__evidence")
    found: Receipt = get_object_or_404(rows.prefetch_related("cancellations"), public_id=public_id)
    return found


def _printed(request: AuthedRequest, found: Sequence[Receipt]) -> HttpResponse:
    school_id = request.caller.school.pk

    def record() -> list[ReceiptPaper]:
        with transaction():
            return print_receipts(school_id, receipts=found, actor=request.caller.actor)

    papers = retrying(record)
    name = f"bien-lai-{papers[0].number}" if len(papers) == 1 else f"bien-lai-{papers[0].number}-{papers[-1].number}"
    return file_response(receipts_pdf(papers), f"{name}.pdf", "application/pdf", inline=True)


def _long_print(request: AuthedRequest, ids: Sequence[int]) -> HttpResponse:
    school = request.caller.school
    title = _("Biên lai: %(count)s tờ") % {"count": so(len(ids))}
    count_print(school.pk, actor=request.caller.actor)
    with transaction():
        run = start_print(
            school.pk, kind=PrintKind.RECEIPTS, title=title, parts=parts_of_receipts(ids), shared={},
            papers=len(ids), actor=request.caller.actor,
        )  # fmt: skip
    return redirect("payments:print_run", public_id=run.public_id)


def _sheet(papers: Sequence[ReceiptPaper]) -> SheetOut:
    header = [
        _("Số biên lai"), _("Ngày phát hành"), _("Ngày nhận tiền"), _("Người nộp tiền"), _("Học sinh"), _("Lý do"),
        _("Mã hóa đơn"), _("Hình thức"), _("Mã giao dịch"), _("Số tiền"), _("Trạng thái"), _("Lý do huỷ"),
    ]  # fmt: skip
    rows = [
        (
            p.number, p.issued_at, p.received_at, p.payer_name, p.pupils_text, p.reason, p.invoice_code, p.method_text,
            p.reference, p.amount, _("Đã huỷ") if p.is_cancelled else _("Còn giá trị"), p.cancel_reason,
        )
        for p in papers
    ]  # fmt: skip
    return SheetOut(_("Biên lai"), header, rows)
