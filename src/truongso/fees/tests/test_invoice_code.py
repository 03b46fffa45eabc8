"""The invoice code: form, detection of errors, correction of exactly one."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truongso.fees.invoice_code import (
    ALPHABET,
    BANK_JARGON,
    CodeError,
    CodeIndex,
    Slip,
    check_symbols,
    fold_letters,
    is_valid,
    new_code,
    new_prefix,
    normalise,
    prefix_fault,
    prefix_ok,
    slip_between,
)

ANY_SYMBOL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def checks_hold(word: str) -> bool:
    return check_symbols(word[:7]) == word[7:]


codes = st.integers(min_value=0, max_value=2**32).map(lambda seed: new_code("AB", random.Random(seed)))


@pytest.mark.parametrize(
    ("body", "checks"), [("ABK7M2Q", "C7"), ("AB22222", "E4"), ("ZZ99999", "7T"), ("TS7K4Q2", "MG")]
)
def test_check_symbols_are_fixed_for_ever(body: str, checks: str) -> None:
    assert check_symbols(body) == checks


@given(codes)
def test_code_word_vanishes_at_one_and_at_three(code: str) -> None:
    values = [ALPHABET.index(symbol) for symbol in code]
    assert sum(values) % 31 == 0
    assert sum(value * 3**place for place, value in enumerate(values)) % 31 == 0


@given(codes)
def test_new_code_has_the_form(code: str) -> None:
    assert len(code) == 9
    assert code.startswith("AB")
    assert set(code) <= set(ALPHABET)
    assert sum(symbol.isdigit() for symbol in code[2:]) >= 2
    assert sum(symbol.isalpha() for symbol in code[2:]) >= 2
    assert is_valid(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ABK7M2QC",
        "ABK7M2QC79",
        "ABK7M2QC8",
        "abk7m2qc7",
        "A2K7M2QC7",
        "ABK7M2Q09",
        " ABK7M2QC7",
        "ABK7M2QC7\n",
    ],
)
def test_other_texts_are_no_codes(text: str) -> None:
    assert is_valid("ABK7M2QC7")
    assert not is_valid(text)


def test_words_and_rows_of_digits_are_no_codes_nor_one_wrong_symbol_away() -> None:
    letters = "ABHAHATHA"
    digits = "AB2233445"
    for word in (letters, digits):
        nearby = {word[:at] + symbol + word[at + 1 :] for at in range(9) for symbol in ALPHABET}
        assert not any(is_valid(one) for one in nearby)


@given(codes, st.data())
def test_no_double_error_and_no_swap_passes_the_checks(code: str, data: st.DataObject) -> None:
    first, second = data.draw(st.lists(st.integers(0, 8), min_size=2, max_size=2, unique=True))
    symbols = list(code)
    symbols[first] = data.draw(st.sampled_from(ALPHABET))
    symbols[second] = data.draw(st.sampled_from(ALPHABET))
    changed = "".join(symbols)
    assert changed == code or not checks_hold(changed)
    swapped = list(code)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert "".join(swapped) == code or not checks_hold("".join(swapped))


def test_prefixes() -> None:
    assert prefix_ok("AB")
    assert prefix_ok("TS")
    for prefix in (
        "FT",
        "CT",
        "GD",
        "MB",
        "QR",
        "CK",
        "TT",
        "SV",
        "VS",
        "TK",
        "ND",
        "NH",
        "HP",
        "TU",
        "CN",
        "BH",
    ):
        assert prefix_fault(prefix) == "prefix_jargon"
    for prefix in ("", "A", "ABC", "ab", "IB", "LA", "SO", "A2", "22", "A ", "ÁB"):
        assert prefix_fault(prefix) == "prefix_form"
    assert all(len(pair) == 2 and prefix_fault(pair) == "prefix_jargon" for pair in BANK_JARGON)


def test_refused_prefix_makes_no_code() -> None:
    with pytest.raises(CodeError) as refusal:
        new_code("FT")
    assert (refusal.value.reason, refusal.value.value) == ("prefix_jargon", "FT")


def test_new_codes_come_from_the_secret_source_by_default() -> None:
    prefix = new_prefix()
    assert prefix_ok(prefix)
    assert len({new_code(prefix) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("abk7 m2q-c7", "ABK7M2QC7"),
        ("Học phí tháng 11 Đỗ", "HOCPHITHANG11DO"),
        ("O0 I1L", "O0I1L"),
        ("\u00a0AB\u2026C\u200bD", "ABCD"),
        ("", ""),
    ],
)
def test_normalise(text: str, row: str) -> None:
    assert normalise(text) == row


def test_folding_keeps_both_unicode_forms_equal() -> None:
    assert fold_letters("Trần Thị Hòa") == fold_letters("Trần Thị Hòa") == "TRAN THI HOA"
    assert fold_letters("đĐ ưỨ") == "DD UU"


def damages(code: str) -> list[tuple[str, Slip]]:
    """Every single error of every kind."""
    made = [(code[:at] + code[at + 1 :], Slip.MISSING) for at in range(9)]
    for at, symbol in itertools.product(range(9), ANY_SYMBOL):
        if symbol != code[at]:
            made.append((code[:at] + symbol + code[at + 1 :], Slip.WRONG))
    made += [(code[:at] + symbol + code[at:], Slip.EXTRA) for at, symbol in itertools.product(range(10), ANY_SYMBOL)]
    for at in range(8):
        if code[at] != code[at + 1]:
            made.append((code[:at] + code[at + 1] + code[at] + code[at + 2 :], Slip.SWAPPED))
    return made


@settings(max_examples=30, deadline=None)
@given(codes)
def test_every_single_error_is_corrected(code: str) -> None:
    draw = random.Random(code)
    index = CodeIndex([code])
    for _ in range(200):
        index.add(new_code("AB", draw, apart_from=index))
    for word, slip in damages(code):
        assert slip_between(word, code) is slip
        found = index.corrections(word)
        assert (code, slip) in found
        assert len({one for one, _ in found}) == len(found)


@settings(max_examples=30, deadline=None)
@given(codes)
def test_corrections_agree_with_trying_every_code(code: str) -> None:
    draw = random.Random(code)
    index = CodeIndex([code, *(new_code("AB", draw) for _ in range(300))])
    for word, _ in draw.sample(damages(code), 60):
        expected = {(one, slip) for one in index if (slip := slip_between(word, one))}
        assert set(index.corrections(word)) == expected


@given(codes, codes, st.sampled_from(ANY_SYMBOL))
def test_two_errors_are_not_corrected(code: str, other: str, symbol: str) -> None:
    word = symbol + code[1:4] + symbol + code[5:]
    if sum(one != two for one, two in zip(word, code, strict=True)) == 2:
        assert code not in {one for one, _ in CodeIndex([code, other]).corrections(word)}


def test_words_of_other_lengths_have_no_correction() -> None:
    index = CodeIndex(["ABK7M2QC7"])
    assert [index.corrections(word) for word in ("", "ABK7M2Q", "ABK7M2QC7XX")] == [[], [], []]
    assert index.corrections("ABK7M2QC7") == []


def test_index_forgets() -> None:
    index = CodeIndex(["ABK7M2QC7"])
    index.add("ABK7M2QC7")
    assert len(index) == 1
    assert "ABK7M2QC7" in index
    index.remove("ABK7M2QC7")
    index.remove("ABK7M2QC7")
    assert len(index) == 0
    assert index.corrections("ABK7M2QC") == []
    assert list(index.prefixes) == []


def test_codes_drawn_apart_never_share_a_word_with_one_symbol_lost() -> None:
    draw, index = random.Random(7), CodeIndex()
    for _ in range(3000):
        index.add(new_code("AB", draw, apart_from=index))
    for code in index:
        assert not index.crowds(code)
        for at in range(9):
            assert index.corrections(code[:at] + code[at + 1 :]) == [(code, Slip.MISSING)]
