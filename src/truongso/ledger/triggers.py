"""Guards of the books: append-only rows and closed months."""

from truongso.kernel.triggers import Trigger, append_only


def _period_guard(table: str, period_of_row: str) -> Trigger:
    """Refuse a row in a closed month. PostgreSQL locks the month FOR SHARE, so that closing it waits for us (I09)."""
    message = "the period is closed"
    return Trigger(
        name=f"ts_{table}_open_period",
        table=table,
        postgres_when="BEFORE INSERT ON {table} FOR EACH ROW",
        postgres_declare="closed boolean;",
        postgres=(
            f"SELECT is_closed INTO closed FROM ledger_period WHERE id = {period_of_row} AND school_id = NEW.school_id "
            f"FOR SHARE; IF closed THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW;"
        ),
        sqlite_when="BEFORE INSERT ON {table}",
        sqlite=(
            f"SELECT RAISE(ABORT, '{message}') FROM ledger_period "
            f"WHERE id = {period_of_row} AND school_id = NEW.school_id AND is_closed;"
        ),
    )


TRIGGERS = [
    *append_only("ledger_entry"),
    *append_only("ledger_posting"),
    _period_guard("ledger_entry", "NEW.period_id"),
    _period_guard(
        "ledger_posting",
        "(SELECT period_id FROM ledger_entry WHERE id = NEW.entry_id AND school_id = NEW.school_id)",
    ),
]
