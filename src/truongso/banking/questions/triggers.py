"""Guards: what was asked stays as asked, what was answered as answered."""

from truongso.kernel.triggers import fixed, never_deleted, refuse

_FIXED = ("school_id", "public_id", "line_id", "family_id", "student_id", "channel", "asked_at", "asked_by",
          "expires_at")  # fmt: skip

TRIGGERS = [
    *never_deleted("banking_linequestion", "a question is never deleted"),
    fixed("banking_linequestion", _FIXED, "a question is fixed once asked"),
    refuse("answered_once", "banking_linequestion", "UPDATE", "OLD.state <> 'asked'", "a question is answered once"),
]
