"""Families with credit: list, workbook, and using the credit on open invoices, seen before it is done."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.public import RoundRow, class_names, rounds_of
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import total
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.formatting import dong
from truongso.payments.credit.families import as_uses, families_with_credit, planned_uses
from truongso.payments.credit.services import use_credit
from truongso.payments.types import PaymentRefusedError

_PAGE = 50


class CreditForm(forms.Form):
    """Filters of the list."""

    q = forms.CharField(
        label=gettext_lazy("Tìm"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Tên, lớp, mã phiếu")}),
    )
    lop = forms.ChoiceField(label=gettext_lazy("Lớp"), required=False)
    con_no = forms.BooleanField(label=gettext_lazy("Chỉ nhà còn phiếu chưa nộp đủ"), required=False)

    def __init__(self, data: QueryDict, *, school_id: int) -> None:
        super().__init__(data)
        names = class_names(school_id)
        self.fields["lop"].choices = [("", _("Tất cả")), *((n, n) for n in names)]  # type: ignore[attr-defined]
        self.is_valid()


@requires(Permission.SCHOOL_REFUND_READ)
@require_safe
def credit_list(request: AuthedRequest) -> HttpResponse:
    """Families with credit, and what of it could pay open invoices."""
    school_id = request.caller.school.pk
    form = CreditForm(request.GET, school_id=school_id)
    found = _filtered(school_id, form)
    page = Paginator(found, _PAGE).get_page(request.GET.get("trang"))
    planned = planned_uses(school_id)
    context = {
        "form": form, "page": page, "count": len(found), "total": total(f.credit for f in found),
        "usable": total(p.amount for p in planned), "usable_count": len(planned),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_use": request.caller.may(Permission.SCHOOL_REFUND_PROPOSE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }  # fmt: skip
    return render(request, "payments/credit_list.html", context)


@requires(Permission.SCHOOL_REFUND_PROPOSE)
@require_http_methods(["GET", "POST"])
def credit_use(request: AuthedRequest) -> HttpResponse:
    """Pay open invoices (of a round) from their families' credit: preview, then all chosen at once."""
    school = request.caller.school
    source = request.POST if request.method == "POST" else request.GET
    round_row = _round(school.pk, source.get("dot", ""))
    planned = planned_uses(school.pk, round_id=round_row.id if round_row else None)
    if request.method == "POST":
        codes = set(request.POST.getlist("chon"))
        chosen = [p for p in planned if p.invoice.code in codes]
        seen = {f"{p.invoice.code}:{int(p.amount)}" for p in chosen}
        if not chosen or not seen <= set(request.POST.getlist("thay")) or len(chosen) != len(codes):
            messages.warning(request, _("Số liệu vừa thay đổi hoặc chưa chọn phiếu nào. Xem lại bảng rồi bấm dùng."))
        else:
            reason = _("Trừ tiền gia đình nộp thừa")
            done = _try(
                request,
                lambda: use_credit(
                    school.pk, uses=as_uses(chosen), reason=reason, actor=request.caller.actor
                ),
            )  # fmt: skip
            if done:
                sums = {"amount": dong(total(p.amount for p in chosen)), "n": len(chosen)}
                messages.success(request, _("Đã dùng %(amount)s tiền nộp thừa cho %(n)s phiếu.") % sums)
                return redirect("payments:credits")
        planned = planned_uses(school.pk, round_id=round_row.id if round_row else None)
    context = {
        "planned": planned, "round": round_row, "total": total(p.amount for p in planned),
        "rounds": [r for r in rounds_of(school.pk) if r.state == "issued"],
    }  # fmt: skip
    return render(request, "payments/credit_use.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def credit_export(request: AuthedRequest) -> HttpResponse:
    """The list as filtered, as XLSX; who took it is recorded."""
    school = request.caller.school
    found = _filtered(school.pk, CreditForm(request.GET, school_id=school.pk))
    header = [_("Học sinh"), _("Lớp"), _("Mã phiếu"), _("Tiền nộp thừa"), _("Còn phải nộp"), _("Từ ngày")]
    rows = [
        (" · ".join(f.pupils), " · ".join(f.class_names), " ".join(f.codes), f.credit, f.owed, f.since.date())
        for f in found
    ]
    return xlsx_response(
        [SheetOut(_("Tiền nộp thừa"), header, rows)], name="tien-nop-thua", action="payments:credits:export",
        school=school, actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


def _filtered(school_id: int, form: CreditForm) -> list:  # type: ignore[type-arg]
    data = form.cleaned_data
    return families_with_credit(
        school_id, words=data.get("q") or "", class_name=data.get("lop") or "", only_owing=bool(data.get("con_no"))
    )


def _round(school_id: int, public_id: str) -> RoundRow | None:
    return next((r for r in rounds_of(school_id) if r.public_id == public_id), None)


def _try(request: AuthedRequest, act: Callable[[], object]) -> object | None:
    def once() -> object:
        with transaction():
            return act()

    try:
        return retrying(once)
    except PaymentRefusedError:
        messages.error(request, _("Tiền nộp thừa hoặc số còn nợ vừa thay đổi. Xem lại bảng rồi bấm dùng."))
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, _("Sổ kế toán của tháng này đã khóa nên chưa ghi được."))
    return None
