"""Public ids: 26 symbols that can be read aloud, each of its own, from one draw or from many."""

from __future__ import annotations

import pytest

from truongso.kernel import ids

READABLE = set("0123456789abcdefghjkmnpqrstvwxyz")


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 2000])
def test_as_many_as_asked_each_its_own(count: int) -> None:
    made = ids.new_public_ids(count)
    assert len(made) == len(set(made)) == count
    assert {len(one) for one in made} <= {26}
    assert set("".join(made)) <= READABLE


def test_every_bit_of_the_draw_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_bytes", bytes)
    assert ids.new_public_ids(2) == ["0" * 26] * 2
    monkeypatch.setattr("secrets.token_bytes", lambda size: bytes([255] * size))
    assert ids.new_public_id() == "z" * 26


def test_every_symbol_comes_about_as_often() -> None:
    text = "".join(ids.new_public_ids(5000))
    expected = len(text) / 32
    assert all(0.9 < text.count(symbol) / expected < 1.1 for symbol in READABLE)
