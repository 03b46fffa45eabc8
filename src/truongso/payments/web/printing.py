"""Printing: fee notices and class sheets of a round, long prints with their progress and files."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.public import CollectionRound, issued_rounds
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.ui.downloads import recorded_file, xlsx_response
from truongso.organizations.public import School, supervising_unit
from truongso.payments.class_sheets.papers import class_sheets_pdf, class_workbook
from truongso.payments.class_sheets.queries import class_sheets
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class, owing
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import PrintPart, PrintRun
from truongso.payments.printing.plan import parts_of_classes
from truongso.payments.printing.services import count_print, go_on, job_of, start_print
from truongso.payments.printing.types import PrintKind
from truongso.people.public import class_order

AT_ONCE = 200
"""Notices made while the browser waits; more are made by the worker."""


class ScopeForm(forms.Form):
    """A round, and what of it: a grade, some classes, or all."""

    dot = forms.ChoiceField(label=gettext_lazy("Đợt thu"))
    khoi = forms.ChoiceField(label=gettext_lazy("Khối"), required=False)
    lop = forms.MultipleChoiceField(
        label=gettext_lazy("Lớp"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Không chọn lớp nào là in cả khối hoặc cả trường."),
    )  # fmt: skip
    cat = forms.ChoiceField(
        label=gettext_lazy("Cách cắt"), required=False,
        choices=[("lop", gettext_lazy("Từng lớp một xấp")), ("tap", gettext_lazy("Cả tập một lần"))],
    )  # fmt: skip

    def __init__(self, data: QueryDict, *, school_id: int) -> None:
        super().__init__(data)
        self.sent = data
        self.rounds = issued_rounds(school_id)
        self.chosen = next((r for r in self.rounds if r.public_id == data.get("dot")), None)
        self.classes = _classes(school_id, self.chosen or next(iter(self.rounds), None))
        grades = sorted({grade for grade, _name in self.classes}, key=class_order)
        self._offer("dot", [(r.public_id, r.name) for r in self.rounds])
        self._offer("khoi", [("", _("Cả trường")), *((g, _("Khối %(grade)s") % {"grade": g}) for g in grades)])
        self._offer("lop", [(name, name) for _grade, name in self.classes])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def hidden_scope(self) -> list[tuple[str, str]]:
        """The scope as name and value pairs, to be sent along by another form of the page."""
        return [(name, value) for name in ("dot", "khoi", "lop") for value in self.sent.getlist(name) if value]

    def scope(self) -> Scope | None:
        """What was asked for; None when the round is not one of the school's issued ones or a class is unknown."""
        if not self.is_valid() or self.chosen is None:
            return None
        grade = self.cleaned_data["khoi"]
        return Scope(self.chosen.pk, tuple(self.cleaned_data["lop"]), (grade,) if grade else ())


