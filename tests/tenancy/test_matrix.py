"""Every address × every role × own and foreign objects × every method, against the table of what is expected.

`routes.csv` names every address with what it declares and what its places stand for; `permissions.csv` who holds each
permission (the least-privilege matrix). An address that is not in the table fails here, as does one that declares
something else, a role that holds more or less, an object of another school that is answered by anything but 404.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tests import app_role
from tests.tenancy import walk
from tests.tenancy.objects import OBJECTS
from tests.tenancy.walk import Route
from tests.tenancy.world import NOW, Place, place
from truongso.accounts.access import access_of
from truongso.accounts.policies import PERMISSIONS
from truongso.accounts.types import Permission, Role
from truongso.kernel import clock

_BARE = [one for one in settings.MIDDLEWARE if not one.endswith(".WrongMethod")]  # its way back would hide the answer


def _declared(view: object) -> str:
    access = access_of(view)
    if access is None:
        return "nothing"
    return access.permission.value if access.permission else walk.SIGNED_IN if access.needs_login else walk.PUBLIC


def test_every_address_is_in_the_table_with_what_it_declares() -> None:
    table = walk.table()
    assert {name: _declared(one.callback) for name, one in walk.product_routes().items()} == {
        name: route.access for name, route in table.items()
    }
    assert len(table) > 400


def test_the_table_says_what_the_places_of_every_address_stand_for() -> None:
    places = {name: set(one.pattern.converters) for name, one in walk.product_routes().items()}
    assert {name: {*route.named, *route.fixed} for name, route in walk.table().items()} == places
    assert {kind for route in walk.table().values() for kind in route.named.values()} == set(OBJECTS)


def test_permissions_are_held_by_the_roles_of_the_table() -> None:
    held = {one.value: [role for role in Role if one in PERMISSIONS[role]] for one in Permission}
    assert held == walk.roles_of()


@pytest.fixture
def places(product_roles: None, db: None) -> Iterator[tuple[Place, Place]]:
    """The school whose people walk, and the foreign one; on PostgreSQL the walk is the product's own role."""
    with clock.frozen(NOW), walk.quietly(), override_settings(MIDDLEWARE=_BARE, FORMS_A_MINUTE=100_000):
        here = place("79-THU", "Trường Tiểu học Lê Văn Tám", "TS")
        elsewhere = place("79-KHAC", "Trường Tiểu học Kim Đồng", "KD")
        with app_role.working():
            yield here, elsewhere


def test_nobody_comes_to_more_than_the_table_says(places: tuple[Place, Place]) -> None:
    here, elsewhere = places
    routes = list(walk.table().values())
    at = walk.walkers(here, elsewhere, routes)  # signed in anew before each walk: a proof holds for five minutes
    if walk.IS_WHOLE:
        assert walk.gate_faults(at, walk.product_routes()) == []
        assert walk.stranger_faults(at) == []
        assert walk.refused_faults(at) == []
        at = walk.walkers(here, elsewhere, routes)
    assert walk.own_faults(at) == []
    at = walk.walkers(here, elsewhere, routes)
    assert walk.odd_faults(at) == []
    before = walk.rows_of(here), walk.rows_of(elsewhere)
    at = walk.walkers(here, elsewhere, routes)
    assert walk.foreign_faults(at) == []
    assert walk.family_faults(at) == []
    assert (walk.rows_of(here), walk.rows_of(elsewhere)) == before


def test_the_walk_finds_views_without_a_school_or_with_another_permission(places: tuple[Place, Place]) -> None:
    here, elsewhere = places
    faulty = [
        Route("of_any_school", "school:student:read", named={"public_id": "pupil"}),
        Route("writes_first", "school:student:read", named={"public_id": "pupil"}),
        Route("for_too_many", "school:refund:approve"),
        Route("people:pupil", "school:student:read", named={"public_id": "pupil"}),
    ]
    with override_settings(ROOT_URLCONF="tests.tenancy.leaky_urls"):
        at = walk.walkers(here, elsewhere, faulty)
        patterns = walk.product_routes()
        assert {one.split(" ")[0] for one in walk.gate_faults(at, patterns)} == {"for_too_many"}
        before = walk.rows_of(elsewhere)
        assert {one.split(" ")[0] for one in walk.foreign_faults(at)} == {"of_any_school"}
        after = walk.rows_of(elsewhere)
    assert [name for name in before if before[name] != after[name]] == ["people_student"]
