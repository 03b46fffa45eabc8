"""Honest twins are kept, repeats add nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from truongso.banking.statements import Direction, LineKey, StatementLine, line_keys
from truongso.banking.statements.labels import fold, squeeze
from truongso.kernel.money import Dong

LINE = StatementLine(dt.date(2026, 11, 5), Direction.IN, Dong(450000), "Nộp học phí ABK7M2QXP", "4146")
LATER = replace(LINE, booked_on=dt.date(2026, 11, 6))


def keys(*lines: StatementLine, account: str = "0011001234567") -> list[LineKey]:
    return line_keys(lines, account=account)


def test_the_key_is_the_content_and_its_occurrence() -> None:
    content = "\x1f".join(["0011001234567", "2026-11-05", "in", "450000", "4146", "NOPHOCPHIABK7M2QXP"])
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert keys(LINE, LATER, LINE) == [(digest, 1), (keys(LATER)[0].content, 1), (digest, 2)]


def test_twins_repeats_and_overlaps() -> None:
    first = keys(LINE, LINE, LATER)
    assert len(set(first)) == 3
    assert keys(LINE, LINE, LATER) == first
    newer = keys(LINE, LINE, LATER, LATER)
    assert [key for key in newer if key not in set(first)] == [(keys(LATER)[0].content, 2)]


def test_what_makes_another_line() -> None:
    others = [
        replace(LINE, amount=Dong(450001)),
        replace(LINE, direction=Direction.OUT),
        replace(LINE, reference="4147"),
        replace(LINE, memo="Nộp học phí ABK7M2QXQ"),
        LATER,
    ]
    contents = {key.content for key in keys(LINE, *others)} | {keys(LINE, account="2")[0].content}
    assert len(contents) == 7


def test_spacing_accents_balance_and_time_do_not_make_another_line() -> None:
    same = replace(LINE, memo="NOP HOC  PHI ABK7M2Q  XP", balance=Dong(1))
    assert keys(same) == keys(LINE)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_a_plain_text_is_squeezed_as_any_other(text: str) -> None:
    """Letters and digits of ASCII go a quicker way: the same comes out."""
    assert squeeze(text) == fold(text).replace(" ", "")
    assert squeeze("MBVCB.12-ab c") == "MBVCB12ABC"
