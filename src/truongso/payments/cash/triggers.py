"""Guards of cash: a counted day takes no cash movement, whoever posts it; counts and deposits stay as recorded."""

from truongso.kernel.triggers import Trigger, append_only, fixed, never_deleted, refuse, refuse_new

_COUNT_FIXED = (
    "school_id", "public_id", "day", "expected", "counted", "difference", "reason", "counted_at", "counted_by",
)  # fmt: skip
_DEPOSIT_FIXED = (
    "school_id", "public_id", "token", "bank_account_id", "amount", "deposited_on", "slip_number", "created_at",
    "created_by",
)  # fmt: skip
_COUNT_STEPS = (
    "NEW.state <> OLD.state AND NOT (OLD.state = 'signed' AND NEW.state IN ('confirmed', 'refused') "
    "OR OLD.state = 'confirmed' AND NEW.state = 'reopened')"
)
_OTHER_DECISION = (
    "OLD.decided_by IS NOT NULL AND (NEW.decided_by IS NULL OR NEW.decided_by <> OLD.decided_by) "
    "OR OLD.reopen_asked_by IS NOT NULL AND (NEW.reopen_asked_by IS NULL OR NEW.reopen_asked_by <> OLD.reopen_asked_by)"
)
# The difference of a count, and its taking back, are booked on the counted day itself.
_OF_COUNT = (
    "(e.kind = 'cash_day' OR e.kind = 'reversal' AND EXISTS (SELECT 1 FROM ledger_entry o "
    "WHERE o.id = e.reverses_id AND o.school_id = e.school_id AND o.kind = 'cash_day'))"
)
_MESSAGE = "the cash day is closed"

# PostgreSQL holds the box FOR SHARE, so that counting waits for movements under way and they see its outcome.
_OPEN_DAY = Trigger(
    name="ts_ledger_posting_open_cash_day",
    table="ledger_posting",
    postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
    postgres_declare="moved record; locked date;",
    postgres=(
        "FOR moved IN SELECT f.school_id AS school, MIN(e.occurred_on) AS day FROM fresh f "
        "JOIN ledger_account a ON a.school_id = f.school_id AND a.role = 'cash' AND a.id IN (f.debit_id, f.credit_id) "
        "JOIN ledger_entry e ON e.id = f.entry_id AND e.school_id = f.school_id "
        f"WHERE NOT {_OF_COUNT} GROUP BY f.school_id LOOP "
        "INSERT INTO payments_cashbox (school_id) VALUES (moved.school) ON CONFLICT DO NOTHING; "
        "SELECT b.locked_through INTO locked FROM payments_cashbox b WHERE b.school_id = moved.school FOR SHARE; "
        f"IF locked >= moved.day THEN RAISE EXCEPTION '{_MESSAGE}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; END LOOP; RETURN NULL;"
    ),
    sqlite_when="BEFORE INSERT ON {table}",
    sqlite=(
        f"SELECT RAISE(ABORT, '{_MESSAGE}') FROM ledger_account a "
        "JOIN payments_cashbox b ON b.school_id = NEW.school_id "
        "JOIN ledger_entry e ON e.id = NEW.entry_id AND e.school_id = NEW.school_id "
        "WHERE a.id IN (NEW.debit_id, NEW.credit_id) AND a.school_id = NEW.school_id AND a.role = 'cash' "
        f"AND b.locked_through >= e.occurred_on AND NOT {_OF_COUNT};"
    ),
)

TRIGGERS = [
    _OPEN_DAY,
    refuse_new(
        "of_count", "ledger_entry",
        "NOT EXISTS (SELECT 1 FROM payments_cashcount c WHERE c.id = NEW.source_id AND c.school_id = NEW.school_id "
        "AND c.day = NEW.occurred_on AND c.state = 'signed')",
        "a difference of cash belongs to a signed count",
        only_when="NEW.kind = 'cash_day'",
    ),
    *append_only("payments_cashcountline"),
    *never_deleted("payments_cashcount", "a count is never deleted"),
    *never_deleted("payments_cashdeposit", "a deposit is never deleted"),
    *never_deleted("payments_cashbox", "the cash box is never deleted"),
    fixed("payments_cashcount", _COUNT_FIXED, "a count is fixed once signed"),
    fixed("payments_cashdeposit", _DEPOSIT_FIXED, "a deposit is fixed once recorded"),
    refuse("steps", "payments_cashcount", "UPDATE OF state", _COUNT_STEPS, "a count takes its steps in order"),
    refuse("decided_once", "payments_cashcount", "UPDATE", _OTHER_DECISION, "a count is decided once"),
    refuse("cancelled_once", "payments_cashdeposit", "UPDATE",
           "OLD.cancelled_at IS NOT NULL", "a deposit is cancelled once"),
    refuse("locked_derived", "payments_cashbox", "UPDATE OF locked_through",
           "COALESCE(CAST(NEW.locked_through AS varchar(10)), '') <> COALESCE((SELECT CAST(MAX(day) AS varchar(10)) "
           "FROM payments_cashcount WHERE school_id = NEW.school_id AND state IN ('signed', 'confirmed')), '')",
           "the locked day differs from the counts"),
    refuse("born_open", "payments_cashbox", "INSERT", "NEW.locked_through IS NOT NULL", "a cash box starts open"),
]  # fmt: skip
