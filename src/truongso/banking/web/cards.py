"""What the workbench shows of a bank line: pills, proposals with what speaks for and against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.proposals import TIED, UNDECIDED, Part, given_of, groups_of, lay_out, owed_of
from truongso.banking.types import LineState
from truongso.banking.web.messages import EVIDENCE
from truongso.fees.public import invoices_by_code
from truongso.kernel.money import Dong
from truongso.kernel.ui.formatting import dong

_TAGS: Mapping[str, tuple[str, str]] = {
    "several": (gettext_noop("Nhiều phiếu"), "warn"),
    "corrected": (gettext_noop("Mã gõ sai"), "warn"),
    "already_paid": (gettext_noop("Nộp trùng"), "bad"),
    "name_conflict": (gettext_noop("Mã khác tên"), "bad"),
    "other_account": (gettext_noop("Tài khoản khác"), "warn"),
    "names": (gettext_noop("Có tên học sinh"), "ok"),
    "payer": (gettext_noop("Người từng nộp"), "ok"),
    "amount": (gettext_noop("Trùng số tiền"), "warn"),
    "not_fees": (gettext_noop("Không phải khoản thu?"), "info"),
    "virtual_account": (gettext_noop("Tài khoản riêng"), "ok"),
    "repeat": (gettext_noop("Trùng dòng"), "bad"),
    "exact": (gettext_noop("Có gợi ý"), "ok"),
    "under": (gettext_noop("Nộp thiếu"), "warn"),
    "over": (gettext_noop("Nộp thừa"), "warn"),
    "deposit": (gettext_noop("Nộp quỹ"), "info"),
}
_SURE, _LIKELY = 90, 60
_UNKNOWN = (gettext_noop("Chưa rõ"), "bad")


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that speaks for (ok) or against (warn, bad) a proposal."""

    text: str
    kind: str

    @property
    def icon(self) -> str:
        return "check" if self.kind == "ok" else "alert-triangle"


@dataclass(frozen=True, slots=True)
class Card:
    """A proposal: invoices with amounts. `surplus` becomes the family's credit, `missing` stays owed."""

    title: str
    parts: tuple[Part, ...]
    chips: tuple[Chip, ...]
    surplus: Dong
    missing: Dong
    is_best: bool
    is_possible: bool
    percent: int | None = None  # how sure the rules are, of the first proposal alone

    @property
    def sure_kind(self) -> str:
        """How the bar is coloured."""
        return "ok" if (self.percent or 0) >= _SURE else "warn" if (self.percent or 0) >= _LIKELY else ""

    @property
    def owed(self) -> Dong:
        return owed_of(self.parts)

    @property
    def given(self) -> Dong:
        return given_of(self.parts)

    @property
    def codes(self) -> list[str]:
        return [p.invoice.code for p in self.parts]

    @property
    def first(self) -> Any:
        return self.parts[0].invoice


_SAID_PILLS: Mapping[str, tuple[str, str]] = {
    "yes": (gettext_noop("Gia đình: đúng"), "ok"),
    "no": (gettext_noop("Gia đình: không"), "bad"),
    "unsure": (gettext_noop("Gia đình: không nhớ"), "warn"),
    "asked": (gettext_noop("Đã hỏi gia đình"), "info"),
}


def pill(line: BankLine, decision: MatchDecision | None, answer: str | None = None) -> tuple[str, str]:
    """Short text and kind of a line's pill in the list; what a family answered goes before what the rules think."""
    if line.state == LineState.PARTLY.value:
        return _("Còn một phần"), "warn"
    if line.state == LineState.NOT_FEES.value:
        return _("Không phải khoản thu"), "info"
    if answer is not None and answer in _SAID_PILLS:
        text, kind = _SAID_PILLS[answer]
        return _(text), kind
    if decision is not None and decision.reason["code"] in TIED:
        return _("%(count)s khả năng") % {"count": decision.reason["params"]["count"]}, "bad"
    text, kind = _TAGS.get(decision.rule, _UNKNOWN) if decision is not None else _UNKNOWN
    return _(text), kind


def answer_card(invoice: Any, amount: Dong, *, is_only: bool) -> Card:
    """What a family said the money is for. A hint like any other: it is accepted by a person, or not."""
    parts = tuple(lay_out(amount, [invoice]))
    said = Chip(_("Gia đình trả lời: đúng là của gia đình"), "ok")
    return _made(invoice, parts, amount, (said,), is_best=is_only)


