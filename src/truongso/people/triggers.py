"""Guards of the record of who looked at whose data: written once, gone only when its term is over."""

from truongso.kernel.triggers import PREFIX, Trigger, append_only, fixed, never_deleted, no_truncate, refuse

_LOG = "people_accessentry"
_YOUNG = "an access entry stays for 24 months"
_RAISE = f"RAISE EXCEPTION '{_YOUNG}' USING ERRCODE = 'integrity_constraint_violation';"

# The database's own clock counts: nobody shortens the term by setting another time in the program.
_STAYS = Trigger(
    name=f"{PREFIX}{_LOG}_stays",
    table=_LOG,
    postgres_when="BEFORE DELETE ON {table} FOR EACH ROW",
    postgres=f"IF OLD.at > now() - interval '24 months' THEN {_RAISE} END IF; RETURN OLD;",
    sqlite_when="BEFORE DELETE ON {table}",
    sqlite=f"SELECT RAISE(ABORT, '{_YOUNG}') WHERE OLD.at > datetime('now', '-24 months');",
)

_ASKED = (
    "school_id", "public_id", "number", "kind", "channel", "student_id", "guardian_id", "asked_by", "detail",
    "asked_at", "recorded_by", "answer_by",
)  # fmt: skip
_PROPOSED = ("school_id", "public_id", "student_id", "request_id", "reason", "proposed_at", "proposed_by")
_HELD = ("school_id", "public_id", "number", "student_id", "reason", "document", "set_at", "set_by")
_TEACHING = "people_teachingassignment"
_GIVEN = ("school_id", "public_id", "school_class_id", "subject_id", "user_id", "valid_from", "set_by", "set_at")
_FOUND = ("school_id", "public_id", "number", "found_at", "tell_by", "recorded_at", "recorded_by")

TRIGGERS = [
    fixed("people_datarequest", _ASKED, "a request stays as it was asked"),
    *never_deleted("people_datarequest", "a request is never deleted"),
    fixed("people_erasure", _PROPOSED, "an erasure stays as it was proposed"),
    *never_deleted("people_erasure", "an erasure is never deleted"),
    refuse("decided", "people_erasure", "UPDATE", "OLD.state <> 'proposed'", "an erasure is decided once"),
    fixed("people_legalhold", _HELD, "a hold stays as it was set"),
    *never_deleted("people_legalhold", "a hold is never deleted"),
    fixed("people_incident", _FOUND, "when a breach was found stays"),
    *never_deleted("people_incident", "a breach is never deleted"),
    *append_only("people_consent"),
    *append_only("people_formerguardian"),
    # Who taught whom, and so who might read their names, stays; it ends earlier, never later.
    fixed(_TEACHING, _GIVEN, "an assignment stays as it was given"),
    refuse(
        "shorter",
        _TEACHING,
        "UPDATE",
        "NEW.valid_to > OLD.valid_to OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NULL)",
        "an assignment ends earlier, never later",
    ),
    *never_deleted(_TEACHING, "an assignment is never deleted"),
    # Payments point to families (`SchoolKey(kept=True)`); an erasure empties names, not rows.
    *never_deleted("people_family", "a family is never deleted"),
    fixed("people_family", ("id", "school_id"), "a family stays in its school"),
    refuse("as_written", _LOG, "UPDATE", "TRUE", "an access entry is never changed"),
    _STAYS,
    no_truncate(_LOG),
]
