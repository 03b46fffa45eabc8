"""Room on the pages of tables whose rows are changed soon after they are written (PostgreSQL's fillfactor).

With room a row changes where it stands instead of writing every index again. Models cannot say it, so a room's
`migrations/_new_database.py` does, for its own migration and for the one that lays a new database.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def leave_room(filled: Mapping[str, int]) -> migrations.RunPython:
    """Operation that fills pages only to so many percent: {table: percent}. SQLite knows no such thing."""

    def leave(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            for table, percent in filled.items():
                editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")

    def as_before(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            for table in filled:
                editor.execute(f"ALTER TABLE {table} RESET (fillfactor)")

    return migrations.RunPython(leave, as_before)
