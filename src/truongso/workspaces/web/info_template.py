"""The department's payment-information template: write, look at, publish, compare; and the school's read-only page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ui.downloads import file_response
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.organizations.public import (
    FIELD_NAMES,
    LABEL_LENGTH,
    MANDATORY,
    MOST_EXTRA,
    NOTE_LENGTH,
    Change,
    FieldSource,
    FieldSpec,
    OrgUnit,
    PaymentTemplate,
    TemplateRefusedError,
    compare_templates,
    discard_template_draft,
    publish_template,
    save_template_draft,
    standard_template,
    template_draft,
    template_on,
    template_publisher,
    template_publisher_of_school,
    template_refusal_text,
    template_versions,
)
from truongso.workspaces.info_template import example_fields, example_notice_pdf

WRITE = requires(Permission.UNIT_TEMPLATE_WRITE)
CHANGES = {
    Change.ADDED: (gettext_lazy("thêm mới"), "ok"),
    Change.REMOVED: (gettext_lazy("bỏ"), "bad"),
    Change.REWORDED: (gettext_lazy("đổi lời"), "warn"),
    Change.MOVED: (gettext_lazy("đổi thứ tự"), "info"),
    Change.SAME: (gettext_lazy("giữ nguyên"), ""),
}
_LAST = 99


class PublishForm(forms.Form):
    """From which day the draft holds."""

    ngay = VietnameseDateField(
        label=gettext_lazy("Áp dụng cho đợt thu phát hành từ ngày"),
        help_text=gettext_lazy("Từ hôm nay trở đi. Phiếu đã phát hành giữ mẫu cũ."),
    )


@WRITE
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """The version in force, what is coming, the draft, all versions."""
    return render(request, "workspaces/office/template.html", _context(request, PublishForm(None)))


@WRITE
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: AuthedRequest) -> HttpResponse:
    """Choose fields, their order and wording; the four mandatory ones cannot be left out."""
    unit = _unit(request)
    if request.method != "POST":
        present = template_draft(unit) or template_on(unit, clock.today())
        context = _form(present.specs if present else standard_template(), basis=present.basis if present else "")
        return render(request, "workspaces/office/template_draft.html", {**context, "unit": unit})
    refusal = _acted(lambda: save_template_draft(
        actor=request.caller.actor, unit=unit, fields=_asked(request.POST), basis=request.POST.get("van-ban", ""),
    ))  # fmt: skip
    if refusal is None:
        messages.success(request, _("Đã lưu bản nháp. Xem trước rồi ban hành."))
        return redirect("workspaces:template_preview")
    context = {**_form_again(request.POST), "unit": unit, "refused": template_refusal_text(refusal)}
    return render(request, "workspaces/office/template_draft.html", context, status=422)


@WRITE
@require_safe
def preview(request: AuthedRequest) -> HttpResponse:
    """The draft, or a published version, on an example invoice."""
    found = _version(request)
    context = {"version": found, "fields": example_fields(found.specs), "unit": found.unit}
    return render(request, "workspaces/office/template_preview.html", context)


@WRITE
@require_safe
def preview_paper(request: AuthedRequest) -> HttpResponse:
    """The example as the printed notice."""
    pdf = example_notice_pdf(_version(request).specs)
    return file_response(pdf, "phieu-bao-thu-vi-du.pdf", "application/pdf", inline=True)


@WRITE
@require_POST
def publish(request: AuthedRequest) -> HttpResponse:
    """Publish the draft from a day on."""
    form = PublishForm(request.POST)
    if form.is_valid():
        day, unit = form.cleaned_data["ngay"], _unit(request)
        refusal = _acted(lambda: publish_template(actor=request.caller.actor, unit=unit, valid_from=day))
        if refusal is None:
            messages.success(
                request, _("Đã ban hành. Đợt thu phát hành từ %(day)s dùng mẫu mới.") % {"day": f"{day:%d/%m/%Y}"}
            )
            return redirect("workspaces:template")
        form.add_error(None, template_refusal_text(refusal))
    return render(request, "workspaces/office/template.html", _context(request, form), status=422)


@WRITE
@require_POST
def discard(request: AuthedRequest) -> HttpResponse:
    """Throw the draft away."""
    unit = _unit(request)
    refusal = _acted(lambda: discard_template_draft(actor=request.caller.actor, unit=unit))
    if refusal is None:
        messages.info(request, _("Đã bỏ bản nháp."))
    else:
        messages.error(request, template_refusal_text(refusal))
    return redirect("workspaces:template")


@WRITE
@require_safe
def compare(request: AuthedRequest) -> HttpResponse:
    """What two versions of one office differ in."""
    old, new = _of_office(request, request.GET.get("cu", "")), _of_office(request, request.GET.get("moi", ""))
    if old is None or new is None:
        raise Http404
    rows = [
        {"name": FIELD_NAMES[one.source], "old": one.old, "new": one.new, "change": CHANGES[one.change]}
        for one in compare_templates(old.specs, new.specs)
    ]
    return render(request, "workspaces/office/template_compare.html", {"old": old, "new": new, "rows": rows})


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_safe
def of_school(request: AuthedRequest) -> HttpResponse:
    """Which version the school's papers carry; decided above the school."""
    today = clock.today()
    unit = template_publisher_of_school(request.caller.school, today)
    rows = template_versions(unit) if unit is not None else []
    present = next((row for row in rows if row.valid_from is not None and row.valid_from <= today), None)
    context = {
        "unit": unit, "present": present, "fields": example_fields(present.specs if present else standard_template()),
        "mandatory": MANDATORY, "versions": rows, "today": today,
    }  # fmt: skip
    return render(request, "workspaces/school/template.html", context)


