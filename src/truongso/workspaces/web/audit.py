"""The audit trail for principals, and for officers over their schools: who did what, when, from where, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.kernel import audit, clock
from truongso.kernel.audit_reading import Wanted, chain_state, day_head, entries, sealed_text, without_secrets
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import ExportingUnit, file_response, xlsx_response
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.formatting import ngay, so
from truongso.organizations.public import OrgUnit, School, schools_under
from truongso.workspaces.audit_words import CHANNELS, ROOMS, VERBS, action_text, params_text

PAGE_SIZE = 50
CHECKED = 1_000
"""So many of the latest entries are looked at for the state of the chain; `truongso verify` looks at all."""
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose entries are read: of the own school, or of the schools under the own unit (without details)."""

    schools: tuple[School, ...]
    unit: OrgUnit | None

    @property
    def names(self) -> dict[int, str]:
        return {one.pk: one.short_name for one in self.schools}


class AuditForm(forms.Form):
    """What is looked for; a value that is none of ours is said, and nothing is left out because of it."""

    q = forms.CharField(label=gettext_lazy("Người làm"), required=False, max_length=80)
    phan = forms.ChoiceField(label=gettext_lazy("Phần"), required=False)
    viec = forms.ChoiceField(label=gettext_lazy("Việc"), required=False)
    ve = forms.CharField(label=gettext_lazy("Mã hoặc lý do"), required=False, max_length=80)
    kenh = forms.ChoiceField(label=gettext_lazy("Từ đâu"), required=False)
    truong = forms.ChoiceField(label=gettext_lazy("Trường"), required=False)
    tu = VietnameseDateField(label=gettext_lazy("Từ ngày"), required=False)
    den = VietnameseDateField(label=gettext_lazy("Đến ngày"), required=False)

    def __init__(self, data: Any, reader: Reader) -> None:
        super().__init__(data)
        self.reader = reader
        self._offer("phan", ROOMS.items())
        self._offer("viec", sorted(VERBS.items(), key=lambda pair: str(pair[1])))
        self._offer("kenh", CHANNELS.items())
        if reader.unit is None:
            del self.fields["truong"]
        else:
            self._offer("truong", ((one.code, one.short_name) for one in reader.schools))
        self.is_valid()

    def _offer(self, name: str, choices: Any) -> None:
        self.fields[name].choices = [("", _("Tất cả")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is looked for."""
        found = self.cleaned_data
        return Wanted(
            found.get("q", ""), found.get("phan", ""), found.get("viec", ""), found.get("ve", ""),
            found.get("kenh", ""), found.get("tu"), found.get("den"),
            with_reasons=self.reader.unit is None,
        )  # fmt: skip

    def school_ids(self) -> list[int]:
        """Of one school when it was chosen, else of all."""
        code = self.cleaned_data.get("truong", "")
        return [one.pk for one in self.reader.schools if code in {"", one.code}]


@requires(Permission.PLACE_AUDIT_READ)
@require_safe
def trail(request: AuthedRequest) -> HttpResponse:
    """The entries, newest first, with the state of the chain. A constant number of queries."""
    reader = _reader(request)
    form = AuditForm(request.GET, reader)
    page = Paginator(entries(form.school_ids(), form.wanted()), PAGE_SIZE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(one, reader) for one in page],
        "of_unit": reader.unit is not None,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "chain": None if reader.unit else chain_state(reader.schools[0].pk, last=CHECKED),
        "today": clock.today(),
    }
    return render(request, "workspaces/audit.html", context)


@requires(Permission.PLACE_AUDIT_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook, the newest of too many; itself recorded."""
    reader = _reader(request)
    form = AuditForm(request.GET, reader)
    rows = [_row(one, reader) for one in entries(form.school_ids(), form.wanted())[:MOST_ROWS]]
    header = [
        _("Trường"), _("Số"), _("Lúc"), _("Người làm"), _("Từ đâu"), _("Việc"), _("Về"), _("Lý do"), _("Chi tiết"),
    ]  # fmt: skip
    cells: list[list[ExportCell]] = [
        [
            one["school"], one["seq"], one["at"], one["who"], one["channel"], one["action"], one["subject"],
            one["reason"], one["details"],
        ]
        for one in rows
    ]  # fmt: skip
    place = ExportingUnit(reader.unit.code, reader.unit.name) if reader.unit else reader.schools[0]
    return xlsx_response(
        [SheetOut(_("Nhật ký"), header, cells)], name="nhat-ky", action="workspaces:audit:export", school=place,
        actor=request.caller.actor, count=len(rows),
        asked={name: str(value) for name, value in request.GET.items() if value},
    )  # fmt: skip


@requires(Permission.PLACE_AUDIT_READ)
@require_safe
def head(request: AuthedRequest) -> HttpResponse:
    """Where the chain stood at the end of a day, as a small text with its own sha256: kept elsewhere (printed into the
    minutes, sent by e-mail) it shows later whether anything before was changed."""
    reader = _reader(request)
    if reader.unit is not None:
        raise Http404
    try:
        day = dt.date.fromisoformat(request.GET.get("ngay", "") or clock.today().isoformat())
        found = day_head(reader.schools[0].pk, min(day, clock.today()))
    except (ValueError, OverflowError):
        raise Http404 from None
    if found is None:
        raise Http404
    school = reader.schools[0]
    text = sealed_text(
        [
            _("DẤU CUỐI NGÀY CỦA NHẬT KÝ"),
            _("Trường: %(name)s (%(code)s)") % {"name": school.name, "code": school.code},
            _("Ngày: %(day)s") % {"day": ngay(found.day)},
            _("Số việc trong ngày: %(count)s") % {"count": so(found.count)},
            _("Việc cuối: số %(seq)s lúc %(at)s") % {"seq": found.seq, "at": found.at.isoformat()},
            _("Dấu của chuỗi: %(hash)s") % {"hash": found.hash},
        ]
    )
    with transaction():
        audit.record(
            request.caller.actor, "workspaces:audit:head", school_id=school.pk, subject=("school", school.code),
            params={"day": found.day.isoformat()},
        )  # fmt: skip
    return file_response(text.encode(), f"nhat-ky-{found.day:%Y%m%d}.txt", "text/plain; charset=utf-8")


def _reader(request: AuthedRequest) -> Reader:
    membership = request.caller.membership
    if membership is None:
        raise Http404
    if membership.unit is not None:
        return Reader(tuple(schools_under(membership.unit, clock.today())), membership.unit)
    return Reader((request.caller.school,), None)


def _row(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    """An entry in words. A unit sees who did what to which thing, never names of pupils or amounts of a family."""
    own = reader.unit is None
    return {
        "school": reader.names[entry.school_id],
        "seq": entry.seq,
        "at": entry.at,
        "who": entry.actor_label,
        "channel": str(CHANNELS.get(entry.channel, entry.channel)),
        "action": action_text(entry.action),
        "subject": entry.subject_id,
        "reason": entry.reason if own else "",
        "details": params_text(without_secrets(entry.params)) if own else "",
    }
