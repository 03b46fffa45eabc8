"""What the tables of messaging hold, of whom, what for and how long."""

from __future__ import annotations

from truongso.kernel.data_classes import Keep, Purpose, Subject, Table, table

TABLES: list[Table] = [
    table(
        "messaging.Channel",
        Subject.NOBODY,
        Purpose.MESSAGES,
        Keep.SCHOOL,
        internal="sender endpoint",
        technical="kind is_active updated_at",
        credential="sealed_secret",
    ),
    table(
        "messaging.SendingRules",
        Subject.NOBODY,
        Purpose.MESSAGES,
        Keep.SCHOOL,
        technical="quiet_from quiet_to per_day",
    ),
    table(
        "messaging.Template",
        Subject.NOBODY,
        Purpose.MESSAGES,
        Keep.SCHOOL,
        internal="code subject text",
        technical="kind updated_at",
        actor="updated_by",
    ),
    table(
        "messaging.OptOut",
        Subject.FAMILY,
        Purpose.MESSAGES,
        Keep.MESSAGE,
        technical="kind by_family created_at",
        contact="address",
    ),
    table(
        "messaging.Delivery",
        Subject.FAMILY,
        Purpose.MESSAGES,
        Keep.MESSAGE,
        technical=(
            "public_id kind template essential state attempts next_attempt_at provider_id problem created_at "
            "finished_at"
        ),
        contact="address",
        personal="recipient_name",
        text="subject body dedupe_key",
    ),
]
