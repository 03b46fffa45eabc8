"""A41: the host a request names is never believed: not in links that leave, not in limits."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests import factories
from tests.abuse.lists import using
from truongso.accounts.types import Role
from truongso.kernel.limits import Limit, client_of
from truongso.kernel.models import Tally
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
EVIL = "khac.example"


@pytest.mark.parametrize(
    "host",
    [EVIL, f"{EVIL}:80", "127.0.0.1.khac.example", "127.0.0.1@khac.example", "[::1", "a b", "127.0.0.1, khac.example"],
)
def test_another_host_gets_no_page(client: Client, host: str) -> None:
    assert client.get("/dang-nhap", HTTP_HOST=host).status_code == 400


def test_forwarded_headers_change_no_link(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    told: dict[str, Any] = {
        "HTTP_X_FORWARDED_HOST": EVIL, "HTTP_FORWARDED": f"host={EVIL}", "HTTP_REFERER": f"https://{EVIL}/",
    }  # fmt: skip
    form = {"full_name": "Người Mới", "role": "homeroom_teacher", "valid_from": "05/10/2026"}
    page = client.post("/nguoi-dung/them", form, **told, follow=True)
    text = page.content.decode()
    assert f"{settings.PUBLIC_URL}/kich-hoat/" in text
    assert EVIL not in text
    assert Client().get("/tai-khoan", **told)["Location"] == "/dang-nhap?next=/tai-khoan"


def test_links_are_never_built_from_a_request() -> None:
    users = using(r"build_absolute_uri|get_host\(")
    assert users == set()
    assert (settings.USE_X_FORWARDED_HOST, settings.USE_X_FORWARDED_PORT) == (False, False)


def test_a_forged_address_is_no_fresh_start(client: Client) -> None:
    """Without a trusted proxy the header is nobody's word; with one only its own entry counts."""
    for n in range(12):
        client.post("/dang-nhap", {"login": "ai", "password": "x"}, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
    assert Tally.objects.order_by("-count").values_list("count", flat=True)[0] >= 12
    request = client.get("/dang-nhap", HTTP_X_FORWARDED_FOR="203.0.113.9").wsgi_request
    assert client_of(request) == "127.0.0.1"
    with override_settings(PROXIES=1):
        request = client.get("/dang-nhap", HTTP_X_FORWARDED_FOR="1.1.1.1, 198.51.100.7").wsgi_request
        assert client_of(request) == "198.51.100.7"
    assert Limit("x", 1, 1).most == 1
