"""Guards of evidence about accounts."""

from truongso.accounts.hygiene.triggers import TRIGGERS as _HYGIENE
from truongso.accounts.signin.triggers import TRIGGERS as _SIGN_IN
from truongso.accounts.support.triggers import TRIGGERS as _SUPPORT

TRIGGERS = [*_HYGIENE, *_SUPPORT, *_SIGN_IN]

__all__ = ["TRIGGERS"]
