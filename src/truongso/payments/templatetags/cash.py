"""Names of people on the cash pages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def person(names: Mapping[int, str], user_id: int | None) -> str:
    """The name of a user, or the process in words."""
    return names.get(user_id or 0, _("hệ thống"))
