"""Form fields for money and dates as Vietnamese clerks write them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from truongso.kernel.money import ZERO, Dong
from truongso.kernel.ui.dong_input import AmountError, parse_dong
from truongso.kernel.ui.formatting import dong, dong_short, percent

# Far above any school fee and far below what a database integer holds.
LARGEST_AMOUNT = Dong(999_999_999_999)


class DongInput(forms.TextInput):
    """Text box for an amount: number keyboard on phones, unit shown beside it by `{% field %}`."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


class DongFormField(forms.Field):
    """An amount in whole đồng, between `least` and `most` (both allowed). Cleans to `Dong`, or None if empty.

    Reads 1250000, 1.250.000, 1,250,000, 1tr250, 450k; refuses decimals, negatives and what has two
    meanings.
    """

    widget = DongInput
    default_error_messages = {
        "required": _("Chưa ghi số tiền."),
        "negative": _("Số tiền không được âm. Ghi số đồng, ví dụ 1.250.000."),
        "decimal": _("Số tiền là số đồng chẵn, không có phần lẻ. Ghi như 1.250.000 hoặc 1250000."),
        "unclear": _("Chưa đọc được số tiền “%(text)s”. Ghi như 1.250.000, 1250000, 450k hoặc 1tr250."),
        "too_small": _("Số tiền phải từ %(least)s trở lên."),
        "too_large": _("Số tiền không được quá %(most)s."),
    }

    def __init__(self, *, least: Dong = ZERO, most: Dong = LARGEST_AMOUNT, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Dong | None:
        """Read the text; raises ValidationError with one sentence saying how to write the amount."""
        if value is None or isinstance(value, Dong):
            return value
        if type(value) is int:
            return Dong(value)
        text = str(value)
        try:
            return parse_dong(text)
        except AmountError as error:
            if error.reason == "empty":
                return None
            raise ValidationError(
                self.error_messages[error.reason], code=error.reason, params={"text": text.strip()[:30]}
            ) from error

    def validate(self, value: Any) -> None:
        """Required and range checks."""
        super().validate(value)
        if value is None:
            return
        if value < self.least:
            raise ValidationError(
                self.error_messages["too_small"], code="too_small", params={"least": dong(self.least)}
            )
        if value > self.most:
            raise ValidationError(self.error_messages["too_large"], code="too_large", params={"most": dong(self.most)})

    def prepare_value(self, value: Any) -> Any:
        """An amount is shown with separators; what was typed and refused is shown as typed."""
        return dong_short(value) if isinstance(value, Dong) or type(value) is int else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts, not spellings."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class PercentFormField(forms.Field):
    """A share in percent as contracts write it: 1,1 or 0.85. Cleans to hundredths of a percent (110), 0 if empty."""

    widget = forms.TextInput
    default_error_messages = {
        "required": _("Chưa ghi tỷ lệ."),
        "unclear": _("Ghi tỷ lệ phần trăm như 1,1 hoặc 0,85."),
        "too_large": _("Tỷ lệ không được quá %(most)s %%."),
    }
    _PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?")

    def __init__(self, *, most: int = 10_000, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Read the text; raises ValidationError with one sentence saying how to write it."""
        if value is None or type(value) is int:
            return value
        text = unicodedata.normalize("NFKC", str(value)).replace(" ", "").removesuffix("%")
        if not text:
            return None
        found = self._PERCENT.fullmatch(text)
        if found is None:
            raise ValidationError(self.error_messages["unclear"], code="unclear")
        return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))

    def clean(self, value: Any) -> int:
        """Nothing written is no fee."""
        points = super().clean(value) or 0
        if points > self.most:
            params = {"most": percent(self.most)}
            raise ValidationError(self.error_messages["too_large"], code="too_large", params=params)
        return int(points)

    def prepare_value(self, value: Any) -> Any:
        """Hundredths of a percent are shown as people write them; what was typed is shown as typed."""
        return (percent(value) if value else "") if type(value) is int else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare shares, not spellings."""
        try:
            return bool((self.to_python(initial) or 0) != (self.to_python(data) or 0))
        except ValidationError:
            return True


class VietnameseDateInput(forms.DateInput):
    """Text box for day/month/year; the browser's own picker may show the American order."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        base = {"inputmode": "numeric", "autocomplete": "off", "placeholder": "dd/mm/yyyy", "class": "day"}
        super().__init__({**base, **(attrs or {})}, format="%d/%m/%Y")


class VietnameseDateField(forms.Field):
    """A date written day first: 05/12/2023, 5-12-2023, 5.12.2023, or 2023-12-05. Cleans to `datetime.date`.

    Never guesses the American order: 12/31/2023 is refused with a sentence that says why.
    """

    widget = VietnameseDateInput
    default_error_messages = {
        "required": _("Chưa ghi ngày."),
        "unclear": _("Ghi ngày theo dạng ngày/tháng/năm, ví dụ 05/12/2023."),
        "short_year": _("Ghi đủ 4 chữ số của năm, ví dụ 05/12/2023."),
        "no_month": _("Không có tháng %(month)d. Ghi ngày trước, tháng sau, ví dụ 05/12/2023."),
        "no_day": _("Tháng %(month)d/%(year)d không có ngày %(day)d. Xem lại ngày."),
        "far_year": _("Năm %(year)d không hợp lệ. Ghi năm từ 1900 đến 2199."),
        "too_early": _("Ngày phải từ %(earliest)s trở đi."),
        "too_late": _("Ngày không được sau %(latest)s."),
    }

    _DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{1,4})")
    _ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")

    def __init__(self, *, earliest: dt.date | None = None, latest: dt.date | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        """Read the text; raises ValidationError with one sentence saying what to write."""
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or isinstance(value, dt.date):
            return value
        text = unicodedata.normalize("NFKC", str(value)).replace(" ", "")
        if not text:
            return None
        year, month, day = self._parts(text)
        if not 1900 <= year <= 2199:
            raise self._refusal("far_year", year=year)
        if not 1 <= month <= 12:
            raise self._refusal("no_month", month=month)
        try:
            return dt.date(year, month, day)
        except ValueError as error:
            raise self._refusal("no_day", day=day, month=month, year=year) from error

    def validate(self, value: Any) -> None:
        """Required and range checks."""
        super().validate(value)
        if value is not None and self.earliest and value < self.earliest:
            raise self._refusal("too_early", earliest=self.earliest.strftime("%d/%m/%Y"))
        if value is not None and self.latest and value > self.latest:
            raise self._refusal("too_late", latest=self.latest.strftime("%d/%m/%Y"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare dates, not spellings."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def _parts(self, text: str) -> tuple[int, int, int]:
        if match := self._DAY_FIRST.fullmatch(text):
            if len(match[4]) != 4:
                raise self._refusal("short_year")
            return int(match[4]), int(match[3]), int(match[1])
        if match := self._ISO.fullmatch(text):
            return int(match[1]), int(match[2]), int(match[3])
        raise self._refusal("unclear")

    def _refusal(self, code: str, **params: object) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)
