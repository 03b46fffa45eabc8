"""What every paper and picture of a school repeats: whom a family asks, and where anyone sees that it is real."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from truongso.kernel.ui.formatting import sdt
from truongso.organizations.public import School

_CODE = 12


def support_text(phone: str, hours: str) -> str:
    """Cần giúp: 0214 000 0111 (thứ Hai – thứ Sáu, 7:30 – 16:30), as far as known."""
    if not phone:
        return _("Cần giúp: hỏi văn phòng nhà trường")
    text = _("Cần giúp: %(phone)s") % {"phone": sdt(phone)}
    return f"{text} ({hours})" if hours else text


def support_of(school: School) -> str:
    """The support contact of a school (letter NB-PL.II.3), else its own telephone."""
    return support_text(school.support_phone or school.phone, school.support_hours)


def short_check_url(public_id: str) -> str:
    """The short address on which anyone sees that an invoice or receipt is real, without what opens the family's own
    page: the first twelve symbols of the public id in fours, as the check page reads them."""
    return f"{settings.PUBLIC_URL}/kt/{'-'.join(public_id[at : at + 4] for at in range(0, _CODE, 4))}"


def as_printed(url: str) -> str:
    """An address as people type it from paper: without the protocol."""
    return url.partition("://")[2]
