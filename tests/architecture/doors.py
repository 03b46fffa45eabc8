"""Contract for import-linter: a room is entered only through its doors (public, events, types)."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

DOORS = frozenset({"public", "events", "types"})


class DoorsContract(Contract):
    """From outside a room, only its doors may be imported.

    `open_rooms` may be imported wholly (the kernel). `composers` may also reach the `web` packages, to
    list their addresses (config). `pure_doors` are packages of algorithms without Django, open to all above.
    Tests are free.
    """

    open_rooms = fields.SetField(subfield=fields.StringField())
    composers = fields.SetField(subfield=fields.StringField())
    pure_doors = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = []
        for importer in sorted(graph.modules):
            if not _is_product(importer):
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if _is_product(imported) and not self._allowed(importer, imported):
                    lines = [d["line_number"] for d in graph.get_import_details(importer=importer, imported=imported)]
                    broken.append((importer, imported, lines))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported, lines in check.metadata["broken"]:
            where = ", ".join(f"l.{n}" for n in lines)
            output.print_error(f"{importer} enters {imported} past its doors ({where})")

    def _allowed(self, importer: str, imported: str) -> bool:
        here, there = importer.split(".")[1], imported.split(".")
        room, door = there[1], there[2] if len(there) > 2 else ""
        if here == room or room in _names(self.open_rooms) or door in DOORS:
            return True
        if ".".join(there[1:3]) in _names(self.pure_doors):
            return True
        return here in _names(self.composers) and door == "web"


def _is_product(module: str) -> bool:
    parts = module.split(".")
    return len(parts) > 1 and parts[0] == "truongso" and parts[1] != "__main__" and "tests" not in parts


def _names(value: Any) -> set[str]:
    return set(value)
