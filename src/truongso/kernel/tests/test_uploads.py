"""Uploads are judged by what stands in them: kinds, active content, names."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.kernel.uploads import MB, Content, UploadError, content_of, judge, only, safe_name, tables

WORKBOOK = write_xlsx([SheetOut("Lớp", ["Họ và tên"], [["Nguyễn Bảo An"]])])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def with_part(name: str, *, link: bool = False) -> bytes:
    """The workbook with one part more."""
    out = io.BytesIO(WORKBOOK)
    with zipfile.ZipFile(out, "a") as package:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = ((stat.S_IFLNK | 0o777) << 16) if link else 0
        package.writestr(entry, b"../../etc/passwd")
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (WORKBOOK, Content.WORKBOOK), (OLE, Content.WORKBOOK), (archive("word/document.xml"), Content.ARCHIVE),
        (b"PK\x03\x04 broken", Content.ARCHIVE), (b"Rar!\x1a", Content.ARCHIVE), (b"\x1f\x8b\x08", Content.ARCHIVE),
        ("Họ và tên;Lớp\nAn;3A2".encode(), Content.TEXT), ("Họ;Lớp".encode("utf-16"), Content.TEXT),
        ("Name,Class\nAn,3A2".encode("utf-16-le"), Content.TEXT), (b"MZ;LOP\n1;3A2", Content.TEXT),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Document/>", Content.XML), (b"  <HTML><table>", Content.PAGE),
        (b"<?xml version='1.0'?><svg onload='x()'/>", Content.PROGRAM), (b"<svg/onload=alert(1)>", Content.PROGRAM),
        (b"<script>alert(1)</script>", Content.PROGRAM), (b"\x89PNG\r\n\x1a\n", Content.PICTURE),
        (b"\xff\xd8\xff\xe0", Content.PICTURE), (b"%PDF-1.7", Content.PDF), (b"MZ\x90\x00\x03", Content.PROGRAM),
        (b"\x7fELF\x02", Content.PROGRAM), (b"#!/bin/sh\n", Content.PROGRAM), (b"<?php x();", Content.PROGRAM),
        (b"GIF89a<?php ?>", Content.OTHER), (b"\x00\x01\x02\x03" * 50, Content.OTHER),
    ],
)  # fmt: skip
def test_what_a_file_is_stands_in_it(data: bytes, content: Content) -> None:
    assert content_of(data) == content


@pytest.mark.parametrize(
    "data",
    [
        with_part("xl/vbaProject.bin"), with_part("xl/embeddings/oleObject1.bin"), with_part("xl/activeX/activeX1.xml"),
        with_part("../../vao.sh"), with_part("..\\..\\vao.bat"), with_part("/etc/cron.d/x"), with_part("C:/x.bat"),
        with_part("xl/noi", link=True), OLE + "_VBA_PROJECT_CUR".encode("utf-16-le"),
    ],
)  # fmt: skip
def test_a_workbook_that_could_do_something_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError) as refused:
        judge(data, tables(MB))
    assert refused.value.code == "active"


def test_size_and_kind_are_the_forms_own() -> None:
    assert judge(WORKBOOK, tables(MB)) is Content.WORKBOOK
    refusals = [
        (b"", tables(MB)), (b"a" * 11, tables(10)), (b"#!/bin/sh", tables(MB)),
        (WORKBOOK, only(Content.PICTURE, most=MB)),
    ]  # fmt: skip
    found = []
    for data, rule in refusals:
        with pytest.raises(UploadError) as refused:
            judge(data, rule)
        found.append((refused.value.code, refused.value.params))
    assert found == [
        ("empty", {}), ("too_large", {"most": 10}), ("wrong_content", {"content": Content.PROGRAM}),
        ("wrong_content", {"content": Content.WORKBOOK}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("lớp 3A2.xlsx", "lớp 3A2.xlsx"), ("../../etc/passwd", "passwd"), ("C:\\tệp\\sao kê.csv", "sao kê.csv"),
        ("hoa-don\u202excod.exe", "hoa-donxcod.exe"), ("a\r\nb\x00.csv", "a b.csv"), ("...", "tep"), ("", "tep"),
        ("Ho\u0301a.xlsx", "Hóa.xlsx"), ("x" * 300 + ".xlsx", "x" * 95 + ".xlsx"), ("y" * 300, "y" * 100),
    ],
)  # fmt: skip
def test_names_are_shown_without_paths_and_tricks(given: str, safe: str) -> None:
    assert safe_name(given) == safe
