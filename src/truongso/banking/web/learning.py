"""What earlier payments taught about payers: the list, and having an entry forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking.learning import queries, services
from truongso.banking.learning.types import LearningRefusedError
from truongso.banking.web.messages import learning_text
from truongso.kernel.db import transaction

_PAGE = 50
_LONGEST = 100


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_safe
def learnt(request: AuthedRequest) -> HttpResponse:
    """Payers with the pupils they pay for, the latest first; `q` searches without accents."""
    return _show(request)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def forget(request: AuthedRequest) -> HttpResponse:
    """Have one entry forgotten, with the reason."""
    text = _("Đã bỏ ghi nhớ. Các khoản đã ghi nhận vẫn giữ nguyên.")
    return _said(request, services.forget, text)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def remember(request: AuthedRequest) -> HttpResponse:
    """Take the forgetting of one entry back, with the reason."""
    return _said(request, services.remember, _("Đã ghi nhớ lại. Từ nay gợi ý như trước."))


def _said(request: AuthedRequest, act: Callable[..., Any], done: str) -> HttpResponse:
    given = request.POST
    student = given.get("hoc_sinh", "")
    try:
        with transaction():
            act(
                request.caller.school.pk, payer_account=given.get("tai_khoan", "")[:40],
                payer_name=given.get("nguoi_nop", "")[:120], reason=given.get("ly_do", ""),
                student_id=int(student) if student.isascii() and student.isdigit() and len(student) < 19 else 0,
                actor=request.caller.actor,
            )  # fmt: skip
    except LearningRefusedError as error:
        messages.error(request, learning_text(error.code))
        return _show(request, status=422, words=given.get("q", ""))
    messages.success(request, done)
    words = given.get("q", "")[:_LONGEST]
    return redirect(reverse("banking:learnt") + (f"?{urlencode({'q': words})}" if words else ""))


def _show(request: AuthedRequest, *, status: int = 200, words: str | None = None) -> HttpResponse:
    asked = (request.GET.get("q", "") if words is None else words)[:_LONGEST]
    entries = queries.learnt(request.caller.school.pk)
    page = Paginator(queries.search(entries, asked), _PAGE).get_page(request.GET.get("trang"))
    gone = queries.forgotten(request.caller.school.pk)
    names = user_names(one.by for one in gone)
    context: dict[str, Any] = {
        "page": page, "rows": list(page.object_list), "words": asked, "all": len(entries),
        "forgotten": [{"one": one, "by": names.get(one.by or 0, "")} for one in gone[:_PAGE]],
    }  # fmt: skip
    return render(request, "banking/learnt.html", context, status=status)
