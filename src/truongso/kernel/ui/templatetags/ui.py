"""Filters and components of the kit: `{% load ui %}`. Usage of each in one line: the kit's README."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from truongso.kernel import origin
from truongso.kernel.masking import masked_phone
from truongso.kernel.names import initials
from truongso.kernel.ui import charts, formatting, icons
from truongso.kernel.ui.fields import DongInput

register = template.Library()

register.filter("dong", formatting.dong)
register.filter("dong_short", formatting.dong_short)
register.filter("ngay", formatting.ngay)
register.filter("ngay_gio", formatting.ngay_gio)
register.filter("gio", formatting.gio)
register.filter("phan_tram", formatting.phan_tram)
register.filter("phi", formatting.phi)
register.filter("ti_le", formatting.ti_le)
register.filter("sdt", formatting.sdt)
register.filter("sdt_che", masked_phone)
register.filter("con_lai", formatting.con_lai)
register.filter("so", formatting.so)

_STATUS_ICONS = {
    "ok": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-circle",
    "info": "info-circle",
    "pri": "info-circle",
}
_MESSAGE_KINDS = {"success": "ok", "warning": "warn", "error": "bad"}

SORT_PARAM = "sap"
PAGE_PARAM = "trang"


@register.filter
def ten_viet_tat(name: str | None) -> str:
    """Initials for an avatar."""
    return initials(name or "")


@register.filter
def message_kind(message: Any) -> str:
    """Status class of a Django message."""
    return _MESSAGE_KINDS.get(message.level_tag, "info")


@register.filter
def message_icon(message: Any) -> str:
    """Icon of a Django message."""
    return _STATUS_ICONS[message_kind(message)]


@register.simple_tag
def request_number() -> str:
    """The number of the request, also on pages made without one (error pages)."""
    return origin.present().request_id


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> str:
    """` data-theme="dark"` when the reader chose a theme (cookie set by app.js), so that no page flashes."""
    request = context.get("request")
    theme = request.COOKIES.get("theme") if request else None
    return format_html(' data-theme="{}"', theme) if theme in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; parent and public pages get it inlined."""
    return icons.render(name, size, inline=bool(context.get("inline_icons")), label=label)


@register.simple_tag(takes_context=True)
def tag(context: Context, text: object, kind: str = "", icon: str = "") -> SafeString:
    """Status pill: colour with icon and word. `icon="-"` leaves the icon out (counts)."""
    name = icon or _STATUS_ICONS.get(kind, "")
    drawn = _icon(context, name) if name and name != "-" else SafeString("")
    return format_html('<span class="tag {}">{}{}</span>', kind, drawn, text)


@register.simple_tag(takes_context=True)
def due(context: Context, date: dt.date | None, soon: int = 3) -> SafeString:
    """Pill with the time left: red when overdue, amber within `soon` days."""
    if date is None:
        return SafeString("")
    days = formatting.days_left(date)
    kind = "bad" if days < 0 else "warn" if days <= soon else ""
    return tag(context, formatting.con_lai(date), kind, "clock")


@register.simple_block_tag(takes_context=True)
def note(context: Context, content: SafeString, kind: str = "info", icon: str = "", title: str = "") -> SafeString:
    """Box with a message that stays on the page; `title` is its bold first line."""
    drawn = _icon(context, icon or _STATUS_ICONS.get(kind, "info-circle"))
    head = format_html("<b>{}</b><br>", title) if title else SafeString("")
    return format_html('<div class="note {}">{}<div class="grow">{}{}</div></div>', kind, drawn, head, content)


