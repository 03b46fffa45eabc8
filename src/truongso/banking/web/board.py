"""What the workbench shows: the list of credits, the chosen one with what may be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.accounts.public import AuthedRequest, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries
from truongso.banking.acts import undoing
from truongso.banking.acts.places import rests_of
from truongso.banking.asides.queries import asides_of, owners
from truongso.banking.models import Aside, BankLine, LineAct, MatchDecision
from truongso.banking.queries import OPEN_STATES, QueueFilter
from truongso.banking.questions.queries import answers_of
from truongso.banking.types import LineState
from truongso.banking.web.cards import pill
from truongso.banking.web.messages import ASIDE_KINDS, reason_text
from truongso.kernel import clock
from truongso.kernel.money import Dong, total
from truongso.organizations.public import School, bank_accounts

PAGE_SIZE = 500
_PARTLY = (LineState.PARTLY.value, LineState.PARKED.value)  # may be booked in part
FILTERS = {
    "": QueueFilter.WAITING,
    "goi-y": QueueFilter.SUGGESTED,
    "chua-ro": QueueFilter.UNCLEAR,
    "de-sau": QueueFilter.PARKED,
    "ngoai": QueueFilter.NOT_FEES,
}
_TITLES = {
    QueueFilter.WAITING: gettext_lazy("Cần xử lý"),
    QueueFilter.SUGGESTED: gettext_lazy("Có gợi ý"),
    QueueFilter.UNCLEAR: gettext_lazy("Chưa rõ"),
    QueueFilter.PARKED: gettext_lazy("Để sau"),
    QueueFilter.NOT_FEES: gettext_lazy("Không phải khoản thu"),
}
KEPT = ("loc", "q", "trang", "chu")  # what stays in the address from line to line
_ACT_NAMES = {
    "assign": gettext_lazy("ghi nhận %(what)s"),
    "merge": gettext_lazy("gộp %(what)s"),
    "bulk": gettext_lazy("nhận %(what)s"),
    "aside": gettext_lazy("xếp riêng %(what)s"),
    "back": gettext_lazy("đưa lại danh sách chờ %(what)s"),
    "undo": gettext_lazy("hoàn tác %(what)s"),
    "redo": gettext_lazy("làm lại %(what)s"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line in the list; `note` says who sees to a parked one and for how long."""

    line: BankLine
    pill: tuple[str, str]
    url: str
    amount: Dong
    note: str


def address(request: HttpRequest, **more: str) -> str:
    """The workbench's address with its filters as they are."""
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    text = urlencode({**kept, **{k: v for k, v in more.items() if v}})
    return reverse("banking:queue") + (f"?{text}" if text else "")


def account_numbers(school: School) -> dict[str, str]:
    """Numbers of receiving accounts by id as text, as reasons name them; one query."""
    return {str(a.pk): a.number for a in bank_accounts(school, active_only=False)}


def wanted_of(request: HttpRequest) -> QueueFilter:
    """Which list the address asks for."""
    return FILTERS.get(request.GET.get("loc", ""), QueueFilter.WAITING)


def listed(request: AuthedRequest) -> QuerySet[BankLine]:
    """The lines of the list that the address asks for, oldest first."""
    owner = request.GET.get("chu", "")
    is_owned = wanted_of(request) is QueueFilter.PARKED and owner.isascii() and owner.isdigit() and len(owner) < 19
    return queries.queue_lines(
        request.caller.school.pk, wanted_of(request), request.GET.get("q", ""), owner=int(owner) if is_owned else None
    )


def frame(request: AuthedRequest) -> dict[str, Any]:
    """What stands around list and detail: lists with their counts, what is left, what can be undone."""
    school_id, wanted = request.caller.school.pk, wanted_of(request)
    waiting, waiting_sum = queries.queue_figures(school_id)
    numbers = account_numbers(request.caller.school)
    return {
        "tabs": _tabs(request, wanted, queries.queue_counts(school_id)),
        "list_title": _TITLES[wanted],
        "words": request.GET.get("q", ""),
        "filter": request.GET.get("loc", ""),
        "back": address(request),
        "waiting": waiting,
        "waiting_sum": waiting_sum,
        "matched": queries.matched_counts(school_id),
        "recent": _recent(queries.recent_decisions(school_id), numbers),
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
        "may_import": request.caller.may(Permission.SCHOOL_STATEMENT_IMPORT),
        "kept_query": urlencode([(k, request.GET[k]) for k in KEPT if request.GET.get(k)]),
        **_undoable(request),
    }


def listing(request: AuthedRequest, chosen: BankLine | None) -> dict[str, Any]:
    """The list: at most 500 lines of it at once; the browser draws only those in view."""
    page = Paginator(listed(request), PAGE_SIZE).get_page(request.GET.get("trang"))
    is_parked = wanted_of(request) is QueueFilter.PARKED
    return {
        "page": page,
        "rows": rows_of(request, list(page.object_list)),
        "owners": owners(request.caller.school.pk) if is_parked else [],
        "owner": request.GET.get("chu", ""),
        "chosen": chosen,
    }


