"""The audit trail for principals, and for officers over their schools: who did what, when, from where, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from truongso.accounts.public import AuthedRequest, acts_at, places_of_acts, requires
from truongso.accounts.types import Permission
from truongso.kernel import audit, clock
from truongso.kernel.audit_reading import Wanted, chain_state, day_head, entries, sealed_text, without_secrets
from truongso.kernel.models import AuditEntry
from truongso.kernel.scope import of_unit
from truongso.kernel.sheet_writer import ExportCell, SheetOut
from truongso.kernel.ui.downloads import ExportingSchool, ExportingUnit, recorded_file, xlsx_response
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.kernel.ui.formatting import ngay, so
from truongso.organizations.public import OrgUnit, School, schools_under
from truongso.workspaces.audit_details import params_text, reason_text, sender_label, sender_text
from truongso.workspaces.audit_subjects import subject_names
from truongso.workspaces.audit_words import CHANNELS, ROOMS, VERBS, action_text

PAGE_SIZE = 50
CHECKED = 1_000
"""So many of the latest entries are looked at for the state of the chain; `truongso verify` looks at all."""
MOST_ROWS = 20_000
_ACCOUNTS = "accounts"
OWN = "."
"""Stands for the unit itself among the codes of its schools."""
_OF_PUPILS = ("people:", "fees:")
"""Rooms whose entries say of named pupils what is sensitive: who is ill, whose family is poor."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose entries are read: of the own school; or of the own unit, and of the schools under it (without details).

    `is_visit`: by a grant of support, which opens neither reasons nor anything about a pupil. `of_accounts`: what was
    done to accounts and rights, and no more.
    """

    schools: tuple[School, ...]
    unit: OrgUnit | None
    is_visit: bool = False
    of_accounts: bool = False

    @property
    def is_of_school(self) -> bool:
        """Whether names and reasons of the school are the reader's to know."""
        return self.unit is None and not self.is_visit

    @property
    def names(self) -> dict[int, str]:
        own = {self.chain: self.unit.name} if self.unit else {}
        return own | {one.pk: one.short_name for one in self.schools}

    @property
    def exporting(self) -> ExportingSchool:
        """The place a list leaves from."""
        return ExportingUnit(self.unit.code, self.unit.name, self.unit.pk) if self.unit else self.schools[0]

    @property
    def chain(self) -> int:
        """The reader's own chain: the school's, or that of the unit's own affairs."""
        return of_unit(self.unit.pk) if self.unit else self.schools[0].pk


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
        if reader.of_accounts:
            del self.fields["phan"]
        if reader.unit is None:
            del self.fields["truong"]
        else:
            schools = ((one.code, one.short_name) for one in reader.schools)
            self._offer("truong", [(OWN, reader.unit.name), *schools])
        self.is_valid()

    def _offer(self, name: str, choices: Any) -> None:
        self.fields[name].choices = [("", _("Tất cả")), *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is looked for."""
        found = self.cleaned_data
        room = _ACCOUNTS if self.reader.of_accounts else found.get("phan", "")
        return Wanted(
            sender_label(found.get("q", "")), room, found.get("viec", ""), found.get("ve", ""),
            found.get("kenh", ""), found.get("tu"), found.get("den"),
            with_reasons=self.reader.is_of_school,
        )  # fmt: skip

    def chains(self) -> list[int]:
        """Of one school when it was chosen, or of the unit itself, else of all."""
        code = self.cleaned_data.get("truong", "")
        own = [self.reader.chain] if self.reader.unit and code in {"", OWN} else []
        return own + [one.pk for one in self.reader.schools if code in {"", one.code}]


@requires(Permission.PLACE_AUDIT_READ)
@require_safe
def trail(request: AuthedRequest) -> HttpResponse:
    """The entries, newest first, with the state of the chain. A constant number of queries."""
    return _page(request, reader_of(request))


@requires(Permission.PLACE_SECURITY_READ)
@require_safe
def account_trail(request: AuthedRequest) -> HttpResponse:
    """What was done to accounts and rights alone, for who looks after them and reads nothing of money or pupils."""
    return _page(request, replace(reader_of(request), of_accounts=True))


def _page(request: AuthedRequest, reader: Reader) -> HttpResponse:
    form = AuditForm(request.GET, reader)
    page = Paginator(_found(form), PAGE_SIZE).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "page": page,
        "rows": _rows(page, reader),
        "of_unit": reader.unit is not None,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "chain": chain_state(reader.chain, last=CHECKED),
        "today": clock.today(),
        "reads_audit": not reader.of_accounts,
        "reads_security": request.caller.may(Permission.PLACE_SECURITY_READ),
    }
    return render(request, "workspaces/audit.html", context)


@requires(Permission.PLACE_AUDIT_READ)
@require_safe
def export(request: AuthedRequest) -> HttpResponse:
    """The same as a workbook, the newest of too many; itself recorded."""
    reader = reader_of(request)
    form = AuditForm(request.GET, reader)
    rows = _rows(_found(form)[:MOST_ROWS], reader)
    header = [
        _("Trường"), _("Số"), _("Lúc"), _("Người làm"), _("Từ đâu"), _("Mạng, máy"), _("Việc"), _("Về"), _("Lý do"),
        _("Chi tiết"), _("Mã yêu cầu"),
    ]  # fmt: skip
    cells: list[list[ExportCell]] = [
        [
            one["school"], one["seq"], one["at"], one["who"], one["channel"], one["where"], one["action"],
            one["subject"], one["reason"], one["details"], one["request"],
        ]
        for one in rows
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Nhật ký"), header, cells)], name="nhat-ky", action="workspaces:audit:export",
        school=reader.exporting, actor=request.caller.actor, count=len(rows),
        asked={name: str(value) for name, value in request.GET.items() if value},
    )  # fmt: skip


@requires(Permission.PLACE_AUDIT_READ)
@require_safe
def head(request: AuthedRequest) -> HttpResponse:
    """Where the chain stood at the end of a day, as a small text with its own sha256: kept elsewhere (printed into the
    minutes, sent by e-mail) it shows later whether anything before was changed."""
    reader = reader_of(request)
    try:
        day = dt.date.fromisoformat(request.GET.get("ngay", "") or clock.today().isoformat())
        found = day_head(reader.chain, min(day, clock.today()))
    except (ValueError, OverflowError):
        raise Http404 from None
    if found is None:
        raise Http404
    place = reader.unit or reader.schools[0]
    text = sealed_text(
        [
            _("DẤU CUỐI NGÀY CỦA NHẬT KÝ"),
            _("Đơn vị: %(name)s (%(code)s)") % {"name": place.name, "code": place.code},
            _("Ngày: %(day)s") % {"day": ngay(found.day)},
            _("Số việc trong ngày: %(count)s") % {"count": so(found.count)},
            _("Việc cuối: số %(seq)s lúc %(at)s") % {"seq": found.seq, "at": found.at.isoformat()},
            _("Dấu của chuỗi: %(hash)s") % {"hash": found.hash},
        ]
    )
    return recorded_file(
        text.encode(), f"nhat-ky-{found.day:%Y%m%d}.txt", "text/plain; charset=utf-8", action="workspaces:audit:head",
        actor=request.caller.actor, school_id=reader.chain, subject=("unit" if reader.unit else "school", place.code),
        params={"day": found.day.isoformat()},
    )  # fmt: skip


def reader_of(request: AuthedRequest) -> Reader:
    """Whose entries the caller reads. Raises Http404 for who has no place."""
    membership = request.caller.membership
    if membership is None:
        raise Http404
    if membership.unit is not None:
        return Reader(tuple(schools_under(membership.unit, clock.today())), membership.unit)
    return Reader((request.caller.school,), None, is_visit=request.caller.visit is not None)


def _found(form: AuditForm) -> QuerySet[AuditEntry]:
    """What is looked for, with what was done to the accounts of the places' people."""
    chains = form.chains()
    return entries(chains, form.wanted(), also=acts_at(chains, of_staff=not form.reader.is_of_school))


def _rows(found: Iterable[AuditEntry], reader: Reader) -> list[dict[str, Any]]:
    shown = list(found)
    places = places_of_acts(shown, list(reader.names))
    own = {one.pk for one in shown if places.get(one.pk, one.school_id) == reader.chain}
    names = subject_names(shown, of_school=reader.is_of_school)
    names |= subject_names([one for one in shown if one.pk in own and one.pk in places], of_school=not reader.is_visit)
    return [_row(one, names[one.pk], places.get(one.pk, one.school_id), reader) for one in shown]


def _row(entry: AuditEntry, subject: str, place: int, reader: Reader) -> dict[str, Any]:
    """An entry in words. A unit sees who did what to which thing, never names of pupils or amounts of a family."""
    own = place == reader.chain
    details = own and not (reader.is_visit and entry.action.startswith(_OF_PUPILS))
    return {
        "school": reader.names[place],
        "seq": entry.seq,
        "is_shared": entry.school_id == audit.SYSTEM_SCHOOL,
        "at": entry.at,
        "who": sender_text(entry.actor_label),
        "channel": str(CHANNELS.get(entry.channel, entry.channel)),
        "where": " · ".join(filter(None, [entry.source, entry.device])) if own and not reader.is_visit else "",
        "request": entry.request_id,
        "action": action_text(entry.action),
        "subject": subject,
        "reason": reason_text(entry.action, entry.reason) if own and not reader.is_visit else "",
        "details": params_text(without_secrets(entry.params)) if details else "",
    }
