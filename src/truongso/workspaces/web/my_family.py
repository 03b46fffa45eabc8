"""The pages of a family's own account. Paying, receipts, consents and data are the same pages a link opens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import scope
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import Limit, client_of, count, is_spent
from truongso.kernel.masking import masked_address
from truongso.messaging.public import is_address
from truongso.messaging.types import ChannelKind
from truongso.people.public import (
    DataRequestKind,
    Guardian,
    OwnChild,
    PrivacyRefusedError,
    ask_about_data,
    children_of,
    privacy_refusal,
    tell_guardian,
)
from truongso.workspaces.own_family import basket_of_all, cards_of, mailbox_of
from truongso.workspaces.web.family import accesses_page
from truongso.workspaces.web.family_consents import consents_page
from truongso.workspaces.web.family_data import requests_page
from truongso.workspaces.web.family_door import Door, of_child
from truongso.workspaces.web.misses import guarded

CONTACTS = Limit("contact_changes", 5, 3600)
"""Changes of contact asked for from one place, and by one account, in an hour."""
_PHONE, _EMAIL = "phone", "email"


class ContactForm(forms.Form):
    """Which record at which school, and what shall stand in it."""

    noi = forms.ChoiceField(label=gettext_lazy("Hồ sơ ở"))
    loai = forms.ChoiceField(
        label=gettext_lazy("Đổi"), widget=forms.RadioSelect,
        choices=[(_PHONE, gettext_lazy("Số điện thoại")), (_EMAIL, gettext_lazy("Email"))],
        error_messages={"required": gettext_lazy("Chọn đổi số điện thoại hay email.")},
    )  # fmt: skip
    moi = forms.CharField(
        label=gettext_lazy("Số hoặc email mới"), max_length=120,
        error_messages={"required": gettext_lazy("Ghi số điện thoại hoặc email mới.")},
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip

    def __init__(self, data: Any, children: list[OwnChild]) -> None:
        super().__init__(data)
        self.children = {str(one.guardian.pk): one for one in reversed(children) if one.guardian is not None}
        names = [(key, one.school.short_name) for key, one in self.children.items()]
        self.fields["noi"].choices = names  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        kind = ChannelKind.SMS if found.get("loai") == _PHONE else ChannelKind.EMAIL
        if not self.errors and not is_address(kind, found["moi"].replace(" ", "")):
            self.add_error("moi", _("Ghi đúng số điện thoại (10 số) hoặc địa chỉ email."))
        return found


@requires(Permission.FAMILY_CHILD_READ, anywhere=True)
@require_safe
def my_family(request: AuthedRequest) -> HttpResponse:
    """The children at all schools, with what is to be paid."""
    cards = cards_of(_children(request, Permission.FAMILY_CHILD_READ))
    context = {
        "cards": cards, "basket": basket_of_all(cards),
        "is_guardian": request.caller.may_anywhere(Permission.FAMILY_PRIVACY_WRITE),
    }  # fmt: skip
    return guarded(render(request, "workspaces/parent/my_family.html", context))


@requires(Permission.FAMILY_CONTACT_WRITE, anywhere=True)
@require_safe
def my_messages(request: AuthedRequest) -> HttpResponse:
    """What the schools wrote to the contacts on record, and where that is stopped."""
    schools = request.caller.schools_with(Permission.FAMILY_CONTACT_WRITE)
    boxes = [mailbox_of(request.caller.user.pk, school) for school in schools]
    return guarded(render(request, "workspaces/parent/my_messages.html", {"boxes": boxes}))


@requires(Permission.FAMILY_CONTACT_WRITE, anywhere=True, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def my_contact(request: AuthedRequest) -> HttpResponse:
    """Another number or e-mail address: proposed to the school, which decides; the contact of now is told at once."""
    children = _children(request, Permission.FAMILY_CONTACT_WRITE)
    form = ContactForm(request.POST if request.method == "POST" else None, children)
    if request.method == "POST" and form.is_valid() and _proposed(request, form):
        return guarded(redirect("workspaces:my_contact"))
    rows = [
        {"school": one.school, "known": [masked_address(text) for text in _contacts(one.guardian)]}
        for one in form.children.values()
        if one.guardian is not None
    ]
    context = {"form": form, "rows": rows}
    return guarded(
        render(request, "workspaces/parent/my_contact.html", context, status=422 if form.errors else 200)
    )  # fmt: skip


PARENT = requires(Permission.FAMILY_PRIVACY_WRITE, anywhere=True)


@PARENT
@require_safe
@of_child
def my_accesses(request: HttpRequest, door: Door) -> HttpResponse:
    """Who looked at the child's data."""
    return accesses_page(request, door)


@PARENT
@require_http_methods(["GET", "HEAD", "POST"])
@of_child
def my_data(request: HttpRequest, door: Door) -> HttpResponse:
    """Requests about the child's data."""
    return requests_page(request, door)


@PARENT
@require_http_methods(["GET", "HEAD", "POST"])
@of_child
def my_consents(request: HttpRequest, door: Door) -> HttpResponse:
    """Yes and no for the child."""
    return consents_page(request, door)


def _contacts(guardian: Guardian) -> list[str]:
    """What stands in the record, the number first."""
    return [text for text in (guardian.phone, guardian.email) if text]


def _children(request: AuthedRequest, permission: Permission) -> list[OwnChild]:
    return children_of(request.caller.user.pk, request.caller.schools_with(permission))


def _proposed(request: AuthedRequest, form: ContactForm) -> bool:
    """Whether the school has the request now; else the reason is on the form."""
    places = (client_of(request), f"account:{request.caller.user.pk}")
    if any(is_spent(CONTACTS, place) for place in places):
        form.add_error(None, _("Đã gửi quá nhiều lần. Chờ một giờ rồi thử lại, hoặc gọi nhà trường."))
        return False
    said, child = form.cleaned_data, form.children[form.cleaned_data["noi"]]
    guardian, new = child.guardian, said["moi"].replace(" ", "")
    if guardian is None:
        return False
    is_phone = said["loai"] == _PHONE
    if new.lower() == (guardian.phone if is_phone else guardian.email.lower()):
        form.add_error("moi", _("Hồ sơ đã ghi đúng như vậy."))
        return False
    kept = guardian.phone if is_phone else guardian.email
    old = masked_address(kept) if kept else "–"
    words = _("Đổi số điện thoại %(old)s thành %(new)s") if is_phone else _("Đổi email %(old)s thành %(new)s")
    told = _(
        "Đã nhận đề nghị đổi cách liên hệ trong hồ sơ. Không phải anh/chị đề nghị thì gọi trường ngay; chưa có gì đổi."
    )

    def run() -> str:
        with scope.at_school(child.school.pk), transaction():
            made = ask_about_data(
                actor=request.caller.actor, student=child.student, kind=DataRequestKind.CORRECT, guardian=guardian,
                asked_by=guardian.full_name, detail=words % {"old": old, "new": new},
            )  # fmt: skip
            tell_guardian(made, said=told, link="", key=f"{made.public_id}:contact", actor=request.caller.actor)
            return str(made)

    try:
        number = retrying(run)
    except PrivacyRefusedError as error:
        form.add_error(None, privacy_refusal(error))
        return False
    for place in places:
        count(CONTACTS, place)
    text = _("Đã gửi đề nghị %(number)s. Trường xem rồi mới đổi; liên hệ đang dùng đã được báo.")
    messages.success(request, text % {"number": number})
    return True
