"""Page weight: what a parent's phone loads first stays small (gzip sizes)."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.template.loader import render_to_string

STATIC = Path(__file__).parents[1] / "static" / "ui"


def _gzip(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), mtime=0)) for name in names)


@pytest.mark.parametrize(
    ("names", "most"),
    [
        (("tokens.css", "parent.css"), 8_000),
        (("tokens.css", "parent.css", "app.css"), 10_500),
        (("app.js",), 3_000),
        (("icons.svg",), 9_000),
        (("htmx.min.js",), 17_500),
    ],
)
def test_files_stay_within_their_budget(names: tuple[str, ...], most: int) -> None:
    assert _gzip(*names) <= most


def test_parent_page_loads_two_styles_and_one_script_and_no_preload() -> None:
    page = render_to_string("ui/base_parent.html", {"school_name": "TH Lê Văn Tám"})
    assert page.count('rel="stylesheet"') == 2
    assert page.count("<script") == 1
    assert "preload" not in page
    assert "htmx" not in page
    assert "icons.svg" not in page


def test_parent_fonts_are_optional_and_staff_fonts_swap() -> None:
    assert (STATIC / "parent.css").read_text(encoding="utf-8").count("font-display:optional") == 2
    assert (STATIC / "app.css").read_text(encoding="utf-8").count("font-display:swap") == 2
