"""Marks of accounts, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.accounts.hygiene.selfcheck import CHECKS as HYGIENE
from truongso.kernel.selfcheck import Check

_FACTORS = (
    "SELECT user_id, MIN(created_at) AS since FROM (SELECT user_id, created_at FROM accounts_codesheet "
    "UNION ALL SELECT user_id, created_at FROM mfa_authenticator WHERE type IN ('totp', 'webauthn')) f GROUP BY user_id"
)

CHECKS = [
    Check("I20", _("tài khoản ghi có xác thực hai lớp khi và chỉ khi thật sự có"),
          f"SELECT 0, u.username FROM accounts_user u LEFT JOIN ({_FACTORS}) f ON f.user_id = u.id "
          "WHERE (u.second_factor_since IS NULL) <> (f.user_id IS NULL)"),
    *HYGIENE,
]  # fmt: skip
