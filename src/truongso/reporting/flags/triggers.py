"""Guards of findings: what was written about them stays."""

from truongso.kernel.triggers import append_only, fixed, never_deleted

TRIGGERS = [
    *append_only("reporting_flagnote"),
    *never_deleted("reporting_flag", "a finding is never deleted"),
    fixed(
        "reporting_flag", ("school_id", "public_id", "period", "pattern", "subject", "found_at"),
        "a finding stays what it is",
    ),
]  # fmt: skip
