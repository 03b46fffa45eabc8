"""The cash book of a day, and counting the box: signed by one, confirmed by another, reopened by two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.dong_in_words import dong_in_words
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.kernel.ui.formatting import dong, ngay
from truongso.payments.cash import services
from truongso.payments.cash.book import CashBook, CashKind, cash_balance, cash_book
from truongso.payments.cash.messages import cash_refusal_text
from truongso.payments.cash.models import CashCount
from truongso.payments.cash.queries import box_state, counts, counts_of_day
from truongso.payments.cash.types import CashRefusedError, CountState
from truongso.payments.web.cash_forms import BookForm, CountForm, LimitForm, WhyForm

_LATEST = 20


def kind_names() -> dict[CashKind, str]:
    """What rows of the cash book are called."""
    return {
        CashKind.RECEIPT: _("Thu tiền mặt"),
        CashKind.RECEIPT_UNDONE: _("Hoàn tác khoản thu"),
        CashKind.DEPOSIT: _("Nộp vào ngân hàng"),
        CashKind.DEPOSIT_CANCELLED: _("Hủy khoản nộp ngân hàng"),
        CashKind.DIFFERENCE: _("Chênh lệch kiểm quỹ"),
        CashKind.DIFFERENCE_UNDONE: _("Bỏ chênh lệch (mở lại sổ)"),
        CashKind.REFUND: _("Hoàn tiền cho gia đình"),
        CashKind.REFUND_UNDONE: _("Hủy hoàn tiền"),
        CashKind.OTHER: _("Khác"),
    }


def state_of(count: CashCount) -> tuple[str, str]:
    """State of a count in words, and its colour."""
    return {
        CountState.SIGNED: (_("chờ xác nhận"), "warn"),
        CountState.CONFIRMED: (_("đã khóa sổ"), "ok"),
        CountState.REFUSED: (_("trả lại đếm lại"), "bad"),
        CountState.REOPENED: (_("đã mở lại"), "info"),
    }[CountState(count.state)]


@requires(Permission.SCHOOL_CASH_READ)
@require_safe
def book_page(request: AuthedRequest) -> HttpResponse:
    """The cash book of a day or of some days, whole or of one cashier."""
    return render(request, "payments/cash_book.html", _book_context(request))


@requires(Permission.SCHOOL_CASH_READ)
@require_safe
def book_paper(request: AuthedRequest) -> HttpResponse:
    """The same on paper."""
    return render(request, "payments/cash_book_paper.html", _book_context(request))


@requires(Permission.SCHOOL_CASH_READ)
@require_safe
def book_xlsx(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook; who took it is on record."""
    school, context = request.caller.school, _book_context(request)
    book: CashBook = context["book"]
    header = [
        _("Ngày ghi sổ"), _("Ngày chứng từ"), _("Số phiếu thu"), _("Số phiếu chi"), _("Diễn giải"),
        pgettext("sổ quỹ", "Thu"), _("Chi"),
        _("Tồn"), _("Ghi chú"), _("Giờ ghi"), _("Người thực hiện"),
    ]  # fmt: skip
    rows: list[list[Any]] = [[None, None, "", "", _("Số dư đầu kỳ"), None, None, book.opening, "", None, ""]]
    rows += [
        [
            r["row"].day, r["row"].day, r["row"].number if r["row"].taken else "",
            r["row"].number if r["row"].given else "",
            f"{r['kind']}: {r['row'].person}" if r["row"].person else r["kind"], r["row"].taken, r["row"].given,
            r["row"].balance, r["row"].note, r["row"].at, r["who"],
        ]
        for r in context["rows"]
    ]  # fmt: skip
    rows.append([None, None, "", "", _("Cộng phát sinh"), book.taken, book.given, None, "", None, ""])
    rows.append([None, None, "", "", _("Số dư cuối kỳ"), None, None, book.closing, "", None, ""])
    title = _("SỔ QUỸ TIỀN MẶT từ %(first)s đến %(last)s, đơn vị: đồng") % {
        "first": ngay(book.first),
        "last": ngay(book.last),
    }
    form = _("Mẫu số: %(form)s") % {"form": settings.CASH_BOOK_FORM}
    banner = [[school.name, "", "", "", form], [title, "", "", "", settings.ACCOUNTING_BASIS]]
    return xlsx_response(
        [SheetOut(_("Sổ quỹ"), header, rows, banner=banner)], name=f"so-quy-{book.first:%Y%m%d}-{book.last:%Y%m%d}",
        action="payments:cash_book:export", school=school, actor=request.caller.actor, count=len(context["rows"]),
        asked={"first": book.first.isoformat(), "last": book.last.isoformat()},
    )  # fmt: skip


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def counts_xlsx(request: AuthedRequest) -> HttpResponse:
    """Every count of the box with who signed and decided, and its pieces by denomination."""
    school = request.caller.school
    found = list(counts(school.pk).prefetch_related("lines"))
    people = user_names(pk for c in found for pk in (c.counted_by, c.decided_by, c.reopened_by) if pk is not None)
    rows: list[list[ExportCell]] = [
        [
            c.day, c.expected, c.counted, c.difference, c.reason, state_of(c)[0], people.get(c.counted_by, ""),
            c.counted_at, people.get(c.decided_by or 0, ""), c.decided_at, c.decision_note, c.reopen_reason,
            people.get(c.reopened_by or 0, ""), c.reopened_at,
        ]
        for c in found
    ]  # fmt: skip
    header = [
        _("Ngày"), _("Theo sổ"), _("Thực đếm"), _("Chênh lệch"), _("Lý do chênh lệch"), _("Trạng thái"),
        _("Người đếm"), _("Đếm lúc"), _("Người xác nhận"), _("Xác nhận lúc"), _("Ghi chú"), _("Lý do mở lại"),
        _("Người mở lại"), _("Mở lại lúc"),
    ]  # fmt: skip
    pieces: list[list[ExportCell]] = [
        [c.day, c.counted_at, line.denomination, line.pieces, Dong(line.denomination.value * line.pieces)]
        for c in found
        for line in sorted(c.lines.all(), key=lambda x: -x.denomination.value)
    ]
    kinds = [_("Ngày"), _("Đếm lúc"), _("Mệnh giá"), _("Số tờ"), _("Thành tiền")]
    return xlsx_response(
        [SheetOut(_("Kiểm quỹ"), header, rows), SheetOut(_("Mệnh giá"), kinds, pieces)], name="kiem-quy",
        action="payments:cash_counts:export", school=school, actor=request.caller.actor, count=len(rows),
    )  # fmt: skip


