"""The icon sprite: one cached file for staff pages, the same drawings inlined for parent pages."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = Path(__file__).parent / "static" / "ui" / "icons.svg"
_SYMBOL = re.compile(r'<symbol id="i-([a-z0-9-]+)" viewBox="0 0 24 24">(.*?)</symbol>')


@functools.cache
def drawings() -> dict[str, SafeString]:
    """Inner markup of every icon by name."""
    text = SPRITE.read_text(encoding="utf-8")
    return {name: mark_safe(body) for name, body in _SYMBOL.findall(text)}  # noqa: S308  our own vendored file


def render(name: str, size: str = "", *, inline: bool = False, label: str = "") -> SafeString:
    """An <svg> of the named icon; without a label it is hidden from screen readers.

    `size` is "" (20 px), "s" (16), "l" (28) or "xl" (40). Raises KeyError for a name not in the sprite.
    """
    body = drawings()[name]
    classes = f"i {size}".strip()
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    if inline:
        return format_html('<svg class="{}" viewBox="0 0 24 24" {}>{}</svg>', classes, spoken, body)
    source = f"{static('ui/icons.svg')}#i-{name}"
    return format_html('<svg class="{}" {}><use href="{}"/></svg>', classes, spoken, source)
