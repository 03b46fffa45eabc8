"""Guards of posting files: a file stays as it left, an entry stands in one."""

from truongso.kernel.triggers import append_only

TRIGGERS = [*append_only("reporting_postingfile"), *append_only("reporting_postedentry")]
