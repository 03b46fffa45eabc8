"""QR pictures: what is drawn is read back; what cannot be read fails with one error."""

from __future__ import annotations

import io
import re
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from truongso.kernel.qr_image import QrImageError, QrImageReason, qr_png, qr_svg, read_qr

SVG = "{http://www.w3.org/2000/svg}"
PAYLOAD = (
    "00020101021238570010A00000072701270006970436011300110012345670208QRIBFTTA"
    "530370454064500005802VN62130809ABK7M2QXP630427A4"
)
LONG = "00020101021238570010a" + "mixed Case, 120 chars " * 4 + "x" * 11


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and ends where its pixels should begin."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\x09IDAT"
    )


def drawn(svg: str, side_px: int) -> Image.Image:
    """Paint the path data module by module: what lies right of an odd number of vertical borders is dark."""
    root = ET.fromstring(svg)  # noqa: S314 (our own output)
    modules = int(root.attrib["viewBox"].split()[2])
    path = root.find(f"{SVG}path")
    assert path is not None
    grid = [[False] * modules for _ in range(modules)]
    x = y = start_x = start_y = 0
    steps = re.findall(r"([Mmhvz])(-?\d+)?(?: ?(-?\d+))?", path.attrib["d"])
    assert "".join(a + b for a, b, _ in steps[:1]) == "M4"
    for command, first, second in steps:
        if command in "Mm":
            x, y = start_x + int(first), start_y + int(second)
            start_x, start_y = x, y
            continue
        target = {"h": x + int(first or 0), "v": x, "z": start_x}[command]
        below = {"h": y, "v": y + int(first or 0), "z": start_y}[command]
        assert target == x or below == y
        for row in range(min(y, below), max(y, below)):
            for column in range(x, modules):
                grid[row][column] = not grid[row][column]
        x, y = target, below
    image = Image.new("L", (modules, modules), 255)
    draw = ImageDraw.Draw(image)
    for row, cells in enumerate(grid):
        for column, dark in enumerate(cells):
            if dark:
                draw.point((column, row), 0)
    return image.resize((side_px, side_px), Image.Resampling.BILINEAR if side_px % modules else Image.Resampling.BOX)


def as_bytes(image: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def test_svg_is_compact_and_plain() -> None:
    assert len(LONG) == 120
    svg = qr_svg(LONG, title='Mã "VietQR" <A&B>')
    assert len(svg.encode()) <= 6 * 1024
    root = ET.fromstring(svg)  # noqa: S314 (our own output)
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}rect", f"{SVG}path"]
    assert root[0].text == 'Mã "VietQR" <A&B>'
    assert (root.attrib["role"], root.attrib["shape-rendering"]) == ("img", "crispEdges")
    assert "style" not in svg
    assert not {"width", "height"} & set(root.attrib)


def test_svg_of_an_invoice_is_version_5_with_a_quiet_zone() -> None:
    svg = qr_svg(PAYLOAD, title="VietQR")
    assert 'viewBox="0 0 45 45"' in svg
    assert len(svg.encode()) < 3 * 1024
    image = drawn(svg, 45)
    assert image.crop((0, 0, 45, 4)).getextrema() == (255, 255)
    assert image.crop((0, 0, 4, 45)).getextrema() == (255, 255)
    assert image.crop((41, 0, 45, 45)).getextrema() == (255, 255)
    assert image.crop((0, 41, 45, 45)).getextrema() == (255, 255)


@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("payload", [PAYLOAD, LONG])
def test_svg_printed_at_40_mm_is_read_back(payload: str, dpi: int) -> None:
    side = round(40 / 25.4 * dpi)
    image = drawn(qr_svg(payload, title="VietQR"), side)
    assert image.size == (side, side)
    assert read_qr(as_bytes(image)) == [payload]
    assert read_qr(as_bytes(image, "JPEG")) == [payload]


