"""Papers keep every letter, take no orders from what people typed, and use fonts that are what they claim."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest
from PIL import ImageFont
from tests import pdf

from truongso.kernel.documents import compile_typst, compile_typst_png
from truongso.kernel.documents.typesetting import FONTS

TEMPLATE = """#set page(width: 160mm, height: auto, margin: 5mm)
#set text(font: "Tinos", size: 10pt, lang: "vi")
#let data = json(bytes(sys.inputs.data))
#data.text
"""
VIETNAMESE = (
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ₫–—−…“”‘’"
)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "one.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "typed",
    [
        '#let x = 1; #read("/etc/passwd") #pagebreak()',
        "$ x^2 $ *đậm* _nghiêng_ `mã` = Tiêu đề",
        "\\ #sys.inputs ~ @nhan <nhan> // chú thích",
        "{{7*7}} {x.__class__} #{1+1}",
        "\" } ] ' \\u0041",
    ],
)
def test_what_people_typed_is_text(template: Path, typed: str) -> None:
    assert pdf.text(compile_typst(template, {"text": typed})) == typed


def test_every_vietnamese_letter_can_be_copied_back(template: Path) -> None:
    words = " ".join(VIETNAMESE)
    assert "".join(pdf.text(compile_typst(template, {"text": words})).split()) == VIETNAMESE


def test_decomposed_input_prints_as_composed(template: Path) -> None:
    assert pdf.text(compile_typst(template, {"text": "Nguye\u0302\u0303n"})) == "Nguyễn"


def test_control_characters_and_direction_marks_are_not_set(template: Path) -> None:
    assert pdf.text(compile_typst(template, {"text": "An\x00Bình\u202e001"})) == "An Bình001"


def test_the_font_is_embedded(template: Path) -> None:
    fonts = pdf.fonts(compile_typst(template, {"text": "Đặng Thị Hằng"}))
    assert [(row[0].split("+")[1], row[-5:-2]) for row in fonts] == [("Tinos", ["yes", "yes", "yes"])]


def test_a_picture_is_one_page(template: Path) -> None:
    assert compile_typst_png(template, {"text": "An"}).startswith(b"\x89PNG")
    template.write_text(TEMPLATE + "#pagebreak()\nb")
    with pytest.raises(ValueError, match="one page"):
        compile_typst_png(template, {"text": "An"})


def test_fonts_are_what_the_manifest_says() -> None:
    packages = tomllib.loads((FONTS / "VENDORED.toml").read_text(encoding="utf-8"))["package"]
    hashes = {name: digest for package in packages for name, digest in package["sha256"].items()}
    present = {path.name for path in FONTS.iterdir()}
    assert present == {"VENDORED.toml", *hashes}
    for name, digest in hashes.items():
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("name", ["Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf"])
def test_fonts_have_every_vietnamese_letter(name: str) -> None:
    font = ImageFont.truetype(FONTS / name, 40)
    absent = bytes(font.getmask("\U0010fffe"))
    assert [char for char in VIETNAMESE if bytes(font.getmask(char)) == absent] == []
