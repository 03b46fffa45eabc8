"""What the tables of ledger hold, of whom, what for and how long."""

from __future__ import annotations

from truongso.kernel.data_classes import Keep, Purpose, Subject, Table, table

TABLES: list[Table] = [
    table(
        "ledger.Account",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        internal="role code name",
        technical="reference",
    ),
    table(
        "ledger.Period",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        technical="year month is_closed",
    ),
    table(
        "ledger.Entry",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        technical="occurred_on kind source_id created_at",
        actor="actor_id",
    ),
    table(
        "ledger.Posting",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        money="amount",
    ),
]
