"""Statements in the two message forms that banks hand to companies: SWIFT MT940 and ISO 20022 camt.053."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from truongso.banking.statements import Direction, StatementLine
from truongso.kernel.money import Dong, total

_CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class Told:
    """What a bank tells of an account from `first` to `last`; `lost` is what its closing balance knows of and its lines
    leave out."""

    account: str
    first: dt.date
    last: dt.date
    opening: Dong
    lines: Sequence[StatementLine]
    lost: Dong = Dong(0)  # noqa: RUF009 - immutable

    @property
    def closing(self) -> Dong:
        return self.opening + total(line.signed for line in self.lines) + self.lost


def mt940(told: Told) -> bytes:
    """A SWIFT MT940 message; what takes a credit back is marked RC."""
    head = ["{1:F01BIDVVNVXXXXX0000000000}{2:I940TRUONGXXXXN}{4:", f":20:{told.first:%y%m%d}", f":25:{told.account}"]
    rows = [row for line in told.lines for row in _mt940_line(line)]
    balance = (":28C:00001/001", f":60F:C{told.first:%y%m%d}VND{told.opening.value},")
    return "\n".join([*head, *balance, *rows, f":62F:C{told.last:%y%m%d}VND{told.closing.value},", "-}", ""]).encode()


def _mt940_line(line: StatementLine) -> tuple[str, str]:
    mark = "RC" if line.undoes else "C" if line.direction is Direction.IN else "D"
    day = f"{line.booked_on:%y%m%d%m%d}"
    text = f"?00CK?20{line.memo}?31{line.counter_account}?32{line.counter_name}"
    return f":61:{day}{mark}{line.amount.value},NTRFNONREF//{line.reference}", f":86:{text}"


def camt053(told: Told) -> bytes:
    """An ISO 20022 camt.053 message."""
    entries = "".join(_camt_entry(line) for line in told.lines)
    balances = _camt_balance("OPBD", told.opening) + _camt_balance("CLBD", told.closing)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{_CAMT}"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId>'
        f"</GrpHdr><Stmt><Id>S1</Id><FrToDt><FrDtTm>{told.first}T00:00:00</FrDtTm><ToDtTm>{told.last}T23:59:59</ToDtTm>"
        f"</FrToDt><Acct><Id><Othr><Id>{told.account}</Id></Othr></Id><Ccy>VND</Ccy></Acct>{balances}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _camt_balance(code: str, amount: Dong) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="VND">{amount.value}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    )


def _camt_entry(line: StatementLine) -> str:
    side = "CRDT" if line.direction is Direction.IN else "DBIT"
    payer = f"<Dbtr><Pty><Nm>{escape(line.counter_name)}</Nm></Pty></Dbtr>"
    account = f"<DbtrAcct><Id><Othr><Id>{line.counter_account}</Id></Othr></Id></DbtrAcct>"
    parties = f"<RltdPties>{payer}{account}</RltdPties>" if line.counter_account else ""
    return (
        f'<Ntry><Amt Ccy="VND">{line.amount.value}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{line.booked_on}</Dt></BookgDt><AcctSvcrRef>{line.reference}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"{parties}<RmtInf><Ustrd>{escape(line.memo)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
