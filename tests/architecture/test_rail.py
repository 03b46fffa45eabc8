"""Nobody is shown an entry of the rail that would turn them away."""

from __future__ import annotations

from django.urls import resolve, reverse

from truongso.accounts.access import access_of
from truongso.accounts.policies import PERMISSIONS
from truongso.config.navigation import GROUPS


def test_who_sees_an_entry_may_open_it() -> None:
    entries = [entry for group in GROUPS for entry in group.entries]
    shut = []
    for entry in entries:
        access = access_of(resolve(reverse(entry.page)).func)
        assert access is not None, entry.page
        for role, held in PERMISSIONS.items():
            sees = entry.permission is None or entry.permission in held
            if sees and access.permission is not None and access.permission not in held:
                shut.append((entry.page, role.value))
    assert shut == []
    assert len(entries) > 40
