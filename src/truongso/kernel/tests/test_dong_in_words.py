"""Amounts in Vietnamese words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.kernel.dong_in_words import SOUTH, Usage, dong_in_words
from truongso.kernel.money import Dong


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "Không đồng"),
        (1, "Một đồng"),
        (4, "Bốn đồng"),
        (10, "Mười đồng"),
        (14, "Mười bốn đồng"),
        (11, "Mười một đồng"),
        (15, "Mười lăm đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (91, "Chín mươi mốt đồng"),
        (100, "Một trăm đồng"),
        (101, "Một trăm linh một đồng"),
        (104, "Một trăm linh bốn đồng"),
        (105, "Một trăm linh năm đồng"),
        (110, "Một trăm mười đồng"),
        (115, "Một trăm mười lăm đồng"),
        (555, "Năm trăm năm mươi lăm đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_010, "Một nghìn không trăm mười đồng"),
        (1_021, "Một nghìn không trăm hai mươi mốt đồng"),
        (5_000, "Năm nghìn đồng"),
        (450_000, "Bốn trăm năm mươi nghìn đồng"),
        (1_005_000, "Một triệu không trăm linh năm nghìn đồng"),
        (1_000_001, "Một triệu không trăm linh một đồng"),
        (1_250_000, "Một triệu hai trăm năm mươi nghìn đồng"),
        (1_001_000_000, "Một tỷ không trăm linh một triệu đồng"),
        (1_000_000_005, "Một tỷ không trăm linh năm đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
        (
            1_234_567_890_123,
            (
                "Một nghìn hai trăm ba mươi tư tỷ năm trăm sáu mươi bảy triệu tám trăm chín mươi nghìn"
                " một trăm hai mươi ba đồng"
            ),
        ),
        (10**15, "Một triệu tỷ đồng"),
        (1_000_005 * 10**9 + 21, "Một triệu không trăm linh năm tỷ không trăm hai mươi mốt đồng"),
        (-5_000, "Âm năm nghìn đồng"),
        (
            10**18 - 1,
            (
                "Chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ"
                " chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín đồng"
            ),
        ),
    ],
)
def test_words_of_an_amount(number: int, words: str) -> None:
    assert dong_in_words(Dong(number)) == words


def test_southern_words() -> None:
    assert dong_in_words(Dong(1_005), usage=SOUTH) == "Một ngàn không trăm lẻ năm đồng"


def test_the_two_words_can_be_chosen_apart() -> None:
    assert dong_in_words(Dong(1_005), usage=Usage("lẻ", "nghìn")) == "Một nghìn không trăm lẻ năm đồng"


def test_exact_amount() -> None:
    assert dong_in_words(Dong(450_000), exact=True) == "Bốn trăm năm mươi nghìn đồng chẵn"


@pytest.mark.parametrize("number", [10**18, -(10**18), 10**30])
def test_too_large_an_amount_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=r"less than 10\^18"):
        dong_in_words(Dong(number))


# An independent reading of the words: a running sum, as a person would add them up.
SPOKEN = {
    **dict(zip(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], range(10), strict=True)),
    "mốt": 1,
    "tư": 4,
    "lăm": 5,
}


def heard(text: str) -> int:
    words = text.lower().split()
    sign = -1 if words[0] == "âm" else 1
    milliards = below = group = digit = 0
    for word in words[sign < 0 :]:
        match word:
            case "trăm":
                group, digit = digit * 100, 0
            case "mươi":
                group, digit = group + digit * 10, 0
            case "mười":
                group += 10
            case "linh" | "lẻ" | "đồng" | "chẵn":
                pass
            case "nghìn" | "ngàn" | "triệu":
                below += (group + digit) * (10**6 if word == "triệu" else 1_000)
                group = digit = 0
            case "tỷ":
                milliards, below, group, digit = below + group + digit, 0, 0, 0
            case _:
                digit = SPOKEN[word]
    return sign * (milliards * 10**9 + below + group + digit)


amounts = st.one_of(
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.lists(st.sampled_from([0, 1, 4, 5, 10, 15, 21, 100, 105, 999]), min_size=1, max_size=6).map(
        lambda groups: sum(group * 1_000**n for n, group in enumerate(groups))
    ),
)


@given(amounts, st.sampled_from([Usage("linh", "nghìn"), SOUTH]), st.booleans())
def test_the_words_are_heard_as_the_amount(number: int, usage: Usage, exact: bool) -> None:
    text = dong_in_words(Dong(number), usage=usage, exact=exact)
    assert heard(text) == number
    assert text[0].isupper()
    assert text.endswith("đồng chẵn" if exact else "đồng")
    assert "  " not in text


def test_every_number_to_ten_thousand_has_words_of_its_own() -> None:
    spoken = [dong_in_words(Dong(n)) for n in range(10_001)]
    assert len(set(spoken)) == 10_001
    assert [heard(text) for text in spoken] == list(range(10_001))
