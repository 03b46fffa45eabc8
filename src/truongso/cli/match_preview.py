"""`truongso match --dry-run`: what would change if the rules ran again over a school's waiting money."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from truongso.banking.matching.reasons import REASONS

from .django import start_on_database
from .errors import Refused

if TYPE_CHECKING:
    from truongso.banking.public import MatchChange


def preview(school_code: str, *, as_json: bool) -> int:
    """Print the changes, those that would be booked first; nothing is stored. Refused when there is no such school."""
    start_on_database()
    from truongso.banking.public import preview_match_again
    from truongso.organizations.public import school_by_code

    school = school_by_code(school_code)
    if school is None:
        raise Refused(f"không có trường nào mang mã “{school_code}”")
    changes = sorted(preview_match_again(school.pk), key=lambda c: not c.would_book)
    if as_json:
        print(json.dumps(_as_json(school_code, changes), ensure_ascii=False))
    else:
        print("\n".join(_as_text(changes)))
    return 0


def _as_json(school_code: str, changes: list[MatchChange]) -> dict[str, Any]:
    booked = [c for c in changes if c.would_book]
    return {
        "school": school_code,
        "changes": len(changes),
        "would_book": len(booked),
        "would_book_dong": sum(int(c.line.amount) for c in booked),
        "lines": [
            {
                "line": c.line.public_id,
                "amount": int(c.line.amount),
                "would_book": c.would_book,
                "before": _rule(c.before),
                "after": _rule(c.after),
                "codes": _codes(c),
            }
            for c in changes
        ],
    }


def _as_text(changes: list[MatchChange]) -> list[str]:
    booked = [c for c in changes if c.would_book]
    if not changes:
        return ["Khớp lại bây giờ không đổi gì."]
    amount = f"{sum(int(c.line.amount) for c in booked):,}".replace(",", ".")
    lines = [f"{len(changes)} giao dịch đổi kết luận; {len(booked)} sẽ tự ghi nhận, {amount} đ. Chưa ghi gì."]
    for change in changes:
        mark = "ghi nhận" if change.would_book else "gợi ý"
        line = change.line
        figures = f"{int(line.amount):,}".replace(",", ".")
        codes = " ".join(_codes(change))
        lines.append(f"{line.booked_on:%d/%m/%Y}  {figures} đ  {mark}  {codes}  {_said(change.after)}".rstrip())
    return lines


def _codes(change: MatchChange) -> list[str]:
    return [c["code"] for c in change.after.candidates if c["amount"] is not None]


def _rule(decision: Any) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {"rule": decision.rule, "reason": decision.reason["code"], "confidence": decision.confidence}


def _said(decision: Any) -> str:
    """The reason in words where the matcher has words for it."""
    text = REASONS.get(decision.reason["code"])
    return text % decision.reason["params"] if text else str(decision.reason["code"])
