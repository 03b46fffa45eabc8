"""Folding, roll order and initials of Vietnamese names."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truongso.kernel.names import PersonalName, fold, initials, sort_key, split_name, tidy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nguyễn Bảo An", "NGUYEN BAO AN"),
        ("Đặng Thị Ngọc Ưởng", "DANG THI NGOC UONG"),
        ("đỗ quỳnh trâm", "DO QUYNH TRAM"),
        ("Hòa", "HOA"),
        ("Hoà", "HOA"),
        ("Lý Mẩy  Sính\t", "LY MAY SINH"),
        ("Y-Bhăm H'Mông", "Y-BHAM H'MONG"),
        ("Ðinh", "DINH"),
        ("", ""),
        ("ＴＳ７Ｋ", "TS7K"),
        ("ẮẰẲẴẶ ÂẤẦẨẪẬ ÊẾỀỂỄỆ ÔỐỒỔỖỘ ƠỚỜỞỠỢ ƯỨỪỬỮỰ", "AAAAA AAAAAA EEEEEE OOOOOO OOOOOO UUUUUU"),
    ],
)
def test_fold_gives_upper_case_without_accents(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert fold(unicodedata.normalize("NFD", text)) == expected
    assert fold(unicodedata.normalize("NFC", text)) == expected


def test_fold_is_idempotent_for_every_character() -> None:
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        once = fold(chr(code))
        assert fold(once) == once, hex(code)


@given(st.text())
def test_fold_is_idempotent_for_texts(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_names_are_split_family_first() -> None:
    assert split_name("Nguyễn Thị Thu  Hà") == PersonalName("Nguyễn", "Thị Thu", "Hà")
    assert split_name("Lý Sính") == PersonalName("Lý", "", "Sính")
    assert split_name("Mỷ") == PersonalName("", "", "Mỷ")
    assert tidy(unicodedata.normalize("NFD", " Trần  Hà ")) == "Trần Hà"


def test_roll_is_ordered_by_given_then_middle_then_family() -> None:
    roll = [
        "Bùi An",
        "Trần An",
        "Lê Bảo An",
        "Nguyễn Bảo An",
        "Hoàng Văn An",
        "Vũ Ân",
        "Trần Bình",
        "Giàng A Chu",
        "Lê Dung",
        "Nguyễn Thị Đào",
        "Giàng Thị Dở",
        "Cao Hoa",
        "Cao Hòa",
        "Cao Hỏa",
        "Cao Hoan",
        "Lê Mai",
        "Lê Oanh",
        "Lê Ôn",
        "Lê Ơn",
        "Lê Uyên",
        "Lê Ương",
        "Lê Xuân",
    ]
    mixed = roll[::-1]
    expected = [*roll[:8], "Giàng Thị Dở", "Lê Dung", "Nguyễn Thị Đào", *roll[11:]]
    assert sorted(mixed, key=sort_key) == expected


def test_tones_follow_the_dictionary_order() -> None:
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_letters_follow_the_vietnamese_alphabet() -> None:
    alphabet = list("aăâbcdđeêghiklmnoôơpqrstuưvxy")
    mixed = alphabet[::-1]
    assert sorted(mixed, key=sort_key) == alphabet


def test_key_is_equal_for_both_places_of_the_tone_and_both_normal_forms() -> None:
    assert sort_key("Phạm Thị Hòa") == sort_key("Phạm Thị Hoà")
    assert sort_key(unicodedata.normalize("NFD", "Đỗ Thị Ưởng")) == sort_key("Đỗ Thị Ưởng")


@given(st.text())
def test_key_is_plain_digits_and_lower_case_letters(text: str) -> None:
    assert all(c in "0123456789abcdefghijklmnopqrstuvwxyz" for c in sort_key(text))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nguyễn Bảo An", "BA"),
        ("Nguyễn Minh Khôi", "MK"),
        ("Phạm Thị Hòa", "PH"),
        ("Trường Tiểu học Lê Văn Tám", "LT"),
        ("Nguyễn Thị Thu Hà", "TH"),
        ("Đặng Ánh", "ĐÁ"),
        ("mỷ", "M"),
        ("Thị", "T"),
        ("  ", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x1b", "\x7f", "\u200b", "\u202e", "\u2066", "\ufeff"])
def test_tidy_drops_signs_nobody_sees(sign: str) -> None:
    assert tidy(f"{sign}Trần{sign} Hà{sign}") == "Trần Hà"
    assert tidy("Trần\x0b\x1c\x85\u00a0Hà") == "Trần Hà"
