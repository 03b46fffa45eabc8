"""Lists of this room as workbooks."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import clock
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.organizations.public import school_year_on
from truongso.people.queries.classes import classes_of_year


@requires(Permission.SCHOOL_EXPORT_READ)
@require_safe
def classes(request: AuthedRequest) -> HttpResponse:
    """Classes of the present school year with their headcount today."""
    school, year = request.caller.school, school_year_on(clock.today())
    found = classes_of_year(school, year) if year else []
    header = [_("Lớp"), _("Khối"), _("Sĩ số")]
    rows: list[list[ExportCell]] = [[c.name, c.grade, c.pupils] for c in found]
    banner = [[_("Năm học %(year)s") % {"year": year}], []] if year else []
    return xlsx_response(
        [SheetOut(_("Lớp"), header, rows, banner=banner)], name="lop", action="people:classes:export", school=school,
        actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip
