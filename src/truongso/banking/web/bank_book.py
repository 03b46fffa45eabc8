"""The bank book of an account: page, A4 in the form of public units (S12-H), workbook."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.closing.bank_book import BankBook, BankRow, bank_book
from truongso.banking.web.closing_forms import BookForm
from truongso.kernel import banks, clock
from truongso.kernel.dong_in_words import dong_in_words
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.formatting import ngay
from truongso.organizations.public import BankAccount, bank_accounts

PAGE_SIZE = 50


@requires(Permission.SCHOOL_MATCH_READ)
@require_safe
def book_page(request: AuthedRequest) -> HttpResponse:
    """The book of a month, or of any days up to a year."""
    context = _context(request)
    context["page"] = Paginator(context["rows"], PAGE_SIZE).get_page(request.GET.get("trang"))
    return render(request, "banking/bank_book.html", context)


@requires(Permission.SCHOOL_MATCH_READ)
@require_safe
def book_paper(request: AuthedRequest) -> HttpResponse:
    """The same on paper; without an account there is nothing to print, and the book's page says so."""
    context = _context(request)
    if context["book"] is None:
        return redirect("banking:bank_book")
    return render(request, "banking/bank_book_paper.html", context)


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def book_xlsx(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook; who took it is on record."""
    context, school = _context(request), request.caller.school
    book: BankBook | None = context["book"]
    if book is None:
        return render(request, "banking/bank_book.html", context)
    header = [
        _("Ngày ghi sổ"), _("Số hiệu chứng từ"), _("Ngày chứng từ"), _("Diễn giải"), _("Gửi vào"), _("Rút ra"),
        _("Còn lại"), _("Ghi chú"),
    ]  # fmt: skip
    rows: list[list[ExportCell]] = [[None, "", None, _("Số dư đầu kỳ"), None, None, book.opening, ""]]
    rows += [
        [
            r["row"].line.booked_on, r["row"].line.reference, r["row"].line.booked_on, r["text"], r["row"].paid_in,
            r["row"].paid_out, r["row"].balance, r["note"],
        ]
        for r in context["rows"]
    ]  # fmt: skip
    rows.append([None, "", None, _("Cộng phát sinh"), book.paid_in, book.paid_out, None, ""])
    rows.append([None, "", None, _("Số dư cuối kỳ"), None, None, book.closing, ""])
    banner: list[list[ExportCell]] = [
        [school.name, "", "", "", _("Mẫu số: %(form)s") % {"form": settings.BANK_BOOK_FORM}],
        [_("SỔ TIỀN GỬI NGÂN HÀNG, KHO BẠC"), "", "", "", settings.ACCOUNTING_BASIS],
        [_("Nơi mở tài khoản: %(bank)s") % {"bank": context["bank"]}],
        [_("Số hiệu tài khoản: %(number)s") % {"number": book.account.number}],
        [_("Từ %(first)s đến %(last)s, đơn vị: đồng") % {"first": ngay(book.first), "last": ngay(book.last)}],
    ]
    name = f"so-tien-gui-{book.account.number}-{book.first:%Y%m%d}-{book.last:%Y%m%d}"
    return xlsx_response(
        [SheetOut(_("Sổ tiền gửi"), header, rows, banner=banner, widths=(12, 20, 12, 60, 16, 16, 16, 28))],
        name=name, action="banking:bank_book:export", school=school, actor=request.caller.actor, count=len(book.rows),
        asked={"first": book.first.isoformat(), "last": book.last.isoformat(), "account": book.account.number},
    )  # fmt: skip


def _context(request: AuthedRequest) -> dict[str, Any]:
    school, today = request.caller.school, clock.today()
    accounts = bank_accounts(school, active_only=False)
    account = next((a for a in accounts if a.public_id == request.GET.get("tk")), accounts[0] if accounts else None)
    form = BookForm(request.GET, today=today)
    first, last = form.days
    book = bank_book(account, first, last) if account else None
    return {
        "school": school,
        "accounts": accounts,
        "account": account,
        "bank": _bank(account),
        "form": form,
        "book": book,
        "rows": [{"row": r, "text": _text(r), "note": _note(r)} for r in book.rows] if book else [],
        "closing_words": dong_in_words(book.closing) if book and int(book.closing) >= 0 else "",
        "form_number": settings.BANK_BOOK_FORM,
        "basis": settings.ACCOUNTING_BASIS,
        "is_month": _is_month(first, last),
        "today": today,
    }


def _text(row: BankRow) -> str:
    name = f"{row.line.counter_name}: " if row.line.counter_name else ""
    return f"{name}{row.line.memo}" or _("(không có nội dung)")


def _note(row: BankRow) -> str:
    if not row.is_shown:
        return _("chưa có trong sao kê")
    return row.codes


def _bank(account: BankAccount | None) -> str:
    found = banks.find(account.bank_bin) if account else None
    return found.short_name if found else ""


def _is_month(first: dt.date, last: dt.date) -> bool:
    return first.day == 1 and (last + dt.timedelta(days=1)).day == 1 and (first.year, first.month) == (
        last.year, last.month,
    )  # fmt: skip
