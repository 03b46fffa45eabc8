"""Reading PDFs back with poppler, as other programs do."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

from PIL import Image


def text(pdf: bytes, *, layout: bool = True) -> str:
    """The text of all pages; pages are parted by a form feed."""
    return _run("pdftotext", *(["-layout"] if layout else []), "-", "-", data=pdf).strip()


def fonts(pdf: bytes) -> list[list[str]]:
    """One row per font: name, …, embedded, subset, Unicode map, object."""
    return [line.split() for line in _run("pdffonts", "-", data=pdf).splitlines()[2:]]


def page_sizes(pdf: bytes) -> list[str]:
    """Width and height of every page in points, as pdfinfo prints them."""
    found = _run("pdfinfo", "-l", "-1", "-", data=pdf)
    return re.findall(r"^Page +\d+ size: +(.+)$", found, flags=re.MULTILINE)


def picture(pdf: bytes, *, dpi: int) -> bytes:
    """The first page as PNG, as a printer would lay it down."""
    return _output("pdftoppm", "-png", "-singlefile", "-r", str(dpi), "-", data=pdf)


def grey(pdf: bytes, *, dpi: int) -> Image.Image:
    """The first page in shades of grey, to be measured."""
    return Image.open(io.BytesIO(picture(pdf, dpi=dpi))).convert("L")


def _run(program: str, *arguments: str, data: bytes) -> str:
    return _output(program, *arguments, data=data).decode()


def _output(program: str, *arguments: str, data: bytes) -> bytes:
    path = shutil.which(program)
    if path is None:
        raise RuntimeError(f"{program} is not installed (package poppler-utils)")
    return subprocess.run([path, *arguments], input=data, capture_output=True, check=True).stdout  # noqa: S603
