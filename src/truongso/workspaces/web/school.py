"""The accountant's composed pages: overview of collection, one invoice's whole life, one payment's whole proof."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.public import Invoice, InvoiceLine, PaidState, invoice_by_code, lines_of, state_of
from truongso.fees.types import LineKind
from truongso.kernel import clock
from truongso.kernel.qr_image import qr_svg
from truongso.ledger.types import EntryKind
from truongso.payments.public import (
    METHOD_NAMES,
    CreditMove,
    MoveKind,
    Payment,
    credit_of_invoice,
    invoice_memo,
    invoice_payload,
    payments_of_invoice,
    receipt_number,
)
from truongso.payments.types import EvidenceKind, Method
from truongso.payments.vietqr import VietQrError
from truongso.reporting.public import EVIDENCE_NAMES, period_label, target_percent
from truongso.workspaces.invoice_history import history
from truongso.workspaces.overview import overview
from truongso.workspaces.trail import PaymentTrail, ledger_lines, payment_trail
from truongso.workspaces.ways import takes_cards
from truongso.workspaces.wording import actor_name

READ = ["GET", "HEAD"]


def invoice_or_404(request: AuthedRequest, code: str) -> Invoice:
    """An invoice of the caller's school by its code."""
    invoice = invoice_by_code(request.caller.school.pk, code.upper())
    if invoice is None:
        raise Http404
    return invoice


def payment_or_404(request: AuthedRequest, public_id: str) -> Payment:
    """A payment of the caller's school with its evidence."""
    payments = Payment.objects.for_school(request.caller.school).select_related("evidence")
    found: Payment = get_object_or_404(payments, public_id=public_id)
    return found


@requires(Permission.SCHOOL_DASHBOARD_READ)
@require_http_methods(READ)
def overview_page(request: AuthedRequest) -> HttpResponse:
    """What came, what is owed, what waits; before the first round, what to set up."""
    caller = request.caller
    page = overview(caller.school)
    shares = page.figures.count_share, page.figures.value_share
    context = {
        "page": page,
        "count_percent": None if shares[0] is None else shares[0] * 100,
        "value_percent": None if shares[1] is None else shares[1] * 100,
        "methods": [
            (METHOD_NAMES[m.method], share * 100, m.method is Method.CASH)
            for m in page.figures.by_method
            if (share := page.figures.value_share_of(m.method))
        ],
        "target": target_percent(),
        "year_label": period_label(page.year),
        "report_labels": [period_label(p) for p in page.report.periods],
        "report_url": f"{reverse('reporting:cashless')}?ky={page.report.periods[0].key}",
        "may_read_rounds": caller.may(Permission.SCHOOL_ROUND_READ),
        "may_write_rounds": caller.may(Permission.SCHOOL_ROUND_WRITE),
        "may_read_matches": caller.may(Permission.SCHOOL_MATCH_READ),
        "may_read_report": caller.may(Permission.SCHOOL_REPORT_READ),
    }
    return render(request, "workspaces/school/overview.html", context)


@requires(Permission.SCHOOL_INVOICE_READ)
@require_http_methods(READ)
def invoice_page(request: AuthedRequest, code: str) -> HttpResponse:
    """One invoice: lines with legal basis, payments, books, history, link and QR for the family."""
    invoice = invoice_or_404(request, code)
    caller = request.caller
    lines = lines_of(invoice.school_id, invoice.pk)
    may_read_payments = caller.may(Permission.SCHOOL_PAYMENT_READ)
    payments = payments_of_invoice(invoice.school_id, invoice.pk) if may_read_payments else []
    state = state_of(invoice, clock.today())
    adjusted = [line.pk for line in lines if line.kind != LineKind.CHARGE.value]
    sources = {
        EntryKind.INVOICE: [invoice.pk],
        EntryKind.ADJUSTMENT: adjusted,
        EntryKind.PAYMENT: [p.pk for p in payments],
    }
    is_open = state in {PaidState.NONE, PaidState.PARTIAL, PaidState.OVERDUE}
    context = {
        "invoice": invoice,
        "state": state,
        "is_open": is_open,
        "outstanding": invoice.total - invoice.paid,
        "lines": [_line(line) for line in lines],
        "payments": [_payment_row(p) for p in payments],
        "credit": credit_of_invoice(invoice.school_id, invoice.pk),
        "history": history(invoice, lines, payments),
        "ledger": ledger_lines(invoice.school_id, sources) if may_read_payments else [],
        # The link opens the family's own page: nobody who looks in to help is given it.
        "may_share": is_open and caller.visit is None,
        "pay_url": settings.PUBLIC_URL + reverse("workspaces:pay", args=[invoice.public_id]),
        "qr": _qr(invoice) if is_open else "",
        "memo": invoice_memo(invoice),
        "may_adjust": caller.may(Permission.SCHOOL_INVOICE_ADJUST) and invoice.cancelled_at is None,
        "may_book": caller.may(Permission.SCHOOL_PAYMENT_BOOK) and is_open,
        "may_record_slip": caller.may(Permission.SCHOOL_PAYMENT_BOOK) and is_open and takes_cards(invoice.school_id),
        "may_refund": caller.may(Permission.SCHOOL_REFUND_PROPOSE) and bool(invoice.paid),
        "may_cancel": caller.may(Permission.SCHOOL_INVOICE_ADJUST) and is_open and not invoice.paid,
        "pairs": _invoice_pairs(invoice),
    }
    return render(request, "workspaces/school/invoice.html", context)


