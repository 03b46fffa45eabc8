"""The parts of a school's pages that a grant opens, as people read them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.accounts.support.types import SupportArea

AREAS: dict[SupportArea, str | Promise] = {
    SupportArea.SETUP: _("Thiết lập: đối tác, kênh thu, tài khoản nhận tiền"),
    SupportArea.AUDIT: _("Nhật ký"),
    SupportArea.MONEY: _("Thu tiền và đối soát, có tên học sinh"),
}
