"""Guards of closing: closed days of an account take no line and no posting, whoever writes them; what was signed stays
as signed; what a statement that does not add up covers is never closed."""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse, refuse_new

_STANDING = "('signed', 'confirmed')"
_SIGNED = (
    "school_id", "public_id", "details", "note", "digest", "signed_at", "signed_by", "signature",
)  # fmt: skip
_DAY_FIXED = (
    "bank_account_id", "first_on", "last_on", "opening", "money_in", "money_out", "closing", "book_opening", "book_in",
    "book_out", "book_closing", "lines", "lines_digest",
)  # fmt: skip
_MONTH_FIXED = ("year", "month", "postings", "moved", "postings_digest")
_STEPS = (
    "NEW.state <> OLD.state AND NOT (OLD.state = 'signed' AND NEW.state IN ('confirmed', 'refused') "
    "OR OLD.state = 'confirmed' AND NEW.state = 'reopened')"
)
_OTHER_DECISION = (
    "OLD.decided_by IS NOT NULL AND (NEW.decided_by IS NULL OR NEW.decided_by <> OLD.decided_by) "
    "OR OLD.reopen_asked_by IS NOT NULL AND (NEW.reopen_asked_by IS NULL OR NEW.reopen_asked_by <> OLD.reopen_asked_by)"
)
_MESSAGE = "the period is closed: days of the account"
_LOCK = (
    "INSERT INTO banking_closebook (school_id, bank_account_id) VALUES (moved.school, moved.account) "
    "ON CONFLICT DO NOTHING; "
    "SELECT b.locked_through INTO locked FROM banking_closebook b "
    "WHERE b.school_id = moved.school AND b.bank_account_id = moved.account FOR SHARE; "
    f"IF locked >= moved.day THEN RAISE EXCEPTION '{_MESSAGE}' "
    "USING ERRCODE = 'integrity_constraint_violation'; END IF; END LOOP; RETURN NULL;"
)


def _signed(table: str, columns: tuple[str, ...]) -> list[Trigger]:
    """What is common to closings of days and months."""
    return [
        *never_deleted(table, "a closing is never deleted"),
        fixed(table, (*_SIGNED, *columns), "a closing is fixed once signed"),
        refuse("steps", table, "UPDATE OF state", _STEPS, "a closing takes its steps in order"),
        refuse("decided_once", table, "UPDATE", _OTHER_DECISION, "a closing is decided once"),
        refuse_new("born_signed", table, "NEW.state <> 'signed'", "a closing starts signed by one"),
    ]


def _open_days(table: str, rows: str, sqlite: str) -> Trigger:
    """Refuse what moves a bank account on a closed day. PostgreSQL holds the closing book FOR SHARE, so that signing
    waits for movements under way. `rows` selects (school, account, day) of the new rows `fresh`."""
    return Trigger(
        name=f"ts_{table}_open_bank_day",
        table=table,
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres_declare="moved record; locked date;",
        postgres=f"FOR moved IN {rows} LOOP {_LOCK}",
        sqlite_when="BEFORE INSERT ON {table}",
        sqlite=f"SELECT RAISE(ABORT, '{_MESSAGE}') {sqlite};",
    )


TRIGGERS = [
    *_signed("banking_dayclose", _DAY_FIXED),
    *_signed("banking_monthclose", _MONTH_FIXED),
    _open_days(
        "banking_bankline",
        "SELECT f.school_id AS school, f.bank_account_id AS account, MIN(f.booked_on) AS day FROM fresh f "
        "GROUP BY 1, 2",
        "FROM banking_closebook b WHERE b.school_id = NEW.school_id AND b.bank_account_id = NEW.bank_account_id "
        "AND b.locked_through >= NEW.booked_on",
    ),
    _open_days(
        "ledger_posting",
        "SELECT f.school_id AS school, a.reference AS account, MIN(e.occurred_on) AS day FROM fresh f "
        "JOIN ledger_account a ON a.school_id = f.school_id AND a.role = 'bank' AND a.id IN (f.debit_id, f.credit_id) "
        "JOIN ledger_entry e ON e.id = f.entry_id AND e.school_id = f.school_id GROUP BY 1, 2",
        "FROM ledger_account a JOIN banking_closebook b ON b.school_id = NEW.school_id "
        "AND b.bank_account_id = a.reference "
        "JOIN ledger_entry e ON e.id = NEW.entry_id AND e.school_id = NEW.school_id "
        "WHERE a.id IN (NEW.debit_id, NEW.credit_id) AND a.school_id = NEW.school_id AND a.role = 'bank' "
        "AND b.locked_through >= e.occurred_on",
    ),
    refuse_new(
        "adds_up", "banking_dayclose",
        "EXISTS (SELECT 1 FROM banking_statementimport s WHERE s.school_id = NEW.school_id "
        "AND s.bank_account_id = NEW.bank_account_id AND s.flagged AND s.state = 'applied' "
        "AND s.period_from <= NEW.last_on AND s.period_to >= NEW.first_on)",
        "a day whose statement does not add up is never closed",
    ),
    refuse_new(
        "closed_once", "banking_dayclose",
        "EXISTS (SELECT 1 FROM banking_dayclose d WHERE d.school_id = NEW.school_id AND d.id <> NEW.id "
        "AND COALESCE(d.bank_account_id, 0) = COALESCE(NEW.bank_account_id, 0) "
        f"AND d.state IN {_STANDING} AND d.last_on >= NEW.first_on)",
        "a day is closed once, in order",
    ),
    *never_deleted("banking_closebook", "the closing book is never deleted"),
    refuse("born_open", "banking_closebook", "INSERT", "NEW.locked_through IS NOT NULL", "a closing book starts open"),
    refuse(
        "locked_derived", "banking_closebook", "UPDATE OF locked_through",
        "COALESCE(CAST(NEW.locked_through AS varchar(10)), '') <> COALESCE((SELECT CAST(MAX(d.last_on) AS varchar(10)) "
        "FROM banking_dayclose d WHERE d.school_id = NEW.school_id AND d.bank_account_id = NEW.bank_account_id "
        f"AND d.state IN {_STANDING}), '')",
        "the locked day differs from the closings",
    ),
    refuse(
        "stays_closed", "ledger_period", "UPDATE OF is_closed",
        "EXISTS (SELECT 1 FROM banking_monthclose m WHERE m.school_id = NEW.school_id AND m.year = NEW.year "
        f"AND m.month = NEW.month AND m.state IN {_STANDING})",
        "a signed month is opened by two people",
        only_when="OLD.is_closed AND NOT NEW.is_closed",
    ),
    refuse(
        "signed_off", "payments_cashcount", "UPDATE OF state",
        "EXISTS (SELECT 1 FROM banking_dayclose d WHERE d.school_id = NEW.school_id AND d.bank_account_id IS NULL "
        f"AND d.state IN {_STANDING} AND d.last_on >= NEW.day)",
        "the period is closed: the cash book is signed",
        only_when="NEW.state = 'reopened' AND OLD.state <> 'reopened'",
    ),
]  # fmt: skip
