"""What kinds of schools are called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.organizations.types import SchoolLevel

LEVELS: Mapping[SchoolLevel, Promise] = {
    SchoolLevel.PRESCHOOL: _("Mầm non"),
    SchoolLevel.PRIMARY: _("Tiểu học"),
    SchoolLevel.LOWER_SECONDARY: _("Trung học cơ sở"),
    SchoolLevel.UPPER_SECONDARY: _("Trung học phổ thông"),
}
