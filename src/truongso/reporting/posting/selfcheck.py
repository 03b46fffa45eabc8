"""Posting files, recomputed: kept as they left."""

from __future__ import annotations

import hashlib
import hmac

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check
from truongso.reporting.posting.models import PostingFile


def changed_files() -> list[str]:
    """Files whose content is not what left."""
    rows = PostingFile.objects.across_schools("files of every school are compared").order_by("pk")
    return [
        f"{row.school_id} {row.public_id}"
        for row in rows.iterator(chunk_size=20)
        if not hmac.compare_digest(hashlib.sha256(bytes(row.csv)).hexdigest(), row.sha256)
    ]


CHECKS = [
    Check("I21", _("tệp hạch toán lưu lại đúng là tệp đã xuất"), function=changed_files),
    Check("I21", _("tệp hạch toán có đúng số chứng từ như đã ghi"),
          "SELECT f.school_id, f.number FROM reporting_postingfile f WHERE f.entries <> "
          "(SELECT COUNT(*) FROM reporting_postedentry p WHERE p.school_id = f.school_id AND p.file_id = f.id)"),
]  # fmt: skip