@requires(Permission.SCHOOL_PAYMENT_READ)
@require_http_methods(READ)
def payment_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One payment down to the bank line: four fields, receipt, what it settled, what proves it, the books."""
    payment = payment_or_404(request, public_id)
    trail = payment_trail(payment)
    kind = EvidenceKind(payment.evidence.kind)
    context = {
        "payment": payment,
        "trail": trail,
        "method": METHOD_NAMES[Method(payment.method)],
        "evidence_name": EVIDENCE_NAMES[kind],
        "kind": kind.value,
        "receipt_number": receipt_number(trail.receipt) if trail.receipt else "",
        "four_fields": _four_fields(payment),
        "may_correct": may_correct(request, payment),
        "may_be_mobile_money": _may_be_mobile_money(request, payment),
        "may_undo": may_undo(request, payment),
        "may_read_matches": request.caller.may(Permission.SCHOOL_MATCH_READ),
        "moves": [_move(m) for m in trail.moves],
        "history": _payment_history(trail),
    }
    return render(request, "workspaces/school/payment.html", context)


def _may_be_mobile_money(request: AuthedRequest, payment: Payment) -> bool:
    """A standing transfer that whoever books payments may call Mobile Money, on the number the payer's app shows."""
    is_transfer = payment.method == Method.QR_TRANSFER.value and payment.reversed_at is None
    is_line = payment.evidence.kind == EvidenceKind.BANK_LINE.value
    return is_transfer and is_line and request.caller.may(Permission.SCHOOL_PAYMENT_BOOK)


def may_correct(request: AuthedRequest, payment: Payment) -> bool:
    """Who books puts cash right; what others prove only who decides about matches."""
    needed = [Permission.SCHOOL_PAYMENT_BOOK]
    if payment.evidence.kind != EvidenceKind.CASH_RECEIPT.value:
        needed.append(Permission.SCHOOL_MATCH_DECIDE)
    return payment.reversed_at is None and all(request.caller.may(p) for p in needed)


def may_undo(request: AuthedRequest, payment: Payment) -> bool:
    """Who may correct may take back what can be taken back."""
    return may_correct(request, payment) and EvidenceKind(payment.evidence.kind).can_be_undone


def _line(line: InvoiceLine) -> dict[str, Any]:
    is_credit = line.kind == LineKind.CREDIT.value
    return {
        "line": line,
        "is_credit": is_credit,
        "is_extra": line.kind == LineKind.EXTRA.value,
        "amount": -line.amount if is_credit else line.amount,
        "left": None if is_credit else line.amount - line.credited - line.paid,
    }


def _payment_row(payment: Payment) -> dict[str, Any]:
    receipt = next(iter(payment.receipts.all()), None)
    return {
        "payment": payment,
        "method": METHOD_NAMES[Method(payment.method)],
        "number": receipt_number(receipt) if receipt else "",
    }


def _invoice_pairs(invoice: Invoice) -> list[dict[str, object]]:
    return [
        {"label": _("Người nộp tiền"), "value": invoice.payer_name},
        {"label": _("Người thụ hưởng"), "value": invoice.beneficiary_name},
        {"label": _("Lý do"), "value": invoice.reason},
        {"label": _("Mã hóa đơn"), "value": invoice.code, "copy": invoice.code, "code": True},
        {"label": _("Học sinh"), "value": f"{invoice.student_name} · {invoice.class_name}"},
        {"label": _("Đợt thu"), "value": invoice.round.name},
        {"label": _("Tài khoản nhận"), "value": str(invoice.receiving_account)},
    ]


def _four_fields(payment: Payment) -> list[dict[str, object]]:
    return [
        {"label": _("Người nộp tiền"), "value": payment.payer_name},
        {"label": _("Người thụ hưởng"), "value": payment.beneficiary_name},
        {"label": _("Lý do"), "value": payment.reason},
        {"label": _("Mã hóa đơn"), "value": payment.invoice_code, "code": True},
    ]


def _move(move: CreditMove) -> dict[str, object]:
    """What became of a payment's money later, in words, with the refund it went to."""
    texts = {
        MoveKind.RELEASED: _("Giảm khoản đã nộp, thành tiền của gia đình"),
        MoveKind.USED: _("Trừ vào phiếu khác"),
        MoveKind.RESTORED: _("Bỏ trừ vào phiếu khác"),
        MoveKind.REFUNDED: _("Hoàn cho gia đình"),
        MoveKind.KEPT: _("Không hoàn nữa, giữ làm tiền của gia đình"),
    }
    return {"move": move, "text": texts[MoveKind(move.kind)]}


def _payment_history(trail: PaymentTrail) -> list[dict[str, object]]:
    done = {"payments:payment:book": (_("Ghi nhận khoản nộp"), "ok", "coins")}
    done["payments:payment:undo"] = (_("Hoàn tác khoản nộp"), "bad", "arrow-back-up")
    events: list[dict[str, object]] = []
    for entry in trail.history:
        title, kind, icon = done.get(entry.action, (entry.action, "", "history"))
        note = " · ".join(part for part in (actor_name(entry), entry.reason) if part)
        events.append({"title": title, "note": note, "at": entry.at, "kind": kind, "icon": icon})
    return events


def _qr(invoice: Invoice) -> SafeString | str:
    try:
        drawn = qr_svg(invoice_payload(invoice), title=_("Mã QR của phiếu %(code)s") % {"code": invoice.code})
    except VietQrError:
        return ""
    return mark_safe(drawn)  # noqa: S308 - drawn by us, its title escaped