def _context(request: AuthedRequest, form: PublishForm) -> dict[str, Any]:
    own, today = _unit(request), clock.today()
    unit = template_publisher(own, today) or own
    rows = template_versions(unit)
    present = next((row for row in rows if row.valid_from is not None and row.valid_from <= today), None)
    return {
        "unit": unit, "is_publisher": unit.pk == own.pk, "form": form, "today": today, "versions": rows,
        "present": present, "draft": template_draft(unit) if unit.pk == own.pk else None,
        "fields": example_fields(present.specs if present else standard_template()), "mandatory": MANDATORY,
    }  # fmt: skip


def _unit(request: AuthedRequest) -> OrgUnit:
    membership = request.caller.membership
    if membership is None or membership.unit is None:
        raise Http404
    return membership.unit


def _of_office(request: AuthedRequest, public_id: str) -> PaymentTemplate | None:
    """A version of the caller's own tree; those of another office do not exist for him or her."""
    unit = template_publisher(_unit(request), clock.today())
    return next((row for row in template_versions(unit) if row.public_id == public_id), None) if unit else None


def _version(request: AuthedRequest) -> PaymentTemplate:
    asked = request.GET.get("ban", "")
    found = _of_office(request, asked) if asked else template_draft(_unit(request))
    if found is None:
        raise Http404
    return found


def _acted(act: Callable[[], object]) -> TemplateRefusedError | None:
    def run() -> None:
        with transaction():
            act()

    try:
        retrying(run)
    except TemplateRefusedError as refusal:
        return refusal
    return None


def _form(specs: Sequence[FieldSpec], *, basis: str) -> dict[str, Any]:
    """The form as a version stands: its fields in order, then the rest of the catalogue."""
    chosen = {spec.source: spec for spec in specs}
    order = [*chosen, *(source for source in FieldSource if source not in chosen)]
    rows = [
        _row(source, chosen=source in chosen, place=str(place) if source in chosen else "",
             label=chosen[source].label if source in chosen else str(FIELD_NAMES[source]),
             note=chosen[source].note if source in chosen else "")
        for place, source in enumerate(order, start=1)
    ]  # fmt: skip
    return {"rows": rows, "basis": basis, **_LIMITS}


def _form_again(data: QueryDict) -> dict[str, Any]:
    """The form as it was sent, so that nothing typed is lost."""
    chosen = set(data.getlist("dung"))
    rows = [
        _row(source, chosen=source.value in chosen, place=data.get(f"thu-tu-{source.value}", ""),
             label=data.get(f"ten-{source.value}", ""), note=data.get(f"loi-{source.value}", ""))
        for source in FieldSource
    ]  # fmt: skip
    return {"rows": rows, "basis": data.get("van-ban", ""), **_LIMITS}


def _row(source: FieldSource, *, chosen: bool, place: str, label: str, note: str) -> dict[str, Any]:
    return {
        "source": source.value, "name": FIELD_NAMES[source], "is_mandatory": source in MANDATORY,
        "chosen": chosen, "place": place, "label": label, "note": note,
    }  # fmt: skip


_LIMITS = {"most": MOST_EXTRA, "label_length": LABEL_LENGTH, "note_length": NOTE_LENGTH}


def _asked(data: QueryDict) -> list[tuple[str, str, str]]:
    """Source, label and note of the chosen fields, in the order of the numbers typed."""
    chosen = data.getlist("dung")
    placed = sorted(range(len(chosen)), key=lambda at: (_place(data.get(f"thu-tu-{chosen[at]}", "")), at))
    return [
        (source, data.get(f"ten-{source}", ""), data.get(f"loi-{source}", ""))
        for source in (chosen[at] for at in placed)
    ]


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(_LAST)) + 1 else _LAST
