"""On the pupil's page: requests about the data, holds, and the way to them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from truongso.accounts.public import Caller
from truongso.accounts.types import Permission
from truongso.kernel.ui.formatting import so
from truongso.people.models import DataRequest, Student
from truongso.people.panels import PupilPanel
from truongso.people.privacy.queries import holds_on
from truongso.people.privacy.types import OPEN


def pupil_panel(caller: Caller, student: Student) -> PupilPanel | None:
    """The card, for who handles requests; 2 queries."""
    if not caller.may(Permission.SCHOOL_PRIVACY_READ):
        return None
    waiting = DataRequest.objects.for_school(student.school_id).filter(student=student, state__in=OPEN).count()
    held = _("có") if holds_on(student.school_id, student.pk) else _("không")
    rows = ((_("Yêu cầu đang chờ"), so(waiting)), (_("Đang phải giữ lại"), held))
    return PupilPanel(_("Dữ liệu cá nhân"), "shield-check", rows, "people:pupil_data", _("Mở"))
