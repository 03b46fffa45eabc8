"""Whatever a sheet holds, it is read or refused with a reason; no row gets lost."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from truongso.kernel.sheets import Cell
from truongso.people.roster import RosterError, plan_changes, refused_table
from truongso.people.roster.labels import ALIASES, column_of
from truongso.people.roster.tests.tables import STUDENT_LIST_EXPORT, parse, sheet
from truongso.people.roster.types import Column, column_letter

LABELS = [label for labels in ALIASES.values() for label in labels]
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from([*LABELS, "Nam", "Nữ", "Tổng số", "5A", "05/12/2015", "1001234567", "Lò Thị Hoa"]),
    st.integers(-10, 10**12),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
GRIDS = st.lists(st.lists(CELLS, max_size=8), max_size=10)


@settings(max_examples=300, deadline=None)
@given(GRIDS)
def test_any_sheet_is_read_or_refused_with_a_code(rows: list[list[Cell]]) -> None:
    with suppress(RosterError):
        roster = parse(sheet(rows))
        assert roster.rows or roster.refused


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=8))
def test_no_row_with_imported_cells_gets_lost(rows: list[list[Cell]]) -> None:
    header: list[Cell] = ["Mã định danh", "Họ tên", "Ngày sinh", "Lớp", "SĐT", "Trạng thái"]
    rows = [["9915900001", "Lò Thị Hoa", dt.date(2015, 1, 1), "5A", None, None], *rows]
    try:
        roster = parse(sheet([header, *rows]))
    except RosterError:
        return
    seen = {r.row for r in roster.rows} | {r.row for r in roster.refused} | set(roster.skipped_rows)
    filled = {
        number
        for number, row in enumerate(rows, start=2)
        if any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row)
    }
    assert filled == seen - set(range(2, roster.header_row + 1))
    assert len(refused_table(plan_changes([], roster))) == len(roster.refused) + 1


def test_every_label_means_one_thing() -> None:
    assert [column_of(label) for label in LABELS] == [c for c, labels in ALIASES.items() for _ in labels]
    assert Column.UNKNOWN not in {column_of(label) for label in STUDENT_LIST_EXPORT}


def test_columns_are_named_as_spreadsheets_do() -> None:
    assert [column_letter(i) for i in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]
