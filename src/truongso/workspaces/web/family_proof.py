"""What only the family knows, asked where the link alone is not enough: a link for paying is passed on. A guardian who
is signed in proves it by the second factor of the account, or by confirming once more."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import Caller, caller_of
from truongso.accounts.types import Permission
from truongso.kernel.limits import Limit, Use, client_of, count, first_spent, is_spent
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.people.public import Guardian, Student, knows_pupil, own_guardian

WRONG_WORDS = Limit("family_wrong_words", 20, 86_400)
"""Wrong answers for one family in a day, on all pages of links for paying: a birth date is one of a few hundred."""
LINK_WRONG_WORDS = Limit("link_wrong_words", 10, 86_400)
"""Wrong answers in a day to a link that went to the contact on record or left on a slip. It has a count of its own:
whoever was passed a link for paying keeps nobody from taking up the account, and the school may give another."""


class OpenForm(forms.Form):
    """What only the family knows."""

    ngay_sinh = VietnameseDateField(label=gettext_lazy("Ngày sinh của con"), required=False)
    dien_thoai = forms.CharField(
        label=gettext_lazy("Hoặc số điện thoại của anh/chị mà trường đã ghi"), max_length=20, required=False
    )

    def ask_pupil(self) -> None:
        """The same questions, put to the pupil."""
        self.fields["ngay_sinh"].label = _("Ngày sinh của em")
        self.fields["dien_thoai"].label = _("Hoặc số điện thoại của cha mẹ mà trường đã ghi")


def is_proven(
    request: HttpRequest, form: OpenForm, student: Student, *others: Student, tries: Limit, link: str = ""
) -> bool:
    """Whether a valid form holds the right word; else the reason is on the form. Tries are counted for the place they
    come from and for the family, or for the one-time `link` they are made with; so are wrong words; an empty form is
    no try. The birth date may be that of one of `others`."""
    said = form.cleaned_data
    if not said["ngay_sinh"] and not said["dien_thoai"]:
        form.add_error(None, _("Trả lời một trong hai câu: ngày sinh, hoặc số điện thoại trường đã ghi."))
        return False
    what = link or f"family:{student.family_id}"
    places, wrong = (client_of(request), what), LINK_WRONG_WORDS if link else WRONG_WORDS
    if is_spent(wrong, what):
        form.add_error(None, _("Hôm nay đã trả lời sai quá nhiều lần. Chờ đến mai, hoặc nhờ nhà trường: %(way)s.") % {
            "way": _("gửi hay in lại đường dẫn") if link else _("in phiếu tạo tài khoản, mở được ngay")
        })  # fmt: skip
        return False
    # Who is over the limit of one place is not counted for the other; of many who looked at once the count decides.
    is_over = any(is_spent(tries, place) for place in places)
    if is_over or first_spent(*(Use(tries, (place,)) for place in places)) is not None:
        form.add_error(None, _("Đã thử quá nhiều lần. Chờ một giờ rồi thử lại, hoặc gọi nhà trường."))
        return False
    if not any(
        knows_pupil(one.school_id, one.pk, birth_date=said["ngay_sinh"], phone=said["dien_thoai"])
        for one in (student, *others)
    ):
        count(wrong, what)
        form.add_error(None, _("Chưa khớp với hồ sơ. Xem lại ngày sinh hoặc số điện thoại."))
        return False
    return True


def signed_in_guardian(request: HttpRequest, student: Student) -> Guardian | None:
    """As which guardian of the pupil somebody is signed in; None for visitors, for everybody else, and for who has to
    change a password that may have leaked."""
    caller = caller_of(request)
    if caller is None or caller.user.change_required:
        return None
    schools = {one.pk for one in caller.schools_with(Permission.FAMILY_PRIVACY_WRITE)}
    return own_guardian(caller.user.pk, student) if student.school_id in schools else None


def has_confirmed(request: HttpRequest) -> bool:
    """Whether the signed-in person has proved more than that a session is open: the account has a second factor, or
    was confirmed within the last five minutes."""
    caller: Caller | None = caller_of(request)
    return caller is not None and (caller.user.second_factor_since is not None or caller.is_fresh)


def confirm_first(request: HttpRequest) -> HttpResponse:
    """To the page where the person confirms once more, and back here."""
    return redirect(f"{reverse('accounts:step_up')}?{urlencode({'next': request.get_full_path()})}")
