"""Typst templates → PDF or PNG.

Whatever people typed reaches a template as JSON text in `sys.inputs.data` and is set as text: it is never
parsed as markup, so `#`, `$`, `*` or `\\` in a name stay what they are. Only fonts of the product are used:
the same paper on every machine, every Vietnamese letter embedded, text that can be copied and searched.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from truongso.kernel import clock

FONTS = Path(__file__).parent / "fonts"
SERIF = "Tinos"

# Marks that turn the direction of writing round could make a printed name or amount read as another.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def compile_typst(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template; it reads `json(bytes(sys.inputs.data))`. `data` holds JSON values only.

    The creation time in the file is that of the clock. Raises typst.TypstError when the template fails,
    TypeError when the data is no JSON.
    """
    compiled: bytes = _compiler(template, data).compile(format="pdf", timestamp=int(clock.now().timestamp()))
    return compiled


def compile_typst_png(template: Path, data: Mapping[str, Any], *, ppi: int = 144) -> bytes:
    """The one page of a template as PNG.

    Raises as `compile_typst`, and ValueError when there are more pages.
    """
    compiled: bytes | list[bytes] = _compiler(template, data).compile(format="png", ppi=ppi)
    pages = [compiled] if isinstance(compiled, bytes) else compiled
    if len(pages) != 1:
        raise ValueError("a picture is made of one page")
    return pages[0]


def _compiler(template: Path, data: Mapping[str, Any]) -> Any:
    text = json.dumps(_printable(data), ensure_ascii=False)
    return typst.Compiler(
        template.read_bytes(),
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": text},
    )


@functools.cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _printable(value: Any) -> Any:
    """Texts without what has no glyph (control characters become spaces) and without direction marks."""
    if isinstance(value, str):
        return "".join(map(_printable_char, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value


def _printable_char(char: str) -> str:
    if char in _DIRECTION_MARKS:
        return ""
    return " " if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n" else char
