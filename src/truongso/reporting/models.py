"""What reporting keeps: vouchers that left for an accounting package, findings that deserve a word."""

from truongso.reporting.flags.models import Flag, FlagCheck, FlagLine, FlagNote
from truongso.reporting.posting.models import PostedEntry, PostingAccount, PostingFile, PostingSetting

__all__ = [
    "Flag",
    "FlagCheck",
    "FlagLine",
    "FlagNote",
    "PostedEntry",
    "PostingAccount",
    "PostingFile",
    "PostingSetting",
]
