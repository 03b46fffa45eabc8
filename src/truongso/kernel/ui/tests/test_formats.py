"""The locale trap: Django's own Vietnamese formats read 05/12/2023 as 12 May and print 1250000 bare."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.template import Context, Template
from django.utils import formats, translation
from hypothesis import given
from hypothesis import strategies as st

DAY = dt.date(2023, 12, 5)
MOMENT = dt.datetime(2023, 12, 5, 19, 42, 3)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_are_read_day_first(language: str) -> None:
    with translation.override(language):
        for typed in ("05/12/2023", "5/12/2023", "05-12-2023", "05.12.2023", "2023-12-05"):
            assert forms.DateField().clean(typed) == DAY
        assert forms.DateField().clean("20/12/2023") == dt.date(2023, 12, 20)
        with pytest.raises(forms.ValidationError):
            forms.DateField().clean("12/20/2023")
        assert forms.DateTimeField().to_python("19:42 05/12/2023").date() == DAY  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_dates_are_printed_day_first(language: str) -> None:
    with translation.override(language):
        page = Template(
            "{{ d }}|{{ d|date:'SHORT_DATE_FORMAT' }}|{{ m }}|{{ m|time }}|{{ d|date:'YEAR_MONTH_FORMAT' }}"
        )
        printed = page.render(Context({"d": DAY, "m": MOMENT}))
        assert printed == "05/12/2023|05/12/2023|19:42 05/12/2023|19:42|12/2023"
        assert formats.localize_input(DAY) == "05/12/2023"
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_printed_dates_are_read_back(day: dt.date) -> None:
    with translation.override("vi"):
        assert forms.DateField().clean(formats.date_format(day, "SHORT_DATE_FORMAT")) == day


def test_numbers_have_the_separators_of_the_language() -> None:
    page = Template("{{ n }} {{ x }}")
    with translation.override("vi"):
        assert page.render(Context({"n": 1_250_000, "x": 8.5})) == "1.250.000 8,5"
        assert formats.sanitize_separators("1.250.000,5") == "1250000.5"
    with translation.override("en"):
        assert page.render(Context({"n": 1_250_000, "x": 8.5})) == "1,250,000 8.5"
