"""A52: nothing that comes in as a file is code: no page restores a package, and the one file of settings that schools
exchange (the columns of a statement) is data, read strictly and refused whole.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.abuse.lists import using
from tests.tenancy import walk
from truongso.banking.statements.custom import CustomLayoutError, from_file


def crafted(run: str) -> list[bytes]:
    """Files that would run a command where they were loaded by a library that builds objects."""
    pickled = b"cos\nsystem\n(S'" + run.encode() + b"'\ntR."
    tagged = f'!!python/object/apply:os.system ["{run}"]'.encode()
    named = {"py/object": "os.system", "py/reduce": [{"py/function": "os.system"}, [run]]}
    return [
        pickled, base64.b64encode(pickled), tagged, b"--- " + tagged, json.dumps(named).encode(),
        json.dumps({"__class__": "os.system", "__reduce__": run, "name": "x"}).encode(),
        json.dumps({"name": "{x.__class__}", "header": ["__import__('os').system('" + run + "')"]}).encode(),
        b"[" * 5_000, b'{"a":' * 2_000, b'{"name": "a", "name": "b"}',
    ]  # fmt: skip


def test_a_crafted_file_of_settings_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    told = tmp_path / "ran"
    for content in crafted(f"touch {told}"):
        with pytest.raises(CustomLayoutError):
            from_file(content)
    assert not told.exists()


def test_no_page_restores_or_imports_a_package() -> None:
    words = ("restore", "backup", "package", "khoi-phuc", "sao-luu", "goi-du-lieu")
    routes = {name: str(one.pattern) for name, one in walk.product_routes().items()}
    assert [name for name, route in routes.items() if any(word in name or word in route for word in words)] == []


def test_nothing_builds_objects_from_what_it_reads() -> None:
    assert using(r"^\s*(import|from) (pickle|marshal|shelve|yaml|dill|jsonpickle)\b") == set()
    assert using(r"\b(eval|exec|__import__)\(") == set()
