"""What imports cannot show: the direction of foreign keys, and that the school is part of every key."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from tests.architecture.rooms import ROOT, row_of
from truongso.kernel import triggers
from truongso.kernel.constraints import SchoolKey
from truongso.kernel.fields import SchoolForeignKey
from truongso.kernel.kept_keys import kept_keys
from truongso.kernel.tenancy import SchoolScoped

OURS = [m for m in apps.get_models() if m.__module__.startswith("truongso.")]
SCHOOL_OWNED = [m for m in OURS if issubclass(m, SchoolScoped)]
# Columns of these names hold one of a closed set of words.
WORD_COLUMNS = {
    "area", "decision", "direction", "function", "gender", "kind", "level", "method", "nature", "ownership",
    "relationship", "role", "state", "status", "unit",
}  # fmt: skip
# Sets that grow with the rooms: the registered kinds of jobs, the kinds of audited things.
OPEN_SETS = {
    "kernel.Job.kind",
    "accounts.SecurityEvent.method",  # several proofs together, named by the sign-in library
}


def room(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def relations(model: type[models.Model]) -> list[models.ForeignKey]:  # type: ignore[type-arg]
    return [f for f in model._meta.local_fields if isinstance(f, models.ForeignKey)]


def column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.ForeignKey)
    return str(field.column)


def test_there_is_something_to_check() -> None:
    assert len(SCHOOL_OWNED) >= 30
    assert {room(m) for m in OURS} >= {"kernel", "organizations", "people", "ledger", "fees", "payments"}


def test_foreign_keys_point_downward() -> None:
    upward = [
        f"{model._meta.label}.{field.name} → {target._meta.label}"
        for model in OURS
        for field in relations(model)
        if (target := field.related_model) in OURS
        and room(model) != room(target)
        and row_of(room(model)) >= row_of(room(target))
    ]
    assert upward == [], "\n".join(upward)


def test_crossing_foreign_keys_leave_no_trace_on_their_target() -> None:
    traces = [
        f"{model._meta.label}.{field.name}"
        for model in OURS
        for field in relations(model)
        if room(model) != room(field.related_model) and not (field.remote_field.related_name or "").endswith("+")
    ]
    assert traces == [], "\n".join(traces)


def test_unique_keys_of_school_owned_tables_start_with_the_school() -> None:
    """But for public ids: random, one in the whole installation, and looked up before the school is known."""
    loose = [
        f"{model._meta.label}: {constraint.name}"
        for model in SCHOOL_OWNED
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint)
        and constraint.fields[:1] != ("school",)
        and constraint.fields != ("public_id",)
    ]
    loose += [
        f"{m._meta.label}.{f.name}"
        for m in SCHOOL_OWNED
        for f in m._meta.local_fields
        if f.unique and not f.primary_key
    ]
    loose += [m._meta.label for m in SCHOOL_OWNED if m._meta.unique_together]
    assert loose == [], "\n".join(loose)


def test_school_owned_tables_that_others_point_to_are_targets_for_composite_keys() -> None:
    pointed_to = {field.related_model for model in SCHOOL_OWNED for field in relations(model)} & set(SCHOOL_OWNED)
    assert len(pointed_to) > 30
    missing = [
        model._meta.label
        for model in sorted(pointed_to, key=lambda model: model._meta.label)
        if not any(isinstance(c, UniqueConstraint) and c.fields == ("school", "id") for c in model._meta.constraints)
    ]
    assert missing == [], "\n".join(missing)


def test_relations_between_school_owned_tables_are_composite() -> None:
    faults = []
    for model in SCHOOL_OWNED:
        declared = [c.field for c in model._meta.constraints if isinstance(c, SchoolKey)]
        needed = [f.name for f in relations(model) if f.related_model in SCHOOL_OWNED]
        faults += [f"{model._meta.label}.{f.name} is no SchoolForeignKey" for f in relations(model)
                   if f.name in needed and not isinstance(f, SchoolForeignKey)]  # fmt: skip
        if sorted(declared) != sorted(needed):
            faults.append(f"{model._meta.label}: keys {sorted(declared)}, relations {sorted(needed)}")
    assert faults == [], "\n".join(faults)


def test_only_school_owned_tables_use_school_foreign_keys() -> None:
    assert [
        f"{m._meta.label}.{f.name}"
        for m in OURS
        for f in relations(m)
        if isinstance(f, SchoolForeignKey) and not (m in SCHOOL_OWNED and f.related_model in SCHOOL_OWNED)
    ] == []


@pytest.mark.django_db
def test_composite_keys_exist_in_the_database() -> None:
    """The declared constraints really are there; Django's own inspection does not list them. On PostgreSQL triggers
    stand in for keys to rows that never go."""
    postgres = connection.vendor == "postgresql"
    declared = {
        (model._meta.db_table, column(model, c.field))
        for model in SCHOOL_OWNED
        for c in model._meta.constraints
        if isinstance(c, SchoolKey) and not (postgres and c.kept)
    }
    assert _composite_keys() == declared
    assert triggers.differences() == []


def test_keys_to_kept_rows_point_from_fixed_columns_to_rows_that_never_go() -> None:
    """Else only a foreign key would do: it alone sees that a target goes or that a row is pointed elsewhere."""
    kept = [(model, key) for model in SCHOOL_OWNED for key in kept_keys(model)]
    assert len(kept) == 17
    loose = []
    for model, key in kept:
        target = next(f for f in relations(model) if f.name == key.field).related_model._meta.db_table
        loose += [f"{key.name}: {target} has no {guard}" for guard in ("no_delete", "no_truncate")
                  if f"ts_{target}_{guard}" not in GUARDS]  # fmt: skip
        loose += [f"{key.name}: {target}.{name} may change" for name in {"id", "school_id"} - _fixed(target)]
        own, pointing = model._meta.db_table, {column(model, key.field), "school_id"}
        loose += [f"{key.name}: {own}.{name} may change" for name in pointing - _fixed(own)]
    assert loose == [], "\n".join(loose)


GUARDS = {t.name: t for t in triggers.all_triggers()}


def _fixed(table: str) -> set[str]:
    """Columns that no UPDATE changes."""
    if f"ts_{table}_no_update" in GUARDS:
        return {str(f.column) for m in OURS if m._meta.db_table == table for f in m._meta.concrete_fields}
    guard = GUARDS.get(f"ts_{table}_fixed")
    return set() if guard is None else set(re.findall(r"NEW\.(\w+) IS DISTINCT", guard.postgres))


def _composite_keys() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c "
                "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2] "
                "JOIN pg_attribute s ON s.attrelid = c.conrelid AND s.attnum = c.conkey[1] "
                "WHERE c.contype = 'f' AND c.convalidated AND cardinality(c.conkey) = 2 "
                "AND s.attname = 'school_id'"
            )
            return {(str(table), str(column)) for table, column in cursor.fetchall()}
        found = set()
        for model in SCHOOL_OWNED:
            cursor.execute(f"PRAGMA foreign_key_list({model._meta.db_table})")
            keys: dict[int, list[str]] = {}
            for number, _seq, _target, column, *_rest in cursor.fetchall():
                keys.setdefault(number, []).append(column)
            for columns in keys.values():
                if len(columns) == 2 and "school_id" in columns:
                    columns.remove("school_id")
                    found.add((model._meta.db_table, columns[0]))
        return found


def test_columns_of_words_are_held_by_a_check() -> None:
    unchecked = [
        f"{model._meta.label}.{field.name}"
        for model in OURS
        for field in model._meta.local_fields
        if isinstance(field, models.CharField)
        and field.name in WORD_COLUMNS
        and not _words(model, field.name)
        and f"{model._meta.label}.{field.name}" not in OPEN_SETS
    ]
    assert unchecked == [], "\n".join(unchecked)


def test_checks_of_words_hold_a_whole_enum() -> None:
    enums = _enums()
    partial = [
        f"{model._meta.label}.{field.name}: {sorted(words)}"
        for model in OURS
        for field in model._meta.local_fields
        if (words := _words(model, field.name)) and words - {""} not in enums  # blank: not said
    ]
    assert partial == [], "\n".join(partial)


def _words(model: type[models.Model], field: str) -> frozenset[str]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, CheckConstraint) and isinstance(constraint.condition, Q):
            for key, value in _leaves(constraint.condition):
                if key == f"{field}__in":
                    return frozenset(str(word) for word in value)
    return frozenset()


def _leaves(condition: Q) -> Iterator[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _leaves(child)
        elif isinstance(child, tuple):
            yield child


def _enums() -> set[frozenset[str]]:
    """Value sets of all enums in the `types` modules of rooms and of their slices."""
    found = set()
    for path in sorted([*ROOT.glob("*/types.py"), *ROOT.glob("*/*/types.py")]):
        module = importlib.import_module(".".join(["truongso", *path.relative_to(ROOT).with_suffix("").parts]))
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
                found.add(frozenset(item.value for item in value))
    return found
