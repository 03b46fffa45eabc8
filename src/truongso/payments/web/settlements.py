"""Settlement files: upload, look, take over; batches, their items, and what a person settles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.public import invoice_by_code
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import ZERO, Dong
from truongso.kernel.ui.formatting import dong
from truongso.payments.pos.messages import pos_text
from truongso.payments.pos.queries import slips
from truongso.payments.pos.types import PosRefusedError
from truongso.payments.settlements import queries, services
from truongso.payments.settlements.messages import KINDS, STATES, file_problem_text, settlement_text
from truongso.payments.settlements.models import SettlementFile, SettlementItem
from truongso.payments.settlements.reading import sums
from truongso.payments.settlements.sources import sources
from truongso.payments.settlements.types import (
    OPEN_STATES,
    POS_SOURCE,
    ItemState,
    SettlementRefusedError,
    SourceKind,
)
from truongso.payments.types import PaymentRefusedError, Share
from truongso.payments.web.pos_forms import SettlementUploadForm

_PAGE = 50
_SHOWN = 200


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def settlement_list(request: AuthedRequest) -> HttpResponse:
    """Batches, what is open, and the upload."""
    return _overview(request, None)


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def upload(request: AuthedRequest) -> HttpResponse:
    """Read a file and go to what it would bring; nothing is taken over yet."""
    school = request.caller.school
    form = SettlementUploadForm(sources(school), request.POST, request.FILES)
    if not form.is_valid():
        return _overview(request, form)
    v = form.cleaned_data
    try:
        with transaction():
            file = services.preview(
                school, source_code=v["source"], content=v["file"].read(), file_name=v["file"].name,
                settled_on=v["settled_on"], actor=request.caller.actor,
            )  # fmt: skip
    except SettlementRefusedError as refusal:
        form.add_error("file", settlement_text(refusal.code, refusal.params))
        return _overview(request, form)
    return redirect("payments:settlement_file", file.public_id)


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def file_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """What each row of a file is to us, before or after it is taken over."""
    file = _file(request, public_id)
    items = services.items_of(file)
    known = services.known_keys(file, items) if file.applied_at is None else set()
    fresh = [i for i in items if i.key not in known]
    verdicts = {}
    if file.applied_at is None and not file.problems:
        verdicts = {i.key: v.state for i, v in zip(fresh, services.judge_rows(file, fresh), strict=True)}
    counts = {s: len([v for v in verdicts.values() if v is s]) for s in ItemState}
    context: dict[str, Any] = {
        "file": file,
        "kind": KINDS[SourceKind(file.kind)],
        "problems": [file_problem_text(p) for p in file.problems],
        "rows": [{"row": i, "known": i.key in known, "state": STATES.get(verdicts.get(i.key, ItemState.OTHER))
                  if i.key in verdicts else None} for i in items[:_SHOWN]],
        "more": max(0, len(items) - _SHOWN),
        "sums": sums(items),
        "count": len(items),
        "known": len(known),
        "matched": counts[ItemState.MATCHED],
        "open": sum(counts[s] for s in OPEN_STATES),
        "may_apply": request.caller.may(Permission.SCHOOL_STATEMENT_IMPORT) and file.applied_at is None,
    }  # fmt: skip
    return render(request, "payments/settlement_file.html", context)


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def apply(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a previewed file over, whole."""
    file = _file(request, public_id)

    def act() -> services.Applied:
        with transaction():
            return services.apply(file, actor=request.caller.actor)

    try:
        done = retrying(act)
    except SettlementRefusedError as refusal:
        messages.error(request, settlement_text(refusal.code, refusal.params))
        return redirect("payments:settlement_file", file.public_id)
    text = _("Đã nhập %(new)s giao dịch mới, %(known)s đã biết từ trước, %(open)s cần xử lý.")
    messages.success(request, text % {"new": done.new, "known": done.known, "open": done.open})
    return redirect("payments:settlements")


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
def batch_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A batch with its items, and what can be done about open ones."""
    rows = queries.batches(request.caller.school)
    batch: Any = get_object_or_404(rows, public_id=public_id)
    waiting = [
        s for s in slips(batch.school_id) if s.slip_state in {"waiting", "overdue"}
    ] if batch.source == POS_SOURCE and batch.open_count else []  # fmt: skip
    items = list(queries.items(batch))
    context: dict[str, Any] = {
        "batch": batch,
        "kind": KINDS[SourceKind(batch.kind)],
        "items": [
            {
                "row": i,
                "state": STATES[ItemState(i.state)],
                "is_open": ItemState(i.state) in OPEN_STATES,
                "is_other": i.state == ItemState.OTHER.value,
                "may_correct": i.state == ItemState.AMOUNT_DIFFERS.value and i.source == POS_SOURCE,
                "may_book": i.source == POS_SOURCE and i.gross > ZERO and i.state != ItemState.AMOUNT_DIFFERS.value,
                "slips": [s for s in waiting if s.amount == i.gross],
            }
            for i in items
        ],
        "figures": queries.figures(batch.school_id, [batch.pk]).get(batch.pk),
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE) and batch.paid_at is None,
        "bank_address": f"{request.path}/ngan-hang",
    }
    return render(request, "payments/settlement_batch.html", context)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def resolve(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Settle an open item: assign it to a slip or an invoice, correct the slip, set it aside, or take it up again."""
    rows = SettlementItem.objects.for_school(request.caller.school).select_related("batch")
    item: SettlementItem = get_object_or_404(rows, public_id=public_id)
    act = _act(request, item)
    here = redirect("payments:settlement", item.batch.public_id)
    if act is None:
        messages.error(request, _("Không có phiếu hoặc hóa đơn POS này. Xem lại mã."))
        return here

    def once() -> None:
        with transaction():
            act()

    try:
        retrying(once)
    except SettlementRefusedError as refusal:
        messages.error(request, settlement_text(refusal.code, refusal.params))
    except PaymentRefusedError:
        messages.error(request, _("Không ghi được khoản thu này. Phiếu có thể đã hủy."))
    except PosRefusedError as refusal:
        params = {k: dong(v) if isinstance(v, Dong) else v for k, v in refusal.params.items()}
        messages.error(request, pos_text(refusal.code, params))
    except IntegrityError as error:
        if "period is closed" not in str(error):
            raise
        messages.error(request, pos_text("period_closed", {}))
    else:
        messages.success(request, _("Đã xử lý giao dịch."))
    return here


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def match_again(request: AuthedRequest) -> HttpResponse:
    """Look at every open item again."""
    with transaction():
        fitting = services.match_again(request.caller.school.pk)
    messages.info(request, _("Đã khớp thêm %(count)s giao dịch.") % {"count": fitting})
    return redirect("payments:settlements")


