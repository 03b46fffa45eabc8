"""Receiving accounts with what is known of them, and importing statements: upload, look, apply."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries, statement_import
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.mapping.services import discard, keep_unknown
from truongso.banking.models import StatementImport
from truongso.banking.parsed import read_kept
from truongso.banking.statement_import import StatementRefusedError
from truongso.banking.statements.custom import PREFIX
from truongso.banking.statements.layouts import layout_named, layouts
from truongso.banking.statements.types import RowKind, StatementError
from truongso.banking.types import APPLY_JOB, Direction, ImportState, LineState
from truongso.banking.web.forms import UploadForm
from truongso.banking.web.messages import file_text, line_text, problem_text, row_text
from truongso.kernel import banks, clock, jobs
from truongso.kernel.db import retrying, transaction
from truongso.kernel.models import Job
from truongso.kernel.sheet_types import SheetError
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.sheets import Cell
from truongso.kernel.ui.downloads import recorded_file, xlsx_response
from truongso.organizations.public import readable_accounts

INLINE_LINES = 2_000
_SHOWN = 50
_STUCK = dt.timedelta(minutes=2)  # then starting it again is possible
_PAGE = 20
MESSAGE_LAYOUTS: Mapping[str, str] = {
    "mt940": gettext_noop("MT940 (SWIFT)"),
    "camt.052": gettext_noop("camt.052 (ISO 20022, trong ngày)"),
    "camt.053": gettext_noop("camt.053 (ISO 20022, sao kê)"),
    "camt.054": gettext_noop("camt.054 (ISO 20022, báo có báo nợ)"),
}


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def overview(request: AuthedRequest) -> HttpResponse:
    """Accounts, upload form, past imports."""
    return _overview(request, None)


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def upload(request: AuthedRequest) -> HttpResponse:
    """Read an uploaded file and go to what it would bring; a file that cannot be read changes nothing."""
    form = UploadForm(readable_accounts(request.caller.school), request.POST, request.FILES)
    if not form.is_valid():
        return _overview(request, form)
    file = form.cleaned_data["file"]
    try:
        with transaction():
            statement = statement_import.preview(
                form.chosen, content=file.read(), file_name=file.name, actor=request.caller.actor
            )
    except (SheetError, StatementError) as error:
        if error.code == "unknown_layout":
            return _ask_for_columns(request, form)
        form.add_error("file", file_text(error.code, error.params))
        return _overview(request, form)
    except StatementRefusedError as error:
        for code, params in error.problems:
            form.add_error("file", problem_text(code, params))
        return _overview(request, form)
    return redirect("banking:statement", public_id=statement.public_id)


def _ask_for_columns(request: AuthedRequest, form: UploadForm) -> HttpResponse:
    """Keep a file that no layout explains and let a person show its columns."""
    file = form.cleaned_data["file"]
    file.seek(0)
    with transaction():
        statement = keep_unknown(form.chosen, content=file.read(), file_name=file.name, actor=request.caller.actor)
    return redirect("banking:columns", public_id=statement.public_id)


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def statement_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A previewed file, a running import or what came of it."""
    statement = _statement(request, public_id)
    if statement.state == ImportState.MAPPING.value:
        return redirect("banking:columns", public_id=public_id)
    job = _job(statement)
    context = _facts(request, statement) | {"job": _progress(job)}
    if statement.state == ImportState.APPLIED.value:
        return render(request, "banking/statement_result.html", context | _result(statement))
    if job is not None and job.state in {jobs.WAITING, jobs.RUNNING}:
        template = "banking/_progress.html" if request.headers.get("HX-Request") else "banking/statement_running.html"
        return render(request, template, context)
    try:
        context |= _preview(statement)
    except (SheetError, StatementError) as error:
        return _unread(request, statement, error)
    return render(request, "banking/statement_preview.html", context)


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def apply(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Record and match the new rows: at once for ordinary files, as a job for long ones. Twice adds nothing."""
    statement, actor = _statement(request, public_id), request.caller.actor
    here = redirect("banking:statement", public_id=statement.public_id)
    if statement.state == ImportState.APPLIED.value:
        return here
    if statement.state == ImportState.MAPPING.value:
        return redirect("banking:columns", public_id=public_id)
    if statement.counts["new"] + statement.counts["known"] > INLINE_LINES:
        with transaction():
            jobs.start(
                APPLY_JOB, school_id=statement.school_id, key=statement.public_id,
                params={"statement_id": statement.pk, "actor": actor.label}, started_by=actor.user_id,
            )  # fmt: skip
        return here
    try:
        statement_import.apply(statement, actor=actor)
    except (SheetError, StatementError) as error:
        return _unread(request, statement, error)
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, line_text("period_closed", {}))
    return here


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def drop(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a file back of which nothing has been recorded: the wrong one, or none that is a statement at all."""
    statement = _statement(request, public_id)

    def once() -> bool:
        with transaction():
            return discard(statement, actor=request.caller.actor)

    if not retrying(once):
        messages.error(request, _("Tệp này đã nhập hoặc đang nhập nên không bỏ được. Giao dịch đã nhập thì hoàn tác."))
        return redirect("banking:statement", public_id=public_id)
    messages.success(request, _("Đã bỏ tệp %(name)s; chưa có gì của tệp được ghi.") % {"name": statement.file_name})
    return redirect("banking:statements")


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_GET
def original(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The file as it was uploaded, byte for byte."""
    statement = _statement(request, public_id, with_content=True)
    ending = re.search(r"\.(xlsx|xls|csv|tsv|txt|xml|sta|mt940|940|htm|html)$", statement.file_name.lower())
    name = f"sao-ke-{statement.public_id}{ending[0] if ending else ''}"
    return recorded_file(
        bytes(statement.content), name, "application/octet-stream", action="banking:statement:download",
        actor=request.caller.actor, school_id=statement.school_id, subject=("statement", statement.pk),
    )  # fmt: skip


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_GET
def refused(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The rows that could not be read, under their header, with the reason: to correct and import again."""
    statement = _statement(request, public_id, with_content=True)
    try:
        parsed = read_kept(statement)
    except (SheetError, StatementError) as error:
        return _unread(request, statement, error)
    header = ["" if cell is None else str(cell) for cell in parsed.header]
    width = max((len(row.cells) for row in parsed.rows), default=0)
    header += [""] * (width - len(header))
    rows = [
        [*_padded(row.cells, width), row.number, row_text(row.refusal.code, row.refusal.params)]
        for row in parsed.rows
        if row.refusal is not None
    ]
    sheet = SheetOut(
        _("Dòng chưa nhập"), [*header, _("Dòng trong tệp"), _("Vì sao chưa nhập")], rows,
        banner=[[_("Số tài khoản"), statement.bank_account.number]],
    )  # fmt: skip
    return xlsx_response(
        [sheet], name=f"dong-chua-nhap-{statement.public_id}", dated=False, action="banking:statement:refused",
        school=request.caller.school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


def _unread(request: AuthedRequest, statement: StatementImport, error: SheetError | StatementError) -> HttpResponse:
    """A file that could be read when it came, by columns that were deleted since: they can be shown again."""
    messages.error(request, file_text(error.code, error.params))
    return redirect("banking:columns", public_id=statement.public_id)


def _overview(request: AuthedRequest, form: UploadForm | None) -> HttpResponse:
    school_id = request.caller.school.pk
    accounts = readable_accounts(request.caller.school)
    page = Paginator(queries.imports(school_id), _PAGE).get_page(request.GET.get("trang"))
    imports = list(page.object_list)
    names = user_names(i.uploaded_by for i in imports)
    own = own_layouts(school_id)
    return render(
        request,
        "banking/statements.html",
        {
            "accounts": [
                {"row": row, "bank": _bank(row.account.bank_bin)}
                for row in queries.account_overviews(school_id, accounts)
            ],
            "form": form or UploadForm(accounts),
            "imports": [
                {"row": i, "who": names.get(i.uploaded_by or 0, ""), "layout": layout_name(i.layout, own)}
                for i in imports
            ],
            "page": page,
            "layouts": [layout_name(name, {}) for name in (*(x.name for x in layouts()), *MESSAGE_LAYOUTS)],
            "may_import": request.caller.may(Permission.SCHOOL_STATEMENT_IMPORT),
            "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
            "may_connect": request.caller.may(Permission.SCHOOL_FEED_WRITE),
        },
    )


def layout_name(name: str, own: Mapping[str, str]) -> str:
    """A layout as people know it: bank and title; `own` are the names of the school's own."""
    if name.startswith(PREFIX):
        return own.get(name, _("Mẫu cột đã xóa"))
    if name in MESSAGE_LAYOUTS or not name:
        return _(MESSAGE_LAYOUTS.get(name, "—"))
    layout = layout_named(name)
    return f"{layout.bank} – {layout.title}" if layout.bank else layout.title


def own_layouts(school_id: int) -> dict[str, str]:
    rows = StatementLayout.objects.for_school(school_id).values_list("public_id", "name")
    return {f"{PREFIX}{public_id}": name for public_id, name in rows}


def _bank(bank_bin: str) -> str:
    bank = banks.find(bank_bin)
    return bank.short_name if bank else bank_bin


def _statement(request: AuthedRequest, public_id: str, *, with_content: bool = False) -> StatementImport:
    rows = StatementImport.objects.for_school(request.caller.school).select_related("bank_account")
    found: StatementImport = get_object_or_404(rows if with_content else rows.defer("content"), public_id=public_id)
    return found


def _job(statement: StatementImport) -> Job | None:
    jobs_of_school = Job.objects.filter(school_id=statement.school_id, kind=APPLY_JOB)
    return jobs_of_school.filter(key=statement.public_id).first()


def _progress(job: Job | None) -> dict[str, Any] | None:
    if job is None:
        return None
    failed = job.state == jobs.FAILED
    return {
        "state": job.state, "done": job.done, "total": job.total, "failed": failed,
        "percent": 100 * job.done // job.total if job.total else 0,
        "stuck": job.state == jobs.RUNNING and job.updated_at < clock.now() - _STUCK,
        "error": line_text("period_closed", {}) if job.error == "period_closed" else "",
    }  # fmt: skip


def _facts(request: AuthedRequest, statement: StatementImport) -> dict[str, Any]:
    names = user_names([statement.uploaded_by])
    return {
        "statement": statement,
        "counts": statement.counts,
        "is_table": statement.layout not in MESSAGE_LAYOUTS,
        "layout": layout_name(statement.layout, own_layouts(statement.school_id)),
        "bank": _bank(statement.bank_account.bank_bin),
        "who": names.get(statement.uploaded_by or 0, ""),
        "problems": [problem_text(p["code"], p["params"]) for p in statement.problems],
        "may_import": request.caller.may(Permission.SCHOOL_STATEMENT_IMPORT),
    }


def _preview(statement: StatementImport) -> dict[str, Any]:
    """The file read again against what is known now."""
    parsed, seen = statement_import.read_import(statement)
    fresh = [s for s in seen if s.line_id is None and s.reported.line.direction is Direction.IN]
    refusals = [row for row in parsed.rows if row.kind is RowKind.REFUSED]
    return {
        "counts": statement_import.counts(parsed, seen),
        "printed": parsed.printed,
        "same_file": queries.same_file_applied(statement),
        "credits": [s.reported.line for s in fresh[:_SHOWN]],
        "more_credits": max(len(fresh) - _SHOWN, 0),
        "refusals": [
            {"number": r.number, "text": row_text(r.refusal.code, r.refusal.params), "cells": _words(r.cells)}
            for r in refusals[:_SHOWN]
            if r.refusal is not None
        ],
        "more_refusals": max(len(refusals) - _SHOWN, 0),
        "is_long": len(seen) > INLINE_LINES,
    }


def _result(statement: StatementImport) -> dict[str, Any]:
    waiting = queries.new_credits(statement, LineState.WAITING)
    refusals = queries.refused_rows(statement)
    return {
        "waiting": list(waiting[:_SHOWN]),
        "waiting_count": waiting.count(),
        "reversals": list(queries.new_reversals(statement)[:_SHOWN]),
        "refusals": [
            {
                "number": r.row_number,
                "text": row_text(r.problem["code"], r.problem["params"]),
                "cells": _words(r.cells),
            }
            for r in refusals[:_SHOWN]
            if r.problem is not None
        ],
        "more_refusals": max(statement.counts.get("refused", 0) - _SHOWN, 0),
    }


def _words(cells: Any) -> str:
    """A row of a file on one line."""
    return " · ".join(str(cell) for cell in cells if cell not in (None, ""))


def _padded(cells: tuple[Cell, ...], width: int) -> list[Cell]:
    return [*cells[:width], *[None] * (width - len(cells))]
