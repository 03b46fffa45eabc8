"""A05: at no address does another method, an override of the method or another kind of body do what a form does.

Every address of the product is asked by the methods that forms do not have, with the words of an override in header,
address and body, by somebody who may send the form: nothing is written, and reading writes nothing but who took which
file. Who may not send the form may not send it as JSON, as text or in parts either.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any
from zlib import crc32

import pytest
from django.db import connection
from django.test import Client, override_settings

from tests.abuse.offered import noting
from tests.depth import IS_DEEP
from tests.tenancy import walk
from tests.tenancy.world import NOW, place
from truongso.accounts.types import Role
from truongso.kernel import clock

pytestmark = [pytest.mark.once, pytest.mark.django_db]

FIELDS = "_method=POST&act=make&decision=approved&state=closed&reason=x&confirm=on"
OVERRIDES: dict[str, Any] = {
    "HTTP_X_HTTP_METHOD_OVERRIDE": "POST",
    "HTTP_X_METHOD_OVERRIDE": "POST",
    "HTTP_X_HTTP_METHOD": "POST",
}
BODIES = ("application/json", "text/plain", "application/xml", "multipart/form-data; boundary=x", "", "x" * 300)
FOREIGN = ("PUT", "PATCH", "DELETE")
TRAIL = {"kernel_auditentry", "kernel_audithead"}
"""What reading may write: who took which file."""
BY_GET = {"payments:hook_gateway": "VNPAY sends its notices by GET; what is not signed is counted, not believed"}


def test_no_other_method_and_no_other_body_does_what_a_form_does() -> None:
    with clock.frozen(NOW), walk.quietly(), override_settings(FORMS_A_MINUTE=100_000):
        here = place("79-THU", "Trường Tiểu học Lê Văn Tám", "TS")
        at = walk.walkers(here, here, list(walk.table().values()))
        faults = [*_other_methods(at), *_other_bodies(at)]
    assert faults == []


def _other_methods(at: walk.Walkers) -> Iterator[str]:
    """One foreign method of each address and reading of every fourth, always the same; in a deep run all of them."""
    for route in at.routes:
        allowed, chance = at.allowed(route), crc32(route.name.encode())
        client = at.clients[allowed[0]] if allowed else walk._client()
        usual = [FOREIGN[chance % len(FOREIGN)], *(["GET"] if chance % 4 == 0 else [])]
        for method in [m for m in walk.METHODS if m != "POST"] if IS_DEEP else usual:
            status, tables = _asked(client, method, f"{route.address(at.own)}?{FIELDS}")
            wrote = tables if method in FOREIGN else tables - TRAIL
            if (wrote and route.name not in BY_GET) or status >= 500 or (method in FOREIGN and status < 300):
                yield f"{route.name} {method}: {status} {tables}"


def _other_bodies(at: walk.Walkers) -> Iterator[str]:
    """A role without the permission stays outside, whatever it calls its body; in a deep run every such role."""
    kinds = cycle(BODIES)
    for route in at.routes:
        refused = [role for role in Role if not route.is_open_to(role, at.roles)]
        for role in refused if IS_DEEP else refused[:1]:
            kind, address = next(kinds), f"{route.address(at.own)}?_method=GET"
            with walk.undone():
                answer: Any = at.clients[role].generic("POST", address, b'{"_method": "GET"}', content_type=kind)
            if answer.status_code != 403:
                yield f"{route.name} {role.value} {kind[:20]}: {answer.status_code}"


def _asked(client: Client, method: str, address: str) -> tuple[int, set[str]]:
    """The status, and the tables that were written to."""
    writes: list[tuple[str, str]] = []
    with walk.undone(), connection.execute_wrapper(noting(writes)):
        answer: Any = client.generic(
            method, address, FIELDS.encode(), content_type="application/x-www-form-urlencoded", **OVERRIDES
        )
    return answer.status_code, {sql.split('"')[1] for sql, _params in writes if '"' in sql}