@requires(Permission.SCHOOL_INVOICE_READ)
@require_safe
def hub(request: AuthedRequest) -> HttpResponse:
    """Choose what to print."""
    school = request.caller.school
    data = request.GET.copy()
    rounds = issued_rounds(school.pk)
    if rounds and data.get("dot") not in {r.public_id for r in rounds}:
        data["dot"] = rounds[0].public_id
    form = ScopeForm(data, school_id=school.pk)
    scope = form.scope()
    counts = _counts(school.pk, scope) if scope else None
    recent = PrintRun.objects.for_school(school).filter(kept_until__gt=clock.now()).defer("params").order_by("-pk")
    context = {
        "form": form,
        "round": form.chosen,
        "counts": counts,
        "sheets": -(-counts["owing"] // 4) if counts else 0,
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "recent": recent[:10],
        "support": letterhead(school).support_phone,
        "scope_query": _query(data),
    }
    return render(request, "payments/printing.html", context)


@requires(Permission.SCHOOL_INVOICE_READ)
@require_POST
def print_notices(request: AuthedRequest) -> HttpResponse:
    """Notices of the scope: at once when few, else a long print."""
    school = request.caller.school
    form, scope = _asked(request, school)
    if scope is None:
        return _misunderstood(request)
    whole_pile = form.cleaned_data["cat"] == "tap"
    count = owing(school.pk, scope).count()
    if not count:
        messages.info(request, _("Không còn phiếu nào phải nộp trong phạm vi đã chọn, nên không có gì để in."))
        return redirect("payments:printing")
    title = _title(form)
    if count > AT_ONCE:
        return _long_notices(request, school, scope, title, whole_pile=whole_pile)
    groups = [notices for _name, notices in notices_by_class(school.pk, scope)]
    pdf = notices_pdf(letterhead(school), groups, whole_pile=whole_pile)
    return _paper(request, pdf, "phieu-bao-thu.pdf", "payments:notices:print", {"title": title, "count": count})


@requires(Permission.SCHOOL_INVOICE_READ)
@require_safe
def sheets_pdf(request: AuthedRequest) -> HttpResponse:
    """Class collection sheets as PDF."""
    school = request.caller.school
    form, scope = _asked(request, school)
    found = class_sheets(school.pk, scope) if scope else []
    if not found:
        return _misunderstood(request)
    unit = supervising_unit(school, clock.today())
    pdf = class_sheets_pdf(school, unit.name if unit else "", found)
    said = {"title": _title(form), "count": len(found)}
    return _paper(request, pdf, "bang-ke-thu-lop.pdf", "payments:class_sheets:print", said)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def sheets_xlsx(request: AuthedRequest) -> HttpResponse:
    """Class collection sheets as a workbook, one sheet per class."""
    school = request.caller.school
    _form, scope = _asked(request, school)
    found = class_sheets(school.pk, scope) if scope else []
    if not found:
        return _misunderstood(request)
    return xlsx_response(
        class_workbook(found), name="bang-ke-thu-lop", action="payments:class_sheets:export",
        school=school, actor=request.caller.actor, count=sum(len(one.rows) for one in found),
        asked=request.GET.dict(),
    )  # fmt: skip


@requires(Permission.SCHOOL_INVOICE_READ)
@require_safe
def run_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A long print: how far it is, its files."""
    run = _run(request, public_id)
    parts = PrintPart.objects.for_school(run.school_id).filter(run=run).defer("content").order_by("number")
    return render(request, "payments/print_run.html", {"run": run, "job": job_of(run), "parts": parts})


@requires(Permission.SCHOOL_INVOICE_READ)
@require_safe
def run_progress(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The progress of a long print; when it is over the page loads itself anew."""
    run = _run(request, public_id)
    job = job_of(run)
    response = render(request, "payments/parts/print_progress.html", {"run": run, "job": job})
    if job is None or job.state in {"done", "failed"}:
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.SCHOOL_INVOICE_READ)
@require_POST
def run_again(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Go on with a print that stopped."""
    run = _run(request, public_id)
    with transaction():
        go_on(run, request.caller.actor)
    return redirect("payments:print_run", public_id=public_id)


@requires(Permission.SCHOOL_INVOICE_READ)
@require_safe
def part_file(request: AuthedRequest, public_id: str, number: int) -> HttpResponse:
    """A finished file of a long print; receipts need the right to see payments too."""
    run = _run(request, public_id)
    if run.kind == PrintKind.RECEIPTS.value and not request.caller.may(Permission.SCHOOL_PAYMENT_READ):
        raise Http404
    part = get_object_or_404(PrintPart.objects.for_school(run.school_id), run=run, number=number)
    if not part.content:
        raise Http404
    return recorded_file(
        bytes(part.content), f"in-{run.public_id[:6]}-{number:02}.pdf", "application/pdf",
        action="payments:print:download", actor=request.caller.actor, school_id=run.school_id,
        subject=("print_run", run.public_id), params={"title": run.title, "number": number},
    )  # fmt: skip


def _long_notices(
    request: AuthedRequest, school: School, scope: Scope, title: str, *, whole_pile: bool
) -> HttpResponse:
    counted = Counter(owing(school.pk, scope).values_list("class_name", flat=True))
    parts = parts_of_classes(sorted(counted.items(), key=lambda item: class_order(item[0])))
    count_print(school.pk, actor=request.caller.actor)
    with transaction():
        run = start_print(
            school.pk, kind=PrintKind.FEE_NOTICES, title=title, parts=parts, papers=sum(counted.values()),
            shared={"round_id": scope.round_id, "whole_pile": whole_pile}, actor=request.caller.actor,
        )  # fmt: skip
    return redirect("payments:print_run", public_id=run.public_id)


def _asked(request: AuthedRequest, school: School) -> tuple[ScopeForm, Scope | None]:
    form = ScopeForm(request.POST if request.method == "POST" else request.GET, school_id=school.pk)
    return form, form.scope()


def _misunderstood(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Chưa có gì để in. Chọn một đợt thu đã phát hành rồi chọn lớp."))
    return redirect("payments:printing")


def _title(form: ScopeForm) -> str:
    data = form.cleaned_data
    what = ", ".join(data["lop"]) or (_("khối %(grade)s") % {"grade": data["khoi"]} if data["khoi"] else _("cả trường"))
    name = form.chosen.name if form.chosen else ""
    return f"{name} – {what}"[:200]


def _counts(school_id: int, scope: Scope) -> dict[str, int]:
    """Notices to print and classes on them; 1 query."""
    names = list(owing(school_id, scope).values_list("class_name", flat=True))
    return {"owing": len(names), "classes": len(set(names))}


def _classes(school_id: int, of_round: CollectionRound | None) -> list[tuple[str, str]]:
    """(grade, class name) of the round's invoices, in the order of classes; 1 query."""
    if of_round is None:
        return []
    rows = of_round.invoices.for_school(school_id).order_by().values_list("school_class__grade", "class_name")
    return sorted(set(rows), key=lambda row: class_order(row[1]))


def _query(data: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    for name in ("dot", "khoi", "lop"):
        kept.setlist(name, data.getlist(name))
    return kept.urlencode()


def _paper(request: AuthedRequest, pdf: bytes, name: str, action: str, params: dict[str, Any]) -> HttpResponse:
    school = request.caller.school
    return recorded_file(
        pdf, name, "application/pdf", action=action, actor=request.caller.actor, school_id=school.pk,
        subject=("school", school.code), params=params, inline=True,
    )  # fmt: skip


def _run(request: AuthedRequest, public_id: str) -> PrintRun:
    found: PrintRun = get_object_or_404(
        PrintRun.objects.for_school(request.caller.school).filter(kept_until__gt=clock.now()), public_id=public_id
    )
    return found