def rows_of(request: AuthedRequest, lines: Sequence[BankLine]) -> list[Row]:
    """Lines as the list shows them; at most 7 queries."""
    school_id, wanted = request.caller.school.pk, wanted_of(request)
    decisions = queries.last_suggestions(school_id, lines)
    asides = asides_of(school_id, lines) if wanted in {QueueFilter.PARKED, QueueFilter.NOT_FEES} else {}
    names = user_names(a.owner_id for a in asides.values()) if asides else {}
    answers, partly = answers_of(school_id, lines), [x for x in lines if x.state in _PARTLY]
    rests = rests_of(school_id, partly) if partly else {}
    return [
        Row(
            x, pill(x, decisions.get(x.pk), answers.get(x.pk)), address(request, dong=x.public_id),
            rests.get(x.pk, x.amount), _aside_note(asides.get(x.pk), names, x),
        )
        for x in lines
    ]  # fmt: skip


def chosen_line(request: AuthedRequest) -> BankLine | None:
    """The line asked for, wherever it stands; else the first of the list."""
    asked = request.GET.get("dong", "")
    if asked:
        rows = BankLine.objects.for_school(request.caller.school).select_related("bank_account")
        found: BankLine | None = rows.filter(public_id=asked, direction="in").first()
        if found is not None:
            return found
    start = (Paginator(listed(request), PAGE_SIZE).get_page(request.GET.get("trang")).start_index() or 1) - 1
    return listed(request)[start : start + 1].first() if start >= 0 else None


def neighbour(request: AuthedRequest, line: BankLine) -> str:
    """The line after this one in the list, where work goes on; at the end the one before."""
    ids = list(listed(request).values_list("public_id", flat=True)[:5000])
    if line.public_id not in ids:
        return str(ids[0]) if ids else ""
    at = ids.index(line.public_id)
    return str(next(iter([*ids[at + 1 : at + 2], *ids[max(at - 1, 0) : at]]), ""))


def aside_text(aside: Aside | None, names: dict[int, str]) -> str:
    """How a line stands aside: why, and who sees to it."""
    if aside is None:
        return ""
    kind = {k.value: text for k, text in ASIDE_KINDS.items()}[aside.kind]
    name = names.get(aside.owner_id or 0, "")
    return f"{kind} · {name}" if name else str(kind)


def _aside_note(aside: Aside | None, names: dict[int, str], line: BankLine) -> str:
    if aside is None:
        return ""
    days = (clock.today() - line.booked_on).days
    return _("%(what)s · %(days)s ngày") % {"what": aside_text(aside, names), "days": days}


def _tabs(request: HttpRequest, wanted: QueueFilter, counts: dict[QueueFilter, int]) -> list[dict[str, Any]]:
    words = request.GET.get("q", "")
    return [
        {
            "label": _TITLES[kind], "count": counts[kind], "current": kind is wanted,
            "url": "?" + urlencode({k: v for k, v in (("loc", name), ("q", words)) if v}),
        }
        for name, kind in FILTERS.items()
    ]  # fmt: skip


def _recent(decisions: Sequence[MatchDecision], numbers: dict[str, str]) -> list[dict[str, Any]]:
    names = user_names(d.decided_by for d in decisions)
    return [
        {
            "line": d.line, "text": reason_text(d.reason, numbers), "at": d.decided_at,
            "who": names.get(d.decided_by or 0, _("Tự khớp")),
        }
        for d in decisions
    ]  # fmt: skip


def _undoable(request: AuthedRequest) -> dict[str, Any]:
    """The last thing this person did, to undo; and their last undo, to do again."""
    school_id, user_id = request.caller.school.pk, request.caller.user.pk
    act, undone = undoing.last_undoable(school_id, user_id), undoing.last_redoable(school_id, user_id)
    return {
        "undoable": {"act": act, "text": act_text(act)} if act else None,
        "redoable": {"act": undone, "text": act_text(undone)} if undone else None,
    }


def act_text(act: LineAct) -> str:
    """An act in words: what was done with which line, or with how many."""
    lines = [row.line for row in act.rows.select_related("line").order_by("pk")]
    if len(lines) == 1:
        one = lines[0]
        what = _("giao dịch %(amount)s") % {"amount": one.amount}
    else:
        what = _("%(count)s giao dịch, %(amount)s") % {"count": len(lines), "amount": total(x.amount for x in lines)}
    return str(_ACT_NAMES[act.kind]) % {"what": what}


def is_open(line: BankLine) -> bool:
    """Whether money of the line can be booked now."""
    return line.state in {*OPEN_STATES, LineState.PARKED.value}
