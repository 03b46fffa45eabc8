"""A credit that was put aside by an act of a person, and a family asked about it."""

from __future__ import annotations

from truongso.banking.models import Aside, BankLine, LineAct, LineActRow, LineQuestion
from truongso.fees.models import Invoice
from truongso.kernel import clock

TABLES = ("banking_aside", "banking_lineact", "banking_lineactrow", "banking_linequestion")


def fill_asides(line: BankLine, invoice: Invoice) -> None:
    """One row in every guarded table; the line waits as before."""
    now, school_id = clock.now(), line.school_id
    Aside.objects.create(
        school_id=school_id, line=line, kind="later", reason="Chờ phụ huynh", owner_id=1, made_at=now, ended_at=now
    )
    act = LineAct.objects.create(school_id=school_id, kind="aside", made_at=now)
    LineActRow.objects.create(school_id=school_id, act=act, line=line, before={}, after={})
    LineQuestion.objects.create(
        school_id=school_id, line=line, family_id=invoice.family_id, student_id=invoice.student_id, asked_at=now,
        expires_at=now,
    )  # fmt: skip
