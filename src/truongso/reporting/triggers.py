"""Guards of what reporting keeps."""

from truongso.reporting.flags.triggers import TRIGGERS as FLAG_TRIGGERS
from truongso.reporting.posting.triggers import TRIGGERS as POSTING_TRIGGERS

TRIGGERS = [*FLAG_TRIGGERS, *POSTING_TRIGGERS]
