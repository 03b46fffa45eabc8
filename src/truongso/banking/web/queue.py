"""The workbench: credits that wait for a person, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from truongso.accounts.public import AuthedRequest, requires, user_names
from truongso.accounts.types import Permission
from truongso.banking import queries, services
from truongso.banking.acts.places import rests_of
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.queries import QueueFilter
from truongso.banking.types import LineState
from truongso.banking.web.batches import batch_context
from truongso.banking.web.cards import cards, pill
from truongso.banking.web.deposits import deposit_context
from truongso.banking.web.forms import ReasonForm, SharesForm
from truongso.banking.web.messages import reason_text, state_text
from truongso.fees.public import invoices_by_code
from truongso.kernel.db import retrying, transaction
from truongso.kernel.sheet_writer import SheetOut
from truongso.kernel.ui.downloads import xlsx_response
from truongso.organizations.public import School, bank_accounts

PAGE_SIZE = 50
_MOST_CODES = 12  # invoices one transfer is divided among
_FILTERS = {
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
_KEPT = ("loc", "q", "trang")  # what stays in the address from line to line


@dataclass(frozen=True, slots=True)
class Row:
    """A line in the list."""

    line: BankLine
    pill: tuple[str, str]
    url: str


@requires(Permission.SCHOOL_MATCH_READ)
@require_GET
@vary_on_headers("HX-Request")
def queue(request: AuthedRequest) -> HttpResponse:
    """The list of waiting credits and the chosen one."""
    return show(request)


@requires(Permission.SCHOOL_MATCH_DECIDE)
@require_POST
def match_again(request: AuthedRequest) -> HttpResponse:
    """Run the rules over everything that waits."""
    school_id, actor = request.caller.school.pk, request.caller.actor

    def attempt() -> int:
        with transaction():
            return services.match_again(school_id, actor=actor)

    booked = retrying(attempt)
    text = ngettext(
        "Đã khớp lại: %(n)s giao dịch được ghi nhận.", "Đã khớp lại: %(n)s giao dịch được ghi nhận.", booked
    )
    messages.success(request, text % {"n": booked} if booked else _("Đã khớp lại: chưa có giao dịch nào khớp thêm."))
    return redirect("banking:queue")


@requires(Permission.SCHOOL_EXPORT_READ)
@require_GET
def export(request: AuthedRequest) -> HttpResponse:
    """The list as it is filtered, as XLSX with the reasons in words."""
    school = request.caller.school
    lines = list(queries.queue_lines(school.pk, _wanted(request), request.GET.get("q", "")))
    decisions = queries.last_suggestions(school.pk, lines)
    numbers = account_numbers(school)
    header = [
        _("Ngày"), _("Giờ"), _("Số tiền"), _("Người chuyển"), _("Tài khoản chuyển"), _("Nội dung"),
        _("Số tham chiếu"), _("Tài khoản nhận"), _("Trạng thái"), _("Lý do"), _("Phiếu gợi ý"),
    ]  # fmt: skip
    rows = [
        [
            line.booked_on, line.booked_at, line.amount, line.counter_name, line.counter_account, line.memo,
            line.reference, line.bank_account.number, state_text(line.state), _reason(decisions.get(line.pk), numbers),
            " ".join(c["code"] for c in _candidates(decisions.get(line.pk))),
        ]
        for line in lines
    ]  # fmt: skip
    return xlsx_response(
        [SheetOut(_("Đối soát"), header, rows)], name="doi-soat", action="banking:queue:export", school=school,
        actor=request.caller.actor, count=len(rows), asked=request.GET.dict(),
    )  # fmt: skip


def show(
    request: AuthedRequest, *, line: BankLine | None = None, form: SharesForm | None = None, notice: str = ""
) -> HttpResponse:
    """The workbench with a line opened; `form` is a division that was refused, `notice` says why."""
    context = _board(request, line, form) | {"notice": notice}
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, "banking/_board.html" if partial else "banking/queue.html", context)


def address(request: HttpRequest, **more: str) -> str:
    """The workbench's address with its filters as they are."""
    kept = {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
    text = urlencode({**kept, **{k: v for k, v in more.items() if v}})
    return reverse("banking:queue") + (f"?{text}" if text else "")


def account_numbers(school: School) -> dict[str, str]:
    """Numbers of receiving accounts by id as text, as reasons name them; one query."""
    return {str(a.pk): a.number for a in bank_accounts(school, active_only=False)}


def download(content: bytes, name: str, kind: str = "") -> HttpResponse:
    """A file to keep; the name is ASCII and safe."""
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind or xlsx)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _board(request: AuthedRequest, line: BankLine | None, form: SharesForm | None) -> dict[str, Any]:
    school_id = request.caller.school.pk
    wanted = _wanted(request)
    found = Paginator(queries.queue_lines(school_id, wanted, request.GET.get("q", "")), PAGE_SIZE)
    page = found.get_page(request.GET.get("trang"))
    lines = list(page.object_list)
    asked = request.GET.get("dong", "")
    chosen = line or _chosen(school_id, lines, asked)
    decisions = queries.last_suggestions(school_id, {x.pk: x for x in [*lines, *([chosen] if chosen else [])]}.values())
    waiting, waiting_sum = queries.queue_figures(school_id)
    recent = queries.recent_decisions(school_id)
    numbers = account_numbers(request.caller.school)
    detail = {}
    if chosen:
        detail = _detail(request, chosen, decisions.get(chosen.pk), numbers=numbers, lines=lines, form=form)
    return {
        "page": page,
        "rows": [Row(x, pill(decisions.get(x.pk)), address(request, dong=x.public_id)) for x in lines],
        "tabs": _tabs(request, wanted, queries.queue_counts(school_id)),
        "list_title": _TITLES[wanted],
        "words": request.GET.get("q", ""),
        "filter": request.GET.get("loc", ""),
        "is_chosen": bool(asked or line),
        "back": address(request),
        "waiting": waiting,
        "waiting_sum": waiting_sum,
        "matched": queries.matched_counts(school_id),
        "recent": _recent(recent, numbers),
        "undoable": _undoable(request, recent),
        "reason_form": ReasonForm(auto_id=False),
        "may_decide": request.caller.may(Permission.SCHOOL_MATCH_DECIDE),
        "may_import": request.caller.may(Permission.SCHOOL_STATEMENT_IMPORT),
        **detail,
    }


