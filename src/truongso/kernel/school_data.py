"""Everything a school has in the product, in open formats: one archive the school may take elsewhere.

One CSV and one JSON Lines file per table, a manifest that counts rows and names every file's sha256, and a dictionary
that says what each column holds, of whom and how long it is kept. Sealed columns leave opened: they are the school's.
What may be read by nobody (passwords, keys) and what lives for days only does not leave; the dictionary says so.
Source: letter Lào Cai 2.4 (control of the data stays with the school); R15.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import Field, Model, QuerySet

from truongso.kernel import clock
from truongso.kernel.data_classes import DataClass, Keep, Table, is_link, of, tables
from truongso.kernel.fields import SealedField
from truongso.kernel.personal_data import plain
from truongso.kernel.school_keys import Keyring, ShreddedError, keyring, place_of
from truongso.kernel.sheet_writer import write_csv

FORMAT = "truongso.school-data/1"
_CHUNK = 2000
_NOT_LEAVING = "not exported: readable by nobody"
_SCHOOL = "organizations.School"


@dataclass(frozen=True, slots=True)
class Source:
    """A table and this school's rows in it."""

    table: Table
    rows: QuerySet[Any]


@dataclass
class Told:
    """What was written, for the manifest and the record."""

    files: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0


def sources(school_id: int, also: dict[str, QuerySet[Any]]) -> list[Source]:
    """Every table with rows of the school, in the order of the register; `also` gives rows of tables without a school
    of their own (the people who work there). What lives for days only is left out."""
    found = []
    for label, one in tables().items():
        if one.keep is Keep.WORK:
            continue
        rows = also.get(label) if label in also else _of_school(one.model, school_id)
        if rows is not None:
            found.append(Source(one, rows.order_by("pk")))
    return found


def write_archive(
    path: Path, school_id: int, *, mark: str, also: dict[str, QuerySet[Any]], at: Callable[[int, int], None]
) -> Told:
    """Write the archive to a path; `at(done, total)` hears of each finished table."""
    told, listed = Told(), sources(school_id, also)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DOC-TRUOC.txt", mark + "\n")
        for number, source in enumerate(listed, start=1):
            _write_table(archive, source, school_id, told)
            at(number, len(listed))
        archive.writestr("dictionary.json", _json([_described(one.table) for one in listed]))
        manifest = {
            "format": FORMAT, "mark": mark, "made_at": plain(clock.now()), "rows": told.rows, "files": told.files
        }  # fmt: skip
        archive.writestr("manifest.json", _json(manifest))
    return told


def columns(model: type[Model]) -> list[Field[Any, Any]]:
    """Columns that leave, in their order."""
    return [one for one in model._meta.concrete_fields if _class(model, one) is not DataClass.CREDENTIAL]


def _write_table(archive: zipfile.ZipFile, source: Source, school_id: int, told: Told) -> None:
    """One table as CSV and as JSON Lines, read once."""
    model: type[Model] = source.table.model
    fields = columns(model)
    sealed = any(isinstance(one, SealedField) for one in fields)
    ring = keyring(school_id) if sealed and source.rows.exists() else None
    lines, rows = io.StringIO(), 0
    cells: list[list[Any]] = [[one.attname for one in fields]]
    for values in _values(source.rows, fields, ring):
        rows += 1
        lines.write(json.dumps(dict(zip(cells[0], values, strict=True)), ensure_ascii=False) + "\n")
        cells.append([_cell(value) for value in values])
    for name, content in (("csv", write_csv(cells)), ("jsonl", lines.getvalue().encode())):
        file = f"{name}/{source.table.label}.{name}"
        archive.writestr(file, content)
        told.files.append(
            {
                "file": file, "table": source.table.label, "rows": rows, "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )  # fmt: skip
    told.rows += rows


def _values(rows: QuerySet[Any], fields: list[Field[Any, Any]], ring: Keyring | None) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=_CHUNK):
        yield [_value(row, one, ring) for one in fields]


def _value(row: Model, one: Field[Any, Any], ring: Keyring | None) -> Any:
    value = getattr(row, one.attname)
    if isinstance(one, SealedField):
        value = _opened(row, one, bytes(value), ring)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return plain(value)


def _opened(row: Model, one: SealedField, value: bytes, ring: Keyring | None) -> Any:
    """What is sealed, as text where it is text; None when its key was destroyed."""
    if not value or ring is None:
        return ""
    try:
        content = ring.unseal(value, place=place_of(row, str(one.column)))
    except ShreddedError:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _of_school(model: type[Model], school_id: int) -> QuerySet[Any] | None:
    """The school's rows of a table that names a school; None for one that does not."""
    rows: Any = model
    if model._meta.label == _SCHOOL:
        return rows.objects.filter(pk=school_id)  # type: ignore[no-any-return]
    if "school_id" not in {one.attname for one in model._meta.concrete_fields}:
        return None
    if hasattr(rows.objects, "for_school"):
        return rows.objects.for_school(school_id)  # type: ignore[no-any-return]
    return rows.objects.filter(school_id=school_id)  # type: ignore[no-any-return]


def _described(one: Table) -> dict[str, Any]:
    """A table for the dictionary."""
    model: type[Model] = one.model
    said = [
        {
            "name": found.attname, "type": found.get_internal_type(), "class": _class(model, found).value,
            **({"note": _NOT_LEAVING} if _class(model, found) is DataClass.CREDENTIAL else {}),
        }
        for found in model._meta.concrete_fields
    ]  # fmt: skip
    return {
        "table": one.label, "about": one.about.value, "purpose": one.purpose.value, "kept": one.keep.value,
        "description": (model.__doc__ or "").strip(), "columns": said,
    }  # fmt: skip


def _class(model: type[Model], one: Field[Any, Any]) -> DataClass:
    return DataClass.LINK if is_link(one) else of(model, one.name)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
