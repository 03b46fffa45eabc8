"""An account as an offer: asked for from the link of an invoice, taken up by the one-time link the school sends."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import Caller, caller_of, public
from truongso.fees.public import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import Limit, count, is_spent
from truongso.kernel.masking import masked_name
from truongso.people.public import (
    AccountOffer,
    FamilyAccountRefusedError,
    Guardian,
    family_account_refusal,
    find_account_offer,
    guardians_of,
    is_open_offer,
    masked_way_of_guardian,
    pupils_for_proof,
    send_account_offer,
    take_up_account,
)
from truongso.workspaces.web.family_proof import OpenForm, confirm_first, is_proven, signed_in_guardian
from truongso.workspaces.web.misses import guarded, unknown
from truongso.workspaces.web.parent import FAMILY, of_current_invoice, school_context
from truongso.workspaces.web.ways import FAMILY_ACTOR

OFFER_TRIES = Limit("offer_tries", 10, 3600)
"""Tries to answer what only the family knows, from one place, and for one family or link, in an hour."""
OFFERS = Limit("offers", 3, 86_400)
"""Links sent to one guardian in a day: each is a message."""
LINK = public("the random link was sent to the guardian's own contact or handed over on a slip; it opens with a word")
_JOIN = "gan"


class OfferForm(OpenForm):
    """What only the family knows, and who asks; names are masked: whoever has the link may be somebody else."""

    nguoi = forms.ChoiceField(
        label=gettext_lazy("Anh/chị là"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn tên của anh/chị.")},
    )  # fmt: skip
    field_order = ["nguoi", "ngay_sinh", "dien_thoai"]

    def __init__(self, data: Any, guardians: list[Guardian], ways: dict[int, str]) -> None:
        super().__init__(data)
        self.guardians = {str(one.pk): one for one in guardians}
        self.fields["nguoi"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{masked_name(one.full_name)} · {ways.get(one.pk) or _('nhận phiếu tại trường')}")
            for one in guardians
        ]


@FAMILY
@require_http_methods(["GET", "HEAD", "POST"])
@of_current_invoice
def ask(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """What an account is for; who wants one gets a link at the contact the school has on record, nowhere else."""
    student = invoice.student
    guardians = guardians_of(student)
    ways = {one.pk: masked_way_of_guardian(student.school_id, one) for one in guardians}
    form = OfferForm(request.POST if request.method == "POST" else None, guardians, ways)
    if request.method == "POST" and form.is_valid() and _sent(request, invoice, form):
        return guarded(redirect("workspaces:pay_account", invoice.public_id))
    context = {
        "invoice": invoice, "form": form, "guardians": guardians,
        "is_own": signed_in_guardian(request, student) is not None, **school_context(invoice.school),
    }  # fmt: skip
    return guarded(
        render(request, "workspaces/parent/account_ask.html", context, status=422 if form.errors else 200)
    )  # fmt: skip


@LINK
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("ngay_sinh", "dien_thoai")
def take_up(request: HttpRequest, token: str) -> HttpResponse:
    """The offer: a new account, or joined to the one the person is signed in to."""
    offer = find_account_offer(token)
    if offer is None:
        return unknown(request, "workspaces/parent/no_offer.html")
    caller, usable = caller_of(request), is_open_offer(offer)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if offer.student_id is not None:
        form.ask_pupil()
    if request.method == "POST" and usable:
        if caller is not None and caller.user.change_required:
            return guarded(redirect("accounts:own_account"))
        if caller is not None and not caller.is_fresh:
            return guarded(confirm_first(request))
        answer = _taken(request, offer, caller, form) if form.is_valid() else None
        if answer is not None:
            return guarded(answer)
    context = {
        "offer": offer, "form": form, "usable": usable, "caller": caller, "is_pupil": offer.student_id is not None,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}", **school_context(offer.school),
    }  # fmt: skip
    return guarded(
        render(request, "workspaces/parent/account_take_up.html", context, status=422 if form.errors else 200)
    )  # fmt: skip


def _sent(request: HttpRequest, invoice: Invoice, form: OfferForm) -> bool:
    """Whether a link is on its way; else the reason is on the form. The answer is the same whether there is an account
    already: that is told to the contact on record alone."""
    student, guardian = invoice.student, form.guardians[form.cleaned_data["nguoi"]]
    if not is_proven(request, form, student, tries=OFFER_TRIES):
        return False
    place = f"guardian:{guardian.pk}"
    if is_spent(OFFERS, place):
        form.add_error(None, _("Hôm nay đã gửi nhiều lần. Xem tin nhắn đã nhận, hoặc đến trường nhận phiếu."))
        return False

    def run() -> str:
        with transaction():
            return send_account_offer(actor=FAMILY_ACTOR, student=student, guardian=guardian)

    try:
        to = retrying(run)
    except FamilyAccountRefusedError as error:
        form.add_error(None, family_account_refusal(error))
        return False
    count(OFFERS, place)
    messages.success(request, _("Đã gửi đường dẫn tới %(to)s. Mở trong 72 giờ.") % {"to": to})
    return True


def _taken(request: HttpRequest, offer: AccountOffer, caller: Caller | None, form: OpenForm) -> HttpResponse | None:
    """Where to go once the account is the person's; None with the reason on the form."""
    pupils = pupils_for_proof(offer)
    if not pupils:
        form.add_error(None, family_account_refusal(FamilyAccountRefusedError("not_studying")))
        return None
    if not is_proven(request, form, *pupils, tries=OFFER_TRIES, link=f"offer:{offer.pk}"):
        return None
    joins = request.POST.get("viec") == _JOIN
    if joins != (caller is not None):
        form.add_error(None, _("Phiên đăng nhập vừa thay đổi. Chọn lại việc cần làm."))
        return None
    actor = caller.actor if caller is not None else Actor.system("family", "link")

    def run() -> str:
        with transaction():
            return take_up_account(offer=offer, user=caller.user if caller is not None else None, actor=actor).token

    try:
        token = retrying(run)
    except FamilyAccountRefusedError as error:
        form.add_error(None, family_account_refusal(error))
        return None
    if token:
        return redirect("accounts:activation", token)
    messages.success(request, _("Đã gắn vào tài khoản đang đăng nhập."))
    return redirect("workspaces:my_family")
