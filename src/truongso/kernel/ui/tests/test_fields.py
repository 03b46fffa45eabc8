"""Form fields: what is accepted, the one sentence for what is not, and round trips."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from truongso.kernel.money import Dong
from truongso.kernel.ui.fields import DongFormField, PercentFormField, VietnameseDateField


class Sheet(forms.Form):
    amount = DongFormField(least=Dong(1_000), most=Dong(50_000_000))
    date = VietnameseDateField(earliest=dt.date(2020, 1, 1), latest=dt.date(2030, 12, 31))


def _filled(**changes: Any) -> Sheet:
    return Sheet({"amount": "450k", "date": "05/12/2023", **changes})


def test_amount_becomes_dong_and_date_is_day_first() -> None:
    form = _filled()
    assert form.is_valid()
    assert form.cleaned_data == {"amount": Dong(450_000), "date": dt.date(2023, 12, 5)}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Chưa ghi số tiền."),
        ("-450000", "Số tiền không được âm. Ghi số đồng, ví dụ 1.250.000."),
        ("1.250,50", "Số tiền là số đồng chẵn, không có phần lẻ. Ghi như 1.250.000 hoặc 1250000."),
        ("1tr2", "Chưa đọc được số tiền “1tr2”. Ghi như 1.250.000, 1250000, 450k hoặc 1tr250."),
        ("999", "Số tiền phải từ 1.000\u00a0đ trở lên."),
        ("50.000.001", "Số tiền không được quá 50.000.000\u00a0đ."),
        ("9" * 40, "Số tiền không được quá 50.000.000\u00a0đ."),
    ],
)
def test_refused_amount_has_one_sentence_and_keeps_what_was_typed(typed: str, message: str) -> None:
    form = _filled(amount=typed)
    assert form.errors["amount"] == [message]
    assert form["amount"].value() == typed
    assert "amount" not in form.cleaned_data


@pytest.mark.parametrize("typed", ["5/12/2023", "05-12-2023", "5.12.2023", "2023-12-05", " 05 / 12 / 2023 "])
def test_date_spellings(typed: str) -> None:
    assert VietnameseDateField().clean(typed) == dt.date(2023, 12, 5)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Chưa ghi ngày."),
        ("31/02/2023", "Tháng 2/2023 không có ngày 31. Xem lại ngày."),
        ("29/02/2023", "Tháng 2/2023 không có ngày 29. Xem lại ngày."),
        ("12/31/2023", "Không có tháng 31. Ghi ngày trước, tháng sau, ví dụ 05/12/2023."),
        ("05/12/23", "Ghi đủ 4 chữ số của năm, ví dụ 05/12/2023."),
        ("05/12-2023", "Ghi ngày theo dạng ngày/tháng/năm, ví dụ 05/12/2023."),
        ("mai", "Ghi ngày theo dạng ngày/tháng/năm, ví dụ 05/12/2023."),
        ("05/12/0023", "Năm 23 không hợp lệ. Ghi năm từ 1900 đến 2199."),
        ("31/12/2019", "Ngày phải từ 01/01/2020 trở đi."),
        ("01/01/2031", "Ngày không được sau 31/12/2030."),
    ],
)
def test_refused_date_has_one_sentence_and_keeps_what_was_typed(typed: str, message: str) -> None:
    form = _filled(date=typed)
    assert form.errors["date"] == [message]
    assert form["date"].value() == typed
    assert "date" not in form.cleaned_data


@given(st.integers(0, 999_999_999_999))
def test_amount_shown_in_a_form_is_read_back_unchanged(value: int) -> None:
    field = DongFormField()
    shown = field.prepare_value(Dong(value))
    assert field.clean(shown) == Dong(value)
    assert not field.has_changed(Dong(value), shown)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_date_shown_in_a_form_is_read_back_unchanged(value: dt.date) -> None:
    class One(forms.Form):
        date = VietnameseDateField()

    shown = One(initial={"date": value})["date"].as_widget().split('value="')[1].split('"')[0]
    assert shown == value.strftime("%d/%m/%Y")
    assert One({"date": shown}).fields["date"].clean(shown) == value


def test_optional_fields_may_stay_empty() -> None:
    assert DongFormField(required=False).clean(" ") is None
    assert VietnameseDateField(required=False).clean("") is None


def test_change_is_a_change_of_value_not_of_spelling() -> None:
    assert not DongFormField().has_changed(450_000, "450k")
    assert DongFormField().has_changed(450_000, "451k")
    assert DongFormField().has_changed(450_000, "?")
    assert not VietnameseDateField().has_changed(dt.date(2023, 12, 5), "5/12/2023")
    assert VietnameseDateField().has_changed(dt.date(2023, 12, 5), "12/5/2023")


@pytest.mark.parametrize(
    ("text", "points"),
    [("1,1", 110), ("0.85", 85), ("2", 200), (" 1,10 % ", 110), ("", 0), ("０,5", 50), ("100", 10_000)],
)
def test_a_share_in_percent_reads_as_contracts_write_it(text: str, points: int) -> None:
    assert PercentFormField(required=False).clean(text) == points


@pytest.mark.parametrize("text", ["110 phần vạn", "1,123", "-1", "1e2", "1,1,1"])
def test_a_share_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        PercentFormField(required=False).clean(text)
    assert refusal.value.messages == ["Ghi tỷ lệ phần trăm như 1,1 hoặc 0,85."]


def test_a_share_has_a_largest_value_and_is_shown_as_it_is_typed() -> None:
    field = PercentFormField(required=False, most=1_000)
    with pytest.raises(ValidationError) as refusal:
        field.clean("11")
    assert refusal.value.messages == ["Tỷ lệ không được quá 10 %."]
    assert [field.prepare_value(v) for v in (110, 85, 0, "x")] == ["1,1", "0,85", "", "x"]
    assert (field.has_changed(110, "1,10"), field.has_changed(110, "1,2")) == (False, True)
