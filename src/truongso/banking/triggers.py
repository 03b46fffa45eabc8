"""Guards of evidence: a bank line stays as the bank reported it; decisions are append-only."""

from truongso.kernel.triggers import Trigger, append_only, no_truncate

_FIXED = (
    "NEW.amount <> OLD.amount OR NEW.direction <> OLD.direction OR NEW.bank_account_id <> OLD.bank_account_id "
    "OR NEW.memo <> OLD.memo OR NEW.reference <> OLD.reference OR NEW.booked_on <> OLD.booked_on "
    "OR NEW.content_key <> OLD.content_key OR NEW.occurrence <> OLD.occurrence OR NEW.school_id <> OLD.school_id"
)


def _refuse(name: str, event: str, condition: str, message: str) -> Trigger:
    return Trigger(
        name=f"ts_banking_bankline_{name}",
        table="banking_bankline",
        postgres_when=f"BEFORE {event} ON {{table}} FOR EACH ROW",
        postgres=(
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            + ("RETURN OLD;" if event == "DELETE" else "RETURN NEW;")
        ),
        sqlite_when=f"BEFORE {event} ON {{table}}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {condition};",
    )


TRIGGERS = [
    *append_only("banking_matchdecision"),
    no_truncate("banking_bankline"),
    _refuse("fixed", "UPDATE", _FIXED, "a bank line is fixed once recorded"),
    _refuse("no_delete", "DELETE", "TRUE", "a bank line is never deleted"),
]
