"""A07: names in the address are no names of columns: a filter nobody wrote changes nothing and tells nothing.

The static rule against `filter(**request…)` and `order_by(request…)` stands in tests/architecture/test_static_rules.py.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests import factories, money
from truongso.accounts.types import Role
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
LISTS = ("/nguoi-dung", "/hoc-sinh", "/thu/phieu")
LOOKUPS = [
    {"user__password__startswith": "md5$"}, {"password__regex": "^m"}, {"school_id": "2"}, {"school__code": "79-KHAC"},
    {"order_by": "password"}, {"ordering": "-user__password"}, {"sort": "password"}, {"id__in": "1,2,3"},
    {"pk__gt": "0"}, {"sap-xep": "user__password"}, {"fields": "password"}, {"include": "guardians"},
]  # fmt: skip


def test_lookups_in_the_address_are_ignored(school: School, other_school: School) -> None:
    money.invoice(school, (120_000,))
    money.invoice(other_school, (120_000,), full_name="Phạm Gia Hân")
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    for path in LISTS:
        plain = client.get(path)
        assert plain.status_code == 200, path
        for lookup in LOOKUPS:
            query = urlencode(lookup)
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 200, (path, query)
            assert _rows(answer) == _rows(plain) != "", (path, query)


def _rows(page: Any) -> str:
    return str(page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0])
