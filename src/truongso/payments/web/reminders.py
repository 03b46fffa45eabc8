"""Reminders: history with their effect, preview and asking, deciding, paper for families without an address."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.fees.public import CollectionRound, issued_rounds
from truongso.kernel import clock
from truongso.kernel.db import retrying, transaction
from truongso.kernel.masking import masked_address
from truongso.kernel.ui.downloads import recorded_file
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.messaging.public import (
    AFTER_DUE,
    BEFORE_DUE,
    active_kinds,
    earliest,
    problem_text,
    rules_of,
    stopped,
    text_of,
    with_stop_link,
)  # fmt: skip
from truongso.messaging.public import (
    render as render_text,
)
from truongso.messaging.types import ChannelKind
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import Reminder
from truongso.payments.reminders import services
from truongso.payments.reminders.messages import STATES, WAYS, refusal_text
from truongso.payments.reminders.planning import Plan, plan, values_of, voluntary_open
from truongso.payments.reminders.queries import effects, reminders, targets, ways
from truongso.payments.reminders.types import ALONE_UP_TO, ReminderRefusedError, ReminderState, Way
from truongso.people.public import class_order

_PAGE = 25
_SHOWN = 100
_HOURS = [(str(hour), f"{hour}:00") for hour in range(7, 21)]


class ReminderForm(forms.Form):
    """What to remind of, whom, how and when."""

    dot = forms.ChoiceField(label=gettext_lazy("Đợt thu"))
    lop = forms.MultipleChoiceField(
        label=gettext_lazy("Lớp"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Không chọn lớp nào là nhắc cả trường."),
    )  # fmt: skip
    kenh = forms.MultipleChoiceField(
        label=gettext_lazy("Gửi qua"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Theo thứ tự từ trên xuống: kênh trên không tới được mới dùng kênh dưới."),
    )  # fmt: skip
    ngay = VietnameseDateField(
        label=gettext_lazy("Ngày gửi"), required=False, help_text=gettext_lazy("Để trống là gửi ngay.")
    )
    gio = forms.ChoiceField(label=gettext_lazy("Giờ gửi"), required=False, choices=_HOURS, initial="9")

    def __init__(self, data: QueryDict, *, school_id: int) -> None:
        super().__init__(data)
        self.rounds = issued_rounds(school_id)
        self.kinds = active_kinds(school_id)
        self.chosen = next((r for r in self.rounds if r.public_id == data.get("dot")), None)
        names = _classes(school_id, self.chosen)
        self._offer("dot", [(r.public_id, r.name) for r in self.rounds])
        self._offer("lop", [(name, name) for name in names])
        self._offer("kenh", [(kind.value, str(WAYS[Way(kind.value)])) for kind in self.kinds])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def channels(self) -> list[ChannelKind]:
        """The chosen channels, in their order."""
        chosen = set(self.cleaned_data.get("kenh") or [])
        return [kind for kind in self.kinds if kind.value in chosen]

    def send_at(self) -> dt.datetime:
        """The moment asked for at school; now without a day."""
        day: dt.date | None = self.cleaned_data.get("ngay")
        if day is None:
            return clock.now()
        hour = int(self.cleaned_data.get("gio") or 9)
        return dt.datetime.combine(day, dt.time(hour), tzinfo=clock.SCHOOL_TIME)


@requires(Permission.SCHOOL_REMINDER_READ)
@require_safe
def reminder_list(request: AuthedRequest) -> HttpResponse:
    """Reminders with what they brought within seven days."""
    school = request.caller.school
    page = Paginator(reminders(school.pk), _PAGE).get_page(request.GET.get("trang"))
    shown = list(page.object_list)
    found = effects(school.pk, shown)
    rows = [{"reminder": r, "state": STATES[ReminderState(r.state)], "effect": found[r.pk]} for r in shown]
    context = {
        "page": page, "rows": rows, "may_write": request.caller.may(Permission.SCHOOL_REMINDER_WRITE),
        "has_channel": bool(active_kinds(school.pk)), "stopped": len(stopped(school.pk)),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
        "may_set_up": request.caller.may(Permission.SCHOOL_MESSAGING_WRITE),
    }  # fmt: skip
    return render(request, "payments/reminder_list.html", context)


@requires(Permission.SCHOOL_REMINDER_WRITE)
@require_http_methods(["GET", "POST"])
def new_reminder(request: AuthedRequest) -> HttpResponse:
    """Choose, see who gets what by which way, ask."""
    school = request.caller.school
    asking = request.method == "POST"
    data = (request.POST if asking else request.GET).copy()
    first = next(iter(issued_rounds(school.pk)), None)
    if first is not None and not data.get("dot"):
        data["dot"] = first.public_id
    if not asking and "kenh" not in data:
        data.setlist("kenh", [kind.value for kind in active_kinds(school.pk)])
        data["gio"] = "9"
    form = ReminderForm(data, school_id=school.pk)
    understood = form.is_valid() and form.chosen is not None
    planned = _planned(school.pk, form) if understood else None
    if asking and planned is not None and form.chosen is not None:
        answer = _ask(request, form, form.chosen)
        if answer is not None:
            return answer
    return render(request, "payments/reminder_new.html", _preview(request, form, planned))


@requires(Permission.SCHOOL_REMINDER_READ)
@require_safe
def reminder_page(request: AuthedRequest, public_id: str) -> HttpResponse:
    """One reminder: state, ways, effect, whom it reached."""
    found = _one(request, public_id)
    rows = targets(found)
    names = user_names([pk for pk in (found.created_by, found.decided_by) if pk is not None])
    state = ReminderState(found.state)
    context = {
        "reminder": found, "state": STATES[state], "effect": effects(found.school_id, [found])[found.pk],
        "ways": [(WAYS[one.way], one) for one in ways(found)],
        "rows": [_target_row(t) for t in rows[:_SHOWN]], "count": rows.count(), "shown": _SHOWN,
        "paper": rows.filter(way=Way.PAPER.value).count(),
        "asked_by": names.get(found.created_by or 0, ""), "decided_by": names.get(found.decided_by or 0, ""),
        "is_waiting": state is ReminderState.WAITING,
        "is_open": state in {ReminderState.WAITING, ReminderState.APPROVED},
        "may_approve": request.caller.may(Permission.SCHOOL_REMINDER_APPROVE)
        and found.created_by != request.caller.user.pk,
        "may_cancel": request.caller.may(Permission.SCHOOL_REMINDER_WRITE)
        or request.caller.may(Permission.SCHOOL_REMINDER_APPROVE),
        "class_names": ", ".join(found.class_names) or _("cả trường"),
        "may_export": request.caller.may(Permission.SCHOOL_EXPORT_READ),
    }  # fmt: skip
    return render(request, "payments/reminder_page.html", context)


@requires(Permission.SCHOOL_REMINDER_APPROVE)
@require_POST
def approve_reminder(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The second person's yes."""
    found = _one(request, public_id)
    return _act(
        request, found, _("Đã duyệt. Tin được gửi khi đến giờ."),
        lambda: services.approve(found.school_id, reminder_id=found.pk, actor=request.caller.actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_REMINDER_READ)
@require_POST
def cancel_reminder(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Give a reminder up: who asked, or who decides."""
    found = _one(request, public_id)
    caller = request.caller
    if not (caller.may(Permission.SCHOOL_REMINDER_WRITE) or caller.may(Permission.SCHOOL_REMINDER_APPROVE)):
        return HttpResponse(status=403)
    reason = request.POST.get("ly_do", "")[:300]
    return _act(
        request, found, _("Đã bỏ lời nhắc."),
        lambda: services.cancel(found.school_id, reminder_id=found.pk, reason=reason, actor=caller.actor),
    )  # fmt: skip


@requires(Permission.SCHOOL_REMINDER_WRITE)
@require_POST
def paper_of_reminder(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Notices for the families that cannot be reached otherwise."""
    found = _one(request, public_id)
    wanted = tuple(targets(found).filter(way=Way.PAPER.value).values_list("invoice_id", flat=True))
    groups = notices_by_class(found.school_id, Scope(found.round_id, invoice_ids=wanted)) if wanted else []
    if not groups:
        messages.info(request, _("Không còn gia đình nào cần phiếu giấy."))
        return redirect("payments:reminder", public_id=public_id)
    pdf = notices_pdf(letterhead(request.caller.school), [group for _name, group in groups])
    return recorded_file(
        pdf, "phieu-nhac.pdf", "application/pdf", action="payments:reminder:print", actor=request.caller.actor,
        school_id=found.school_id, subject=("reminder", found.public_id), params={"count": len(wanted)}, inline=True,
    )  # fmt: skip


def _planned(school_id: int, form: ReminderForm) -> Plan | None:
    if form.chosen is None:
        return None
    return plan(
        school_id, round_id=form.chosen.pk, class_names=form.cleaned_data["lop"], channels=form.channels()
    )  # fmt: skip


def _ask(request: AuthedRequest, form: ReminderForm, of_round: CollectionRound) -> HttpResponse | None:
    seen = request.POST.get("thay", "")
    school_id = request.caller.school.pk

    def act() -> Reminder:
        with transaction():
            return services.ask(
                school_id, round_id=of_round.pk, class_names=form.cleaned_data["lop"], channels=form.channels(),
                send_at=form.send_at(), seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else -1,
                actor=request.caller.actor,
            )  # fmt: skip

    try:
        made = retrying(act)
    except ReminderRefusedError as refusal:
        form.add_error(None, refusal_text(refusal))
        return None
    if made.state == ReminderState.WAITING.value:
        messages.info(request, _("Đã lập. Vì hơn %(n)s tin, cần người thứ hai duyệt.") % {"n": ALONE_UP_TO})
    else:
        messages.success(request, _("Đã lập lời nhắc."))
    return redirect("payments:reminder", public_id=made.public_id)


def _preview(request: AuthedRequest, form: ReminderForm, planned: Plan | None) -> dict[str, Any]:
    school = request.caller.school
    context: dict[str, Any] = {
        "form": form, "planned": planned, "alone": ALONE_UP_TO, "shown": _SHOWN, "has_channel": bool(form.kinds),
        "may_set_up": request.caller.may(Permission.SCHOOL_MESSAGING_WRITE), "has_round": bool(form.rounds),
    }  # fmt: skip
    if planned is None or form.chosen is None:
        return context
    rules = rules_of(school.pk)
    moment = max(form.send_at(), clock.now())
    leaves = earliest(moment, quiet_from=rules.quiet_from, quiet_to=rules.quiet_to)
    context |= {
        "ways": [(WAYS[Way(kind.value)], count) for kind, count in planned.by_kind().items()],
        "rows": [_message_row(m) for m in planned.messages[:_SHOWN]],
        "paper": planned.on_paper[:_SHOWN],
        "voluntary": voluntary_open(school.pk, round_id=form.chosen.pk, class_names=form.cleaned_data.get("lop") or []),
        "leaves": leaves,
        "is_moved": leaves > moment,
        "needs_second": len(planned.messages) > ALONE_UP_TO,
    }
    if planned.messages:
        one = planned.messages[0]
        code = AFTER_DUE if clock.school_date(moment) > form.chosen.due_on else BEFORE_DUE
        said = render_text(text_of(school.pk, code, one.kind), values_of(school, form.chosen, one))
        context["sample"] = replace(said, body=with_stop_link(said.body, one.kind, f"{settings.PUBLIC_URL}/nt/…"))
    return context


def _message_row(message: Any) -> dict[str, Any]:
    return {
        "pupils": ", ".join(f"{d.student_name} ({d.class_name})" for d in message.debts),
        "guardian": message.contact.full_name, "way": WAYS[Way(message.kind.value)],
        "address": masked_address(message.address), "owed": message.owed,
    }  # fmt: skip


def _target_row(target: Any) -> dict[str, Any]:
    delivery = target.delivery
    return {
        "pupil": target.invoice.student_name, "class_name": target.invoice.class_name, "way": WAYS[Way(target.way)],
        "owed": target.owed, "state": delivery.state if delivery else "",
        "problem": problem_text(delivery.problem) if delivery else "",
        "rest": target.invoice.total - target.invoice.paid,
    }  # fmt: skip


def _act(request: AuthedRequest, found: Reminder, done: str, act: Any) -> HttpResponse:
    def run() -> None:
        with transaction():
            act()

    try:
        retrying(run)
    except ReminderRefusedError as refusal:
        messages.error(request, refusal_text(refusal))
    else:
        messages.success(request, done)
    return redirect("payments:reminder", public_id=found.public_id)


def _one(request: AuthedRequest, public_id: str) -> Reminder:
    found: Reminder = get_object_or_404(reminders(request.caller.school.pk), public_id=public_id)
    return found


def _classes(school_id: int, of_round: CollectionRound | None) -> list[str]:
    if of_round is None:
        return []
    rows = of_round.invoices.for_school(school_id).order_by().values_list("class_name", flat=True)
    return sorted(set(rows), key=class_order)
