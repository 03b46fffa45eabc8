"""What accounts seal with the installation's key."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.factors.services import MFA_SECRET_PLACE, sheet_place
from truongso.kernel.installation_key import Sealed

SEALED = [
    Sealed(CodeSheet, "codes", lambda row: sheet_place(row.user_id)),
    Sealed(Authenticator, "data", lambda _row: MFA_SECRET_PLACE, names=("secret", "seed", "migrated_codes")),
]
