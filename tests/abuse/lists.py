"""Every page that lists something, with somebody signed in who may open it, and the names its filters have."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from django.test import Client

from tests import factories
from tests.architecture.rooms import ROOT
from tests.tenancy import walk
from truongso.accounts.types import UNIT_ROLES, Role
from truongso.organizations.models import OrgUnit, School

READ = re.compile(r"\b(?:GET|POST)(?:\.get(?:list)?\(|\[)\"([a-z_]+)\"")
_FIELD = re.compile(r"^    ([a-z_]+) = [A-Za-z.]*Field\(", re.MULTILINE)
_INPUT = re.compile(r"\bname=\"([a-z_]{1,20})\"")


@dataclass(frozen=True)
class Page:
    """An address without places, and a client of a role that has it."""

    name: str
    address: str
    client: Client


def pages(school: School, unit: OrgUnit) -> list[Page]:
    """All of them, each opened by the first role that holds its permission."""
    roles = walk.roles_of()
    clients: dict[Role, Client] = {}
    found = []
    for route in walk.table().values():
        role = next((one for one in Role if route.is_for(one, roles) and one is not Role.OPERATOR), None)
        if role is None or route.named:
            continue
        if role not in clients:
            person = factories.user(role, unit=unit) if role in UNIT_ROLES else factories.user(role, school=school)
            clients[role] = factories.login(Client(raise_request_exception=False), person)
        found.append(Page(route.name, route.address({}), clients[role]))
    return found


@functools.cache
def product() -> dict[str, str]:
    """The modules of the product by their path, without tests and the sandbox."""
    inside = {str(path.relative_to(ROOT)): path for path in ROOT.rglob("*.py")}
    left_out = ("sandbox/", "migrations/")
    return {
        name: path.read_text(encoding="utf-8")
        for name, path in inside.items()
        if not name.startswith(left_out) and "/tests/" not in name and "/migrations/" not in name
    }


def using(pattern: str) -> set[str]:
    """Modules of the product in which the pattern occurs."""
    return {name for name, text in product().items() if re.search(pattern, text, re.MULTILINE)}


@functools.cache
def filters() -> tuple[str, ...]:
    """Every name under which a view, a form or a page of ours takes a text."""
    texts = [text for name, text in product().items() if "/web/" in name]
    names = {one for text in texts for pattern in (READ, _FIELD) for one in pattern.findall(text)}
    for path in ROOT.rglob("templates/**/*.html"):
        names |= set(_INPUT.findall(path.read_text(encoding="utf-8")))
    return tuple(sorted(names))
