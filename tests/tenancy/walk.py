"""Walking every address: what the table says of it, who calls it with whose objects, and what was answered.

The gate is asked for every address, role and method in every run with SQLite; what it reads of the database is the same
on both engines, and every page walked on PostgreSQL passes it. What has to be rendered is asked of one role and method
each, always the same; with TRUONGSO_DEEP=1 of all of them, on either engine (docs/security.md tells how long).
"""

from __future__ import annotations

import csv
import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from zlib import crc32

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import factories
from tests.depth import IS_DEEP
from tests.settings import ENGINE
from tests.tenancy.objects import OBJECTS
from tests.tenancy.world import Place
from truongso.accounts.models import User
from truongso.accounts.queries import memberships_on
from truongso.accounts.types import UNIT_ROLES, Role
from truongso.accounts.web import gate, request_limits
from truongso.fees.models import Invoice

T = TypeVar("T")
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
PUBLIC, SIGNED_IN = "public", "signed-in"
NOT_FOUND, NO_METHOD = 404, 405
IS_WHOLE = IS_DEEP or ENGINE == "sqlite"
"""Whether what the engine has no part in is walked too: who passes the gate, with every role that may."""

_HERE = Path(__file__).parent

INSIDE = {
    "accounts:operators_paper": (NOT_FOUND, "operators have opened no campaign"),
    "accounts:operators_review": (NOT_FOUND, "operators have opened no campaign"),
    "banking:hook_casso": (401, "a notice without a signature is nobody's"),
    "banking:hook_sepay": (401, "a notice without a key is nobody's"),
    "fees:issue_progress": (NOT_FOUND, "nothing is being issued"),
    "payments:correction": (403, "the counter corrects what it took itself"),
    "payments:correction_method": (403, "the counter corrects what it took itself"),
    "payments:hook_gateway": (200, "VNPAY wants its own words, with 200"),
    "payments:pay_channel_keys": (403, "who proposes does not approve"),
    "workspaces:basket_attempt": (302, "leads back to the family's own page"),
    "workspaces:pay_attempt": (302, "leads back to the family's own page"),
    "workspaces:pay_withdraw": (302, "leads back to the family's own page"),
    "workspaces:template_compare": (NOT_FOUND, "no two versions are named"),
    "workspaces:undo_payment": (403, "money from a notice is undone where its bank line is"),
    "workspaces:partner_test": (403, "who sees no payments cannot name one as proof"),
}
"""Answers to one's own object that are neither a page nor a way on, with the reason."""


