"""Taking a password away: nobody signs in by it from then on, whoever knows it."""

from __future__ import annotations

from truongso.accounts.models import ActivationLink, User
from truongso.accounts.policy.services import remember_password
from truongso.accounts.signin import devices
from truongso.kernel import clock


def take_away_password(user: User) -> None:
    """The password opens nothing any more and is not taken again; links that were given out end."""
    remember_password(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    ActivationLink.objects.filter(user=user, used_at=None).update(expires_at=clock.now())
    devices.distrust(user)
