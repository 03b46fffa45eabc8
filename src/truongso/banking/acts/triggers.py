"""Guards: what was done stays on record."""

from truongso.kernel.triggers import append_only

TRIGGERS = [*append_only("banking_lineact"), *append_only("banking_lineactrow")]
