"""An answer that a family gave on paper, written down by the school."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import MB, Content, only
from truongso.people.models import Guardian, Student
from truongso.people.privacy.consents import Paper, agree, standings, take_back
from truongso.people.privacy.purposes import PURPOSES
from truongso.people.privacy.queries import guardians_of
from truongso.people.privacy.texts import refusal
from truongso.people.privacy.types import DataRequestChannel, PrivacyRefusedError
from truongso.people.queries.pupils import student_by_id

_YES, _NO = "dong-y", "rut"
_SCAN = only(Content.PDF, Content.PICTURE, most=10 * MB)
_NEEDED = gettext_lazy("Không để trống ô này.")


class PaperForm(forms.Form):
    """What stands on the paper, and where it lies."""

    muc = forms.ChoiceField(label=gettext_lazy("Việc"), choices=[(one.code, one.title) for one in PURPOSES.values()])
    viec = forms.ChoiceField(
        label=gettext_lazy("Gia đình"), widget=forms.RadioSelect,
        choices=[(_YES, gettext_lazy("Đồng ý")), (_NO, gettext_lazy("Rút lại sự đồng ý"))],
        error_messages={"required": gettext_lazy("Chọn đồng ý hay rút lại, như trên giấy.")},
    )  # fmt: skip
    nguoi = forms.ChoiceField(
        label=gettext_lazy("Người giám hộ đã ký"), error_messages={"required": gettext_lazy("Chọn người đã ký.")}
    )
    con = forms.BooleanField(
        label=gettext_lazy("Em cũng đã tự ký"), required=False,
        help_text=gettext_lazy("Cần khi em từ 7 tuổi và việc này cho người khác thấy em (ảnh trên trang của trường)."),
    )  # fmt: skip
    ngay_ky = VietnameseDateField(label=gettext_lazy("Ngày trên giấy"), error_messages={"required": _NEEDED})
    noi_luu = forms.CharField(
        label=gettext_lazy("Nơi lưu giấy"), max_length=160, error_messages={"required": _NEEDED},
        help_text=gettext_lazy("Ví dụ: cặp 3A2, tủ văn thư."),
    )  # fmt: skip
    ban_chup = UploadField(
        _SCAN, label=gettext_lazy("Bản chụp (không bắt buộc)"), required=False,
        help_text=gettext_lazy(
            "PDF, JPG, PNG, tối đa 10 MB. Chỉ giữ dấu của tệp để đối chiếu sau này, không giữ ảnh."
        ),
    )  # fmt: skip

    def __init__(self, data: Any, files: Any, guardians: list[Guardian]) -> None:
        super().__init__(data, files)
        self.guardians = {str(one.pk): one for one in guardians}
        self.fields["nguoi"].choices = [(key, one.full_name) for key, one in self.guardians.items()]  # type: ignore[attr-defined]

    @property
    def paper(self) -> Paper:
        """What is kept of the paper, of a valid form."""
        said, scan = self.cleaned_data, self.cleaned_data["ban_chup"]
        digest = hashlib.sha256(scan.read()).hexdigest() if scan else ""
        return Paper(said["ngay_ky"], said["noi_luu"], digest)


@requires(Permission.SCHOOL_PRIVACY_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def from_paper(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A yes, or its withdrawal, as it stands on a paper that was signed."""
    student = student_by_id(request.caller.school, public_id)
    if student is None:
        raise Http404
    guardians = guardians_of(student)
    is_sent = request.method == "POST"
    form = PaperForm(request.POST if is_sent else None, request.FILES if is_sent else None, guardians)
    if is_sent and form.is_valid() and _recorded(request, student, form):
        messages.success(request, _("Đã ghi theo giấy."))
        return redirect("people:pupil_data", student.public_id)
    context = {"student": student, "form": form, "rows": standings(student), "guardians": guardians, "present": ""}
    return render(request, "people/privacy/consent_paper.html", context, status=422 if form.errors else 200)


def _recorded(request: AuthedRequest, student: Student, form: PaperForm) -> bool:
    said, guardian = form.cleaned_data, form.guardians[form.cleaned_data["nguoi"]]
    actor, channel = request.caller.actor, DataRequestChannel.SCHOOL
    try:
        with transaction():
            if said["viec"] == _YES:
                agree(
                    actor=actor, student=student, purpose=said["muc"], guardian=guardian, child_agrees=said["con"],
                    channel=channel, paper=form.paper,
                )  # fmt: skip
            else:
                _take_back(actor=actor, student=student, form=form)
    except PrivacyRefusedError as error:
        form.add_error(None, refusal(error))
        return False
    return True


def _take_back(*, actor: Actor, student: Student, form: PaperForm) -> None:
    said, guardian = form.cleaned_data, form.guardians[form.cleaned_data["nguoi"]]
    if not any(one.holds for one in standings(student) if one.purpose.code == said["muc"]):
        raise PrivacyRefusedError("nothing_to_take_back")
    take_back(
        actor=actor, student=student, purpose=said["muc"], guardian=guardian, said_by=guardian.full_name,
        channel=DataRequestChannel.SCHOOL, paper=form.paper,
    )  # fmt: skip
