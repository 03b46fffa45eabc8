"""Uploaded tables: what is read, and that every bad file is refused by its own code, fast and small."""

from __future__ import annotations

import datetime as dt
import io
import random
import time
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from truongso.kernel.sheets import Cell, Limits, SheetError, read_sheets
from truongso.kernel.tests.xls_builder import xls

ROSTER: list[list[Cell]] = [
    ["STT", "Họ và tên", "Ngày sinh"],
    ["1", "Nguyễn Thị Hồng Thắm", "01/02/2010"],
    ["2", "Đỗ Quỳnh Trường Vũ", "31/12/2011"],
]
ROSTER_TEXT = "\r\n".join(";".join(str(c) for c in row) for row in ROSTER) + "\r\n"


def xlsx(fill: Callable[[xlsxwriter.Workbook, object], None]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book, book.add_worksheet("Danh sách"))
    book.close()
    return out.getvalue()


def small_xlsx() -> bytes:
    return xlsx(lambda _book, page: page.write_row(0, 0, ["Họ và tên", 12]))  # type: ignore[attr-defined]


def packed(parts: dict[str, bytes], base: bytes | None = None, *, stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as package:
        if base is not None:
            with zipfile.ZipFile(io.BytesIO(base)) as old:
                for entry in old.infolist():
                    if entry.filename not in parts:
                        package.writestr(entry.filename, old.read(entry))
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def sheet_xml(cells: str, head: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    body = f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
    return f'<?xml version="1.0"?>{head}{body}'.encode()


def with_sheet(cells: str, head: str = "") -> bytes:
    return packed({"xl/worksheets/sheet1.xml": sheet_xml(cells, head)}, small_xlsx())


def refusal(data: bytes, **limits: int) -> tuple[str, dict[str, object]]:
    with pytest.raises(SheetError) as caught:
        read_sheets(data, "tệp.xlsx", limits=Limits(**limits))
    return caught.value.code, caught.value.params


def cp1258(text: str) -> bytes:
    """Windows-1258 keeps the letter and writes its tone as a byte of its own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones))
        out += base + "".join(p for p in parts if p in tones)
    return out.encode("cp1258")


def test_xlsx_keeps_types_and_row_numbers() -> None:
    def fill(book: xlsxwriter.Workbook, page: object) -> None:
        write = page.write  # type: ignore[attr-defined]
        write(2, 1, "Họ\u202e te\u0302n\x01 ")
        write(3, 1, 5)
        write(3, 2, 5.5)
        write(4, 1, dt.datetime(2026, 1, 2), book.add_format({"num_format": "dd/mm/yyyy"}))
        write(4, 2, dt.datetime(2026, 1, 2, 3, 4, 5), book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}))
        write(5, 1, True)
        page.write_blank(900, 9, None, book.add_format({"bold": True}))  # type: ignore[attr-defined]

    [sheet] = read_sheets(xlsx(fill), "a.bin")
    assert sheet.name == "Danh sách"
    assert sheet.rows == [
        [None, None, None],
        [None, None, None],
        [None, "Họ tên ", None],
        [None, 5, 5.5],
        [None, dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4, 5)],
        [None, True, None],
    ]
    assert type(sheet.rows[3][1]) is int


def test_hidden_sheets_stay_unread() -> None:
    def fill(book: xlsxwriter.Workbook, page: object) -> None:
        page.write(0, 0, "thấy")  # type: ignore[attr-defined]
        hidden = book.add_worksheet("ẩn")
        hidden.write(0, 0, "không thấy")
        hidden.hide()

    assert [s.name for s in read_sheets(xlsx(fill), "a.xlsx")] == ["Danh sách"]


def test_cells_without_references_are_read_where_they_stand() -> None:
    data = with_sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row><c t='str'><v>ba</v></c></row>")
    assert read_sheets(data, "a.xlsx")[0].rows == [[1, 2], ["ba", None]]


def test_xls_is_read() -> None:
    data = xls({(0, 0): "Họ và tên", (0, 1): "Số tiền", (2, 0): "Đỗ Vũ", (2, 1): 450000.0})
    [sheet] = read_sheets(data, "tên sai.csv")
    assert sheet.rows == [["Họ và tên", "Số tiền"], [None, None], ["Đỗ Vũ", 450000]]


def test_xls_that_asks_for_all_memory_ends_only_its_own_process() -> None:
    assert refusal(xls({(0, 0): 1.0, (65535, 65535): 2.0})) == ("damaged", {})
    assert refusal(xls({(0, 600): 1.0})) == ("too_many_columns", {"count": 601, "limit": 512})


@pytest.mark.parametrize(
    "data",
    [
        ROSTER_TEXT.encode(),
        ROSTER_TEXT.encode("utf-8-sig"),
        ROSTER_TEXT.encode("utf-16"),
        ROSTER_TEXT.encode("utf-16-le"),
        ROSTER_TEXT.encode("utf-16-be"),
        unicodedata.normalize("NFD", ROSTER_TEXT).encode(),
        cp1258(ROSTER_TEXT),
        ROSTER_TEXT.replace(";", ",").encode(),
        ROSTER_TEXT.replace(";", "\t").encode("utf-16"),
    ],
    ids=["utf8", "bom", "utf16", "utf16le", "utf16be", "nfd", "cp1258", "comma", "tab"],
)
def test_text_tables_in_every_office_encoding(data: bytes) -> None:
    [sheet] = read_sheets(data, "danh-sach.csv")
    assert (sheet.name, sheet.rows) == ("danh-sach.csv", ROSTER)


def test_windows_1252_only_when_it_cannot_be_read_otherwise() -> None:
    assert read_sheets("Lê Thúy Hà;thì\n".encode("cp1252"), "a")[0].rows == [["Lê Thúy Hà", "thì"]]
    assert refusal("ngõ;nhà\n".encode("cp1252")) == ("bad_encoding", {"reason": "ambiguous"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Häc sinh;NguyÔn V¨n An".encode("cp1252"), "unknown"),  # TCVN3 fonts
        ("Hoïc;Nguyeãn Vaên An".encode("cp1252"), "unknown"),  # VNI fonts
        (ROSTER_TEXT.encode().decode("latin-1").encode(), "double"),
        (b"\xef\xbb\xbfabc;\xff", "broken"),
        (b"\xff\xfea\x00\x00\xd8", "broken"),
    ],
    ids=["tcvn3", "vni", "double", "utf8", "utf16"],
)
def test_text_that_would_read_wrong_is_refused(data: bytes, reason: str) -> None:
    assert refusal(data) == ("bad_encoding", {"reason": reason})


def test_amounts_with_commas_do_not_confuse_a_semicolon_table() -> None:
    text = "Ngày;Nợ;Có\n01/02/2026;1,000,000;\n02/02/2026;;2,000,000\n"
    assert read_sheets(text.encode(), "a")[0].rows[1] == ["01/02/2026", "1,000,000", None]


def test_quotes_decide_between_delimiters() -> None:
    assert read_sheets(b'"",";"\n', "a")[0].rows == [[None, ";"]]


def test_unclosed_quote_does_not_swallow_rows() -> None:
    assert refusal(b'a;b\n1;"x\n2;y\n')[0] == "damaged"


def test_limits_stand_before_parsing() -> None:
    assert refusal(b"x" * 11, max_bytes=10) == ("too_large", {"size": 11, "limit": 10})
    assert refusal(b"a\nb\nc\n", max_rows=2) == ("too_many_rows", {"count": 3, "limit": 2})
    assert refusal(b"a;b;c\n", max_columns=2) == ("too_many_columns", {"count": 3, "limit": 2})
    assert refusal(b"a;b\nc;d\n", max_cells=3) == ("too_many_cells", {"count": 4, "limit": 3})


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="SA900000"><v>1</v></c></row>', "too_many_cells"),
        ('<row r="1"><c s=">" r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        ('<row r="1"><c r="&#88;FD1"><v>1</v></c></row>', "too_many_columns"),
        ('<!-- <c " --><row r="1"><c r="XFD1"><v>1</v></c></row><!-- " -->', "too_many_columns"),
        ('<row r="1000001"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="A1" r="XFD1"><v>1</v></c></row>', "damaged"),
        ('<row r="1"><c r="1"><v>1</v></c></row>', "damaged"),
    ],
)
def test_a_far_cell_never_reaches_the_library(cells: str, expected: str) -> None:
    assert refusal(with_sheet(cells))[0] == expected


def test_unsafe_containers() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    assert refusal(with_sheet("", doctype)) == ("unsafe_xml", {"part": "xl/worksheets/sheet1.xml"})
    utf16 = packed({"xl/worksheets/sheet1.xml": sheet_xml("").decode().encode("utf-16")}, small_xlsx())
    assert refusal(utf16)[0] == "damaged"
    zeros = packed({"xl/worksheets/sheet1.xml": b"0" * 20_000_000}, small_xlsx())
    assert refusal(zeros)[0] == "zip_bomb"
    assert refusal(
        packed({"xl/workbook.xml": b"<a/>", "b": bytes(3_000_000)}, stored=True), max_unpacked=2_999_999
    ) == (
        "zip_bomb",
        {"size": 3_000_004, "limit": 2_999_999},
    )
    assert refusal(packed({f"p{i}": b"" for i in range(11)}), max_entries=10) == (
        "zip_bomb",
        {"entries": 11, "limit": 10},
    )
    assert refusal(packed({"a.txt": b"x"}))[0] == "archive"
    assert refusal(packed({"content.xml": b"<a/>", "xl/workbook.xml": b"<a/>"}))[0] == "other_workbook"
    locked = bytearray(small_xlsx())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.find(mark)
        while start >= 0:
            locked[start + place] |= 1
            start = locked.find(mark, start + 4)
    assert refusal(bytes(locked))[0] == "encrypted"


JUNK = random.Random(4725).randbytes(10 * 1024 * 1024)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"\n;;\n", "empty"),
        (xlsx(lambda _book, _page: None), "empty"),
        (JUNK, "not_a_table"),
        (bytes(b or 1 for b in JUNK[:2_000_000]), "not_a_table"),
        (b"a" * (10 * 1024 * 1024), "not_a_table"),
        (packed({"xl/workbook.xml": b"<a/>", "xl/x.xml": b"0" * 190_000_000}), "zip_bomb"),
        (small_xlsx()[:3000], "damaged"),
        (small_xlsx()[:-30], "damaged"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (xls({(0, 0): 1.0})[:1500], "damaged"),
    ],
    ids=range(15),
)
def test_bad_files_are_refused_quickly(data: bytes, expected: str) -> None:
    tracemalloc.start()
    started = time.process_time()
    code, _params = refusal(data)
    seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert code == expected
    assert seconds < 2
    assert peak < 64 * 1024 * 1024
