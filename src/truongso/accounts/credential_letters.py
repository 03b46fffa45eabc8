"""Letters about accounts to people who work at no school: no school's mail carries them. What changed at one's own, and
for a unit's office how many accounts of its campaign wait.

A letter is a job of the installation that knows the account, what changed and when, and no address: that is read when
it is sent. What cannot be sent is tried again for three days; whoever runs the installation prints what is left
(`truongso account letters`) and hands it over on paper.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.models import User
from truongso.kernel import audit, clock, jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction, transaction_required
from truongso.kernel.jobs import JobRefusedError, Progress
from truongso.kernel.models import Job
from truongso.kernel.scope import NO_SCHOOL
from truongso.kernel.types import JobState
from truongso.kernel.ui.formatting import ngay, ngay_gio, so
from truongso.messaging.public import is_address
from truongso.messaging.types import ChannelKind

LETTER_JOB = "accounts.credential_letter"
_REVIEW = "review"
_AGAIN_AFTER, _TRIED_FOR = dt.timedelta(minutes=10), dt.timedelta(days=3)
_SMTP = "django.core.mail.backends.smtp.EmailBackend"

CHANGES: dict[str, str | Promise] = {
    "password:change": gettext_lazy("Mật khẩu của tài khoản vừa được đổi"),
    "password:reset": gettext_lazy("Mật khẩu của tài khoản vừa được đặt lại bằng liên kết kích hoạt"),
    "sheet:make": gettext_lazy("Tài khoản vừa có tờ mã dùng một lần mới"),
    "sheet:drop": gettext_lazy("Tờ mã dùng một lần của tài khoản vừa bị hủy"),
    "recovery:make": gettext_lazy("Tài khoản vừa có bộ mã dự phòng mới"),
    "app:add": gettext_lazy("Một ứng dụng xác thực vừa được thêm vào tài khoản"),
    "key:add": gettext_lazy("Một khóa đăng nhập vừa được thêm vào tài khoản"),
    "app:remove": gettext_lazy("Ứng dụng xác thực của tài khoản vừa bị gỡ"),
    "key:remove": gettext_lazy("Một khóa đăng nhập của tài khoản vừa bị gỡ"),
    "reset": gettext_lazy("Mọi lớp xác thực thứ hai của tài khoản vừa bị gỡ theo đơn báo mất"),
    "country": gettext_lazy("Tài khoản vừa được đăng nhập từ một nước chưa từng thấy ở tài khoản này"),
}
"""What changed, in words."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it is written now."""

    user: User
    subject: str
    text: str


@transaction_required
def write(user: User, change: str, actor: Actor) -> None:
    """A letter about the change leaves when the transaction commits; `change` is a key of `CHANGES`."""
    at = clock.now().isoformat()
    jobs.start(
        LETTER_JOB, school_id=NO_SCHOOL, key=f"{user.pk}:{change}:{at}",
        params={"user": user.pk, "change": change, "at": at}, started_by=actor.user_id,
    )  # fmt: skip


@transaction_required
def remind_of_review(user: User, *, key: str, waiting: int, due: dt.date, page: str, actor: Actor) -> bool:
    """A letter that accounts wait to be reviewed, once for each `key`; False when it was written before."""
    name = f"{user.pk}:{_REVIEW}:{key}"
    if Job.objects.filter(kind=LETTER_JOB, school_id=NO_SCHOOL, key=name).exists():
        return False
    said = {"user": user.pk, "change": _REVIEW, "waiting": waiting, "due": due.isoformat(), "page": page}
    jobs.start(LETTER_JOB, school_id=NO_SCHOOL, key=name, params=said, started_by=actor.user_id)
    return True


def send(progress: Progress) -> dict[str, Any]:
    """Send one letter. Raises JobRefusedError `no_address`, `no_mail_server`, `not_sent`."""
    letter = _letter(progress.job)
    if not is_address(ChannelKind.EMAIL, letter.user.email):
        raise JobRefusedError("no_address")
    if settings.EMAIL_BACKEND == _SMTP and not settings.EMAIL_HOST:
        raise JobRefusedError("no_mail_server")
    mail = EmailMessage(letter.subject, letter.text, to=[letter.user.email])
    try:
        mail.send()
    except OSError as error:  # what the mail server says is of this kind, too
        raise JobRefusedError("not_sent") from error
    return {"way": ChannelKind.EMAIL.value}


def send_again() -> int:
    """Try letters again that could not be sent, every ten minutes for three days; how many."""
    now = clock.now()
    rows = _failed().filter(created_at__gt=now - _TRIED_FOR, updated_at__lt=now - _AGAIN_AFTER)
    waiting = list(rows.order_by("pk")[:100])
    for job in waiting:
        with transaction():
            jobs.start(LETTER_JOB, school_id=NO_SCHOOL, key=job.key, params=job.params, started_by=job.started_by)
    return len(waiting)


def unsent() -> list[Letter]:
    """Letters that could not be sent, the oldest first."""
    return [_letter(job) for job in _failed().order_by("pk")]


@transaction_required
def hand_over(actor: Actor) -> list[Letter]:
    """Letters that could not be sent, to be handed over on paper: they are done with, and recorded."""
    rows = list(_failed().select_for_update().order_by("pk"))
    letters = [_letter(job) for job in rows]
    now = clock.now()
    Job.objects.filter(pk__in=[job.pk for job in rows]).update(
        state=JobState.DONE.value, error="", result={"way": "paper"}, updated_at=now, finished_at=now
    )
    for letter in letters:
        audit.record(actor, "accounts:letter:print", school_id=None, subject=("user", letter.user.pk))
    return letters


def _failed() -> QuerySet[Job]:
    return Job.objects.filter(kind=LETTER_JOB, school_id=NO_SCHOOL, state=JobState.FAILED.value)


def _letter(job: Job) -> Letter:
    user = User.objects.get(pk=job.params["user"])
    return _review_letter(user, job.params) if job.params["change"] == _REVIEW else _change_letter(user, job.params)


def _review_letter(user: User, params: dict[str, Any]) -> Letter:
    text = _(
        "Kính gửi %(name)s,\n"
        "Đợt rà soát tài khoản của cơ quan còn %(count)s tài khoản chờ, hạn %(due)s: %(page)s\n"
        "Hết hạn, tài khoản chưa rà soát bị tạm khóa."
    )
    said = {
        "name": user.full_name, "count": so(params["waiting"]), "due": ngay(dt.date.fromisoformat(params["due"])),
        "page": settings.PUBLIC_URL + params["page"],
    }  # fmt: skip
    return Letter(user, _("Còn tài khoản chờ rà soát"), text % said)


def _change_letter(user: User, params: dict[str, Any]) -> Letter:
    text = _(
        "Kính gửi %(name)s,\n"
        "%(what)s lúc %(at)s (tên đăng nhập %(username)s).\n"
        "Nếu không phải do thầy/cô, anh/chị làm, hãy báo ngay cho người vận hành hệ thống để khóa tài khoản.\n"
        "Thư này không có đường dẫn đặt mật khẩu; không ai hỏi mật khẩu của thầy/cô, anh/chị."
    )
    said = {
        "name": user.full_name, "username": user.username, "what": CHANGES[params["change"]],
        "at": ngay_gio(dt.datetime.fromisoformat(params["at"])),
    }  # fmt: skip
    return Letter(user, _("Tài khoản Trường Số vừa thay đổi"), text % said)
