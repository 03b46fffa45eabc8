"""Names of sensitive facts as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.people.sensitive.types import FactKind, SeenKind

FACTS: dict[str, str | Promise] = {
    FactKind.PERSONAL_NUMBER: _("Số định danh cá nhân"),
    FactKind.ETHNICITY: _("Dân tộc"),
    FactKind.HEALTH: _("Sức khỏe, khuyết tật"),
    FactKind.HARDSHIP: _("Hoàn cảnh, diện chính sách"),
}
SEEN: dict[str, str | Promise] = {
    **{str(kind): text for kind, text in FACTS.items()},
    SeenKind.BIRTH_DATE: _("Ngày sinh"),
    SeenKind.GUARDIAN_PHONE: _("Số điện thoại người giám hộ, email"),
}


def seen_text(words: Iterable[str]) -> str:
    """What somebody looked at, in words."""
    return ", ".join(str(SEEN.get(word, word)) for word in words)
