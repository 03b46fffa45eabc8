"""What is hashed and signed has one form, whichever writer makes it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from truongso.kernel import fixed_form as room
from truongso.kernel.fixed_form import by_definition, fixed_form

NOON = dt.datetime(2026, 10, 5, 5, 0, tzinfo=dt.UTC)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


@dataclass(frozen=True)
class Thing:
    a: int


def test_the_form() -> None:
    value = {"số": [1, None, True, {"b": 'x\n"y"', "a": -2}], "A": 1.5}
    written = '{"A":1.5,"số":[1,null,true,{"a":-2,"b":"x\\n\\"y\\""}]}'.encode()
    assert (fixed_form(value), by_definition(value)) == (written, written)


@given(st.dictionaries(st.text(), VALUES, max_size=5) | st.lists(VALUES, max_size=5))
@example([1e16])
@example([2, 1e-7])
@example({"a": -1e22})
@example({"a": "x,1.5,null"})
def test_both_writers_say_the_same(value: dict[str, Any] | list[Any]) -> None:
    try:
        written = by_definition(value)
    except UnicodeEncodeError:  # half a surrogate pair: neither has a form for it
        with pytest.raises(UnicodeEncodeError):
            fixed_form(value)
        return
    assert fixed_form(value) == written
    assert json.loads(written) == value


@pytest.mark.parametrize("number", [1.0, 1e16, -2.5e-7, 10**30, -(2**63), 2**64 - 1, 0])
def test_numbers_are_written_as_the_form_says(number: float) -> None:
    for value in ({"a": number}, [number], [1, number], {"a": [{"b": number}]}):
        assert fixed_form(value) == by_definition(value)


def test_every_sign_and_the_order_of_keys_are_written_the_same() -> None:
    """Half pairs of surrogates aside, which neither writes."""
    planes = [*range(0xD800), *range(0xE000, 0x11000), *range(0x1F300, 0x1F700), 0x10FFFF]
    signs = {f"{chr(one)}k": f"x{chr(one)}y" for one in planes}
    assert fixed_form(signs) == by_definition(signs)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    for value in ({"a": number}, [number], [1, number]):
        with pytest.raises(ValueError, match="Out of range"):
            fixed_form(value)


@pytest.mark.parametrize("thing", [NOON, NOON.date(), NOON.time(), Thing(1)])
def test_what_is_no_json_is_refused(thing: object) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        fixed_form({"a": thing})


def test_texts_moments_and_whole_amounts_go_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """As receipts and the audit trail have them: fractions of seconds in texts are no numbers."""
    lines = [{"description": "Học phí tháng 9/2026, đợt 1.5", "amount": 1_250_000}]
    value = [1, NOON.replace(microsecond=345678).isoformat(), {"amount": 1_250_000, "invoices": [{"lines": lines}]}]
    written = by_definition(value)
    monkeypatch.setattr(room, "by_definition", None)
    assert fixed_form(value) == written
