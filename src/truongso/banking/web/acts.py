"""Undoing what was done on the workbench, doing it again, and questions to families."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.acts.types import ActKind
from truongso.banking.acts.undoing import undo_act
from truongso.banking.models import BankLine, LineAct, LineQuestion
from truongso.banking.questions import services as questions
from truongso.banking.questions.types import QuestionRefusedError
from truongso.banking.types import LineRefusedError
from truongso.banking.web.answers import done, in_transaction, refusal_text, refused
from truongso.banking.web.board import act_text, address
from truongso.banking.web.messages import question_text
from truongso.banking.web.queue import is_partial, show
from truongso.fees.public import invoice_by_code
from truongso.payments.types import PaymentRefusedError

_MOVES = (ActKind.ASIDE.value, ActKind.BACK.value)  # a line changes its place; as a rule no money is booked


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def undo(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take one act back, or do again what was taken back."""
    act: LineAct = get_object_or_404(LineAct.objects.for_school(request.caller.school), public_id=public_id)
    reason = request.POST.get("ly_do", "")
    try:
        made: LineAct = in_transaction(
            lambda: undo_act(act.school_id, act_id=act.pk, reason=reason, actor=request.caller.actor)
        )
    except (LineRefusedError, PaymentRefusedError) as refusal:
        messages.error(request, refusal_text(refusal))
        return _board(request, "")
    what = act_text(act)
    if made.kind == ActKind.REDO.value:
        messages.success(request, _("Đã làm lại việc vừa hoàn tác."))
    else:
        said = _("Đã hoàn tác: %(what)s.") if act.kind in _MOVES else _("Đã hoàn tác: %(what)s. Ghi bằng bút toán đảo.")
        messages.success(request, said % {"what": what})
    lines = [row.line.public_id for row in made.rows.select_related("line").order_by("pk")[:1]]
    return _board(request, lines[0] if lines else "")


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def ask(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Ask the family of the chosen invoice's pupil whether the transfer is theirs."""
    line = _line(request, public_id)
    invoice = invoice_by_code(line.school_id, request.POST.get("hoi", ""))
    if invoice is None:
        return refused(request, line, question_text("unknown_family", {}))
    try:
        made: LineQuestion = in_transaction(
            lambda: questions.ask(
                line.school_id, line_id=line.pk, student_id=invoice.student_id, actor=request.caller.actor
            )
        )
    except QuestionRefusedError as refusal:
        return refused(request, line, question_text(refusal.code, refusal.params))
    values = {"name": invoice.student_name}
    if made.channel:
        messages.success(request, _("Đã hỏi gia đình em %(name)s. Câu trả lời sẽ hiện ở giao dịch này.") % values)
        return done(request, line, request.POST.get("tiep", ""))
    messages.warning(
        request,
        _("Chưa có kênh gửi tin đến gia đình em %(name)s. Chép đường dẫn ở dưới và gửi tay, ví dụ qua Zalo.") % values,
    )
    line.refresh_from_db()
    return show(request, line=line) if is_partial(request) else redirect(address(request, dong=line.public_id))


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def withdraw(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Take a question back that nobody has answered."""
    rows = LineQuestion.objects.for_school(request.caller.school).select_related("line__bank_account")
    question: LineQuestion = get_object_or_404(rows, public_id=public_id)
    line = question.line
    try:
        in_transaction(lambda: questions.withdraw(line.school_id, question_id=question.pk, actor=request.caller.actor))
    except QuestionRefusedError as refusal:
        return refused(request, line, question_text(refusal.code, refusal.params))
    messages.success(request, _("Đã rút câu hỏi; đường dẫn không còn dùng được."))
    line.refresh_from_db()
    return show(request, line=line) if is_partial(request) else redirect(address(request, dong=line.public_id))


def _line(request: AuthedRequest, public_id: str) -> BankLine:
    rows = BankLine.objects.for_school(request.caller.school).select_related("bank_account")
    line: BankLine = get_object_or_404(rows, public_id=public_id)
    return line


def _board(request: AuthedRequest, line: str) -> HttpResponse:
    """The whole page anew: several rows of the list may have changed."""
    return redirect(address(request, dong=line))
