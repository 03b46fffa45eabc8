"""Guards of the books: append-only rows and closed months."""

from truongso.kernel.triggers import Trigger, append_only, fixed, never_deleted


def _period_guard(table: str, months: str, month_of_row: str) -> Trigger:
    """Refuse rows in a closed month. PostgreSQL locks the months FOR SHARE, so that closing one waits for us (I09).

    `months` selects the month ids of the new rows `fresh`, `month_of_row` that of NEW.
    """
    message = "the period is closed"
    return Trigger(
        name=f"ts_{table}_open_period",
        table=table,
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres_declare="touched bigint[];",
        postgres=(
            f"touched := ARRAY({months}); PERFORM 1 FROM ledger_period WHERE id = ANY(touched) FOR SHARE; "
            "IF EXISTS (SELECT 1 FROM ledger_period WHERE is_closed AND id = ANY(touched)) THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
        ),
        sqlite_when="BEFORE INSERT ON {table}",
        sqlite=(
            f"SELECT RAISE(ABORT, '{message}') FROM ledger_period "
            f"WHERE id = {month_of_row} AND school_id = NEW.school_id AND is_closed;"
        ),
    )


TRIGGERS = [
    *append_only("ledger_entry"),
    *append_only("ledger_posting"),
    # What entries and postings point to (`SchoolKey(kept=True)`).
    *never_deleted("ledger_account", "an account is never deleted"),
    fixed("ledger_account", ("id", "school_id"), "an account stays in its school"),
    *never_deleted("ledger_period", "a month of the books is never deleted"),
    fixed("ledger_period", ("id", "school_id", "year", "month"), "a month of the books stays that month"),
    _period_guard("ledger_entry", "SELECT DISTINCT period_id FROM fresh", "NEW.period_id"),
    _period_guard(
        "ledger_posting",
        # Entry by entry: joined, a plan made while the books were short walks all of them for every bulk.
        "SELECT DISTINCT (SELECT e.period_id FROM ledger_entry e "
        "WHERE e.id = f.entry_id AND e.school_id = f.school_id) FROM fresh f",
        "(SELECT period_id FROM ledger_entry WHERE id = NEW.entry_id AND school_id = NEW.school_id)",
    ),
]
