"""The family's yes and no to what the school may do only if asked: nothing is chosen beforehand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from truongso.fees.public import Invoice
from truongso.kernel.db import retrying, transaction
from truongso.kernel.limits import Limit, client_of, count, is_spent
from truongso.kernel.masking import masked_name
from truongso.people.public import (
    CONSENT_PURPOSES,
    Guardian,
    PrivacyRefusedError,
    Student,
    agree_to_purpose,
    consent_standings,
    guardians_of,
    masked_way_of_guardian,
    privacy_refusal,
    take_consent_back,
)
from truongso.workspaces.web.family_door import Door, door_of_invoice
from truongso.workspaces.web.family_proof import (
    OpenForm,
    confirm_first,
    has_confirmed,
    is_proven,
    signed_in_guardian,
)
from truongso.workspaces.web.misses import guarded
from truongso.workspaces.web.parent import FAMILY, of_current_invoice
from truongso.workspaces.web.ways import FAMILY_ACTOR

SAID = Limit("consents", 20, 3600)
"""Answers from one place in an hour."""
PROOF_TRIES = Limit("consent_tries", 10, 3600)
"""Tries to agree to showing a child, from one place and for one family, in an hour."""


@FAMILY
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@of_current_invoice
def consents(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Yes and no, by the link of an invoice."""
    return consents_page(request, door_of_invoice(invoice))


def consents_page(request: HttpRequest, door: Door) -> HttpResponse:
    """Each purpose with its words, where it stands, and the buttons for yes or taking it back. Who is signed in speaks
    as the guardian the account belongs to, whichever door led here."""
    student = door.student
    signed_in = signed_in_guardian(request, student)
    guardians, is_known = [signed_in] if signed_in is not None else guardians_of(student), signed_in is not None
    if request.method == "POST":
        if is_known and not has_confirmed(request) and _wants_proof(request):
            return confirm_first(request)
        _answer(request, student, {str(one.pk): one for one in guardians}, is_known=is_known)
        return guarded(redirect(door.consents))
    people = [
        {"guardian": one, "name": masked_name(one.full_name), "way": masked_way_of_guardian(student.school_id, one)}
        for one in guardians
    ]
    context = {
        "rows": consent_standings(student), "people": people, "proof": [] if is_known else OpenForm(),
        "confirms": is_known and not has_confirmed(request), **door.context,
    }  # fmt: skip
    return guarded(render(request, "workspaces/parent/consents.html", context))


def _wants_proof(request: HttpRequest) -> bool:
    """Whether a yes is said to what a link for paying, passed on, must not say yes to. Taking back stays easy."""
    purpose = CONSENT_PURPOSES.get(request.POST.get("muc", ""))
    return request.POST.get("viec") != "rut" and purpose is not None and purpose.wants_proof


def _answer(request: HttpRequest, student: Student, guardians: dict[str, Guardian], *, is_known: bool) -> None:
    """Record the answer, or say why not; nothing is recorded then."""
    if is_spent(SAID, client_of(request)):
        messages.error(request, _("Đã gửi quá nhiều lần. Chờ một giờ rồi thử lại, hoặc gọi nhà trường."))
        return
    count(SAID, client_of(request))
    guardian = guardians.get(request.POST.get("nguoi", ""))
    purpose = request.POST.get("muc", "")
    if not is_known and _wants_proof(request) and not _is_family(request, student):
        return

    def say() -> str:
        with transaction():
            if request.POST.get("viec") == "rut":
                who = guardian.full_name if guardian else _("Gia đình")
                take_consent_back(
                    actor=FAMILY_ACTOR, student=student, purpose=purpose, guardian=guardian, said_by=who
                )  # fmt: skip
                return _("Đã rút lại. Trường dừng việc này từ bây giờ.")
            if guardian is None:
                raise PrivacyRefusedError("not_a_guardian")
            agree_to_purpose(
                actor=FAMILY_ACTOR, student=student, purpose=purpose, guardian=guardian,
                child_agrees=request.POST.get("con") == "co", is_known=is_known,
            )  # fmt: skip
            return _("Đã ghi sự đồng ý.")

    try:
        messages.success(request, retrying(say))
    except PrivacyRefusedError as error:
        messages.error(request, privacy_refusal(error))


def _is_family(request: HttpRequest, student: Student) -> bool:
    """A yes to showing the child to others, or to an account of its own, is the family's alone, and a link for paying
    is passed on: whoever says it knows what only the family knows."""
    form = OpenForm(request.POST)
    if form.is_valid() and is_proven(request, form, student, tries=PROOF_TRIES):
        return True
    messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    return False
