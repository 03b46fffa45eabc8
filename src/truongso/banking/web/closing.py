"""Closing days: what is locked, the next days against statement and books, signing, confirming, reopening, paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.closing import services
from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.queries import BookState, book_state, book_states, closes, day_figures, month_closes
from truongso.banking.closing.signatures import seen_digest
from truongso.banking.closing.types import CloseState, ClosingRefusedError, DayFigures, Gap, Item, Open, Side
from truongso.banking.web.closing_forms import DaysForm, SignForm, WhyForm, last_day
from truongso.banking.web.closing_texts import GAPS, OPEN, STATES, closing_text, item_text, spans
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import total
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.ledger.public import first_month, months_with_entries
from truongso.organizations.public import BankAccount, School, bank_accounts

CASH = "tien-mat"
_LATEST = 15
_MONTHS = 6
_SHOWN = 200


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def overview(request: AuthedRequest) -> HttpResponse:
    """Each account and the cash box: through which day it is closed, what can be closed now; the latest months."""
    school = request.caller.school
    latest = list(closes(school.pk)[:_LATEST])
    context = {
        "books": [_book(state) for state in book_states(school)],
        "closes": [_row(c) for c in latest],
        "people": user_names([*(c.signed_by for c in latest), *(c.decided_by for c in latest)]),
        "months": _months(school),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }
    return render(request, "banking/closing.html", context)


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def days_page(request: AuthedRequest, book: str) -> HttpResponse:
    """The next days of an account or of the cash box, as they would be signed."""
    return _days(request, _account(request.caller.school, book))


@requires(Permission.SCHOOL_CLOSE_SIGN, fresh=True)
@require_POST
def sign(request: AuthedRequest, book: str) -> HttpResponse:
    """The accountant signs the days that were shown."""
    school = request.caller.school
    account = _account(school, book)
    first, last = _day(request.POST.get("first", "")), _day(request.POST.get("last", ""))
    if first is None or last is None:
        return redirect("banking:closing_days", book)
    note, seen = request.POST.get("note", ""), request.POST.get("seen", "")
    row = _try(
        request, lambda: services.sign_days(
            school, account, first=first, last=last, note=note, seen=seen, actor=request.caller.actor
        ),
    )  # fmt: skip
    if row is None:
        return _days(request, account, days=(first, last), note=note, status=400)
    messages.success(request, _("Đã ký. Hiệu trưởng ký xác nhận thì những ngày này khóa hẳn."))
    return redirect("banking:day_close", row.public_id)


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def close_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One closing: figures as signed, who signed, what may be done now."""
    return render(request, "banking/day_close.html", _close_context(request, _close(request, public_id)))


