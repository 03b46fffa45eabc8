"""The migrations make the very schema of the models; other tests make their tables from the models, which is faster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

_SCHEMA = """
import json
from django.db import connection
def schema():
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "django_migrations":
                continue
            columns = connection.introspection.get_table_description(cursor, table)
            keys = connection.introspection.get_constraints(cursor, table)
            found[table] = [
                sorted([c.name, c.null_ok] for c in columns),
                sorted(
                    [sorted(k["columns"] or []), k["unique"], k["check"], bool(k["foreign_key"])] for k in keys.values()
                ),
            ]
    return json.loads(json.dumps(found))
"""
_MIGRATED = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
{_SCHEMA}
print(json.dumps(schema()))
"""


def _schema_here() -> Any:
    names: dict[str, Any] = {}
    exec(_SCHEMA, names)  # noqa: S102 - the same reading on both sides
    return names["schema"]()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not config.getoption('nomigrations')", reason="this run's own tables came from the migrations: nothing to compare"
)
def test_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
    if connection.vendor == "postgresql":
        here = connection.settings_dict
        name = f"migrated_{os.getpid()}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        address = f"postgresql://{here['USER']}@{here['HOST']}:{here['PORT']}/{name}"
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", _MIGRATED], capture_output=True, text=True, check=False,
        env={
            **os.environ, "TRUONGSO_DATABASE": address, "TRUONGSO_DATA": str(tmp_path), "TRUONGSO_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "truongso.config.settings", "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    migrated, made = json.loads(done.stdout), _schema_here()
    assert migrated.keys() == made.keys()
    assert {t: migrated[t] for t in made if migrated[t] != made[t]} == {}
