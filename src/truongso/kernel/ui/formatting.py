"""Values as Vietnamese readers expect them: money, dates, shares, phone numbers, time left.

Money is always written 1.250.000 đ whatever the language; dates are always day/month/year at school time.
None gives "" so that an absent value leaves its cell empty. A value of the wrong kind raises TypeError:
a wrong figure must never look like a right one.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from truongso.kernel import clock
from truongso.kernel.money import Dong

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
DASH = "—"


def dong(value: Dong | int | None) -> str:
    """1.250.000 đ, with no-break space and true minus sign."""
    return "" if value is None else str(_as_dong(value))


def dong_short(value: Dong | int | None) -> str:
    """1.250.000, for columns whose heading names the unit."""
    return dong(value).removesuffix(f"{NO_BREAK_SPACE}đ")


def so(value: int | None) -> str:
    """A count with separators: 1.250."""
    if value is None:
        return ""
    if type(value) is not int:
        raise TypeError(f"so takes a whole number, not {type(value).__name__}")
    return f"{MINUS if value < 0 else ''}{abs(value):,}".replace(",", ".")


def ngay(value: dt.date | None) -> str:
    """05/12/2023; an aware moment gives its date at school."""
    return "" if value is None else _school_date(value).strftime("%d/%m/%Y")


def ngay_gio(value: dt.datetime | None) -> str:
    """19:42 05/12/2023 at school time. Raises ValueError for a naive moment."""
    return "" if value is None else _at_school(value).strftime("%H:%M %d/%m/%Y")


def gio(value: dt.datetime | None) -> str:
    """19:42 at school time. Raises ValueError for a naive moment."""
    return "" if value is None else _at_school(value).strftime("%H:%M")


def phan_tram(value: Decimal | Fraction | float | None) -> str:
    """A value already in percent: 86.4 gives 86,4 %; a whole number keeps no decimal; halves round up."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        raise TypeError(f"phan_tram takes a number, not {type(value).__name__}")
    if isinstance(value, int):
        number, step = Decimal(value), Decimal(1)
    elif isinstance(value, Fraction):
        number, step = Decimal(value.numerator) / Decimal(value.denominator), Decimal("0.1")
    else:
        number, step = Decimal(str(value)), Decimal("0.1")
    rounded = number.quantize(step, rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ""
    digits = f"{abs(rounded):,}".translate(str.maketrans(",.", ".,"))
    return f"{sign}{digits}{NO_BREAK_SPACE}%"


def ti_le(part: Dong | int, whole: Dong | int) -> str:
    """Share of a part in a whole: 864 of 1.000 gives 86,4 %; of nothing a dash. Exact, halves round up."""
    if int(whole) == 0:
        return DASH
    tenths = Fraction(int(part) * 1000, int(whole))
    rounded = (2 * tenths.numerator + tenths.denominator) // (2 * tenths.denominator)
    return phan_tram(Decimal(rounded) / 10)


def percent(basis_points: int) -> str:
    """Hundredths of a percent as contracts write them, without the sign: 110 gives 1,1; 85 gives 0,85."""
    return f"{basis_points // 100},{basis_points % 100:02}".rstrip("0").rstrip(",")


def phi(basis_points: int, fixed: Dong | int | None = None) -> str:
    """A fee as people say it: 1,1 % + 2.000 đ; one part alone where the other is nothing, "" for none at all."""
    parts = [f"{percent(basis_points)}{NO_BREAK_SPACE}%"] if basis_points else []
    return " + ".join([*parts, dong(fixed)] if fixed else parts)


def sdt(value: str | None) -> str:
    """Phone number in groups: 0912 345 678, 0214 000 0000, 024 3825 0000; anything else stays as written."""
    if not value:
        return ""
    digits = "".join(c for c in value if c.isdigit())
    if value.strip().startswith("+84") or (digits.startswith("84") and len(digits) in (11, 12)):
        digits = "0" + digits[2:]
    groups = _phone_groups(digits)
    if not groups:
        return value
    ends = [sum(groups[:n]) for n in range(len(groups) + 1)]
    return " ".join(digits[start:end] for start, end in pairwise(ends))


def con_lai(value: dt.date | None, today: dt.date | None = None) -> str:
    """Time left to a date: còn 4 ngày, hôm nay, quá hạn 3 ngày."""
    if value is None:
        return ""
    days = days_left(value, today)
    if days == 0:
        return _("hôm nay")
    if days > 0:
        return _("còn %(days)d ngày") % {"days": days}
    return _("quá hạn %(days)d ngày") % {"days": -days}


def days_left(value: dt.date, today: dt.date | None = None) -> int:
    """Whole school days of the calendar until a date, negative when it has passed."""
    return (_school_date(value) - (today or clock.today())).days


def _as_dong(value: Dong | int) -> Dong:
    return value if isinstance(value, Dong) else Dong(value)


def _school_date(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime):
        return _at_school(value).date()
    if not isinstance(value, dt.date):
        raise TypeError(f"a date is needed, not {type(value).__name__}")
    return value


def _at_school(value: dt.datetime) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        raise TypeError(f"a moment is needed, not {type(value).__name__}")
    if value.tzinfo is None:
        raise ValueError("a moment without time zone cannot be shown")
    return value.astimezone(clock.SCHOOL_TIME)


def _phone_groups(digits: str) -> tuple[int, ...]:
    """Group lengths: mobiles 4-3-3, Hà Nội and TP Hồ Chí Minh 3-4-4, elsewhere 4-3-4, service lines 4-4."""
    if len(digits) == 10 and digits.startswith("0"):
        return (4, 3, 3)
    if len(digits) == 11 and digits.startswith(("024", "028")):
        return (3, 4, 4)
    if len(digits) == 11 and digits.startswith("02"):
        return (4, 3, 4)
    if len(digits) == 8 and digits.startswith(("1800", "1900")):
        return (4, 4)
    return ()
