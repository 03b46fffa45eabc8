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
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

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


@override_settings(MIGRATION_MODULES={})
def test_an_installation_laid_by_an_earlier_one_migration_per_room_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """On record are the rooms' files as they stood at its laying; rooms that took steps since must not hold it up."""
    on_disk = MigrationLoader(None).disk_migrations
    since = {("ledger", "0006_kept_keys"), ("payments", "0023_kept_keys"), ("banking", "0016_kept_keys"),
             ("accounts", "0006_support"), ("accounts", "0007_security_events"), ("accounts", "0008_unit_reviews"),
             ("accounts", "0009_countries"), ("accounts", "0010_operator_reviews"),
             ("fees", "0006_sealed_documents"), ("fees", "0007_room_for_all_rows"),
             ("kernel", "0005_where_from"),
             ("people", "0005_homeroom"), ("people", "0006_consent_paper"), ("people", "0007_access_from"),
             ("people", "0008_homeroom_rows_alone"), ("people", "0009_family_accounts"),
             ("people", "0010_teaching"), ("people", "0011_former_guardians"),
             ("messaging", "0003_recipient_names"),
             ("payments", "0022_stripped_notices")}  # fmt: skip
    laid = {key for key in on_disk if key not in since and not since & set(on_disk[key].replaces)}
    assert ("organizations", "0001_squashed_0005") in laid
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self: {key: on_disk[key] for key in laid})
    loader = MigrationLoader(connection)
    loader.check_consistent_history(connection)  # InconsistentMigrationHistory: migrate would refuse to work
    waiting = [key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf)]
    assert {key for key in waiting if key not in loader.applied_migrations} == since


@override_settings(MIGRATION_MODULES={})
def test_files_for_new_databases_wait_for_steps_only() -> None:
    files = {key: one for key, one in MigrationLoader(None).disk_migrations.items() if one.replaces}
    assert files
    assert [(key, other) for key, one in files.items() for other in one.dependencies if other in files] == []
