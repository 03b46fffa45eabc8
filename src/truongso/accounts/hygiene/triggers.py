"""Guards of evidence: what was reviewed, leaked and acknowledged stays as it was written."""

from truongso.kernel.triggers import append_only, fixed, never_deleted, refuse

TRIGGERS = [
    fixed("accounts_review", ("school_id", "public_id", "round_id", "classes", "started_by_id", "started_at", "due_on"),
          "a campaign stays as it was started"),
    *never_deleted("accounts_review", "a campaign is never deleted"),
    refuse("signed", "accounts_review", "UPDATE", "OLD.signed_at IS NOT NULL", "a signed campaign stays as it is"),
    fixed("accounts_reviewitem",
          ("school_id", "review_id", "user_id", "account_class", "roles", "last_used_at"),
          "an account in a campaign stays as it stood"),
    *never_deleted("accounts_reviewitem", "an account of a campaign is never deleted"),
    refuse("signed", "accounts_reviewitem", "UPDATE",
           "(SELECT r.signed_at FROM accounts_review r WHERE r.id = NEW.review_id) IS NOT NULL",
           "a signed campaign stays as it is"),
    fixed("accounts_reviewround", ("public_id", "unit_id", "classes", "started_by_id", "started_at", "due_on"),
          "a campaign stays as it was started"),
    *never_deleted("accounts_reviewround", "a campaign is never deleted"),
    refuse("signed", "accounts_reviewround", "UPDATE", "OLD.signed_at IS NOT NULL", "a signed campaign stays as it is"),
    fixed("accounts_unitreviewitem", ("round_id", "unit_id", "user_id", "account_class", "roles", "last_used_at"),
          "an account in a campaign stays as it stood"),
    *never_deleted("accounts_unitreviewitem", "an account of a campaign is never deleted"),
    refuse("signed", "accounts_unitreviewitem", "UPDATE",
           "(SELECT r.signed_at FROM accounts_reviewround r WHERE r.id = NEW.round_id) IS NOT NULL",
           "a signed campaign stays as it is"),
    fixed("accounts_leakrow", ("report_id", "row", "masked", "fault", "user_id"), "a line of a leaked list stays"),
    *never_deleted("accounts_leakrow", "a line of a leaked list is never deleted"),
    *append_only("accounts_mailrulesread"),
]  # fmt: skip
