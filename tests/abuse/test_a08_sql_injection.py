"""A08: no filter, search or order of any list takes SQL: nothing faults, nothing more is shown, nothing changes.

Statements put together from values are refused by the static rule (tests/architecture/test_static_rules.py).
"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests import factories, money
from tests.abuse.lists import filters, pages
from tests.tenancy import walk
from truongso.accounts.types import Role
from truongso.organizations.models import School
from truongso.people.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
PAYLOADS = (
    "'", '"', "' OR '1'='1", "') OR 1=1 --", "1; DROP TABLE people_student; --", "%' OR 1=1 OR '%'='",
    "1 UNION SELECT password FROM accounts_user", "x') UNION ALL SELECT NULL,NULL--", "\\' OR 1=1 #",
    "1)) OR SLEEP(9)--",
    "' AND (SELECT 1 FROM pg_sleep(9)) IS NOT NULL --", "-1' AND extractvalue(1,1)--", "`id`", "1/*x*/OR/*x*/1=1",
    "$$x$$",
)  # fmt: skip


def test_no_list_takes_sql(school: School, other_school: School) -> None:
    money.invoice(school, (120_000,), full_name="Nguyễn Bảo An")
    money.invoice(other_school, (120_000,), full_name="Phạm Gia Hân")
    names, faults = filters(), []
    assert len(names) > 40
    assert {"q", "trang"} <= set(names)
    with walk.quietly():
        for number, page in enumerate(pages(school, factories.org_unit())):
            values = {name: PAYLOADS[(number + n) % len(PAYLOADS)] for n, name in enumerate(names)}
            answer = page.client.get(f"{page.address}?{urlencode(values)}")
            if answer.status_code >= 500 or "Phạm Gia Hân" in answer.content.decode(errors="replace"):
                faults.append((page.name, answer.status_code))
    assert faults == []
    assert Student.objects.for_school(school).get().full_name == "Nguyễn Bảo An"
    assert Student.objects.for_school(other_school).count() == 1


def test_a_search_finds_what_is_written_not_what_is_true(school: School) -> None:
    money.invoice(school, (120_000,), full_name="Nguyễn Bảo An")
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    found = {
        one: "Nguyễn Bảo An" in client.get("/hoc-sinh", {"q": one}).content.decode() for one in ("bao an", *PAYLOADS)
    }
    assert found == {"bao an": True} | dict.fromkeys(PAYLOADS, False)
