"""Pictures of QR codes: payload → SVG or PNG, and PNG or JPEG → payloads.

Error correction level M (15 %), quiet zone of 4 modules on every side (ISO/IEC 18004).
"""

from __future__ import annotations

import html
import io
import struct
import zlib
from enum import StrEnum
from typing import Any

import zxingcpp
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin

QUIET_ZONE = 4
MAX_PIXELS = 20_000_000
"""Pictures with more pixels are refused before they are unpacked."""

_READERS = {
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,
}
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, zlib.error)


class QrImageReason(StrEnum):
    """Why a picture cannot be drawn or read. Stable words."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_PNG_OR_JPEG = "not_png_or_jpeg"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"


class QrImageError(ValueError):
    """The one error of this module. `params` holds what a message may show (pixels, limit)."""

    def __init__(self, reason: QrImageReason, **params: int) -> None:
        super().__init__(f"{reason}: {params}" if params else str(reason))
        self.reason = reason
        self.params = params


def qr_svg(payload: str, *, title: str) -> str:
    """The code as one `<svg>` element without size or style: the page or the paper says how large it is.

    All modules are one path of outlines on a white ground: no hairlines between rows at any zoom or in print.
    `title` is what a screen reader says. Raises QrImageError (EMPTY, TOO_LONG).
    """
    modules = _modules(payload)
    side = len(modules) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        ' shape-rendering="crispEdges">'
        f"<title>{html.escape(title)}</title>"
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{_outlines(modules)}"/></svg>'
    )


def qr_png(payload: str, *, module_px: int = 8) -> bytes:
    """The code as a black and white PNG, `module_px` pixels to a module.

    Raises QrImageError (EMPTY, TOO_LONG) and ValueError when `module_px` is not 1–100.
    """
    if not 1 <= module_px <= 100:
        raise ValueError("module_px must be 1 to 100")
    modules = _modules(payload)
    size = len(modules)
    picture = Image.frombytes("L", (size, size), bytes(0 if dark else 255 for row in modules for dark in row))
    picture = ImageOps.expand(picture, QUIET_ZONE, 255)
    side = picture.width * module_px
    out = io.BytesIO()
    picture.resize((side, side), Image.Resampling.NEAREST).convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def read_qr(image: bytes) -> list[str]:
    """Texts of all QR codes in a PNG or JPEG, in the order found; empty when there is none.

    Raises QrImageError: NOT_PNG_OR_JPEG, DAMAGED, TOO_MANY_PIXELS (judged from the header alone).
    """
    reader = next((reader for magic, reader in _READERS.items() if image.startswith(magic)), None)
    if reader is None:
        raise QrImageError(QrImageReason.NOT_PNG_OR_JPEG)
    try:
        picture = reader(io.BytesIO(image))
    except _DAMAGE as error:
        raise QrImageError(QrImageReason.DAMAGED) from error
    pixels = picture.width * picture.height
    if pixels > MAX_PIXELS:
        raise QrImageError(QrImageReason.TOO_MANY_PIXELS, pixels=pixels, limit=MAX_PIXELS)
    try:
        grey = _on_white(picture)
    except _DAMAGE as error:
        raise QrImageError(QrImageReason.DAMAGED) from error
    found = zxingcpp.read_barcodes(grey, _QR, text_mode=zxingcpp.TextMode.Plain)
    return [code.text for code in found]


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return picture.convert("L")


def _modules(payload: str) -> list[list[bool]]:
    """Rows of modules, True = dark, without quiet zone."""
    if not payload:
        raise QrImageError(QrImageReason.EMPTY)
    try:
        code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise QrImageError(QrImageReason.TOO_LONG, length=len(payload)) from error
    bitmap: Any = code.to_image(scale=1, add_quiet_zones=False)  # two-dimensional, which its type does not say
    rows: Any = memoryview(bitmap).tolist()
    return [[value == 0 for value in row] for row in rows]


def _outlines(modules: list[list[bool]]) -> str:
    """Path data of the borders between dark and light, in relative steps with the dark on the right hand."""
    steps = _border_steps(modules)
    path: list[str] = []
    at = (0, 0)
    for start in sorted(steps, key=lambda corner: (corner[1], corner[0])):
        while start in steps:
            path.append(f"m{start[0] - at[0]} {start[1] - at[1]}")
            path += _loop(steps, start)
            at = start
    return "".join(path).replace("m", "M", 1).replace(" -", "-")


def _border_steps(modules: list[list[bool]]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """For every corner of the grid, the unit steps along borders that leave it."""
    size = len(modules)

    def dark(x: int, y: int) -> bool:
        return 0 <= x < size and 0 <= y < size and modules[y][x]

    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for y in range(size):
        for x in range(size):
            if not modules[y][x]:
                continue
            left, top = x + QUIET_ZONE, y + QUIET_ZONE
            for neighbour, corner, step in (
                (dark(x, y - 1), (left, top), (1, 0)),
                (dark(x + 1, y), (left + 1, top), (0, 1)),
                (dark(x, y + 1), (left + 1, top + 1), (-1, 0)),
                (dark(x - 1, y), (left, top + 1), (0, -1)),
            ):
                if not neighbour:
                    steps.setdefault(corner, []).append(step)
    return steps


def _loop(steps: dict[tuple[int, int], list[tuple[int, int]]], start: tuple[int, int]) -> list[str]:
    """Walk one closed border from `start`, using its steps up; a straight run becomes one `h` or `v`."""
    runs: list[tuple[int, int]] = []
    at = start
    while True:
        leaving = steps[at]
        step = leaving.pop()
        if not leaving:
            del steps[at]
        if runs and (runs[-1][0] * step[0] > 0 or runs[-1][1] * step[1] > 0):
            step_x, step_y = runs.pop()
            runs.append((step_x + step[0], step_y + step[1]))
        else:
            runs.append(step)
        at = (at[0] + step[0], at[1] + step[1])
        if at == start:
            break
    return [f"h{x}" if x else f"v{y}" for x, y in runs[:-1]] + ["z"]
