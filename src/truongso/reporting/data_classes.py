"""What the tables of reporting hold, of whom, what for and how long."""

from __future__ import annotations

from truongso.kernel.data_classes import Keep, Purpose, Subject, Table, table

TABLES: list[Table] = [
    table(
        "reporting.Flag",
        Subject.FAMILY,
        Purpose.PROOF,
        Keep.SUPPORTING,
        technical="public_id period pattern subject found_at seen_at gone_at reviewed_at",
        actor="reviewed_by",
        money="amount",
        text="params",
    ),
    table(
        "reporting.FlagLine",
        Subject.FAMILY,
        Purpose.PROOF,
        Keep.SUPPORTING,
    ),
    table(
        "reporting.FlagNote",
        Subject.FAMILY,
        Purpose.PROOF,
        Keep.SUPPORTING,
        technical="of_school made_at",
        actor="made_by",
        text="text",
    ),
    table(
        "reporting.FlagCheck",
        Subject.NOBODY,
        Purpose.PROOF,
        Keep.SUPPORTING,
        technical="checked_at due",
    ),
    table(
        "reporting.PostingSetting",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.SCHOOL,
        internal="grouping",
    ),
    table(
        "reporting.PostingAccount",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.SCHOOL,
        internal="code",
    ),
    table(
        "reporting.PostingFile",
        Subject.FAMILY,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
        internal="grouping",
        technical="public_id number year month entries vouchers last_voucher sha256 made_at",
        actor="made_by",
        money="amount",
        personal="csv xlsx",
    ),
    table(
        "reporting.PostedEntry",
        Subject.NOBODY,
        Purpose.ACCOUNTING,
        Keep.VOUCHER,
    ),
]
