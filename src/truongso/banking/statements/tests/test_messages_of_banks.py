"""MT940, camt.052/053/054, web pages and XLS: exact values from whole files, breaks and tricks refused."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.fuzz.seeds import CAMT, HTML, MT940

from truongso.banking.statements import ParsedStatement, StatementError, read_statement
from truongso.banking.statements.types import RowKind
from truongso.kernel.clock import SCHOOL_TIME
from truongso.kernel.sheets import SheetError
from truongso.kernel.tests.xls_builder import xls

ACCOUNT = "0011001234567"
Told = tuple[dt.date, str, int, str, str, bool]


def read(content: str | bytes, expected: str | None = ACCOUNT) -> ParsedStatement:
    data = content if isinstance(content, bytes) else content.encode()
    return read_statement(data, "sao-ke", expected_account=expected)


def told(parsed: ParsedStatement) -> list[Told]:
    return [(x.booked_on, x.direction.value, x.amount.value, x.reference, x.memo, x.undoes) for x in parsed.lines]


def codes(parsed: ParsedStatement) -> list[str]:
    return [problem.code for problem in parsed.problems]


FIFTH, SIXTH = dt.date(2026, 11, 5), dt.date(2026, 11, 6)


def test_mt940_with_plain_and_divided_memos_and_a_reversal() -> None:
    parsed = read(MT940)
    assert (parsed.layout, parsed.account, parsed.period) == ("mt940", ACCOUNT, (dt.date(2026, 11, 4), SIXTH))
    assert told(parsed) == [
        (FIFTH, "in", 450_000, "FT26309000001", "ABK7M2QXP NGUYEN VAN AN 3A2 HOC PHI THANG 11", False),
        (FIFTH, "out", 11_000, "FT26309000002", "PHI DICH VUTHANG 10", False),
        (SIXTH, "out", 450_000, "FT26309000003", "HUY GIAO DICH FT26309000001", True),
    ]
    assert (parsed.lines[1].counter_name, parsed.lines[1].counter_account) == ("NGAN HANGVN", "990001")
    assert str(parsed.rows[0].cells[0]).startswith(":61:2611051105C450000,")
    assert codes(parsed) == []


def test_mt940_contradictions_breaks_and_other_accounts() -> None:
    assert codes(read(MT940.replace("VND989000", "VND989001"))) == ["closing_differs"]
    assert read(MT940.replace("VND989000", "VND989001")).flagged
    cut = read(MT940[: MT940.index(":62F:")])
    assert (cut.refused, codes(cut)) == (True, ["file_cut"])
    assert codes(read(MT940, "0011009999999")) == ["other_account"]
    assert codes(read(MT940.replace("VND", "USD")))[0] == "other_currency"
    bad = read(MT940.replace("C450000,NTRF", "C45O000,NTRF", 1))
    assert [row.refusal.code for row in bad.rows if row.refusal] == ["amount_unreadable"]
    both = MT940 + MT940.replace(ACCOUNT, "0011009999999")
    assert len(read(both).lines) == 3
    with pytest.raises(StatementError) as refused:
        read(both, "7777777")
    assert refused.value.code == "account_not_in_file"


def test_mt940_entry_dates_at_the_turn_of_the_year() -> None:
    turned = MT940.replace(":61:2611051105C", ":61:2612311231C", 1).replace(":61:2612311231C", ":61:2612310102C", 1)
    assert read(turned).lines[0].booked_on == dt.date(2027, 1, 2)


def test_camt053_with_a_divided_batch() -> None:
    parsed = read(CAMT)
    assert (parsed.layout, parsed.account, parsed.period) == ("camt.053", ACCOUNT, (FIFTH, SIXTH))
    assert told(parsed) == [
        (FIFTH, "in", 450_000, "FT26309000001", "ABK7M2QXP HOC PHI", False),
        (SIXTH, "in", 120_000, "T1", "", False),
        (SIXTH, "in", 80_000, "T2", "", False),
        (SIXTH, "out", 11_000, "", "PHI DICH VU", False),
    ]
    first = parsed.lines[0]
    assert first.booked_at == dt.datetime(2026, 11, 5, 9, 24, 52, tzinfo=SCHOOL_TIME)
    assert (first.counter_name, first.counter_account) == ("NGUYEN VAN BA", "990001")
    assert str(parsed.rows[0].cells[0]).startswith("<Ntry>")
    assert (codes(parsed), parsed.flagged) == ([], False)


@pytest.mark.parametrize(
    ("root", "part", "layout"),
    [("BkToCstmrAcctRpt", "Rpt", "camt.052"), ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054")],
)
def test_the_other_two_messages(root: str, part: str, layout: str) -> None:
    text = CAMT.replace("BkToCstmrStmt", root).replace("<Stmt>", f"<{part}>").replace("</Stmt>", f"</{part}>")
    parsed = read(text)
    assert (parsed.layout, len(parsed.lines)) == (layout, 4)


def test_camt_contradictions_reversals_and_pending_entries() -> None:
    assert codes(read(CAMT.replace(">1639000.00<", ">1639001.00<"))) == ["closing_differs"]
    assert codes(read(CAMT.replace("<Sum>650000<", "<Sum>640000<"))) == ["total_in_differs"]
    split = read(CAMT.replace('"VND">80000<', '"VND">80001<'))
    assert [(r.refusal.code, r.refusal.params) for r in split.rows if r.refusal] == [
        ("split_differs", {"amount": 200_000, "counted": 200_001})
    ]
    taken = read(CAMT.replace("<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>false", "<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true"))
    assert taken.lines[-1].undoes
    pending = read(CAMT.replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>"))
    assert [row.kind for row in pending.rows] == [RowKind.NOISE, RowKind.LINE, RowKind.LINE, RowKind.NOISE]
    assert read(CAMT.replace('Ccy="VND">450000', 'Ccy="USD">450000')).rows[0].kind is RowKind.REFUSED
    assert codes(read(CAMT.replace("<Ccy>VND</Ccy>", "<Ccy>USD</Ccy>")))[0] == "other_currency"


def test_camt_years_of_no_statement_are_refused() -> None:
    for year in ("0001", "9999"):
        slip = read(CAMT.replace("2026-11-06</Dt></BookgDt>", f"{year}-11-06</Dt></BookgDt>"))
        assert [row.refusal.code for row in slip.rows if row.refusal][:1] == ["date_unreadable"], year
        assert {x.booked_on for x in slip.lines} <= {FIFTH, SIXTH}


def test_camt_that_breaks_off_nests_or_brings_entities() -> None:
    for text in (CAMT[: len(CAMT) // 2], CAMT.replace("<Ntry>", "<a>" * 60 + "<Ntry>", 1)):
        with pytest.raises(StatementError) as refused:
            read(text)
        assert refused.value.code == "damaged"
    bomb = '<!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
    for trick in (bomb, outside):
        with pytest.raises(SheetError) as unsafe:
            read(CAMT.replace("<Document", trick + "<Document", 1))
        assert unsafe.value.code == "unsafe_xml"


def test_a_web_page_named_xls_with_merged_cells() -> None:
    parsed = read(HTML)
    assert (parsed.layout, parsed.account) == ("vietcombank_simple", ACCOUNT)
    assert [(r.kind.value, r.refusal.code if r.refusal else "") for r in parsed.rows] == [
        ("line", ""), ("refused", "date_missing"),
    ]  # fmt: skip
    assert parsed.lines[0].memo == "ABK7M2QXP\nhoc phi"
    assert parsed.lines[0].amount.value == 1_450_000


def test_agribank_xls_with_a_signed_amount() -> None:
    names = ("trdt", "acctccyamt", "aftrbal", "rem", "tomgntno")
    rows: list[tuple[str | float, ...]] = [
        names,
        ("05/11/2026", 450_000.0, 1_450_000.0, "ABK7M2QXP", "1500205"),
        ("05/11/2026", -11_000.0, 1_439_000.0, "PHI", ""),
    ]
    parsed = read(xls({(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v != ""}))
    assert parsed.layout == "agribank_core"
    assert told(parsed) == [(FIFTH, "in", 450_000, "", "ABK7M2QXP", False), (FIFTH, "out", 11_000, "", "PHI", False)]
    assert [x.balance.value for x in parsed.lines if x.balance] == [1_450_000, 1_439_000]
    assert parsed.lines[0].counter_account == "1500205"
