"""Card terminals and the slips recorded from them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import dong
from truongso.organizations.public import bank_accounts
from truongso.payments.pos import queries, services
from truongso.payments.pos.messages import STATES, pos_text
from truongso.payments.pos.models import PosTerminal
from truongso.payments.pos.services import SlipRecorded
from truongso.payments.pos.types import PosRefusedError, SlipState
from truongso.payments.settlements.services import match_again
from truongso.payments.types import PaymentRefusedError
from truongso.payments.web.pos_forms import SlipForm, TerminalForm

_PAGE = 50
_PAYMENT_PROBLEMS = {"amount_not_positive", "shares_exceed_amount", "no_invoice"}


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_GET
def slip_list(request: AuthedRequest) -> HttpResponse:
    """Slips with their state, and the terminals."""
    return _page(request, None)


@requires(Permission.SCHOOL_METHOD_WRITE)
@require_POST
def add_terminal(request: AuthedRequest) -> HttpResponse:
    """A new terminal."""
    form = TerminalForm(bank_accounts(request.caller.school), request.POST)
    if not form.is_valid():
        return _page(request, form)
    v = form.cleaned_data
    try:
        with transaction():
            made = services.add_terminal(
                form.accounts[v["account"]], code=v["code"], acquirer=v["acquirer"], merchant_code=v["merchant_code"],
                label=v["label"], fee_basis_points=form.basis_points, settle_days=v["settle_days"],
                actor=request.caller.actor,
            )  # fmt: skip
    except PosRefusedError as refusal:
        field = str(refusal.params.get("field", ""))
        form.add_error(field if field in form.fields else None, pos_text(refusal.code, refusal.params))
        return _page(request, form)
    messages.success(request, _("Đã thêm máy %(code)s.") % {"code": made.code})
    return redirect("payments:pos")


@requires(Permission.SCHOOL_METHOD_WRITE)
@require_POST
def switch_terminal(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Stop using a terminal, or use it again."""
    rows = PosTerminal.objects.for_school(request.caller.school)
    terminal: PosTerminal = get_object_or_404(rows, public_id=public_id)
    with transaction():
        services.set_terminal_active(terminal, active=not terminal.is_active, actor=request.caller.actor)
    text = _("Đã dùng lại máy %(code)s.") if terminal.is_active else _("Đã ngừng dùng máy %(code)s.")
    messages.success(request, text % {"code": terminal.code})
    return redirect("payments:pos")


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_http_methods(["GET", "POST"])
def record(request: AuthedRequest) -> HttpResponse:
    """Record a slip; the same one again shows the payment booked before."""
    school_id = request.caller.school.pk
    terminals = queries.terminals(school_id, active_only=True)
    now = clock.now().astimezone(clock.SCHOOL_TIME)
    initial = {"invoices": request.GET.get("phieu", "")[:120], "day": now.date(), "time": now.strftime("%H:%M"),
               "terminal": request.GET.get("may", "")[:26]}  # fmt: skip
    form = SlipForm(school_id, terminals, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = _record(request, form)
        if done is not None:
            return _recorded(request, form, done)
    context = {"form": form, "terminals": terminals, "latest": queries.slips(school_id)[:5], "states": STATES}
    return render(request, "payments/pos_record.html", context, status=400 if form.errors else 200)


def _record(request: AuthedRequest, form: SlipForm) -> SlipRecorded | None:
    def act() -> SlipRecorded:
        with transaction():
            done = services.record_slip(
                form.terminals[form.cleaned_data["terminal"]], form.slip, shares=form.shares,
                actor=request.caller.actor,
            )  # fmt: skip
            match_again(request.caller.school.pk)
            return done

    try:
        return retrying(act)
    except PosRefusedError as refusal:
        field = str(refusal.params.get("field", ""))
        params = {k: dong(v) if isinstance(v, Dong) else v for k, v in refusal.params.items()}
        form.add_error(field if field in form.fields else None, pos_text(refusal.code, params))
    except PaymentRefusedError as refusal:
        known = refusal.code in _PAYMENT_PROBLEMS
        form.add_error("amount" if known else None, _("Không ghi được khoản thu này. Xem lại số tiền và phiếu."))
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        form.add_error("day", pos_text("period_closed", {}))
    return None


def _recorded(request: AuthedRequest, form: SlipForm, done: SlipRecorded) -> HttpResponse:
    amount = dong(done.payment.amount)
    if done.is_repeat:
        messages.info(request, _("Hóa đơn này đã ghi %(amount)s rồi; không ghi lần thứ hai.") % {"amount": amount})
    elif done.payment.credited:
        text = _("Đã ghi thu thẻ %(amount)s; %(left)s là tiền nộp thừa của gia đình.")
        messages.success(request, text % {"amount": amount, "left": dong(done.payment.credited)})
    else:
        messages.success(request, _("Đã ghi thu thẻ %(amount)s.") % {"amount": amount})
    return redirect(f"{request.path}?may={form.cleaned_data['terminal']}")


def _page(request: AuthedRequest, form: TerminalForm | None) -> HttpResponse:
    school = request.caller.school
    wanted = request.GET.get("trang_thai", "")
    state = SlipState(wanted) if wanted in {s.value for s in SlipState} else None
    page = Paginator(queries.slips(school, state=state), _PAGE).get_page(request.GET.get("trang"))
    figures = queries.slip_figures(school)
    context: dict[str, Any] = {
        "terminals": queries.terminals(school),
        "page": page,
        "slips": [{"row": s, "state": STATES[SlipState(s.slip_state)]} for s in page],
        "figures": [{"key": s.value, "name": STATES[s][0], "kind": STATES[s][1], "count": figures[s.value][0],
                     "sum": figures[s.value][1]} for s in SlipState],
        "chosen": wanted if state else "",
        "form": form or TerminalForm(bank_accounts(school)),
        "may_set_up": request.caller.may(Permission.SCHOOL_METHOD_WRITE),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "may_record": request.caller.may(Permission.SCHOOL_PAYMENT_BOOK),
        "may_read_settlements": request.caller.may(Permission.SCHOOL_MATCH_READ),
    }  # fmt: skip
    return render(request, "payments/pos.html", context, status=400 if form is not None else 200)
