"""How long data is kept: the schedule, what would go tonight, other terms of the school."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.people.privacy.queries import is_held
from truongso.people.privacy.sweeping import report, set_term
from truongso.people.web.privacy import attempt


class TermForm(forms.Form):
    """Another term for one kind, with the document that says so."""

    loai = forms.ChoiceField(label=gettext_lazy("Loại dữ liệu"))
    ngay = forms.IntegerField(label=gettext_lazy("Số ngày giữ"), min_value=1, max_value=36525)
    van_ban = forms.CharField(label=gettext_lazy("Căn cứ (số văn bản, quyết định)"), max_length=120)


@requires(Permission.SCHOOL_PRIVACY_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def retention_page(request: AuthedRequest) -> HttpResponse:
    """The dry run: every kind with its term, where the term comes from, and how much is over it now."""
    school, may_set = request.caller.school, request.caller.may(Permission.SCHOOL_PRIVACY_APPROVE)
    rows = report(school.pk)
    form = TermForm(request.POST if request.method == "POST" else None)
    form.fields["loai"].choices = [(one.rule.code, one.rule.title) for one in rows if one.count is not None]  # type: ignore[attr-defined]
    if request.method == "POST" and may_set and form.is_valid():
        said, actor = form.cleaned_data, request.caller.actor
        done = attempt(
            request,
            lambda: set_term(
                actor=actor, school=school, code=said["loai"], days=said["ngay"], document=said["van_ban"]
            ),
        )
        if done is not None:
            messages.success(request, _("Đã đặt thời hạn lưu."))
            return redirect("people:retention")
    context = {"rows": rows, "form": form, "may_set": may_set, "is_held": is_held(school.pk), "present": "thoi-han"}
    return render(request, "people/privacy/retention.html", context, status=422 if form.errors else 200)
