"""Guards of signatures: keys and signatures are never changed or removed."""

from truongso.kernel.triggers import append_only

TRIGGERS = [*append_only("payments_signingkey"), *append_only("payments_receiptsignature")]