@register.simple_block_tag(takes_context=True)
def card_header(  # noqa: PLR0917  the arguments of a template tag
    context: Context, content: SafeString, title: object, note: object = "", icon: str = "", level: int = 2
) -> SafeString:
    """Heading of a card; the block's content (buttons, links, legend) stands at its end."""
    drawn = format_html('<span class="c pri">{}</span>', _icon(context, icon)) if icon else SafeString("")
    small = format_html(' <span class="dim sm">{}</span>', note) if note else SafeString("")
    heading = format_html('<h{} class="grow">{}{}</h{}>', level, title, small, level)
    return format_html('<div class="card-h">{}{}{}</div>', drawn, heading, content)


@register.simple_block_tag(takes_context=True)
def empty(context: Context, content: SafeString, sentence: str, icon: str = "circle-check") -> SafeString:
    """Empty state: icon, one sentence, and the action in the block."""
    return format_html('<div class="empty">{}<p>{}</p>{}</div>', _icon(context, icon, "l"), sentence, content)


@register.simple_tag
def kpi(  # noqa: PLR0917  the arguments of a template tag
    label: str,
    value: object,
    note: object = "",
    kind: str = "",
    url: str = "",
    progress: float | Decimal | Fraction | None = None,
) -> SafeString:
    """Key figure; `url` opens what stands behind it, `progress` draws a bar of that percent."""
    drawn = charts.bar(progress, kind or "pri") if progress is not None else SafeString("")
    small = format_html("<small>{}</small>", note) if note else SafeString("")
    tint = f" c {kind}" if kind and progress is None else ""
    body = format_html('<p class="lab">{}</p><p class="v{}">{}</p>{}{}', label, tint, value, drawn, small)
    if url:
        return format_html('<a class="card kpi" href="{}">{}</a>', url, body)
    return format_html('<div class="card kpi">{}</div>', body)


@register.simple_block_tag
def table_wrap(content: SafeString, label: str) -> SafeString:
    """Scroll box of a table or a wide chart, reachable by keyboard and named."""
    return format_html('<div class="tw" tabindex="0" role="region" aria-label="{}">{}</div>', label, content)


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: str, key: str, css: str = "") -> SafeString:
    """Heading cell that sorts by `key` (query parameter `sap`, leading minus: descending), filters kept."""
    params = _params(context)
    current = params.get(SORT_PARAM, "")
    rising, falling = current == key, current == f"-{key}"
    url = _url(params, {SORT_PARAM: f"-{key}" if rising else key, PAGE_PARAM: None})
    state = SafeString("")
    if rising or falling:
        state = format_html(' aria-sort="{}"', "ascending" if rising else "descending")
    name = "arrow-up" if rising else "arrow-down" if falling else "arrows-sort"
    return format_html(
        '<th scope="col" class="{}"{}><a href="{}">{}{}</a></th>',
        css,
        state,
        url,
        label,
        _icon(context, name, "s"),
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's query string with some parameters changed (None removes one), beginning with `?`."""
    return _url(_params(context), changes)


@register.simple_tag(takes_context=True)
def pagination(context: Context, page: Page[Any]) -> str:
    """Pages of a list (query parameter `trang`), filters and order kept."""
    params = _params(context)
    return render_to_string(
        "ui/components/pagination.html",
        {"page": page, "links": _page_links(page, params), **_inline(context)},
    )


@register.simple_block_tag(takes_context=True)
def filter_bar(context: Context, content: SafeString, label: str = "") -> SafeString:
    """GET form around filter fields; keeps the order, offers to clear when something is set."""
    params = _params(context)
    kept = format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        ((SORT_PARAM, value) for value in params.getlist(SORT_PARAM)),
    )
    active = any(value for key in params if key not in (SORT_PARAM, PAGE_PARAM) for value in params.getlist(key))
    clear = format_html('<a class="btn ghost" href="?">{}</a>', _("Bỏ lọc")) if active else SafeString("")
    return format_html(
        '<form class="filters" method="get" aria-label="{}">{}{}'
        '<button class="btn" type="submit">{}{}</button>{}</form>',
        label or _("Lọc danh sách"),
        content,
        kept,
        _icon(context, "filter", "s"),
        _("Lọc"),
        clear,
    )


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField) -> str:
    """A form field with label, hint, error and required mark, wired for screen readers."""
    kind = _field_kind(bound)
    name = bound.id_for_label or bound.auto_id or bound.html_name
    hint_id, error_id = f"{name}_hint", f"{name}_error"
    described = " ".join(
        part for part in (hint_id if bound.help_text else "", error_id if bound.errors else "") if part
    )
    values = {
        "field": bound,
        "kind": kind,
        "required": bound.field.required,
        "errors": _error_texts(bound),
        "hint_id": hint_id,
        "error_id": error_id,
        "described_by": described,
        "widget": "" if kind == "choices" else bound.as_widget(attrs=_widget_attributes(bound, kind, described)),
        **_inline(context),
    }
    return render_to_string("ui/components/field.html", values)


