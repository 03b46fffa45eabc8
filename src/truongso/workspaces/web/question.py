"""“Is this transfer yours?”: the page a family opens by its link. It tells the amount and the day, and nothing of who
sent it or what was written: the family asked may be the wrong one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.banking.public import (
    LineQuestion,
    QuestionRefusedError,
    answer_question,
    invoices_asked,
    question_by_public_id,
)
from truongso.fees.public import Invoice
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import Limit, client_of, count, is_spent
from truongso.kernel.ui.formatting import dong
from truongso.workspaces.web.misses import guarded, is_public_id, unknown
from truongso.workspaces.web.parent import FAMILY, school_context
from truongso.workspaces.web.ways import FAMILY_ACTOR

ANSWERS = Limit("answers", 30, 600)
"""Answers from one place in ten minutes; refused ones count too."""

_OTHER = "khac"
_REFUSALS = {
    "unknown_answer": gettext_lazy("Chọn một câu trả lời trong danh sách."),
    "child_missing": gettext_lazy("Chọn con, hoặc ghi vài chữ để nhà trường biết nộp cho khoản nào."),
    "not_open": gettext_lazy("Câu hỏi này đã được trả lời. Xin cảm ơn anh/chị."),
    "expired": gettext_lazy("Câu hỏi đã hết hạn. Nếu khoản này là của anh/chị, xin gọi nhà trường."),
}


class AnswerForm(forms.Form):
    """Yes, for one of the family's open invoices or something else; no; or not sure."""

    tra_loi = forms.ChoiceField(
        label=gettext_lazy("Khoản này có phải của anh/chị không?"), widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Đúng, tôi đã chuyển")), ("no", gettext_lazy("Không phải của tôi")),
            ("unsure", gettext_lazy("Tôi không nhớ rõ")),
        ],
        error_messages={"required": gettext_lazy("Chọn một câu trả lời.")},
    )  # fmt: skip
    phieu = forms.ChoiceField(
        label=gettext_lazy("Nếu đúng, nộp cho con nào?"), required=False, widget=forms.RadioSelect
    )
    ghi_chu = forms.CharField(
        label=gettext_lazy("Ghi thêm cho nhà trường"), required=False, max_length=300,
        help_text=gettext_lazy("Ví dụ: nộp cho cả hai cháu."),
    )  # fmt: skip

    def __init__(self, invoices: list[Invoice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoices = {i.code: i for i in invoices}
        choices = [
            (i.code, _("%(name)s – %(reason)s, còn %(owed)s") % {
                "name": i.student_name, "reason": i.reason, "owed": dong(i.total - i.paid)
            })
            for i in invoices
        ]  # fmt: skip
        field = self.fields["phieu"]
        field.choices = [*choices, (_OTHER, _("Khoản khác, ghi ở dưới"))]  # type: ignore[attr-defined]

    @property
    def invoice(self) -> Invoice | None:
        """The invoice that a valid yes is for, if one was named."""
        is_yes = self.cleaned_data["tra_loi"] == "yes"
        return self.invoices.get(self.cleaned_data["phieu"]) if is_yes else None


@FAMILY
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, public_id: str) -> HttpResponse:
    """The question, or the thanks once it is answered. An answer books nothing."""
    found = question_by_public_id(public_id) if is_public_id(public_id) else None
    if found is None:
        return unknown(request, "workspaces/parent/no_question.html")
    is_open = found.state == "asked" and found.expires_at > clock.now()
    form = AnswerForm(invoices_asked(found) if is_open else [], request.POST if request.method == "POST" else None)
    if request.method == "POST" and is_open and form.is_valid():
        if is_spent(ANSWERS, client_of(request)):
            form.add_error(None, _("Đã gửi quá nhiều lần. Chờ 10 phút rồi thử lại, hoặc gọi nhà trường."))
        elif _answered(request, found, form):
            return guarded(redirect("workspaces:question", found.public_id))
    context = {
        "question": found, "line": found.line, "form": form, "is_open": is_open,
        "is_expired": found.state == "asked" and not is_open, **school_context(found.school),
    }  # fmt: skip
    return guarded(render(request, "workspaces/parent/question.html", context, status=422 if form.errors else 200))


def _answered(request: HttpRequest, found: LineQuestion, form: AnswerForm) -> bool:
    count(ANSWERS, client_of(request))

    def say() -> None:
        with transaction():
            answer_question(
                found.pk, said=form.cleaned_data["tra_loi"], invoice=form.invoice, note=form.cleaned_data["ghi_chu"],
                actor=FAMILY_ACTOR,
            )  # fmt: skip

    try:
        retrying(say)
    except QuestionRefusedError as refusal:
        form.add_error("phieu" if refusal.code == "child_missing" else None, str(_REFUSALS[refusal.code]))
        return False
    messages.success(request, _("Đã gửi câu trả lời. Xin cảm ơn anh/chị."))
    return True
