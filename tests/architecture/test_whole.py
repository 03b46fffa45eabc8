"""The product as it is put together: addresses, templates, migrations, triggers."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.template import TemplateSyntaxError
from django.template.backends.django import DjangoTemplates
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.rooms import ROOT
from truongso.accounts.access import access_of
from truongso.accounts.web.gate import LIBRARY_VIEWS
from truongso.kernel import triggers

# All folders at once: the sandbox bank is a site of its own, outside the product's settings.
FOLDERS = sorted(path for path in ROOT.rglob("templates") if path.is_dir())
TEMPLATES = sorted(
    str(path.relative_to(folder))
    for folder in FOLDERS
    for path in folder.rglob("*")
    if path.suffix in {".html", ".txt", ".svg"}
)


def patterns(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address)
        else:
            yield address, entry


def test_every_address_declares_who_may_open_it() -> None:
    open_doors = [
        address
        for address, pattern in patterns(get_resolver())
        if access_of(pattern.callback) is None
        and not any(pattern.callback.__module__.startswith(library) for library in LIBRARY_VIEWS)
    ]
    assert open_doors == [], "\n".join(open_doors)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name: str) -> None:
    engine = DjangoTemplates({"NAME": "all", "DIRS": FOLDERS, "APP_DIRS": True, "OPTIONS": {}})
    try:
        engine.get_template(name)
    except TemplateSyntaxError as error:
        pytest.fail(f"{name}: {error}")


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out)
    except SystemExit:
        pytest.fail(out.getvalue())


@pytest.mark.django_db
def test_triggers_in_the_database_are_those_listed() -> None:
    assert triggers.differences() == []
    tables = set(connection.introspection.table_names())
    assert {t.table for t in triggers.all_triggers()} <= tables