def _detail(
    request: AuthedRequest,
    line: BankLine,
    decision: MatchDecision | None,
    *,
    numbers: dict[str, str],
    lines: list[BankLine],
    form: SharesForm | None,
) -> dict[str, Any]:
    school_id, asked = request.caller.school.pk, request.GET.get("tim", "")
    codes = list(dict.fromkeys(request.GET.getlist("phieu")))[:_MOST_CODES]
    if form is None and codes:
        by_code = invoices_by_code(school_id, codes)
        form = SharesForm(line, [by_code[c] for c in codes if c in by_code])
    picked = form.invoices if form else []
    here = {"dong": line.public_id, "tim": asked}
    people = queries.last_words_of_people(school_id, [line]).get(line.pk)
    rest = rests_of(school_id, [line])[line.pk] if line.state == LineState.PARTLY.value else line.amount
    query = [*((k, request.GET[k]) for k in _KEPT if request.GET.get(k)), *here.items()]
    return {
        "line": line,
        "reason": _reason(decision, numbers),
        "pill": pill(decision),
        "said": people is not None and (line.state != LineState.WAITING.value or people.decision == "undone"),
        "said_text": reason_text(people.reason, numbers) if people else "",
        "cards": [
            {
                "card": card,
                "split_url": _pick_url(query, card.codes),
            }
            for card in (cards(line, decision, rest) if line.state != LineState.MATCHED.value else [])
        ],
        **batch_context(line),
        **deposit_context(line),
        "asked": asked,
        "results": [
            {"invoice": i, "owed": i.total - i.paid, "url": _pick_url(query, [*(p.code for p in picked), i.code])}
            for i in queries.find_invoices(school_id, asked)
            if i not in picked
        ],
        "split": form,
        "split_rows": [
            {**row, "drop_url": _pick_url(query, [p.code for p in picked if p != row["invoice"]])}
            for row in (form.rows if form else [])
        ],
        "split_codes": [p.code for p in picked],
        "split_surplus": form.surplus if form and form.is_bound and form.is_valid() else None,
        "next": _next(lines, line),
        "is_open": line.state in {LineState.WAITING.value, LineState.PARKED.value},
        "query": urlencode([pair for pair in query if pair[0] in _KEPT]),
        "search_query": query,
    }


def _pick_url(query: list[tuple[str, str]], codes: list[str]) -> str:
    return "?" + urlencode([*((k, v) for k, v in query if v), *(("phieu", code) for code in codes)])


def _wanted(request: HttpRequest) -> QueueFilter:
    return _FILTERS.get(request.GET.get("loc", ""), QueueFilter.WAITING)


def _tabs(request: HttpRequest, wanted: QueueFilter, counts: dict[QueueFilter, int]) -> list[dict[str, Any]]:
    words = request.GET.get("q", "")
    return [
        {
            "label": _TITLES[kind], "count": counts[kind], "current": kind is wanted,
            "url": "?" + urlencode({k: v for k, v in (("loc", name), ("q", words)) if v}),
        }
        for name, kind in _FILTERS.items()
    ]  # fmt: skip


def _chosen(school_id: int, lines: list[BankLine], asked: str) -> BankLine | None:
    """The line asked for, wherever it stands; else the first of the list."""
    if asked:
        for line in lines:
            if line.public_id == asked:
                return line
        rows = BankLine.objects.for_school(school_id).select_related("bank_account")
        found: BankLine | None = rows.filter(public_id=asked, direction="in").first()
        if found is not None:
            return found
    return lines[0] if lines else None


def _next(lines: list[BankLine], line: BankLine) -> str:
    """The line after this one in the list, where work goes on."""
    ids = [x.public_id for x in lines]
    if line.public_id not in ids:
        return ids[0] if ids else ""
    at = ids.index(line.public_id)
    return next(iter([*ids[at + 1 : at + 2], *ids[max(at - 1, 0) : at]]), "")


def _recent(decisions: list[MatchDecision], numbers: dict[str, str]) -> list[dict[str, Any]]:
    names = user_names(d.decided_by for d in decisions)
    return [
        {
            "line": d.line, "text": reason_text(d.reason, numbers), "at": d.decided_at,
            "who": names.get(d.decided_by or 0, _("Tự khớp")),
        }
        for d in decisions
    ]  # fmt: skip


def _undoable(request: HttpRequest, recent: list[MatchDecision]) -> BankLine | None:
    """The line that this person has just handled, while it is matched."""
    done = request.GET.get("xong", "")
    if not done:
        return None
    lines: list[BankLine] = [d.line for d in recent]
    return next((x for x in lines if x.public_id == done and x.state == LineState.MATCHED.value), None)


def _reason(decision: MatchDecision | None, numbers: dict[str, str]) -> str:
    return reason_text(decision.reason, numbers) if decision else _("Chưa được so khớp.")


def _candidates(decision: MatchDecision | None) -> list[dict[str, Any]]:
    return decision.candidates if decision else []