@pytest.mark.parametrize("module_px", [1, 3, 8, 20])
def test_png_is_read_back(module_px: int) -> None:
    data = qr_png(PAYLOAD, module_px=module_px)
    assert Image.open(io.BytesIO(data)).size == (45 * module_px, 45 * module_px)
    assert read_qr(data) == [PAYLOAD]


def test_svg_and_png_show_the_same_modules() -> None:
    png = Image.open(io.BytesIO(qr_png(PAYLOAD, module_px=1))).convert("L")
    assert drawn(qr_svg(PAYLOAD, title="x"), 45).tobytes() == png.tobytes()


@settings(max_examples=40, deadline=None)  # pictures take time on a busy machine
@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200))
def test_any_ascii_text_comes_back(text: str) -> None:
    assert read_qr(qr_png(text, module_px=4)) == [text]
    assert read_qr(as_bytes(drawn(qr_svg(text, title="x"), 400))) == [text]


def test_vietnamese_text_comes_back() -> None:
    assert read_qr(qr_png("Trường Số: đóng học phí")) == ["Trường Số: đóng học phí"]


def test_several_codes_on_one_sheet_are_all_read() -> None:
    sheet = Image.new("L", (900, 450), 255)
    for n, text in enumerate(("ABK7M2QXP", "CDN4R5STU")):
        sheet.paste(Image.open(io.BytesIO(qr_png(text))).convert("L"), (450 * n, 40))
    assert sorted(read_qr(as_bytes(sheet))) == ["ABK7M2QXP", "CDN4R5STU"]


def test_a_turned_photo_is_read() -> None:
    image = Image.open(io.BytesIO(qr_png(PAYLOAD))).convert("L").rotate(17, expand=True, fillcolor=255)
    assert read_qr(as_bytes(image, "JPEG")) == [PAYLOAD]


def test_a_transparent_ground_counts_as_white() -> None:
    grey = Image.open(io.BytesIO(qr_png(PAYLOAD))).convert("L")
    clear = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=grey.point(lambda value: 255 - value))
    assert read_qr(as_bytes(clear)) == [PAYLOAD]


def test_a_picture_without_code_gives_none() -> None:
    assert read_qr(as_bytes(Image.new("L", (200, 200), 255))) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", QrImageReason.NOT_PNG_OR_JPEG),
        (b"GIF89a", QrImageReason.NOT_PNG_OR_JPEG),
        (b"%PDF-1.7", QrImageReason.NOT_PNG_OR_JPEG),
        (b"\x89PNG\r\n\x1a\n", QrImageReason.DAMAGED),
        (b"\xff\xd8\xff\xe0", QrImageReason.DAMAGED),
        (qr_png(PAYLOAD)[:200], QrImageReason.DAMAGED),
        (png_header(100, 100), QrImageReason.DAMAGED),
        (png_header(5_000, 4_001), QrImageReason.TOO_MANY_PIXELS),
        (png_header(60_000, 60_000), QrImageReason.TOO_MANY_PIXELS),
    ],
)
def test_what_is_no_readable_picture_is_refused(data: bytes, reason: QrImageReason) -> None:
    with pytest.raises(QrImageError) as caught:
        read_qr(data)
    assert caught.value.reason is reason


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", png_header(9, 9)]))
def test_junk_raises_only_the_one_error(junk: bytes, start: bytes) -> None:
    try:
        found = read_qr(start + junk)
    except QrImageError:
        found = []
    assert found == []


@pytest.mark.parametrize(("payload", "reason"), [("", QrImageReason.EMPTY), ("a" * 3000, QrImageReason.TOO_LONG)])
def test_what_does_not_fit_a_code_is_not_drawn(payload: str, reason: QrImageReason) -> None:
    for draw in (lambda: qr_svg(payload, title="x"), lambda: qr_png(payload)):
        with pytest.raises(QrImageError) as caught:
            draw()
        assert caught.value.reason is reason


@pytest.mark.parametrize("module_px", [0, -1, 101])
def test_a_module_is_1_to_100_pixels(module_px: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        qr_png(PAYLOAD, module_px=module_px)