def _act(request: AuthedRequest, item: SettlementItem) -> Callable[[], object] | None:
    school_id, actor = item.school_id, request.caller.actor
    what, reason = request.POST.get("viec", ""), request.POST.get("ly_do", "")
    if what == "sua":
        return lambda: services.correct_slip(school_id, item_id=item.pk, reason=reason, actor=actor)
    if what == "de-rieng":
        return lambda: services.set_aside(school_id, item_id=item.pk, reason=reason, actor=actor)
    if what == "xet-lai":
        return lambda: services.take_up_again(school_id, item_id=item.pk, actor=actor)
    if what == "hoa-don":
        slip = slips(school_id).filter(public_id=request.POST.get("hoa_don", "")).first()
        return None if slip is None else lambda: services.assign_slip(
            school_id, item_id=item.pk, slip_id=slip.pk, actor=actor
        )  # fmt: skip
    if what == "phieu":
        invoice = invoice_by_code(school_id, request.POST.get("phieu", "").strip().upper())
        return None if invoice is None else lambda: services.assign_invoices(
            school_id, item_id=item.pk, shares=[Share(invoice.pk, item.gross)], actor=actor
        )  # fmt: skip
    return None


def _overview(request: AuthedRequest, form: SettlementUploadForm | None) -> HttpResponse:
    school = request.caller.school
    found = sources(school)
    page = Paginator(queries.batches(school), _PAGE).get_page(request.GET.get("trang"))
    names = {s.code: s.name for s in found}
    context: dict[str, Any] = {
        "sources": found,
        "form": form or SettlementUploadForm(found, initial={"settled_on": clock.today()}),
        "page": page,
        "batches": [{"row": b, "source": names.get(b.source, b.source)} for b in page],
        "open_items": [{"row": i, "state": STATES[ItemState(i.state)]} for i in queries.open_items(school)[:20]],
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "may_import": request.caller.may(Permission.SCHOOL_STATEMENT_IMPORT),
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
    }
    return render(request, "payments/settlements.html", context, status=400 if form is not None else 200)


def _file(request: AuthedRequest, public_id: str) -> SettlementFile:
    file: SettlementFile = get_object_or_404(
        SettlementFile.objects.for_school(request.caller.school), public_id=public_id
    )
    return file
