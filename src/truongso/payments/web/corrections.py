"""A payment booked for the wrong child, invoice or method: put right in one act, seen before it is done."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.fees.public import Invoice, invoice_by_code
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.payments.cash.messages import cash_refusal_text
from truongso.payments.cash.types import CashRefusedError
from truongso.payments.corrections import change_method, methods_of, move_payment
from truongso.payments.models import Payment
from truongso.payments.receipt_paper import METHODS
from truongso.payments.refunds.queries import moves_of_payment
from truongso.payments.types import EvidenceKind, Method, PaymentRefusedError, Share

_NUMBER = re.compile(r"[0-9A-Za-z]{6,30}")


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_http_methods(["GET", "POST"])
def move(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Book the payment on another invoice: the code is looked up first, then it is done."""
    payment = _payment(request, public_id)
    code = (request.POST if request.method == "POST" else request.GET).get("ma", "").strip().upper()[:12]
    target = invoice_by_code(payment.school_id, code) if code else None
    if request.method == "POST" and target is not None:
        share = Share(target.pk, payment.amount)
        done = _try(
            request,
            lambda: move_payment(
                payment.school_id, payment_id=payment.pk, shares=[share], reason=request.POST.get("ly_do", ""),
                actor=request.caller.actor,
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Đã chuyển khoản nộp sang phiếu %(code)s. Biên lai cũ đã hủy, có biên lai mới.")
                             % {"code": target.code})  # fmt: skip
            return redirect("payments:receipt", done.receipts.get().public_id)
    if code and target is None:
        messages.error(request, _("Không có phiếu %(code)s trong trường.") % {"code": code})
    allowed = methods_of(payment.evidence) - {Method(payment.method)}
    context = {
        "payment": payment, "code": code, "target": target, "after": _after(payment, target) if target else None,
        "receipt": payment.receipts.first(), "method": METHODS[Method(payment.method)],
        "methods": [(m.value, METHODS[m]) for m in Method if m in allowed],
        "moves": [m for m in moves_of_payment(payment.school_id, payment.pk) if m.reverses_id is None],
    }  # fmt: skip
    return render(request, "payments/correction.html", context)


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_POST
def method(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Book the payment again under another method that its evidence proves."""
    payment = _payment(request, public_id)
    wanted = request.POST.get("hinh_thuc", "")
    if wanted not in set(Method):
        messages.error(request, _("Chọn hình thức đúng."))
        return redirect("payments:correction", payment.public_id)
    done = _try(
        request,
        lambda: change_method(
            payment.school_id, payment_id=payment.pk, method=Method(wanted), reason=request.POST.get("ly_do", ""),
            actor=request.caller.actor,
        ),
    )  # fmt: skip
    if done is None:
        return redirect("payments:correction", payment.public_id)
    messages.success(request, _("Đã ghi lại hình thức. Biên lai cũ đã hủy, có biên lai mới."))
    return redirect("payments:receipt", done.receipts.get().public_id)


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_POST
def mobile_money(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A transfer whose payer showed the operator's app: Mobile Money, on the operator's own transaction number.

    The cashier who saw the app may do it; the number is kept as the reason.
    """
    payment = _one(request, public_id)
    number = re.sub(r"[\s.-]", "", request.POST.get("ma_gd", ""))
    if not _may_be_mobile_money(payment):
        messages.error(request, _("Chỉ khoản chuyển khoản ngân hàng mới ghi lại được là Mobile Money."))
    elif not _NUMBER.fullmatch(number):
        messages.error(request, _("Chép mã giao dịch trong ứng dụng Mobile Money: 6 đến 30 chữ và số."))
    else:
        done = _try(
            request,
            lambda: change_method(
                payment.school_id, payment_id=payment.pk, method=Method.MOBILE_MONEY,
                reason=_("Nộp bằng Mobile Money, mã giao dịch %(number)s") % {"number": number},
                actor=request.caller.actor,
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("Đã ghi là Mobile Money. Biên lai cũ đã hủy, có biên lai mới."))
            return redirect("payments:receipt", done.receipts.get().public_id)
    return redirect("payments:mobile_money_form", payment.public_id)


@requires(Permission.SCHOOL_PAYMENT_BOOK)
@require_safe
def mobile_money_form(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One field, one key: the transaction number that the payer's app shows."""
    payment = _one(request, public_id)
    context = {"payment": payment, "method": METHODS[Method(payment.method)], "may": _may_be_mobile_money(payment)}
    return render(request, "payments/mobile_money.html", context)


def _may_be_mobile_money(payment: Payment) -> bool:
    is_transfer = payment.method == Method.QR_TRANSFER.value
    return is_transfer and payment.evidence.kind == EvidenceKind.BANK_LINE.value


def _after(payment: Payment, target: Invoice) -> dict[str, Dong]:
    """What the invoice would take and what would become credit."""
    owed = target.total - target.paid
    taken = min(payment.amount, owed)
    return {"owed": owed, "taken": taken, "credit": payment.amount - taken}


def _payment(request: AuthedRequest, public_id: str) -> Payment:
    found = _one(request, public_id)
    is_cash = found.evidence.kind == EvidenceKind.CASH_RECEIPT.value
    if not is_cash and not request.caller.may(Permission.SCHOOL_MATCH_DECIDE):
        raise PermissionDenied
    return found


def _one(request: AuthedRequest, public_id: str) -> Payment:
    rows = Payment.objects.for_school(request.caller.school).select_related("evidence")
    found: Payment = get_object_or_404(rows, public_id=public_id, reversed_at__isnull=True)
    return found


def correction_text(refusal: PaymentRefusedError) -> str:
    """Why a payment is not corrected, and what to do."""
    texts = {
        "reason_missing": _("Ghi lý do, để sau này ai xem cũng hiểu."),
        "same_invoices": _("Khoản nộp đang ở đúng phiếu này. Không có gì thay đổi."),
        "same_method": _("Khoản nộp đang ghi đúng hình thức này. Không có gì thay đổi."),
        "evidence_proves_otherwise": _(
            "Chứng cứ của khoản nộp không cho thấy hình thức này. Tiền mặt và không tiền mặt không đổi cho nhau được."
        ),
        "payment_refunded": _("Khoản nộp này đã hoàn một phần cho gia đình nên không chuyển được."),
        "already_undone": _("Khoản nộp này đã được hoàn tác trước đó; không có gì thay đổi."),
        "invoice_cancelled": _("Phiếu %(code)s đã hủy nên không nhận tiền.") % {"code": refusal.params.get("code", "")},
    }
    return texts.get(refusal.code, _("Không làm được việc này. Tải lại trang rồi thử lại."))


def _try(request: AuthedRequest, act: Callable[[], Payment]) -> Payment | None:
    def once() -> Payment:
        with transaction():
            return act()

    try:
        return retrying(once)
    except PaymentRefusedError as refusal:
        messages.error(request, correction_text(refusal))
    except CashRefusedError as refusal:
        messages.error(request, cash_refusal_text(refusal))
    except IntegrityError as error:
        if "cash day is closed" in str(error):
            messages.error(request, _("Quỹ của ngày thu đã kiểm và khóa nên chưa ghi được. Mở lại ngày quỹ đó trước."))
        elif "period is closed" in str(error):
            messages.error(request, _("Sổ kế toán của tháng này đã khóa nên chưa ghi được."))
        else:
            raise
    return None
