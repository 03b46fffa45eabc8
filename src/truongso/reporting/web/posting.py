"""Files of vouchers for an accounting package, and the account numbers they are written in."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.public import closed_month_signatures
from truongso.kernel.db import retrying, transaction
from truongso.kernel.ui.downloads import XLSX, recorded_file
from truongso.reporting.posting.models import PostingFile
from truongso.reporting.posting.queries import files, grouping_of, mapped_accounts, unposted
from truongso.reporting.posting.services import make_file, save_accounts
from truongso.reporting.posting.types import Grouping, PostingRefusedError
from truongso.reporting.web.month_end import MonthForm, month_of

_SHOWN = 100
_LATEST = 30
REFUSALS = {
    "nothing_new": gettext_noop("Không có bút toán nào mới để xuất."),
    "bad_code": gettext_noop(
        "Số tài khoản “%(code)s” chưa đúng: dùng chữ số, chữ cái không dấu, dấu chấm, nhiều nhất 20 ký tự."
    ),
    "unknown_account": gettext_noop("Có tài khoản không thuộc trường này. Tải lại trang rồi thử lại."),
}
GROUPINGS = {
    Grouping.DAY: gettext_lazy("Mỗi ngày một chứng từ cho mỗi loại nghiệp vụ"),
    Grouping.ENTRY: gettext_lazy("Mỗi nghiệp vụ một chứng từ, có số biên lai, người nộp, mã hóa đơn"),
}


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def page(request: AuthedRequest) -> HttpResponse:
    """What a month would bring, and the files made so far."""
    school = request.caller.school
    year, month = month_of(request)
    waiting = unposted(school.pk, year, month)
    made = list(files(school.pk)[:_LATEST])
    context = {
        "month": f"{year}-{month:02}",
        "label": f"{month:02}/{year}",
        "month_form": MonthForm({"thang": f"{year}-{month:02}"}),
        "waiting": len({r.entry_id for r in waiting}),
        "earlier": len({r.entry_id for r in waiting if (r.occurred_on.year, r.occurred_on.month) != (year, month)}),
        "files": made,
        "of_month": [f for f in made if (f.year, f.month) == (year, month)],
        "people": user_names(f.made_by for f in made),
        "is_closed": (year, month) in closed_month_signatures(school.pk),
        "may_export": request.caller.may(Permission.SCHOOL_POSTING_WRITE),
        "grouping": GROUPINGS[grouping_of(school.pk)],
    }
    return render(request, "reporting/posting.html", context)


@requires(Permission.SCHOOL_POSTING_WRITE)
@require_POST
def export(request: AuthedRequest) -> HttpResponse:
    """Make the file of a month; when nothing is new, the file that is there already."""
    school, actor = request.caller.school, request.caller.actor
    year, month = month_of(request)

    def attempt() -> PostingFile:
        with transaction():
            return make_file(school, year=year, month=month, actor=actor)

    try:
        file = retrying(attempt)
    except PostingRefusedError as refusal:
        known = files(school.pk).filter(year=year, month=month).first()
        if known is None:
            messages.info(request, _(REFUSALS[refusal.code]))
            return redirect("reporting:posting")
        messages.info(
            request, _("Kỳ này đã xuất trong tệp số %(number)d, không có bút toán mới. Tải lại thì vẫn đúng tệp đó.")
            % {"number": known.number},
        )  # fmt: skip
        return redirect("reporting:posting_file", known.public_id)
    messages.success(request, _("Đã tạo tệp số %(number)d.") % {"number": file.number})
    return redirect("reporting:posting_file", file.public_id)


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def file_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One file: what it holds, as it left."""
    file = _file(request, public_id)
    rows = list(csv.reader(io.StringIO(bytes(file.csv).decode("utf-8-sig"))))
    context = {
        "file": file,
        "header": rows[0],
        "rows": [[*row[:6], int(row[6]), *row[7:]] for row in rows[1 : _SHOWN + 1]],
        "more": max(0, len(rows) - 1 - _SHOWN),
        "people": user_names([file.made_by]),
        "grouping": GROUPINGS[Grouping(file.grouping)],
        "may_download": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }
    return render(request, "reporting/posting_file.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def download(request: AuthedRequest, public_id: str, form: str) -> HttpResponse:
    """The file as it was made, byte for byte; who took it is on record."""
    file = _file(request, public_id)
    is_csv = form == "csv"
    return recorded_file(
        bytes(file.csv if is_csv else file.xlsx), f"but-toan-{file.year}-{file.month:02}-tep-{file.number}.{form}",
        "text/csv; charset=utf-8" if is_csv else XLSX, action="reporting:posting:download",
        actor=request.caller.actor, school_id=file.school_id, subject=("posting_file", file.public_id),
        params={"number": file.number, "form": form},
    )  # fmt: skip


@requires(Permission.SCHOOL_POSTING_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: AuthedRequest) -> HttpResponse:
    """The numbers that accounts of the books have in the accounting package, and what a voucher is."""
    school = request.caller.school
    typed: dict[int, str] = {}
    problem, status = "", 200
    if request.method == "POST":
        typed = _typed(request)
        grouping = request.POST.get("grouping", "")
        chosen = Grouping(grouping) if grouping in set(Grouping) else grouping_of(school.pk)
        try:
            with transaction():
                save_accounts(school, chosen=typed, grouping=chosen, actor=request.caller.actor)
        except PostingRefusedError as refusal:
            problem, status = _(REFUSALS[refusal.code]) % refusal.params, 400
        else:
            messages.success(request, _("Đã lưu. Tệp đã xuất trước đó giữ nguyên."))
            return redirect("reporting:posting_accounts")
    context = {
        "rows": [(a, typed.get(a.account_id, "" if a.is_default else a.code)) for a in mapped_accounts(school.pk)],
        "groupings": [(g.value, text) for g, text in GROUPINGS.items()],
        "grouping": request.POST.get("grouping") or grouping_of(school.pk).value,
        "problem": problem,
    }
    return render(request, "reporting/posting_accounts.html", context, status=status)


def _typed(request: HttpRequest) -> dict[int, str]:
    """Account id → what was typed; fields of other names are left out."""
    found: dict[int, str] = {}
    for name, value in request.POST.items():
        kind, _sep, number = name.partition("_")
        if kind == "tk" and number.isdecimal() and len(number) < 19:
            found[int(number)] = str(value).strip()
    return found


def _file(request: AuthedRequest, public_id: str) -> PostingFile:
    rows: Any = PostingFile.objects.for_school(request.caller.school)
    found: PostingFile = get_object_or_404(rows, public_id=public_id)
    return found
