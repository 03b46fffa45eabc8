"""Phones, codes, names, classes and words as schools write them."""

from __future__ import annotations

import datetime as dt

import pytest

from truongso.people.roster.cells import read_class, read_code, read_email, read_name
from truongso.people.roster.phones import read_phones
from truongso.people.roster.types import Column, Reason
from truongso.people.roster.words import read_gender, read_grade, read_status
from truongso.people.types import Gender, StudentStatus


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        (None, ()),
        ("", ()),
        ("0900000123", ("0900000123",)),
        ("0900 000 123", ("0900000123",)),
        ("0900.000.123", ("0900000123",)),
        ("'0900000123", ("0900000123",)),
        ("+84 900 000 123", ("0900000123",)),
        ("+84(0)900 000 123", ("0900000123",)),
        ("84900000123", ("0900000123",)),
        (900000123, ("0900000123",)),
        (900000123.0, ("0900000123",)),
        ("0214 000 0123", ("02140000123",)),
        (2140000123, ("02140000123",)),
        ("0900000123 (mẹ)", ("0900000123",)),
        ("0900000123; 0900000124", ("0900000123", "0900000124")),
        ("0900000123/0900000124", ("0900000123", "0900000124")),
        ("0900000123 - 0900000124", ("0900000123", "0900000124")),
        ("0900000123\n0900000124", ("0900000123", "0900000124")),
        ("0900000123 và 0900 000 123", ("0900000123",)),
        ("+8562012345678", ("+8562012345678",)),
    ],
)
def test_phones_come_out_in_one_form(cell: str | float | None, numbers: tuple[str, ...]) -> None:
    assert read_phones(cell) == numbers


@pytest.mark.parametrize(
    "cell",
    ["090000012", "01234567890", "không có", "0900000123 mẹ", "113", 12, "0900000123, 12", "٠٩٠٠٠٠٠١٢٣"],
)
def test_a_bad_phone_is_refused(cell: str | float) -> None:
    refused = read_phones(cell)
    assert isinstance(refused, Reason)
    assert refused.code == "bad_phone"
    assert refused.params["value"] == str(cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, ""),
        ("1001234567", "1001234567"),
        ("0001234567", "0001234567"),
        ("'0001234567", "0001234567"),
        (" 1001 234 567 ", "1001234567"),
        (1001234567, "1001234567"),
        ("001234567890", "001234567890"),
        ("HS-0001/26", "HS-0001/26"),
    ],
)
def test_a_sector_code_keeps_every_digit(cell: str | int | None, code: str) -> None:
    assert read_code(cell, Column.SECTOR_CODE) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1234567, "code_leading_zero_lost"),
        ("1234567", "code_leading_zero_lost"),
        (12345678901, "code_leading_zero_lost"),
        (1.23456789012346e17, "code_digits_lost"),
        ("1.23E+11", "code_digits_lost"),
        ("1,23E+11", "code_digits_lost"),
        (True, "code_digits_lost"),
        (dt.date(2015, 1, 1), "bad_code"),
        ("mã số 7", "bad_code"),
        ("=1+1", "bad_code"),
        ("9" * 21, "too_long"),
    ],
)
def test_a_sector_code_that_lost_digits_is_refused(cell: str | float | dt.date, code: str) -> None:
    refused = read_code(cell, Column.SECTOR_CODE)
    assert isinstance(refused, Reason)
    assert refused.code == code


def test_a_school_code_may_be_a_short_number() -> None:
    assert read_code(42, Column.SCHOOL_CODE) == "42"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("  Nguyễn  Văn\nAn ", "Nguyễn Văn An"),
        ("Nguye\u0302\u0303n Va\u0306n An", "Nguyễn Văn An"),
        ("H'Ban Niê", "H'Ban Niê"),
        ("Giàng A Páo", "Giàng A Páo"),
        (None, ""),
    ],
)
def test_a_name_is_cleaned_and_composed(cell: str | None, name: str) -> None:
    assert read_name(cell, Column.FULL_NAME) == name


@pytest.mark.parametrize("cell", ["Nguyễn Văn An 2", "12", "=cmd()", "An; Bình", "x", 5, "<b>An</b>"])
def test_what_is_no_name_is_refused(cell: str | int) -> None:
    refused = read_name(cell, Column.FULL_NAME)
    assert isinstance(refused, Reason)
    assert (refused.code, refused.params) == ("not_a_name", {"field": "full_name", "value": str(cell)})


def test_texts_have_limits() -> None:
    assert read_name("An " * 40 + "A", Column.FULL_NAME) == Reason(
        "too_long", {"field": "full_name", "length": 121, "limit": 120}
    )
    assert read_class("A" * 41) == Reason("too_long", {"field": "class_name", "length": 41, "limit": 40})
    assert read_grade("A" * 21) == Reason("too_long", {"field": "grade", "length": 21, "limit": 20})


@pytest.mark.parametrize("name", ["ß" * 61, "ﬃ" * 100, "漢" * 60, "\ufdfa" * 40])
def test_what_grows_beyond_its_columns_is_refused(name: str) -> None:
    """Folded, or as a sort key, such a text is longer than itself: on PostgreSQL the whole list failed by one cell."""
    assert read_name(name, Column.FULL_NAME) == Reason("not_a_name", {"field": "full_name", "value": name})
    assert read_class("ß" * 40) == Reason("too_long", {"field": "class_name", "length": 80, "limit": 40})


def test_long_names_of_here_are_kept() -> None:
    for name in ("Nguyễn " * 17, "ế" * 120, "Đ " * 60):
        assert read_name(name, Column.FULL_NAME) == name.strip()


def test_a_class_that_became_a_date_is_refused() -> None:
    assert read_class(dt.datetime(2026, 1, 10)) == Reason("class_is_a_date", {"value": "10/01/2026"})
    assert read_class(None) == Reason("missing_class")
    assert read_class(" 6A1 ") == "6A1"
    assert read_class(7) == "7"


def test_genders() -> None:
    assert [read_gender(c) for c in ("Nam", "NỮ", "nữ", 1, 2, "M", "f")] == [
        Gender.MALE,
        Gender.FEMALE,
        Gender.FEMALE,
        Gender.MALE,
        Gender.FEMALE,
        Gender.MALE,
        Gender.FEMALE,
    ]
    assert read_gender(None) is Gender.UNKNOWN
    assert read_gender(0) is Gender.UNKNOWN
    assert read_gender("khác") == Reason("unknown_gender", {"value": "khác"})


def test_statuses_by_their_first_words() -> None:
    assert read_status("Đang học") is StudentStatus.STUDYING
    assert read_status("Chuyển đến kỳ 1") is StudentStatus.STUDYING
    assert read_status("Chuyển đi") is StudentStatus.TRANSFERRED
    assert read_status("Thôi học kỳ 2") is StudentStatus.WITHDRAWN
    assert read_status("Tốt nghiệp") is StudentStatus.GRADUATED
    assert read_status(None) is None
    assert read_status("Đang họchành") == Reason("unknown_status", {"value": "Đang họchành"})


def test_grades() -> None:
    assert [read_grade(c) for c in ("Khối 6", "Lớp 12", 1, "06", "khối10")] == ["6", "12", "1", "6", "10"]
    assert read_grade("Mẫu giáo 5-6 tuổi") == "Mẫu giáo 5-6 tuổi"
    assert read_grade(13) == "13"
    assert read_grade(None) == ""


def test_e_mail_addresses() -> None:
    assert read_email("an@example.vn") == "an@example.vn"
    assert read_email(None) == ""
    assert read_email("an@example") == Reason("bad_email", {"value": "an@example"})
