"""A65: numbers too large, bytes that are no text, half characters: a clear refusal, never a fault.

`tests/tenancy` gives every place of every address what names nothing; here every filter and every form field does.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from tests import factories
from tests.abuse.lists import filters, pages
from tests.tenancy import walk
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
RAW = (
    "9" * 22, "-" + "9" * 22, "1" + "0" * 400, "%ED%A0%80",
    "%FF%FE", "%C0%AF", "%00", "%E2%80%AE", "0x1F", "1e308",
    "NaN", "Infinity", "%D9%A3", "2026-13-45", "31%2F02%2F2026", "9999-99-99", "0000-00-00", "..%2F..%2Fetc",
    "true", "[]", "%7B%7D", "%F0%9F%92%A9" * 50, "_" * 3000, "%0D%0A", "-0", "2026-02-30..2026-01-01", "%EF%BC%91",
)  # fmt: skip
"""As they stand in an address."""
TEXTS = [one for one in RAW if one != "%00"]  # which is refused before anything is read
FORM = "application/x-www-form-urlencoded"


def test_no_page_faults_on_what_is_in_its_filters_or_forms(school: School) -> None:
    names, faults = filters(), []
    with walk.quietly():
        for number, page in enumerate(pages(school, factories.org_unit())):
            sent = "&".join(f"{name}={TEXTS[(number + n) % len(TEXTS)]}" for n, name in enumerate(names))
            if number % 3:
                status = page.client.get(f"{page.address}?{sent}").status_code
            else:
                with walk.undone():
                    status = page.client.generic("POST", page.address, sent.encode(), content_type=FORM).status_code
            if status >= 500:
                faults.append((page.name, status))
    assert faults == []


@pytest.mark.parametrize("raw", RAW)
def test_public_pages_answer_with_a_page(school: School, raw: str) -> None:
    client = Client(raise_request_exception=False)
    with walk.quietly():
        paths = (
            f"/p/{raw}",
            f"/kiem-tra/{raw}",
            f"/kich-hoat/{raw}",
            f"/truong/{raw}",
            f"/hooks/vnpay/{raw}?vnp_Amount={raw}",
        )
        assert [p for p in paths if client.get(p).status_code >= 500] == []
        assert client.post("/dang-nhap", {"login": quote(raw), "password": raw}).status_code < 500