@requires(Permission.SCHOOL_CASH_CONFIRM)
@require_POST
def set_limit(request: AuthedRequest) -> HttpResponse:
    """The most cash the school wants to keep in the box."""
    form = LimitForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["limit"][0]))
        return redirect("payments:cash_book")
    limit = form.cleaned_data["limit"]
    with transaction():
        services.set_limit(request.caller.school.pk, limit=limit or None, actor=request.caller.actor)
    text = _("Đã đặt định mức tồn quỹ %(limit)s.") % {"limit": dong(limit)} if limit else _("Đã bỏ định mức tồn quỹ.")
    messages.success(request, text)
    return redirect("payments:cash_book")


@requires(Permission.SCHOOL_CASH_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def count_page(request: AuthedRequest) -> HttpResponse:
    """Count the box: pieces by denomination against the book; earlier counts below."""
    school_id = request.caller.school.pk
    may_count = request.caller.may(Permission.SCHOOL_CASH_COUNT)
    box = box_state(school_id)
    form = CountForm(request.POST or None, today=box.today, locked=box.locked_through)
    if request.method == "POST" and may_count and form.is_valid():
        day, cash, why = form.counted_day, form.cash, form.cleaned_data["reason"]
        count = _act(
            request,
            lambda: services.sign_count(school_id, day=day, cash=cash, reason=why, actor=request.caller.actor),
            form,
        )
        if count is not None:
            messages.success(request, _("Đã ký kiểm quỹ. Kế toán hoặc hiệu trưởng xác nhận thì sổ ngày này khóa."))
            return redirect("payments:cash_count_page", count.public_id)
    latest = list(counts(school_id)[:_LATEST])
    context = {
        "form": form,
        "box": box,
        "expected": cash_balance(school_id, through=form.shown_day),
        "may_count": may_count,
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "counts": [{"count": c, "state": state_of(c)} for c in latest],
        "people": user_names(c.counted_by for c in latest),
    }
    return render(request, "payments/cash_count.html", context, status=400 if form.errors else 200)


@requires(Permission.SCHOOL_CASH_READ)
@require_safe
def count_detail(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One count: pieces, difference, who signed, who confirmed; what may be done with it now."""
    count = _count(request, public_id)
    return render(request, "payments/cash_count_page.html", _count_context(request, count))


@requires(Permission.SCHOOL_CASH_READ)
@require_safe
def count_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The minute of a count (biên bản kiểm quỹ) to print and sign."""
    count = _count(request, public_id)
    return render(request, "payments/cash_count_paper.html", _count_context(request, count))


@requires(Permission.SCHOOL_CASH_CONFIRM)
@require_POST
def confirm(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A second person confirms: the day is closed, its difference booked."""
    done = _("Đã xác nhận, sổ quỹ ngày này đã khóa.")
    return _decide(
        request, public_id, done, lambda school_id, pk, _why: services.confirm_count(
            school_id, count_id=pk, actor=request.caller.actor
        ),
    )  # fmt: skip


@requires(Permission.SCHOOL_CASH_CONFIRM)
@require_POST
def refuse(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A second person sends the count back with a reason."""
    done = _("Đã trả lại để đếm lại; ngày này thu chi tiền mặt được tiếp.")
    return _decide(
        request, public_id, done, lambda school_id, pk, why: services.refuse_count(
            school_id, count_id=pk, reason=why, actor=request.caller.actor
        ),
    )  # fmt: skip


@requires(Permission.SCHOOL_CASH_READ)
@require_POST
def ask_reopening(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask to open the last closed day again, with a reason."""
    done = _("Đã gửi đề nghị mở lại sổ quỹ. Người thứ hai đồng ý thì sổ mở.")
    return _decide(
        request, public_id, done, lambda school_id, pk, why: services.ask_reopening(
            school_id, count_id=pk, reason=why, actor=request.caller.actor
        ),
    )  # fmt: skip


@requires(Permission.SCHOOL_CASH_CONFIRM)
@require_POST
def reopen(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A second person opens the day again."""
    done = _("Đã mở lại sổ quỹ. Sửa xong thì kiểm quỹ và khóa lại.")
    return _decide(
        request, public_id, done, lambda school_id, pk, _why: services.reopen(
            school_id, count_id=pk, actor=request.caller.actor
        ),
    )  # fmt: skip


def _book_context(request: AuthedRequest) -> dict[str, Any]:
    school = request.caller.school
    form = BookForm(request.GET or None, today=clock.today())
    first, last = form.days
    whole = cash_book(school.pk, first, last)
    people = user_names(r.actor_id for r in whole.rows)
    names, kinds = {who: people.get(who or 0, _("hệ thống")) for who in {r.actor_id for r in whole.rows}}, kind_names()
    chosen, box = form.cashier, box_state(school.pk)
    rows = [r for r in whole.rows if not chosen or str(r.actor_id) == chosen]
    return {
        "school": school,
        "basis": settings.ACCOUNTING_BASIS,
        "form_number": settings.CASH_BOOK_FORM,
        "form": form,
        "book": whole,
        "rows": [{"row": r, "kind": kinds[r.kind], "who": names[r.actor_id]} for r in rows],
        "sums": _sums(whole),
        "by_cashier": [{"sum": s, "who": names[s.actor_id], "key": str(s.actor_id or "")} for s in whole.by_cashier],
        "chosen": chosen,
        "one_day": first == last,
        "box": box,
        "counts": [{"count": c, "state": state_of(c)} for c in counts_of_day(school.pk, last)],
        "limit_form": LimitForm(initial={"limit": box.keep_at_most}),
        "may_confirm": request.caller.may(Permission.SCHOOL_CASH_CONFIRM),
        "may_deposit": request.caller.may(Permission.SCHOOL_DEPOSIT_WRITE),
        "closing_words": dong_in_words(whole.closing),
        "today": clock.today(),
    }


def _sums(book: CashBook) -> dict[str, Dong]:
    """The four figures of a day: taken (less undone), refunded, handed in, found more or less when counted."""
    return {
        "receipts": book.sum_of(CashKind.RECEIPT, CashKind.RECEIPT_UNDONE),
        "refunds": -book.sum_of(CashKind.REFUND, CashKind.REFUND_UNDONE),
        "deposits": -book.sum_of(CashKind.DEPOSIT, CashKind.DEPOSIT_CANCELLED),
        "differences": book.sum_of(CashKind.DIFFERENCE, CashKind.DIFFERENCE_UNDONE, CashKind.OTHER),
    }


def _count(request: AuthedRequest, public_id: str) -> CashCount:
    rows = CashCount.objects.for_school(request.caller.school).prefetch_related("lines")
    found: CashCount = get_object_or_404(rows, public_id=public_id)
    return found


def _count_context(request: AuthedRequest, count: CashCount) -> dict[str, Any]:
    caller, state = request.caller, CountState(count.state)
    me = caller.actor.user_id
    box = box_state(count.school_id)
    people = user_names([count.counted_by, count.decided_by, count.reopen_asked_by, count.reopened_by])
    may_confirm = caller.may(Permission.SCHOOL_CASH_CONFIRM)
    closed = state is CountState.CONFIRMED and box.locked_through == count.day
    day = cash_book(count.school_id, count.day, count.day)
    return {
        "school": caller.school,
        "count": count,
        "state": state_of(count),
        "people": people,
        "lines": [
            {"line": x, "amount": x.denomination * x.pieces}
            for x in sorted(count.lines.all(), key=lambda x: -int(x.denomination))
        ],
        "words": dong_in_words(count.counted),
        "day": day,
        "sums": _sums(day),
        "is_short": count.difference < ZERO,
        "off": max(count.difference, -count.difference),
        "may_decide": may_confirm and state is CountState.SIGNED and count.counted_by != me,
        "waits_for_other": state is CountState.SIGNED and count.counted_by == me,
        "may_ask": closed and count.reopen_asked_at is None,
        "may_reopen": may_confirm and closed and count.reopen_asked_by not in {None, me},
        "is_asked": closed and count.reopen_asked_at is not None,
        "why_form": WhyForm(),
    }


def _decide(
    request: AuthedRequest, public_id: str, done: str, act: Callable[[int, int, str], CashCount]
) -> HttpResponse:
    count = _count(request, public_id)
    why = request.POST.get("why", "")[:300]
    if _act(request, lambda: act(count.school_id, count.pk, why)) is not None:
        messages.success(request, done)
    return redirect("payments:cash_count_page", public_id)


def _act(request: AuthedRequest, act: Callable[[], CashCount], form: CountForm | None = None) -> CashCount | None:
    """Run in one transaction; what is refused is said on the form, or as a message."""

    def attempt() -> CashCount:
        with transaction():
            return act()

    try:
        return retrying(attempt)
    except CashRefusedError as refusal:
        text = cash_refusal_text(refusal)
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        text = cash_refusal_text(CashRefusedError("period_closed"))
    if form is None:
        messages.error(request, text)
    else:
        form.add_error(None, text)
    return None
