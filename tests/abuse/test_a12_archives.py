"""A12: an uploaded package is never unpacked to a path; names that lead out, links and twins are refused."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile

import pytest

from tests.abuse.lists import using
from truongso.kernel.sheet_writer import SheetOut, write_xlsx
from truongso.kernel.sheets import SheetError, read_sheets
from truongso.kernel.uploads import MB, UploadError, judge, tables

BOOK = write_xlsx([SheetOut("Lớp", ["Họ và tên"], [["Nguyễn Bảo An"]])])
NAMES = (
    "../vao.php", "../../../../etc/cron.d/x", "..\\..\\vao.bat", "xl/../../vao.php", "/etc/passwd", "C:\\vao.bat",
    "c:/windows/vao.bat", "./../vao", "xl\\..\\..\\vao",
)  # fmt: skip


def added(name: str, *, mode: int = 0) -> bytes:
    out = io.BytesIO(BOOK)
    with zipfile.ZipFile(out, "a") as package:
        entry = zipfile.ZipInfo("x")
        entry.filename, entry.external_attr = name, mode << 16
        package.writestr(entry, b"/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(UploadError) as refused:
        judge(added(name), tables(MB))
    assert refused.value.code == "active"


def test_a_link_is_refused_wherever_it_points() -> None:
    with pytest.raises(UploadError) as refused:
        judge(added("xl/worksheets/sheet2.xml", mode=stat.S_IFLNK | 0o777), tables(MB))
    assert refused.value.code == "active"


def test_two_parts_of_one_name_are_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twice = added("xl/worksheets/sheet1.xml")
    with pytest.raises(SheetError) as refused:
        read_sheets(twice, "a.xlsx")
    assert refused.value.code == "damaged"


def test_the_reader_sees_only_parts_of_a_workbook() -> None:
    """A part the judge does not know is neither read nor carried on."""
    assert read_sheets(added("xl/media/image1.png"), "a.xlsx")[0].rows == read_sheets(BOOK, "a.xlsx")[0].rows


def test_nothing_in_the_product_unpacks_to_a_path() -> None:
    assert using(r"\.(extract|extractall|unpack_archive)\(") == set()
