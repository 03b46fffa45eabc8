"""How long words and addresses of messages are kept."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from truongso.kernel.retention import Rule
from truongso.messaging.forgetting import forget_old, old_messages


def _due(school_id: int, before: dt.datetime) -> int:
    return old_messages(school_id, before).count()


RULES = [
    Rule(
        "messages", _("Tin nhắn đã gửi"), _("Xóa địa chỉ và nội dung; còn ngày, kênh, loại tin và kết quả."),
        due=_due, purge=forget_old,
    ),
]  # fmt: skip
