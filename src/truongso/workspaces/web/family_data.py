"""The family's rights over its child's data: asking from the invoice's page, fetching the copy by its own link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import public
from truongso.fees.public import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import Limit, client_of, count, is_spent
from truongso.kernel.masking import masked_name
from truongso.people.public import (
    DATA_REQUEST_KINDS,
    DATA_REQUEST_STATES,
    CopyLink,
    DataRequestKind,
    Guardian,
    PrivacyRefusedError,
    Student,
    ask_about_data,
    copy_file_of,
    guardians_of,
    is_copy_link_usable,
    link_by_token,
    masked_way_of_guardian,
    privacy_refusal,
    requests_of_family,
    use_copy_link,
)
from truongso.workspaces.web.family_door import Door, door_of_invoice
from truongso.workspaces.web.family_proof import OpenForm, has_confirmed, is_proven, signed_in_guardian
from truongso.workspaces.web.misses import guarded, unknown
from truongso.workspaces.web.parent import FAMILY, of_current_invoice, school_context
from truongso.workspaces.web.ways import FAMILY_ACTOR

ASKED = Limit("data_requests", 5, 3600)
"""Requests from one place, and about one family, in an hour."""
COPY_TRIES = Limit("copy_tries", 10, 3600)
"""Tries to open a copy from one place, and by one link, in an hour."""
_FETCHING = Actor.system("family", "link")

LINK = public("the random link was sent to the guardian's own address; it opens with what only the family knows")


class AskForm(forms.Form):
    """What is asked, and which guardian asks; names are masked: whoever has the link may be somebody else."""

    loai = forms.ChoiceField(
        label=gettext_lazy("Anh/chị muốn"), choices=list(DATA_REQUEST_KINDS.items()), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn điều anh/chị muốn.")},
    )  # fmt: skip
    nguoi = forms.ChoiceField(
        label=gettext_lazy("Anh/chị là"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Chọn tên của anh/chị.")},
    )  # fmt: skip
    noi_dung = forms.CharField(
        label=gettext_lazy("Ghi rõ thêm"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Cần khi sửa dữ liệu hay rút sự đồng ý: điều gì sai, sửa thành gì, rút điều gì."),
    )  # fmt: skip

    def __init__(self, data: Any, guardians: list[Guardian], ways: dict[int, str]) -> None:
        super().__init__(data)
        self.guardians = {str(one.pk): one for one in guardians}
        self.fields["nguoi"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{masked_name(one.full_name)} · {ways.get(one.pk) or _('nhận tại trường')}")
            for one in guardians
        ]
        if len(guardians) == 1:
            self.fields["nguoi"].initial = str(guardians[0].pk)


@FAMILY
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@of_current_invoice
def data_page(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Requests about the child's data, by the link of an invoice."""
    return requests_page(request, door_of_invoice(invoice))


def requests_page(request: HttpRequest, door: Door) -> HttpResponse:
    """What the family asked so far, and a new request; a number and the days at once. Who is signed in asks as the
    guardian the account belongs to, and reads what was asked about this child; the words of a refusal are read by who
    asked alone: they may tell what another guardian wrote."""
    student = door.student
    guardians = [door.guardian] if door.guardian is not None else guardians_of(student)
    ways = {one.pk: masked_way_of_guardian(student.school_id, one) for one in guardians}
    form = AskForm(request.POST if request.method == "POST" else None, guardians, ways)
    if request.method == "POST" and form.is_valid() and _asked(request, student, form):
        return guarded(redirect(door.data))
    only = student.pk if door.guardian is not None else None
    rows = [
        {
            "row": row,
            "kind": DATA_REQUEST_KINDS[row.kind],
            "state": DATA_REQUEST_STATES[row.state],
            "is_own": door.guardian is not None and row.guardian_id == door.guardian.pk,
        }
        for row in requests_of_family(student.school_id, student.family_id, student_id=only)
    ]
    context = {"form": form, "rows": rows, "guardians": guardians, **door.context}
    response = render(request, "workspaces/parent/data.html", context, status=422 if form.errors else 200)
    return guarded(response)


@LINK
@require_http_methods(["GET", "HEAD", "POST"])
def copy_page(request: HttpRequest, token: str) -> HttpResponse:
    """The copy: what it is, what opens it, and the file as the answer to the right word."""
    link = link_by_token(token)
    if link is None:
        return unknown(request, "workspaces/parent/no_copy.html")
    usable = is_copy_link_usable(link)
    form = OpenForm(request.POST if request.method == "POST" else None)
    asks = not _is_asker(request, link)
    if request.method == "POST" and usable and form.is_valid():
        found = _fetched(request, link, form, asks=asks)
        if found is not None:
            return guarded(found)
    context = {"link": link, "form": form, "usable": usable, "asks": asks, **school_context(link.school)}
    return guarded(render(request, "workspaces/parent/copy.html", context, status=422 if form.errors else 200))


def _asked(request: HttpRequest, student: Student, form: AskForm) -> bool:
    places = (client_of(request), f"family:{student.family_id}")
    if any(is_spent(ASKED, place) for place in places):
        form.add_error(None, _("Đã gửi quá nhiều lần. Chờ một giờ rồi thử lại, hoặc gọi nhà trường."))
        return False
    said = form.cleaned_data
    guardian = form.guardians[said["nguoi"]]

    def run() -> str:
        with transaction():
            made = ask_about_data(
                actor=FAMILY_ACTOR, student=student, kind=DataRequestKind(said["loai"]), guardian=guardian,
                asked_by=guardian.full_name, detail=said["noi_dung"],
            )  # fmt: skip
        return str(made)

    try:
        number = retrying(run)
    except PrivacyRefusedError as error:
        form.add_error(None, privacy_refusal(error))
        return False
    for place in places:
        count(ASKED, place)
    messages.success(request, _("Đã nhận yêu cầu %(number)s. Nhà trường trả lời trong hạn ghi ở dưới.") % {
        "number": number
    })  # fmt: skip
    return True


def _is_asker(request: HttpRequest, link: CopyLink) -> bool:
    """Whether the guardian who asked for the copy is signed in and has confirmed."""
    guardian = signed_in_guardian(request, link.request.student)
    return guardian is not None and guardian.pk == link.request.guardian_id and has_confirmed(request)


def _fetched(request: HttpRequest, link: CopyLink, form: OpenForm, *, asks: bool) -> HttpResponse | None:
    """The file, counted and recorded before it leaves; None with the reason on the form."""
    if asks and not is_proven(request, form, link.request.student, tries=COPY_TRIES, link=f"link:{link.pk}"):
        return None
    kind = "json" if request.POST.get("dang") == "json" else "pdf"

    def run() -> None:
        with transaction():
            use_copy_link(actor=_FETCHING, link=link, form=kind)

    try:
        retrying(run)
    except PrivacyRefusedError as error:
        form.add_error(None, privacy_refusal(error))
        return None
    return copy_file_of(link.request, kind, maker=link.school.short_name)
