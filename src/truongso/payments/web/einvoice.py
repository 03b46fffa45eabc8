"""Hand-off to an e-invoice provider: document types of items, files of a period, numbers that come back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.public import FeeItem
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheet_types import SheetError
from truongso.kernel.ui.downloads import recorded_file, xlsx_response
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, tables
from truongso.payments.einvoice import services
from truongso.payments.einvoice.drafts import rulings
from truongso.payments.einvoice.files import DOCUMENTS, TAXES, as_json, read_numbers, workbook
from truongso.payments.einvoice.rules import ruling_on
from truongso.payments.einvoice.types import DocumentType, EInvoiceRefusedError, RowKind, TaxCategory
from truongso.payments.models import DocumentNumber, HandOff, HandOffRow

_PAGE = 25
_MOST_BYTES = 5 * 1024 * 1024
_REFUSALS = {
    "bad_period": gettext_lazy("Ngày cuối đứng trước ngày đầu. Đổi lại hai ngày."),
    "period_open": gettext_lazy("Ngày cuối phải là ngày đã qua, để không ngày nào bị bàn giao nửa chừng."),
    "nothing_new": gettext_lazy("Không có khoản nộp nào chưa bàn giao trong kỳ này."),
    "unknown_item": gettext_lazy("Chọn khoản thu và ghi căn cứ."),
    "dates_taken": gettext_lazy("Khoản này đã có quyết định từ đúng ngày đó. Chọn ngày khác."),
    "no_rows": gettext_lazy("Tệp có tiêu đề nhưng không có dòng nào."),
    "no_header": gettext_lazy("Không thấy các cột %(columns)s. Giữ nguyên dòng tiêu đề của tệp đã tải."),
}
_LINE_REASONS = {
    "unknown_code": gettext_lazy("không có mã dòng này"),
    "no_number": gettext_lazy("thiếu số hoặc số quá dài"),
    "bad_date": gettext_lazy("ngày không đọc được"),
    "other_number": gettext_lazy("dòng này đã có số khác"),
    "number_taken": gettext_lazy("số này đã thuộc dòng khác"),
}


class PeriodForm(forms.Form):
    """The days to hand off."""

    tu = VietnameseDateField(label=gettext_lazy("Từ ngày"))
    den = VietnameseDateField(label=gettext_lazy("Đến ngày"))


class DocumentForm(forms.Form):
    """The document an item is given from a day on."""

    khoan = forms.ChoiceField(label=gettext_lazy("Khoản thu"))
    chung_tu = forms.ChoiceField(label=gettext_lazy("Chứng từ"), choices=[(d.value, t) for d, t in DOCUMENTS.items()])
    thue = forms.ChoiceField(label=gettext_lazy("Thuế GTGT"), choices=[(c.value, t) for c, t in TAXES.items()])
    can_cu = forms.CharField(label=gettext_lazy("Căn cứ"), max_length=300)
    tu_ngay = VietnameseDateField(label=gettext_lazy("Áp dụng từ ngày"))

    def __init__(self, data: Any, *, items: list[FeeItem]) -> None:
        super().__init__(data)
        self.fields["khoan"].choices = [(i.code, i.name) for i in items]  # type: ignore[attr-defined]


class NumbersForm(forms.Form):
    """The provider's file."""

    tep = UploadField(tables(10 * MB), label=gettext_lazy("Tệp của nhà cung cấp (XLSX, XLS hoặc CSV)"))


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_http_methods(["GET", "POST"])
def handoffs(request: AuthedRequest) -> HttpResponse:
    """Hand a period off, see earlier ones, take numbers back."""
    school_id = request.caller.school.pk
    period = PeriodForm(request.POST if "ban_giao" in request.POST else None)
    numbers = NumbersForm(*((request.POST, request.FILES) if "nhan_so" in request.POST else ()))
    refused: list[dict[str, Any]] = []
    if period.is_bound and period.is_valid():
        made = _made(request, period)
        if made is not None:
            return redirect("payments:handoff", public_id=made.public_id)
    if numbers.is_bound and numbers.is_valid():
        refused = _take(request, numbers)
    rows = HandOff.objects.for_school(school_id).order_by("-pk")
    context = {
        "period": period, "numbers": numbers, "refused": refused,
        "page": Paginator(rows, _PAGE).get_page(request.GET.get("trang")),
    }  # fmt: skip
    return render(request, "payments/handoffs.html", context)


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_safe
def handoff(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One hand-off: its documents with the numbers that came back."""
    made = _one(request, public_id)
    page = Paginator(_rows(made), 100).get_page(request.GET.get("trang"))
    numbered = DocumentNumber.objects.for_school(made.school_id).filter(row__handoff=made).count()
    rows = [
        {"row": row, "document": DOCUMENTS[DocumentType(row.document)], "is_less": RowKind(row.kind).sign < 0}
        for row in page.object_list
    ]
    return render(request, "payments/handoff.html", {"made": made, "page": page, "rows": rows, "numbered": numbered})


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_safe
def handoff_xlsx(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The file for the provider, as a workbook."""
    made = _one(request, public_id)
    return xlsx_response(
        workbook(made, list(_rows(made))), name="ban-giao-hoa-don", action="payments:handoff:export",
        school=request.caller.school, actor=request.caller.actor, count=made.rows,
        asked={"ban_giao": made.public_id},
    )  # fmt: skip


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_safe
def handoff_json(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The same as JSON."""
    made = _one(request, public_id)
    return recorded_file(
        as_json(made, list(_rows(made))), f"ban-giao-{made.public_id}.json", "application/json",
        action="payments:handoff:download", actor=request.caller.actor, school_id=made.school_id,
        subject=("handoff", made.public_id), params={"count": made.rows},
    )  # fmt: skip


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_safe
def documents(request: AuthedRequest) -> HttpResponse:
    """Which document each item is given today, and why."""
    return _documents(request, None)


@requires(Permission.SCHOOL_EINVOICE_WRITE)
@require_POST
def decide(request: AuthedRequest) -> HttpResponse:
    """Decide on an item's document from a day on."""
    items = _items(request)
    form = DocumentForm(request.POST, items=items)
    if form.is_valid():
        data = form.cleaned_data
        item = next(i for i in items if i.code == data["khoan"])
        try:
            with transaction():
                services.decide_document(
                    item.school_id, item_id=item.pk, document=DocumentType(data["chung_tu"]),
                    tax_category=TaxCategory(data["thue"]), legal_basis=data["can_cu"], valid_from=data["tu_ngay"],
                    actor=request.caller.actor,
                )  # fmt: skip
            messages.success(request, _("Đã lưu loại chứng từ của %(name)s.") % {"name": item.name})
            return redirect("payments:documents")
        except EInvoiceRefusedError as refusal:
            form.add_error(None, _text(refusal))
    return _documents(request, form)


def _documents(request: AuthedRequest, form: DocumentForm | None) -> HttpResponse:
    school, items = request.caller.school, _items(request)
    own, today = rulings(school.pk), clock.today()
    rows = []
    for item in items:
        ruling = ruling_on(today, nature=item.nature, ownership=school.ownership, own=own.get(item.pk, ()))
        rows.append({"item": item, "ruling": ruling, "document": DOCUMENTS[ruling.document],
                     "tax": TAXES[ruling.tax_category]})  # fmt: skip
    context = {"rows": rows, "form": form or DocumentForm(None, items=items)}
    return render(request, "payments/documents.html", context)


def _made(request: AuthedRequest, form: PeriodForm) -> HandOff | None:
    def act() -> HandOff:
        with transaction():
            return services.hand_off(
                request.caller.school.pk, first=form.cleaned_data["tu"], last=form.cleaned_data["den"],
                actor=request.caller.actor,
            )  # fmt: skip

    try:
        return retrying(act)
    except EInvoiceRefusedError as refusal:
        form.add_error(None, _text(refusal))
        return None


def _take(request: AuthedRequest, form: NumbersForm) -> list[dict[str, Any]]:
    """Take the numbers of an uploaded file; the lines refused, for the page."""
    upload = form.cleaned_data["tep"]
    if upload.size > _MOST_BYTES:
        form.add_error("tep", _("Tệp lớn quá 5 MB. Chia nhỏ rồi tải lại."))
        return []
    try:
        returned = read_numbers(upload.read(), upload.name)
        with transaction():
            taken, refused = services.take_numbers(
                request.caller.school.pk, returned=returned, actor=request.caller.actor
            )  # fmt: skip
    except SheetError:
        form.add_error("tep", _("Không đọc được tệp. Lưu lại dạng XLSX rồi tải lên."))
        return []
    except EInvoiceRefusedError as refusal:
        form.add_error("tep", _text(refusal))
        return []
    messages.success(request, _("Đã nhận %(n)s số chứng từ.") % {"n": taken})
    return [{"line": r.line, "code": r.code, "why": _LINE_REASONS[r.reason]} for r in refused]


def _text(refusal: EInvoiceRefusedError) -> str:
    text = str(_REFUSALS[refusal.code])
    return text % refusal.params if "%(" in text else text


def _rows(made: HandOff) -> Any:
    rows = HandOffRow.objects.for_school(made.school_id).filter(handoff=made)
    return rows.select_related("adjusts").prefetch_related("numbers").order_by("pk")


def _items(request: AuthedRequest) -> list[FeeItem]:
    return list(FeeItem.objects.for_school(request.caller.school).filter(is_active=True).order_by("name"))


def _one(request: AuthedRequest, public_id: str) -> HandOff:
    found: HandOff = get_object_or_404(HandOff.objects.for_school(request.caller.school), public_id=public_id)
    return found
