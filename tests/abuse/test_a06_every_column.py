"""A06: what no form offers cannot be sent along with it, for every form of the product and every column of a table.

Each form is sent as its page offers it, then again with the name of every column of every table beside it (and the
usual names of rights), all with values that would hurt. Both have to be answered alike and to write the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from django.apps import apps
from django.db import models
from django.test import override_settings
from django.urls import Resolver404, resolve

from tests.abuse.lists import READ
from tests.abuse.offered import Form, forms_of, send
from tests.depth import tries
from tests.tenancy import walk
from tests.tenancy.world import NOW, Place, place
from truongso.accounts.types import Role
from truongso.kernel import clock

pytestmark = [pytest.mark.once, pytest.mark.django_db]

NOBODYS = ("is_staff", "is_superuser", "is_admin", "role", "roles", "permissions", "groups", "admin", "_method")
ENDS = {"account_logout", "accounts:end_session", "accounts:sign_out"}
"""Forms that end the session of who sends them."""
ONE_IN = tries(4, 1)
"""Of how many addresses one is asked; a deep run asks all."""


def hostile(other: Place) -> dict[str, str]:
    """Every name of a column with a value that would hurt: a right, another school's row, a false amount or day."""
    found = dict.fromkeys(NOBODYS, "principal")
    for model in apps.get_models():
        if not model.__module__.startswith("truongso."):
            continue
        for column in model._meta.concrete_fields:
            found[column.name] = found[column.attname] = _value(column, other)
    return found


def _value(column: Any, other: Place) -> str:
    kinds: list[tuple[Any, str]] = [
        (models.ForeignKey, str(other.school.pk)), (models.BooleanField, "1"),
        (models.DateTimeField, "2020-02-02 02:02"), (models.DateField, "2020-02-02"), (models.IntegerField, "424242"),
    ]  # fmt: skip
    return next((value for kind, value in kinds if isinstance(column, kind)), "approved")


def offered(at: walk.Walkers) -> Iterator[tuple[str, Role, Form]]:
    """(name of the address it goes to, who sends it, the form), each address once; what no page offers comes bare."""
    seen, bare = set(ENDS), []
    for route in at.routes:
        allowed = at.allowed(route)
        if not allowed or crc32(route.name.encode()) % ONE_IN:
            continue
        role, address = allowed[crc32(route.name.encode()) % len(allowed)], route.address(at.own)
        page = at.clients[role].get(address)
        is_page = page.status_code == 200 and page.headers.get("Content-Type", "").startswith("text/html")
        bare += [] if is_page else [(route.name, role, Form(address, "post"))]
        for form in forms_of(page.content.decode()) if is_page else []:
            form.action = form.action or address
            name = _name_of(form.action)
            if name and name not in seen:
                seen.add(name)
                yield name, role, form
    yield from (one for one in bare if one[0] not in seen)


def _name_of(address: str) -> str:
    try:
        return resolve(address).view_name
    except Resolver404:
        return ""


def _read_by(name: str) -> set[str]:
    """What the module of the view reads by name: a bare form lacks it, and it is no field sent along."""
    view = inspect.unwrap(walk.product_routes()[name].callback)
    return set(READ.findall(inspect.getsource(inspect.getmodule(view) or view)))


def test_columns_sent_along_write_nothing() -> None:
    with clock.frozen(NOW), walk.quietly(), override_settings(FORMS_A_MINUTE=100_000):
        here = place("79-THU", "Trường Tiểu học Lê Văn Tám", "TS")
        other = place("79-KHAC", "Trường Tiểu học Kim Đồng", "KD")
        at = walk.walkers(here, other, list(walk.table().values()))
        extra = hostile(other)
        faults, wrote = [], 0
        for name, role, form in offered(at):
            asked = set() if form.fields else _read_by(name)
            more = {key: value for key, value in extra.items() if key not in asked}
            plain = send(at.clients[role], form.action, form.fields)
            along = send(at.clients[role], form.action, {**more, **form.fields})
            wrote += bool(plain.writes)
            if plain != along:
                faults.append((name, role.value, _difference(plain, along)))
    assert faults == []
    assert len(extra) > 600
    assert wrote >= tries(10, 40)


def _difference(plain: Any, along: Any) -> str:
    if (plain.status, plain.location) != (along.status, along.location):
        return f"{plain.status} {plain.location} / {along.status} {along.location}"
    pairs = zip(plain.writes, along.writes, strict=False)
    return next((f"{a} / {b}" for a, b in pairs if a != b), f"{len(plain.writes)} / {len(along.writes)} writes")[:600]