@register.simple_tag(takes_context=True)
def error_summary(context: Context, *form_list: forms.BaseForm) -> str:
    """All errors of the forms at the top of the page, linked to their fields; app.js moves the focus here."""
    problems = [problem for form in form_list if form is not None for problem in _problems(form)]
    count = len(problems)
    heading = _("Có %(count)d chỗ cần sửa") % {"count": count} if count > 1 else _("Có một chỗ cần sửa")
    return render_to_string(
        "ui/components/error_summary.html", {"problems": problems, "heading": heading, **_inline(context)}
    )


@register.simple_tag
def steps(items: Sequence[Mapping[str, Any]], current: int) -> str:
    """Steps of a wizard: mappings with label, note, url; `current` counts from 1, earlier ones are done."""
    shown = [
        {
            "label": item["label"],
            "note": item.get("note"),
            "url": item.get("url"),
            "done": n < current,
            "current": n == current,
        }
        for n, item in enumerate(items, start=1)
    ]
    return render_to_string("ui/components/steps.html", {"steps": shown})


@register.simple_tag
def progress(percent: float | Decimal | Fraction, kind: str = "pri", label: str = "") -> SafeString:
    """A bar filled to `percent`."""
    return charts.bar(percent, kind, label)


@register.simple_tag
def gauge(percent: Any, target: Any = None, caption: str = "", kind: str = "") -> SafeString:
    """A half-circle gauge with its target."""
    return charts.gauge(percent, target, caption, kind)


@register.simple_tag
def day_chart(days: Sequence[tuple[dt.date, int, int]], first: str, second: str = "", title: str = "") -> SafeString:
    """Stacked bars of money per day: (date, amount, amount) in đồng."""
    return charts.day_bars([(day, int(a), int(b)) for day, a, b in days], first, second, title)


@register.simple_tag
def spark(values: Sequence[float], top: float = 100.0, label: str = "") -> SafeString:
    """A small line chart on the scale 0..top."""
    return charts.spark(values, top, label)


@register.simple_tag(takes_context=True)
def copy(context: Context, text: object, what: str = "") -> SafeString:
    """A button that copies `text`; `what` names it for screen readers."""
    return format_html(
        '<button class="btn xs" type="button" data-copy="{}" aria-label="{}">{}<span>{}</span></button>',
        text,
        _("Chép %(what)s") % {"what": what} if what else _("Chép"),
        _icon(context, "copy", "s"),
        _("Chép"),
    )


@register.simple_tag(takes_context=True)
def pairs(context: Context, rows: Iterable[Mapping[str, Any]]) -> str:
    """Definition list: mappings with label, value and optionally copy (text), code, url, url_text."""
    return render_to_string("ui/components/pairs.html", {"rows": [_pair(row) for row in rows], **_inline(context)})


@register.simple_tag(takes_context=True)
def timeline(context: Context, entries: Iterable[Mapping[str, Any]]) -> str:
    """History: mappings with title and optionally note, at (aware moment), kind, icon."""
    return render_to_string("ui/components/timeline.html", {"entries": list(entries), **_inline(context)})