def top_up_card(invoice: Any, amount: Dong) -> Card:
    """An invoice that the same payer has paid too little on."""
    parts = tuple(lay_out(amount, [invoice]))
    chips = (Chip(_("Người này đã nộp một phần phiếu này"), "ok"),)
    return _made(invoice, parts, amount, chips, is_best=False)


def _made(invoice: Any, parts: tuple[Part, ...], amount: Dong, chips: tuple[Chip, ...], *, is_best: bool) -> Card:
    given, owed = given_of(parts), owed_of(parts)
    return Card(
        title=_title([invoice], owed), parts=parts, chips=(*chips, *_amount_chips(amount, owed, len(parts))),
        surplus=amount - given, missing=owed - given, is_best=is_best and bool(parts), is_possible=bool(parts),
    )  # fmt: skip


def cards(line: BankLine, decision: MatchDecision | None, amount: Dong, *, has_better: bool = False) -> list[Card]:
    """The matcher's proposals with the invoices as they stand now, the best first; one query.

    Where the rules could not tell proposals apart, none is the best: nothing is accepted by one key then; nor where
    something better is known (`has_better`).
    """
    candidates = decision.candidates if decision is not None else []
    if decision is None or not candidates:
        return []
    invoices = invoices_by_code(line.school_id, [c["code"] for c in candidates])
    groups = groups_of(decision, invoices)
    certain = decision.reason["code"] not in UNDECIDED and not has_better
    return [
        _card(
            amount,
            group,
            invoices,
            is_best=certain and n == 0 and group[0]["amount"] is not None,
            percent=decision.confidence if n == 0 and group[0]["amount"] is not None else None,
        )
        for n, group in enumerate(groups)
    ]


def _card(
    amount: Dong,
    group: Sequence[Mapping[str, Any]],
    invoices: Mapping[str, Any],
    *,
    is_best: bool,
    percent: int | None,
) -> Card:
    live = [invoices[c["code"]] for c in group if invoices[c["code"]].cancelled_at is None]
    parts = tuple(lay_out(amount, live))
    given, owed = given_of(parts), owed_of(parts)
    chips = _chips(group, amount, owed, len(parts), cancelled=len(live) < len(group))
    return Card(
        title=_title(live or [invoices[c["code"]] for c in group], owed),
        parts=parts, chips=tuple(chips), surplus=amount - given, missing=owed - given,
        is_best=is_best and bool(parts), is_possible=bool(parts), percent=percent,
    )  # fmt: skip


def _title(invoices: Sequence[Any], owed: Dong) -> str:
    names = list(dict.fromkeys(f"{i.student_name} · {i.class_name}" for i in invoices))
    who = ", ".join(names)
    if not owed:
        return _("Ghi có cho gia đình %(who)s, trừ dần kỳ sau") % {"who": who}
    if len(names) > 1:
        return _("Chia cho %(count)s học sinh: %(who)s") % {"count": len(names), "who": who}
    return who


def _chips(
    group: Sequence[Mapping[str, Any]], amount: Dong, owed: Dong, count: int, *, cancelled: bool
) -> Iterable[Chip]:
    evidence = list(dict.fromkeys(e for c in group for e in c["evidence"]))
    for name in evidence:
        if name in EVIDENCE and name != "amount":
            kind, text = EVIDENCE[name]
            yield Chip(_(text), kind)
    yield from _amount_chips(amount, owed, count)
    if not {"virtual_account", "code", "code_corrected", "other_account", "paid"} & set(evidence):
        yield Chip(_("Không có mã hóa đơn"), "warn")
    if cancelled:
        yield Chip(_("Có phiếu đã hủy"), "bad")


def _amount_chips(amount: Dong, owed: Dong, count: int) -> Iterable[Chip]:
    if owed == amount:
        yield Chip(_("Tổng đúng bằng %(count)s phiếu") % {"count": count} if count > 1 else _("Đúng số còn nợ"), "ok")
    elif owed and amount > owed:
        yield Chip(_("Thừa %(amount)s") % {"amount": dong(amount - owed)}, "warn")
    elif owed:
        yield Chip(_("Thiếu %(amount)s") % {"amount": dong(owed - amount)}, "warn")
