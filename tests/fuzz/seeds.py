"""Small good files to start from, made by our own writers, and the words that formats are made of."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

from truongso.banking.statements import Direction, StatementLine
from truongso.banking.statements.custom import CustomLayout, to_file
from truongso.banking.statements.writers import WRITTEN_LAYOUTS, FileFormat, StatementOut, write_statement
from truongso.kernel.money import Dong
from truongso.kernel.tests.xls_builder import xls

ACCOUNT = "0011001234567"
DAY = dt.date(2026, 11, 5)

MT940 = """{1:F01BFTVVNVXXXXX0000000000}{2:I940TRUONGXXXXN}{4:
:20:STMT0001
:25:BFTVVNVX/0011001234567
:28C:00012/001
:60F:C261104VND1000000,
:61:2611051105C450000,NTRFNONREF//FT26309000001
ABK7M2QXP HOC PHI
:86:ABK7M2QXP NGUYEN VAN AN 3A2 HOC PHI THANG 11
:61:2611051105D11000,NCHGNONREF//FT26309000002
:86:?00PHI?20PHI DICH VU?21THANG 10?31990001?32NGAN HANG?33VN
:61:2611061106RC450000,NTRFNONREF//FT26309000003
:86:HUY GIAO DICH FT26309000001
:62F:C261106VND989000,
-}
"""

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><FrToDt><FrDtTm>2026-11-05T00:00:00</FrDtTm><ToDtTm>2026-11-06T23:59:59</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>0011001234567</Id></Othr></Id><Ccy>VND</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1000000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1639000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<TxsSummry><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>650000</Sum></TtlCdtNtries></TxsSummry>
<Ntry><NtryRef>1</NtryRef><Amt Ccy="VND">450000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><DtTm>2026-11-05T09:24:52+07:00</DtTm></BookgDt><AcctSvcrRef>FT26309000001</AcctSvcrRef><NtryDtls><TxDtls>
<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>NGUYEN VAN BA</Nm></Pty></Dbtr><DbtrAcct>
<Id><Othr><Id>990001</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>ABK7M2QXP HOC PHI</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="VND">200000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-06</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><TxId>T1</TxId></Refs><Amt Ccy="VND">120000</Amt></TxDtls>
<TxDtls><Refs><TxId>T2</TxId></Refs><AmtDtls><TxAmt><Amt Ccy="VND">80000</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>
</Ntry>
<Ntry><Amt Ccy="VND">11000</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>false</RvslInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-06</Dt></BookgDt><AddtlNtryInf>PHI DICH VU</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""

HTML = """<html xmlns:o="urn:x"><head><meta charset="utf-8"><style>td{mso-number-format:"@"}</style></head><body>
<table><tr><td colspan="5">VIETCOMBANK</td></tr><tr><td>Số tài khoản:</td><td>0011001234567</td></tr></table>
<table border=1><tr><th>Ngày giao dịch</th><th>Số tham chiếu</th><th>Số tiền ghi nợ</th><th>Số tiền ghi có</th>
<th>Mô tả</th></tr><tr><td rowspan="2">05/11/2026</td><td>5243.90051</td><td></td><td>1.450.000</td><td>ABK7M2QXP<br>
hoc&nbsp;phi</td></tr><tr><td>5243.90052</td><td>11.000</td><td></td><td>ph&iacute;</td></tr></table></body></html>
"""

LAYOUT = CustomLayout(
    name="Ngân hàng xã", header=("NGAY", "SO TIEN", "LOAI", "NOI DUNG"), numbers="dots", dates="dmy",
    columns={"date": 0, "signed_amount": 1, "side": 2, "memo": 3},
)  # fmt: skip


def seeds(name: str) -> list[bytes]:
    """The files to start from; the kept corpus comes beside them."""
    kept = Path(__file__).parent / "corpus" / name
    kept.mkdir(parents=True, exist_ok=True)
    tables = {f: [write_statement(layout, _statement(), f) for layout in WRITTEN_LAYOUTS] for f in FileFormat}
    old = xls(
        {(0, 0): "trdt", (0, 1): "acctccyamt", (0, 2): "rem", (1, 0): "05/11/2026", (1, 1): 450_000.0, (1, 2): "x"}
    )
    made = {
        "mt940": [MT940.encode()],
        "camt": [CAMT.encode()],
        "html": [HTML.encode(), HTML.encode("utf-16")],
        "csv": tables[FileFormat.CSV],
        "xlsx": tables[FileFormat.XLSX],
        "xls": [old],
        "layout": [to_file(LAYOUT)],
    }
    return made.get(name) or [data for group in made.values() for data in group]


_AGRIBANK = ("trdt", "acctccyamt", "rem", "05/11/2026", 450_000.0, "x")


def _statement() -> StatementOut:
    lines = (
        StatementLine(DAY, Direction.IN, Dong(450_000), "ABK7M2QXP Nguyen Van An 3A2 hoc phi thang 11", "5243.90051"),
        StatementLine(DAY, Direction.IN, Dong(450_000), "ABK7M2QXP Nguyen Van An 3A2 hoc phi thang 11", "5243.90051"),
        StatementLine(DAY, Direction.OUT, Dong(11_000), "phi dich vu", "5243.90052"),
    )
    return StatementOut(ACCOUNT, "TRUONG TIEU HOC", Dong(1_000_000), lines)


_TABLE = ["Ngày giao dịch", "Số tiền ghi có", "1.000.000", "1,000.00", "05/11/2026", "11/25/2026", "Tổng số", "-5,000"]
_TAGS = ["<table>", "</table>", "<tr>", "<td rowspan=9>", "<td colspan=9>", "<!--", "-->", "&#0;", "<script>", "<br>"]
DICTIONARY: Mapping[str, list[str]] = {
    "mt940": [":61:", ":86:", ":60F:", ":62F:", ":25:", "-}", "?20", "?32", "RC", "RD", "C261105VND", "NTRF", "//"],
    "camt": ["<Ntry>", "</Ntry>", '<Amt Ccy="VND">', "<TxDtls>", "<!DOCTYPE x [", "<!ENTITY a", "&a;", "DBIT"],
    "html": [*_TABLE, *_TAGS],
    "csv": [*_TABLE, "sep=;", '"', ";", "\t"],
    "xlsx": ["xl/workbook.xml", "PK", '<c r="A1"', "<row", "<dimension", "sharedStrings"],
    "xls": ["Workbook", "Book"],
    "layout": [json.dumps(key)[1:-1] for key in ("header", "columns", "numbers", "dates", "fill_down_date", "version")],
    "any_file": ["PK", "<html", "{1:", "sep=;"],
}
