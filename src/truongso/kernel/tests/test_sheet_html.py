"""Web pages under the name of a workbook: cells stand where the browser shows them, tricks lead nowhere."""

from __future__ import annotations

import contextlib
import time

import pytest

from truongso.kernel.sheets import Limits, SheetError, read_sheets


def read(text: str, **limits: int) -> list[list[object]]:
    return [list(row) for row in read_sheets(text.encode(), "a.xls", limits=Limits(**limits), html_tables=True)[0].rows]


def test_cells_spans_line_breaks_and_entities() -> None:
    page = """<html><head><style>td {x: "<table>"}</style></head><body><!-- <table> -->
    <table border=1><tr><th colspan="2">T&agrave;i khoản</th><th rowspan=2>Số&nbsp;dư</th><th>D</th></tr>
    <tr><td>a<br>b</td><td> 1 &lt; 2 </td><td>4</td></table><table><tr><td>x<td>y</tr></table></body></html>"""
    assert read(page) == [["Tài khoản", None, "Số dư", "D"], ["a\nb", "1 < 2", None, "4"], ["x", "y", None, None]]


def test_what_is_no_table_or_broken_off() -> None:
    for text, code in (("<html><body>Đăng nhập</body></html>", "html"), ("<html><table><tr><td>1", "damaged")):
        with pytest.raises(SheetError) as refused:
            read(text)
        assert refused.value.code == code
    with pytest.raises(SheetError) as refused:
        read("<table><tr><td colspan=9999>1</td></tr></table>")
    assert refused.value.code == "too_many_columns"
    with pytest.raises(SheetError) as refused:
        read("<table>" + "<tr><td>1</td></tr>" * 4 + "</table>", max_rows=3)
    assert (refused.value.code, refused.value.params["count"]) == ("too_many_rows", 4)


def test_doctypes_entities_and_scripts_bring_nothing_in() -> None:
    page = (
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><table><tr><td>&x;</td>'
        "<td><script>document.write('<td>1</td>')</script>2</td></tr></table></html>"
    )
    assert read(page) == [["&x;", "2"]]


@pytest.mark.parametrize(
    "part", ["<!--", "<td", "<table><tr>", "<script>", "&#", "<td a='", "</", "<", "<td rowspan=9999>"]
)
def test_hostile_pages_take_no_time(part: str) -> None:
    started = time.process_time()
    with contextlib.suppress(SheetError):
        read("<html><table>" + part * 100_000)
    assert time.process_time() - started < 3
