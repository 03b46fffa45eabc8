"""Names of roles as people read them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.accounts.types import Role

ROLE_NAMES: dict[Role, str | Promise] = {
    Role.ACCOUNTANT: _("Kế toán"),
    Role.CASHIER: _("Thủ quỹ"),
    Role.PRINCIPAL: _("Hiệu trưởng"),
    Role.HOMEROOM_TEACHER: _("Giáo viên chủ nhiệm"),
    Role.SUBJECT_TEACHER: _("Giáo viên bộ môn"),
    Role.IT_ADMIN: _("Quản trị của trường"),
    Role.SUPPORT: _("Hỗ trợ kỹ thuật"),
    Role.PARENT: _("Phụ huynh"),
    Role.PUPIL: _("Học sinh"),
    Role.OFFICER: _("Cán bộ quản lý"),
    Role.OFFICE: _("Bộ phận thường trực"),
    Role.OPERATOR: _("Vận hành hệ thống"),
}


def role_name(role: str) -> str:
    """The role's name in the reader's language."""
    return str(ROLE_NAMES[Role(role)])
