"""Accounts of a pupil's guardians and of the pupil: the school prints the slip, and ends what is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, has_own_way_in, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.qr_image import qr_svg
from truongso.people.family_accounts import services
from truongso.people.family_accounts.queries import Whose, accounts_of_pupil, has_consent, is_old_enough
from truongso.people.family_accounts.texts import refusal
from truongso.people.family_accounts.types import FamilyAccountRefusedError
from truongso.people.models import Student
from truongso.people.privacy.queries import guardians_of
from truongso.people.queries.pupils import student_by_id
from truongso.people.types import StudentStatus

_PUPIL = "em"


@requires(Permission.PLACE_USER_WRITE, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accounts(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Who has an account; a slip for who has none, an end for what is over."""
    place = request.caller.membership
    student = student_by_id(place.school, public_id) if place is not None and place.school is not None else None
    if student is None:
        raise Http404
    people = accounts_of_pupil(student, guardians_of(student))
    if request.method == "POST":
        chosen = _chosen(request, people)
        if request.POST.get("viec") == "in":
            return _slip(request, student, chosen)
        return _ended(request, student, chosen)
    context = {
        "student": student, "is_studying": student.status == StudentStatus.STUDYING.value,
        "rows": [_row(one) for one in people],
        "old_enough": is_old_enough(student.birth_date, clock.today()), "consent": has_consent(student),
        "least": settings.PUPIL_ACCOUNT_AGE,
    }  # fmt: skip
    return render(request, "people/family_accounts.html", context)


def _row(one: Whose) -> dict[str, Any]:
    """`key` is by which a person is addressed: never a place in the list, which changes with the payer."""
    account = one.account
    return {
        "guardian": one.guardian, "key": str(one.guardian.pk) if one.guardian is not None else _PUPIL,
        "account": account,
        "is_begun": account is not None and not has_own_way_in(account.user),
    }  # fmt: skip


def _chosen(request: AuthedRequest, people: list[Whose]) -> Whose:
    wanted = request.POST.get("nguoi", "")
    found = {_row(one)["key"]: one for one in people}
    if wanted not in found:
        raise Http404
    return found[wanted]


def _slip(request: AuthedRequest, student: Student, chosen: Whose) -> HttpResponse:
    """The slip, shown this once."""
    actor = request.caller.actor
    address = _attempt(
        request, lambda: services.print_offer(actor=actor, student=student, guardian=chosen.guardian)
    )  # fmt: skip
    if address is None:
        return redirect("people:family_accounts", student.public_id)
    context = {
        "student": student, "guardian": chosen.guardian, "school": request.caller.school, "address": address,
        # Drawn by us; its title is escaped there.
        "qr": mark_safe(qr_svg(address, title=_("Mã QR tạo tài khoản"))),  # noqa: S308
        "until": clock.now() + services.OFFER_LIFETIME,
    }  # fmt: skip
    return render(request, "people/family_slip.html", context)


def _ended(request: AuthedRequest, student: Student, chosen: Whose) -> HttpResponse:
    reason = " ".join(request.POST.get("ly_do", "").split())[:300]
    account = chosen.account
    if account is None or not reason:
        messages.error(request, _("Ghi lý do ngừng tài khoản."))
        return redirect("people:family_accounts", student.public_id)

    def end() -> str:
        services.end_account(actor=request.caller.actor, account=account, reason=reason)
        return _("Đã ngừng. Người này không mở được trang của gia đình nữa; đường dẫn nộp tiền vẫn dùng được.")

    done = _attempt(request, end)
    if done is not None:
        messages.success(request, done)
    return redirect("people:family_accounts", student.public_id)


def _attempt(request: AuthedRequest, act: Callable[[], str]) -> str | None:
    """The result of an act in its own transaction; None with the refusal said."""

    def run() -> str:
        with transaction():
            return act()

    try:
        return retrying(run)
    except FamilyAccountRefusedError as error:
        messages.error(request, refusal(error))
        return None
