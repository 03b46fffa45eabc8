"""Charts as SVG drawn on the server: bars start at zero, lengths are attributes, every chart has its text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from truongso.kernel.ui.formatting import dong, phan_tram

_WIDTH, _HEIGHT, _LEFT, _TOP, _BASE = 700, 352, 44, 28, 322
_UNITS = (
    (1_000_000_000, gettext_lazy("tỷ đồng")),
    (1_000_000, gettext_lazy("triệu đồng")),
    (1_000, gettext_lazy("nghìn đồng")),
    (1, gettext_lazy("đồng")),
)


def bar(percent: float | Decimal | Fraction, kind: str = "pri", label: str = "") -> SafeString:
    """A horizontal bar filled to `percent` of its track (held between 0 and 100)."""
    width = f"{min(max(float(percent), 0.0), 100.0):.1f}%"
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="bar {}" {}><rect class="bg" width="100%" height="8" rx="4"/>'
        '<rect class="fg" width="{}" height="8" rx="4"/></svg>',
        kind,
        spoken,
        width,
    )


def gauge(
    percent: float | Decimal | Fraction,
    target: float | Decimal | None = None,
    caption: str = "",
    kind: str = "",
) -> SafeString:
    """A half-circle gauge with its figure, a tick at the target and a caption below.

    Without a `kind` it is green when the target is reached, amber when not.
    """
    value, length = min(max(float(percent), 0.0), 100.0), math.pi * 52
    reached = target is None or float(percent) >= float(target)
    figure = phan_tram(percent)
    goal = "" if target is None else _("mục tiêu %(share)s") % {"share": phan_tram(target)}
    tick = SafeString("") if target is None else _gauge_tick(float(target))
    return format_html(
        '<figure class="ctr"><svg class="gauge {}" width="140" height="84" viewBox="0 0 140 84" role="img" '
        'aria-label="{}"><path class="tr" d="M18 66a52 52 0 0 1 104 0" fill="none" stroke-width="12" '
        'stroke-linecap="round"/>{}{}<text x="70" y="62">{}</text>'
        '<text class="l2" x="70" y="80">{}</text></svg>'
        '<figcaption class="sm mut">{}</figcaption></figure>',
        kind or ("ok" if reached else "warn"),
        ", ".join(part for part in (caption, figure, goal) if part),
        _gauge_arc(length * value / 100, length),
        tick,
        figure,
        goal,
        caption,
    )


def day_bars(days: Sequence[tuple[dt.date, int, int]], first: str, second: str = "", title: str = "") -> SafeString:
    """Stacked bars of đồng per day from zero: (date, amount of the first kind, amount of the second kind).

    The unit of the axis (nghìn, triệu, tỷ) follows the largest day and is written at the axis. The text for
    screen readers gives both totals and the largest day.
    """
    top = max((a + b for _day, a, b in days), default=0)
    if top <= 0:
        return SafeString("")
    step, unit_value, unit_text = _axis(top)
    scale = (_BASE - _TOP) / (step * math.ceil(top / step))
    pitch = (_WIDTH - _LEFT - 10) / len(days)
    return format_html(
        '<svg class="ch" viewBox="0 0 {} {}" role="img" aria-label="{}"><text x="0" y="14">{}</text>{}{}</svg>',
        _WIDTH,
        _HEIGHT,
        _day_bars_text(days, first, second, title),
        unit_text,
        _grid(step, unit_value, top, scale),
        format_html_join(
            "",
            "{}",
            ((_day_bar(i, day, pitch, scale, len(days)),) for i, day in enumerate(days)),
        ),
    )


def spark(values: Sequence[float], top: float = 100.0, label: str = "") -> SafeString:
    """A small line of values on the common scale 0..`top`, with a dot at the last."""
    if not values:
        return SafeString("")
    gap = 80 / max(len(values) - 1, 1)
    points = [(2 + i * gap, 22 - 20 * min(max(v, 0.0), top) / top) for i, v in enumerate(values)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 84 24" role="img" aria-label="{}"><path d="{}"/>'
        '<circle cx="{}" cy="{}" r="2.5"/></svg>',
        label,
        path,
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )


def _gauge_arc(filled: float, length: float) -> SafeString:
    if filled <= 0:
        return SafeString("")
    return format_html(
        '<path class="v" d="M18 66a52 52 0 0 1 104 0" fill="none" stroke-width="12" stroke-linecap="round" '
        'stroke-dasharray="{} {}"/>',
        f"{filled:.1f}",
        f"{length + 20:.1f}",
    )


def _gauge_tick(target: float) -> SafeString:
    angle = math.pi * (1 - min(max(target, 0.0), 100.0) / 100)
    x, y = math.cos(angle), math.sin(angle)
    return format_html(
        '<path class="tk" d="M{} {}L{} {}" stroke-width="2.5"/>',
        *(f"{v:.1f}" for v in (70 + 42 * x, 66 - 42 * y, 70 + 62 * x, 66 - 62 * y)),
    )


def _axis(top: int) -> tuple[int, int, str]:
    """Distance of the grid lines (1, 2 or 5 times a power of ten), value and name of the unit."""
    raw = max(top / 4, 1)
    power = 10 ** int(math.log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw)
    unit_value, unit_text = next((value, text) for value, text in _UNITS if step >= value)
    return step, unit_value, str(unit_text)


def _grid(step: int, unit_value: int, top: int, scale: float) -> SafeString:
    return format_html_join(
        "",
        '<path class="ax" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (
                _LEFT - 4,
                y,
                _WIDTH,
                _LEFT - 10,
                f"{float(y) + 4:.1f}",
                f"{n * step // unit_value:,}".replace(",", "."),
            )
            for n in range(math.ceil(top / step) + 1)
            for y in (f"{_BASE - n * step * scale:.1f}",)
        ),
    )


def _day_bar(index: int, day: tuple[dt.date, int, int], pitch: float, scale: float, count: int) -> SafeString:
    date, lower, upper = day
    width = min(pitch * 0.62, 34)
    left = _LEFT + index * pitch + (pitch - width) / 2
    low, high = lower * scale, upper * scale
    every = max(1, math.ceil(count / 16))
    label = SafeString("")
    if (count - 1 - index) % every == 0:
        label = format_html(
            '<text x="{}" y="340" text-anchor="middle">{}</text>',
            f"{left + width / 2:.1f}",
            date.strftime("%d/%m"),
        )
    return format_html(
        "{}{}{}",
        _rect("a", left, _BASE - low, width, low),
        _rect("b2", left, _BASE - low - high, width, high - 1.4 if low else high),
        label,
    )


def _rect(css: str, x: float, y: float, width: float, height: float) -> SafeString:
    if height <= 0:
        return SafeString("")
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>',
        css,
        *(f"{v:.1f}" for v in (x, y, width, height)),
    )


def _day_bars_text(days: Sequence[tuple[dt.date, int, int]], first: str, second: str, title: str) -> str:
    top_day = max(days, key=lambda day: day[1] + day[2])
    texts = [
        title,
        _("%(kind)s %(amount)s") % {"kind": first, "amount": dong(sum(day[1] for day in days))},
        _("%(kind)s %(amount)s") % {"kind": second, "amount": dong(sum(day[2] for day in days))} if second else "",
        _("cao nhất %(amount)s ngày %(date)s")
        % {"amount": dong(top_day[1] + top_day[2]), "date": top_day[0].strftime("%d/%m/%Y")},
    ]
    return ", ".join(text for text in texts if text)
