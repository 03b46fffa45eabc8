"""Guards of what happened at the door: counted up alone, gone only when its term is over."""

from truongso.kernel.triggers import PREFIX, Trigger, fixed, no_truncate, refuse

_LOG = "accounts_securityevent"
_YOUNG = "what happened at the door stays for twelve months"
_RAISE = f"RAISE EXCEPTION '{_YOUNG}' USING ERRCODE = 'integrity_constraint_violation';"

# The database's own clock counts: nobody shortens the term by setting another time in the program.
_STAYS = Trigger(
    name=f"{PREFIX}{_LOG}_stays",
    table=_LOG,
    postgres_when="BEFORE DELETE ON {table} FOR EACH ROW",
    postgres=f"IF OLD.last_at > now() - interval '12 months' THEN {_RAISE} END IF; RETURN OLD;",
    sqlite_when="BEFORE DELETE ON {table}",
    sqlite=f"SELECT RAISE(ABORT, '{_YOUNG}') WHERE OLD.last_at > datetime('now', '-12 months');",
)
_WRITTEN = (
    "key", "kind", "user_id", "name_hash", "method", "route", "status", "source", "device", "request_id", "first_at",
)  # fmt: skip

TRIGGERS = [
    fixed(_LOG, _WRITTEN, "what happened at the door stays as it was written"),
    refuse("counts_up", _LOG, "UPDATE", "NEW.count <= OLD.count OR NEW.last_at < OLD.last_at",
           "what happened at the door is only counted up"),
    _STAYS,
    no_truncate(_LOG),
]  # fmt: skip
