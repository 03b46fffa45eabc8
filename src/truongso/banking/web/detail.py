"""One credit on the workbench: proposals, what the family said, dividing, merging, asking, putting aside."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from truongso.accounts.public import AuthedRequest, members_of_school, user_names
from truongso.banking import queries
from truongso.banking.acts.places import rests_of
from truongso.banking.asides.queries import asides_of
from truongso.banking.asides.types import NO_FEES, AsideKind
from truongso.banking.companions import companions, short_paid
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.questions.queries import questions_of
from truongso.banking.questions.services import link_of
from truongso.banking.questions.types import QuestionState
from truongso.banking.types import LineState
from truongso.banking.web.batches import batch_context
from truongso.banking.web.board import KEPT, account_numbers, aside_text, is_open, neighbour
from truongso.banking.web.cards import Card, answer_card, cards, pill, top_up_card
from truongso.banking.web.deposits import deposit_context
from truongso.banking.web.forms import SharesForm
from truongso.banking.web.messages import ASIDE_KINDS, DIFFERENCES, QUESTION_STATES, reason_text
from truongso.fees.public import InvoiceLine, invoices_by_code
from truongso.fees.types import LineKind
from truongso.kernel import clock
from truongso.kernel.among import among
from truongso.kernel.money import Dong, total

MOST_CODES = 12
"""Invoices one transfer is divided among."""
MOST_LINES = 8
"""Lines that are merged at once."""

Query = list[tuple[str, str]]


def lines_of_invoices(school_id: int, invoice_ids: list[int]) -> dict[int, list[InvoiceLine]]:
    """Invoice id → its lines that can be paid, in their order; 1 query."""
    rows = InvoiceLine.objects.for_school(school_id).filter(among("invoice_id", invoice_ids))
    found: dict[int, list[InvoiceLine]] = {}
    for row in rows.exclude(kind=LineKind.CREDIT.value).order_by("pk") if invoice_ids else ():
        found.setdefault(row.invoice_id, []).append(row)
    return found


def merged_lines(request: AuthedRequest, line: BankLine, asked: list[str]) -> list[BankLine]:
    """Open lines that the person put together with this one, at most eight."""
    rows = BankLine.objects.for_school(line.school_id).filter(public_id__in=asked[:MOST_LINES], direction="in")
    return [x for x in rows.select_related("bank_account").order_by("booked_on", "pk") if x != line and is_open(x)]


def shares_form(line: BankLine, codes: list[str], amount: Dong, data: Any = None) -> SharesForm:
    """The division of money among the invoices with these codes; unknown ones are left out."""
    by_code = invoices_by_code(line.school_id, codes)
    chosen = [by_code[code] for code in codes if code in by_code]
    return SharesForm(amount, chosen, lines_of_invoices(line.school_id, [i.pk for i in chosen]), data)


def detail(request: AuthedRequest, line: BankLine, *, form: SharesForm | None = None) -> dict[str, Any]:
    """Everything the right-hand side shows of a line; the number of queries is fixed."""
    school_id, asked = line.school_id, request.GET.get("tim", "")
    decision = queries.last_suggestions(school_id, [line]).get(line.pk)
    people = queries.last_words_of_people(school_id, [line]).get(line.pk)
    numbers = account_numbers(request.caller.school)
    merged = merged_lines(request, line, (request.POST or request.GET).getlist("gop"))
    rest = rests_of(school_id, [line])[line.pk]
    amount = total([rest, *rests_of(school_id, merged).values()])
    codes = list(dict.fromkeys(request.GET.getlist("phieu")))[:MOST_CODES]
    if form is None and (codes or merged):
        form = shares_form(line, codes, amount)
    picked = form.invoices if form else []
    query: Query = [(k, request.GET[k]) for k in KEPT if request.GET.get(k)]
    query += [("dong", line.public_id), ("tim", asked), ("tg", request.GET.get("tg", ""))]
    together = [("gop", x.public_id) for x in merged]
    questions = questions_of(line)
    found = _cards(line, decision, rest, questions) if is_open(line) else []
    matching = queries.find_invoices(school_id, asked)
    results = [i for i in matching if i not in picked]
    return {
        "line": line,
        "rest": rest,
        "amount": amount,
        "reason": reason_text(decision.reason, numbers) if decision else _("Chưa được so khớp."),
        "differs": [_(DIFFERENCES[x]) for x in decision.differs if x in DIFFERENCES] if decision else [],
        "pill": pill(line, decision, questions[0].state if questions else None),
        "said": people is not None and (line.state != LineState.WAITING.value or people.decision == "undone"),
        "said_text": reason_text(people.reason, numbers) if people else "",
        "cards": [
            {"card": card, "split_url": _url(query, [*together, *(("phieu", c) for c in card.codes)])} for card in found
        ],
        **batch_context(line),
        **deposit_context(line),
        "asked": asked,
        "results": [
            {
                "invoice": i, "owed": i.total - i.paid,
                "url": _url(query, [*together, *(("phieu", p.code) for p in [*picked, i])]),
            }
            for i in results
        ],
        "all_picked": bool(matching) and not results,
        "split": form,
        "split_rows": [
            {
                **row,
                "drop_url": _url(
                    query, [*together, *(("phieu", p.code) for p in picked if p != row["invoice"])]
                ),
            }
            for row in (form.rows if form else [])
        ],
        "split_codes": [p.code for p in picked],
        "split_surplus": form.surplus if form and form.is_bound and form.is_valid() else None,
        "merged": [{"line": x, "drop_url": _merge_url(query, merged, x, codes)} for x in merged],
        "companions": _companions(request, line, merged, query, codes),
        "merge_words": request.GET.get("tg", ""),
        "questions": [
            {"question": q, "state": QUESTION_STATES[q.state], "link": link_of(q)} for q in questions
        ],
        "askable": _askable(found, results, {q.student_id for q in questions if q.state == QuestionState.ASKED.value}),
        "aside": _aside(line),
        "members": members_of_school(school_id, clock.today()),
        "me": request.caller.user.pk,
        "no_fees": [(k.value, ASIDE_KINDS[k]) for k in NO_FEES],
        "next": neighbour(request, line),
        "is_open": is_open(line),
        "query": urlencode([pair for pair in query if pair[0] in KEPT]),
        "search_query": [*query, *together],
    }  # fmt: skip


def _cards(line: BankLine, decision: MatchDecision | None, rest: Dong, questions: list[Any]) -> list[Card]:
    """What families said first, then the rules' proposals, then invoices that this payer paid too little on."""
    yes = [q for q in questions if q.state == QuestionState.YES.value and q.invoice is not None]
    told = [answer_card(q.invoice, rest, is_only=len(yes) == 1) for q in yes]
    found = [*told, *cards(line, decision, rest, has_better=bool(told))]
    known = {code for card in found for code in card.codes}
    return found + [top_up_card(i, rest) for i in short_paid(line) if i.code not in known]


