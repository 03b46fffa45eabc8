"""Working as the role the product has in production: it owns nothing and is held to row-level security."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from truongso.kernel import database_roles

IS_FOR_ALL = os.environ.get("TRUONGSO_TEST_ROLE") == "app" and connection.vendor == "postgresql"


def take_for_the_run() -> None:
    """Every connection of the run works as the product's role (TRUONGSO_TEST_ROLE=app): shows what a page, job or
    notice does that its scope does not allow. Tests that lift guards need the superuser and cannot run so."""
    database_roles.create()
    connection.close()
    connection.settings_dict["OPTIONS"]["assume_role"] = database_roles.APP


@contextmanager
def working() -> Iterator[None]:
    """As `ts_app` until the end of the block; nothing on SQLite. The test asks for the fixture `product_roles`."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {database_roles.APP}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
