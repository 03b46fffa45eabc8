"""Telling somebody that what opens their account has changed (ASVS 6.3.7): who did not do it can act at once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from truongso.accounts.credential_letters import CHANGES, write
from truongso.accounts.hygiene.notices import tell_owners
from truongso.accounts.models import User
from truongso.accounts.queries import memberships_on
from truongso.kernel import clock, scope
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.ui.formatting import ngay_gio
from truongso.organizations.public import School


@transaction_required
def tell_of_change(user: User, change: str, actor: Actor) -> bool:
    """Write to the owner what has changed, in the transaction of the change; False when there is no way to.

    `change` is a key of `CHANGES`. The first of the person's schools that has a way sends it; to who works at units
    alone the installation writes. A school's person without an address finds it in the audit trail only.
    """
    schools = {m.school.pk: m.school for m in memberships_on(user, clock.today()) if m.school is not None}
    if not schools:
        write(user, change, actor)
        return True
    return any(_told(one, user, change, actor) for one in schools.values())


def _told(school: School, user: User, change: str, actor: Actor) -> bool:
    now = clock.now()
    with scope.at_school(school.pk):
        told = tell_owners(
            school, [user], key=f"credential:{user.pk}:{change}:{now.isoformat()}", actor=actor,
            what=_("%(what)s lúc %(at)s") % {"what": CHANGES[change], "at": ngay_gio(now)},
            todo=_("Nếu không phải do thầy/cô, anh/chị làm, hãy báo ngay cho quản trị của trường để khóa tài khoản"),
        )  # fmt: skip
    return bool(told)