def _companions(
    request: AuthedRequest, line: BankLine, merged: list[BankLine], query: Query, codes: list[str]
) -> list[dict[str, Any]]:
    if not is_open(line):
        return []
    found = companions(line, request.GET.get("tg", ""))
    ids = [x.public_id for x in merged]
    return [
        {
            "line": one.line, "same_payer": one.same_payer,
            "url": _url(query, [("gop", g) for g in [*ids, one.line.public_id]] + [("phieu", c) for c in codes]),
        }
        for one in found
        if one.line not in merged
    ]  # fmt: skip


def _askable(found: list[Card], results: list[Any], asked: set[int]) -> list[Any]:
    """Invoices of pupils whose family can be asked, each pupil once, the proposed first."""
    pupils = {i.student_id: i for i in [*(p.invoice for c in found for p in c.parts), *results][::-1]}
    return [i for i in reversed(pupils.values()) if i.student_id not in asked][:6]


def _aside(line: BankLine) -> dict[str, Any] | None:
    row = asides_of(line.school_id, [line]).get(line.pk)
    if row is None:
        return None
    return {
        "row": row, "text": aside_text(row, user_names([row.owner_id])), "is_parked": AsideKind(row.kind).is_parked,
        "days": (clock.today() - line.booked_on).days,
    }  # fmt: skip


def _merge_url(query: Query, merged: list[BankLine], without: BankLine, codes: list[str]) -> str:
    kept = [("gop", x.public_id) for x in merged if x != without]
    return _url(query, kept + [("phieu", c) for c in codes])


def _url(query: Query, more: Query) -> str:
    return "?" + urlencode([*((k, v) for k, v in query if v), *more])