@register.simple_tag
def breadcrumb(*crumbs: str) -> str:
    """Path at depth three: label, url, label, url, …, label of this page."""
    pairs_ = [
        {"label": crumbs[n], "url": crumbs[n + 1] if n + 1 < len(crumbs) else ""} for n in range(0, len(crumbs), 2)
    ]
    return render_to_string("ui/components/breadcrumb.html", {"crumbs": pairs_})


@register.simple_tag
def keys(*pairs_: str) -> SafeString:
    """Key hints: key, meaning, key, meaning… (`"J K" "chuyển dòng"`); hidden on touch screens."""
    hints = zip(pairs_[::2], pairs_[1::2], strict=True)
    body = format_html_join(
        " ",
        "{} <span>{}</span>",
        ((format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in names.split())), text) for names, text in hints),
    )
    return format_html('<p class="keys sm dim wide">{}</p>', body)


def _pair(row: Mapping[str, Any]) -> dict[str, Any]:
    """Every key present: in a template `row.copy` without it would be the mapping's own method."""
    return {key: row.get(key, "") for key in ("label", "value", "copy", "code", "url", "url_text")}


def _icon(context: Context, name: str, size: str = "") -> SafeString:
    return icons.render(name, size, inline=bool(context.get("inline_icons")))


def _inline(context: Context) -> dict[str, object]:
    return {"inline_icons": context.get("inline_icons")}


def _params(context: Context) -> QueryDict:
    request: HttpRequest | None = context.get("request")
    return request.GET.copy() if request else QueryDict(mutable=True)


def _url(params: QueryDict, changes: Mapping[str, object]) -> str:
    changed = params.copy()
    for key, value in changes.items():
        if value is None or value == "":
            changed.pop(key, None)
        else:
            changed[key] = str(value)
    return f"?{changed.urlencode()}"


def _page_links(page: Page[Any], params: QueryDict) -> list[dict[str, object]]:
    if page.paginator.num_pages <= 1:
        return []
    links: list[dict[str, object]] = []
    if page.has_previous():
        url = _url(params, {PAGE_PARAM: page.previous_page_number()})
        links.append({"url": url, "icon": "chevron-left", "label": _("Trang trước"), "rel": "prev"})
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        is_current, is_page = number == page.number, isinstance(number, int)
        url = _url(params, {PAGE_PARAM: number}) if is_page and not is_current else ""
        links.append({"url": url, "text": number, "current": is_current})
    if page.has_next():
        url = _url(params, {PAGE_PARAM: page.next_page_number()})
        links.append({"url": url, "icon": "chevron-right", "label": _("Trang sau"), "rel": "next"})
    return links


def _field_kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, DongInput):
        return "money"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "text"


def _widget_attributes(bound: BoundField, kind: str, described: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if kind in ("text", "money"):
        attributes["class"] = f"in {bound.field.widget.attrs.get('class', '')}".strip()
    if described:
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return attributes


def _first_control(bound: BoundField) -> str:
    """Id of the control that a link to the field focuses: of radio buttons and boxes the first."""
    if _field_kind(bound) == "choices":
        return next((str(choice.id_for_label) for choice in bound), bound.auto_id)
    return bound.id_for_label or bound.auto_id


def _error_texts(bound: BoundField) -> list[str]:
    """The field's errors; a missing value says so without Django's word "trường", here a school."""
    default = str(forms.Field.default_error_messages["required"])
    return [
        _("Chưa điền mục này.") if text == default else str(text)
        for error in bound.form.errors.as_data().get(bound.name, [])
        for text in error.messages
    ]


def _problems(form: forms.BaseForm) -> list[dict[str, str]]:
    found = [{"text": str(error), "target": ""} for error in form.non_field_errors()]
    for bound in form:
        found += [{"text": f"{bound.label}: {error}", "target": _first_control(bound)} for error in _error_texts(bound)]
    return found