@requires(Permission.SCHOOL_CLOSE_READ)
@require_safe
def close_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The same on A4, to file."""
    return render(request, "banking/day_close_paper.html", _close_context(request, _close(request, public_id)))


@requires(Permission.SCHOOL_CLOSE_CONFIRM, fresh=True)
@require_POST
def confirm(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The principal signs too."""
    school, actor, seen = request.caller.school, request.caller.actor, request.POST.get("seen", "")
    return _act(
        request, public_id, _("Đã ký xác nhận, sổ những ngày này đã khóa."),
        lambda pk: services.confirm_days(school, close_id=pk, seen=seen, actor=actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_CONFIRM, fresh=True)
@require_POST
def refuse(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The principal sends it back."""
    school, actor, why = request.caller.school, request.caller.actor, request.POST.get("why", "")
    return _act(
        request, public_id, _("Đã trả lại; những ngày này mở như trước."),
        lambda pk: services.refuse_days(school, close_id=pk, reason=why, actor=actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_REOPEN, fresh=True)
@require_POST
def ask_reopening(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask to open closed days again."""
    school, actor, why = request.caller.school, request.caller.actor, request.POST.get("why", "")
    return _act(
        request, public_id, _("Đã gửi đề nghị mở lại. Người thứ hai đồng ý thì mở."),
        lambda pk: services.ask_reopening(school, close_id=pk, reason=why, actor=actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_CLOSE_REOPEN, fresh=True)
@require_POST
def reopen(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A second person agrees."""
    school, actor = request.caller.school, request.caller.actor
    return _act(
        request, public_id, _("Đã mở lại những ngày này. Sửa xong thì khóa lại."),
        lambda pk: services.reopen_days(school, close_id=pk, actor=actor),
    )  # fmt: skip


def state_of(row: DayClose | MonthClose) -> tuple[Any, str]:
    """State of a closing in words, and its colour."""
    return STATES[CloseState(row.state)]


def signing_context(request: AuthedRequest, row: DayClose | MonthClose, *, is_last: bool) -> dict[str, Any]:
    """Who signed and who may do what with a closing now."""
    caller, me = request.caller, request.caller.actor.user_id
    signed, closed = row.state == CloseState.SIGNED.value, row.state == CloseState.CONFIRMED.value
    may_confirm = caller.may(Permission.SCHOOL_CLOSE_CONFIRM) and row.signed_by != me
    may_reopen = caller.may(Permission.SCHOOL_CLOSE_REOPEN)
    return {
        "close": row,
        "state": state_of(row),
        "people": user_names([row.signed_by, row.decided_by, row.reopen_asked_by, row.reopened_by]),
        "waits": signed and not may_confirm,
        "may_confirm": signed and may_confirm,
        "may_refuse": signed and may_confirm and is_last,
        "may_ask": closed and is_last and may_reopen and row.reopen_asked_at is None,
        "is_asked": closed and row.reopen_asked_at is not None,
        "may_reopen": closed and is_last and may_reopen and row.reopen_asked_by not in {None, me},
        "why_form": WhyForm(),
    }


def _days(
    request: AuthedRequest, account: BankAccount | None, *, days: tuple[dt.date, dt.date] | None = None,
    note: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    school = request.caller.school
    state = book_state(school, account)
    context: dict[str, Any] = {"book": _book(state), "is_cash": account is None}
    if state.first is not None and state.last is not None:
        offered = (state.first, max(state.first, state.last))
        form = DaysForm(request.GET, first=offered[0], last=offered[1], is_first_open=state.latest is None)
        first, last = days if days is not None and last_day(days[0]) >= days[1] else form.days
        figures = day_figures(school.pk, account, first, last)
        context |= {
            "form": form,
            "sign_form": SignForm(initial={"note": note}),
            "figures": figures,
            "first": first,
            "last": last,
            "seen": seen_digest(figures),
            "blockers": [(b, closing_text(b.code, b.params)) for b in figures.blockers],
            "may_sign": request.caller.may(Permission.SCHOOL_CLOSE_SIGN) and not figures.blockers and last >= first,
            **_shown(figures),
        }
    return render(request, "banking/closing_days.html", context, status=status)


def _shown(figures: DayFigures) -> dict[str, Any]:
    return _tables(
        figures.proven,
        figures.booked,
        figures.gaps,
        figures.open_items,
        user_names(i.owner_id for i in figures.open_items),
    ) | {"empty_days": spans(figures.empty_days), "has_balances": figures.has_balances}


def _tables(
    proven: Side, booked: Side, gaps: Iterable[Item], open_items: Iterable[Item], owners: dict[int, str]
) -> dict[str, Any]:
    """Both sides in four rows, the differences, and the open items by kind."""
    rows = [
        (_("Đầu kỳ"), proven.opening, booked.opening),
        (_("Tiền vào"), proven.money_in, booked.money_in),
        (_("Tiền ra"), proven.money_out, booked.money_out),
        (_("Cuối kỳ"), proven.closing, booked.closing),
    ]
    found = list(open_items)
    groups = [(kind, [i for i in found if i.kind is kind]) for kind in Open]
    return {
        "sides": [(label, a, b, a - b) for label, a, b in rows],
        "carried": proven.opening - booked.opening,
        "difference": proven.closing - booked.closing,
        "gaps": [(GAPS[Gap(g.kind)], g, item_text(g)) for g in gaps],
        "open_groups": [
            {
                "label": OPEN[kind],
                "sum": total(i.amount for i in items),
                "count": len(items),
                "rows": [(i, owners.get(i.owner_id or 0, ""), item_text(i)) for i in items[:_SHOWN]],
                "more": max(0, len(items) - _SHOWN),
            }
            for kind, items in groups
            if items
        ],
    }


def _book(state: BookState) -> dict[str, Any]:
    account = state.account
    return {
        "state": state,
        "ref": account.public_id if account else CASH,
        "name": f"{account.number} – {account.holder_name}" if account else _("Quỹ tiền mặt"),
        "short": account.number if account else _("Quỹ tiền mặt"),
        "latest_state": state_of(state.latest) if state.latest else None,
    }


def _row(row: DayClose) -> dict[str, Any]:
    return {
        "close": row,
        "state": state_of(row),
        "name": row.bank_account.number if row.bank_account else _("Quỹ tiền mặt"),
    }


def _months(school: School) -> list[dict[str, Any]]:
    """The latest months, the running one first, each with its latest closing; none before the books began, and
    those in which nothing was entered say so."""
    today = clock.today()
    began = first_month(school.pk) or (today.year, today.month)
    latest: dict[tuple[int, int], MonthClose] = {}
    for one in month_closes(school.pk)[:50]:
        latest.setdefault((one.year, one.month), one)
    moved = set(months_with_entries(school.pk, today + dt.timedelta(days=1)))
    found = []
    for back in range(_MONTHS):
        year, index = divmod(today.year * 12 + today.month - 1 - back, 12)
        row = latest.get((year, index + 1))
        if (year, index + 1) < began and row is None:
            break
        found.append(
            {
                "key": f"{year}-{index + 1:02}", "label": f"{index + 1:02}/{year}", "close": row,
                "state": state_of(row) if row else None, "is_running": back == 0,
                "is_empty": row is None and (year, index + 1) not in moved,
            }
        )  # fmt: skip
    return found


def _close_context(request: AuthedRequest, row: DayClose) -> dict[str, Any]:
    items = [Item.of_json(raw) for raw in (*row.details["gaps"], *row.details["open"])]
    owners = user_names(i.owner_id for i in items)
    gaps = items[: len(row.details["gaps"])]
    latest = book_state(request.caller.school, row.bank_account).latest
    return {
        **signing_context(request, row, is_last=latest is not None and latest.pk == row.pk),
        **_tables(
            Side(row.opening, row.money_in, row.money_out), Side(row.book_opening, row.book_in, row.book_out), gaps,
            items[len(gaps) :], owners,
        ),
        "school": request.caller.school,
        "name": _row(row)["name"],
        "is_cash": row.bank_account is None,
        "has_balances": row.details["has_balances"],
        "empty_days": spans(dt.date.fromisoformat(d) for d in row.details["empty_days"]),
    }  # fmt: skip


def _act(request: AuthedRequest, public_id: str, done: str, act: Callable[[int], DayClose]) -> HttpResponse:
    pk = _close(request, public_id).pk
    if _try(request, lambda: act(pk)) is not None:
        messages.success(request, done)
    return redirect("banking:day_close", public_id)


def _try(request: AuthedRequest, act: Callable[[], DayClose]) -> DayClose | None:
    """Run in one transaction; what is refused becomes a message."""

    def attempt() -> DayClose:
        with transaction():
            return act()

    try:
        return retrying(attempt)
    except ClosingRefusedError as refusal:
        messages.error(request, closing_text(refusal.code, refusal.params))
    return None


def _close(request: AuthedRequest, public_id: str) -> DayClose:
    found: DayClose = get_object_or_404(closes(request.caller.school.pk), public_id=public_id)
    return found


def _account(school: School, book: str) -> BankAccount | None:
    if book == CASH:
        return None
    found = next((a for a in bank_accounts(school, active_only=False) if a.public_id == book), None)
    if found is None:
        raise Http404
    return found


def _day(text: str) -> dt.date | None:
    try:
        found: dt.date | None = VietnameseDateField(required=False).clean(text)
    except ValidationError:
        return None
    return found
