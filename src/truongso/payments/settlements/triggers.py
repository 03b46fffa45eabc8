"""Guards of settlement: what a file said stays; a paid batch takes nothing more and changes nothing."""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse

_ITEM_FIXED = (
    "school_id", "public_id", "batch_id", "file_id", "source", "key", "row_number", "terminal_code", "merchant_code",
    "batch_no", "trace", "rrn", "approval_code", "transaction_id", "order_reference", "card_tail", "transacted_on",
    "transacted_time", "gross", "fee", "net",
)  # fmt: skip
_PAID = (
    "EXISTS (SELECT 1 FROM payments_settlementbatch b WHERE b.id = NEW.batch_id AND b.school_id = NEW.school_id "
    "AND b.paid_at IS NOT NULL)"
)

TRIGGERS: list[Trigger] = [
    *never_deleted("payments_settlementfile", "a settlement file is never deleted"),
    fixed("payments_settlementfile", ("school_id", "source", "sha256", "cells"), "a settlement file stays as read"),
    *never_deleted("payments_settlementbatch", "a settlement batch is never deleted"),
    fixed("payments_settlementbatch", ("school_id", "public_id", "source", "reference", "bank_account_id"),
          "a batch stays what it is"),
    refuse("paid", "payments_settlementbatch", "UPDATE OF gross, fee, net",
           "OLD.paid_at IS NOT NULL AND (NEW.gross <> OLD.gross OR NEW.fee <> OLD.fee OR NEW.net <> OLD.net)",
           "a paid batch takes nothing more"),
    *never_deleted("payments_settlementitem", "a settlement item is never deleted"),
    fixed("payments_settlementitem", _ITEM_FIXED, "a settlement item stays as the file said"),
    refuse("into_paid", "payments_settlementitem", "INSERT", _PAID, "a paid batch takes nothing more"),
    refuse("of_paid", "payments_settlementitem", "UPDATE OF state, evidence_id", _PAID, "a paid batch stays settled"),
]  # fmt: skip