@dataclass(frozen=True)
class Route:
    """A line of the table: the permission (or `public`, `signed-in`), and what its places stand for.

    `at`: where the permission is held at schools and units, the side whose people have this address.
    """

    name: str
    access: str
    at: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)  # place → kind of object

    def address(self, objects: Mapping[str, Any]) -> str:
        """The address with these objects (kind → address of the object) in its places."""
        return reverse(self.name, kwargs={**self.fixed, **{place: objects[kind] for place, kind in self.named.items()}})

    def foreign(self, own: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
        """The address with foreign objects: in every place, and in each one of several while the rest are own."""
        kinds = list(self.named.values())
        mixed = [{**own, kind: other[kind]} for kind in kinds] if len(kinds) > 1 else []
        return [self.address(objects) for objects in [other, *mixed]] if kinds else []

    def odd(self, own: Mapping[str, Any]) -> list[str]:
        """The address with what no object is called."""
        return [self.address({**own, kind: value}) for kind in self.named.values() for value in _odd(own[kind])]

    def is_open_to(self, role: Role, roles: Mapping[str, Sequence[Role]]) -> bool:
        """Whether the gate lets the role through."""
        return self.access in {PUBLIC, SIGNED_IN} or role in roles[self.access]

    def is_for(self, role: Role, roles: Mapping[str, Sequence[Role]]) -> bool:
        """Whether people of the role have this address as theirs."""
        side = "unit" if role in UNIT_ROLES else "school"
        return self.access not in {PUBLIC, SIGNED_IN} and role in roles[self.access] and self.at in {"", side}


@dataclass(frozen=True)
class SignedIn:
    """What the gate knows of a caller before it looks."""

    user: User
    session: Any


@dataclass(frozen=True)
class Walkers:
    """The routes to walk, who walks, and the objects here, elsewhere, and of another family here."""

    routes: Sequence[Route]
    roles: Mapping[str, Sequence[Role]]
    users: Mapping[Role, User]
    clients: Mapping[Role, Client]
    own: Mapping[str, Any]
    other: Mapping[str, Any]
    neighbour: Mapping[str, Any]

    def allowed(self, route: Route) -> list[Role]:
        """The roles that have the address."""
        return [role for role in Role if route.is_for(role, self.roles)]


def walkers(here: Place, elsewhere: Place, routes: Sequence[Route]) -> Walkers:
    """People of every role, signed in."""
    own, other = objects_of(here), objects_of(elsewhere)
    second = Invoice.objects.for_school(here.school).exclude(public_id=own["invoice"]).order_by("pk")[0]
    clients = {role: factories.login(_client(), here.people[role]) for role in Role}
    return Walkers(routes, roles_of(), here.people, clients, own, other, {
        **own, "invoice": second.public_id, "pupil": second.student.public_id,
    })  # fmt: skip


def table() -> dict[str, Route]:
    """What is expected of every address, by name of the route."""
    return {row["route"]: _route(row) for row in _rows("routes.csv")}


def roles_of() -> dict[str, list[Role]]:
    """Who is expected to hold each permission."""
    return {row["permission"]: [Role(one) for one in row["roles"].split()] for row in _rows("permissions.csv")}


def product_routes() -> dict[str, URLPattern]:
    """Every address of the product by its full name."""
    return dict(_patterns(get_resolver().url_patterns))


def objects_of(place: Place) -> dict[str, Any]:
    """One object of every kind at the place."""
    return {kind: address(place) for kind, address in OBJECTS.items()}


def gate_faults(at: Walkers, patterns: Mapping[str, URLPattern]) -> list[str]:
    """Where the gate lets pass, or stops, another role than the table says, by whatever method."""
    people, found = {role: SignedIn(at.users[role], at.clients[role].session) for role in Role}, []
    with (
        patch.object(gate, "memberships_on", lru_cache(memberships_on)),  # read once for all the thousands
        patch.object(request_limits, "spent_by", lambda _request: None),
    ):
        for route in at.routes:
            address = route.address(at.own)
            for role, method in product(Role, METHODS):
                passed = _passes(people[role], method, address, patterns[route.name])
                if passed != route.is_open_to(role, at.roles):
                    found.append(f"{route.name} {role.value} {method}: {'passed' if passed else 'stopped'}")
    return found


def stranger_faults(at: Walkers) -> list[str]:
    """Where visitors get anything but the way to the sign-in page, or a public page faults."""
    visitor, found = _client(), []
    for route, method in ((one, method) for one in at.routes for method in _some_of(METHODS, one.name)):
        answer = _ask(visitor, method, route.address(at.own))
        if route.access == PUBLIC:
            good = answer.status_code < 500 and answer.status_code != 403
        else:
            good = answer.status_code == 302 and answer["Location"].startswith("/dang-nhap?")
        if not good:
            found.append(f"{route.name} {method}: {answer.status_code}")
    return found


def refused_faults(at: Walkers) -> list[str]:
    """Where sending a form without the permission is answered by anything but 403."""
    found = []
    for route in at.routes:
        refused = [role for role in Role if not route.is_open_to(role, at.roles)]
        for role, method in product(_some_of(refused, route.name), METHODS if IS_DEEP else ("POST",)):
            status = _ask(at.clients[role], method, route.address(at.own)).status_code
            if status != 403:
                found.append(f"{route.name} {role.value} {method}: {status}")
    return found


def own_faults(at: Walkers) -> list[str]:
    """Where somebody with the permission does not come to the own object, or the view faults."""
    found = []
    for route in at.routes:
        if route.access == PUBLIC:
            continue
        for role in _some_of(at.allowed(route) or [Role.PRINCIPAL], route.name):
            got = [_ask(at.clients[role], method, route.address(at.own)).status_code for method in ("GET", "POST")]
            explained = INSIDE.get(route.name, (0, ""))[0]
            if (
                got == [NO_METHOD, NO_METHOD]
                or any(s >= 500 or (s == 403 and s != explained) for s in got)
                or (got[0] == NOT_FOUND and explained != NOT_FOUND)
            ):
                found.append(f"{route.name} {role.value}: {got}")
    return found


def foreign_faults(at: Walkers) -> list[str]:
    """Where a foreign object is answered by anything but 404 (or 405 to a method the address does not take)."""
    found = []
    for route in at.routes:
        addresses, allowed = route.foreign(at.own, at.other), at.allowed(route)
        for role in allowed if IS_WHOLE else _some_of(allowed, route.name):
            for address in addresses:
                found += _not_found(at.clients[role], ("GET", "POST"), route, address)
        for role in _some_of(allowed, route.name) if addresses else ():
            found += _not_found(at.clients[role], METHODS[2:], route, addresses[0], all_alike=True)
        for role in Role:
            if route.at and route.is_open_to(role, at.roles) and role not in allowed:
                found += _not_found(at.clients[role], ("GET", "POST"), route, route.address(at.own))
    return found


def family_faults(at: Walkers) -> list[str]:
    """Where a family's own public link, with somebody else's receipt or payment in it, shows that, or a parent's
    account the child of another family of the same school."""
    visitor, found = _client(), []
    for route in at.routes:
        kinds = list(route.named.values())
        if route.access == PUBLIC and len(kinds) > 1:
            theirs = [{**at.own, kind: at.other[kind]} for kind in kinds]
            for objects in [*theirs, *([at.neighbour] if "invoice" in kinds else [])]:
                found += _not_found(visitor, ("GET", "POST"), route, route.address(objects))
        if route.access.startswith("family:") and "pupil" in kinds:
            found += _not_found(at.clients[Role.PARENT], METHODS, route, route.address(at.neighbour))
    return found


def odd_faults(at: Walkers) -> list[str]:
    """Where what names nothing is answered by a fault, or by a page."""
    visitor, found = _client(), []
    for route in at.routes:
        allowed = at.allowed(route)
        client = at.clients[_one_of(allowed, route.name)] if allowed else visitor
        for address, method in product(route.odd(at.own), _some_of(METHODS[:2], route.name)):
            status = _ask(client, method, address).status_code
            if status not in {400, 401, 403, NOT_FOUND, NO_METHOD, 410, INSIDE.get(route.name, (0, ""))[0]}:
                found.append(f"{route.name} {address[:80]}: {status}")
    return found


def rows_of(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that belongs to the school, as stored."""
    found = {}
    for model in apps.get_models():
        columns = [f.column for f in model._meta.concrete_fields]
        if model.__module__.startswith("truongso.") and "school_id" in columns:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT * FROM {model._meta.db_table} WHERE school_id = %s ORDER BY 1",
                    [place.school.pk],
                )
                found[model._meta.db_table] = cursor.fetchall()
    return found


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint that views may open their own transaction in, rolled back at its end."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined] # as the test's own block: a durable one may stand in it
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def quietly() -> Iterator[None]:
    """Without a log line for every refusal."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _one_of(options: Sequence[T], *names: str) -> T:
    """Where asking all would take too long: the same one for the same names, whatever other lines the table has."""
    return options[crc32("|".join(names).encode()) % len(options)]


def _some_of(options: Sequence[T], *names: str) -> Sequence[T]:
    """One of them, in a deep run all."""
    return options if IS_DEEP or not options else [_one_of(options, *names)]


def _client() -> Client:
    return Client(raise_request_exception=False)


def _ask(client: Client, method: str, address: str) -> Any:
    """The answer; whatever it wrote is undone."""
    with undone():
        return _send(client, method, address)


def _send(client: Client, method: str, address: str) -> Any:
    return client.generic(method, address, b"", content_type="application/x-www-form-urlencoded")


def _not_found(
    client: Client, methods: Sequence[str], route: Route, address: str, *, all_alike: bool = False
) -> list[str]:
    """What it wrote stays, for the comparison of rows after the walk. `all_alike`: 405 to every method is fine."""
    got = [_send(client, method, address).status_code for method in methods]
    explained = INSIDE.get(route.name, (NOT_FOUND, ""))[0]
    missing = NOT_FOUND in got or explained in got or all_alike
    if missing and set(got) <= {NOT_FOUND, NO_METHOD, explained}:
        return []
    return [f"{route.name} {address[:80]}: {dict(zip(methods, got, strict=True))}"]


def _passes(who: SignedIn, method: str, address: str, pattern: URLPattern) -> bool:
    """Whether the gate hands the request on, without running the view."""
    request = RequestFactory().generic(method, address)
    request.user, request.session = who.user, who.session
    try:
        return gate.Gate(lambda _request: HttpResponse()).process_view(request, pattern.callback, (), {}) is None
    except PermissionDenied:
        return False


def _odd(value: Any) -> tuple[Any, ...]:
    return (0, 10**21) if isinstance(value, int) else ("0", "9" * 300)


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, delimiter=";"))


def _route(row: Mapping[str, str]) -> Route:
    words = row["places"].split()
    named = dict(word.split("=") for word in words if "=" in word)
    fixed: dict[str, Any] = dict(word.split(":") for word in words if ":" in word)
    days = {place: dt.date.fromisoformat(text) for place, text in fixed.items() if place == "since"}
    return Route(row["route"], row["access"], row["at"], {**fixed, **days}, named)


def _patterns(patterns: Any, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one
