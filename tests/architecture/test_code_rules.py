"""Rules that linters do not know, read from the syntax trees of the product."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.rooms import ROOT, sources

MONEY_ROOMS = ("fees", "payments", "ledger", "banking")
# No amounts here: likeness of names, rates of a measurement, days and hours of a spreadsheet's clock.
NO_AMOUNTS = {
    "banking/matching/generator.py",
    "banking/matching/names.py",
    "banking/matching/noise.py",
    "banking/statements/moments.py",
}
CLOCKS = {
    "datetime",
    "dt.datetime",
    "datetime.datetime",
    "date",
    "dt.date",
    "datetime.date",
    "timezone",
    "time",
}
READINGS = {"now", "today", "utcnow", "localdate", "localtime", "time"}


def places(path: str, nodes: Iterator[ast.AST]) -> list[str]:
    return [f"{path}:{getattr(node, 'lineno', 0)}" for node in nodes]


def imports(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every imported name, dotted: `from a import b` gives a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def test_no_signals() -> None:
    """One framework hook lays the triggers after a migrate; everything else goes through the outbox."""
    users = {
        path
        for path, tree in sources()
        for _node, name in imports(tree)
        if name.startswith(
            (
                "django.db.models.signals",
                "django.core.signals",
                "django.dispatch",
                "django.contrib.auth.signals",
            )
        )
    }
    assert users == {"kernel/apps.py"}


def test_no_service_locator() -> None:
    """Imports by name pass the contracts by; only the kernel's registers and the command line use them."""
    users = {
        path
        for path, tree in sources()
        for _node, name in imports(tree)
        if name.split(".")[0] == "importlib" and not name.startswith("importlib.resources")
    }
    assert [path for path in sorted(users) if not path.startswith(("kernel/", "cli/"))] == []
    lookups = [
        place
        for path, tree in sources()
        for place in places(path, (n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "get_model"))
    ]
    assert lookups == [], "\n".join(lookups)


def test_no_fractions_in_money_code() -> None:
    found = []
    for path, tree in sources(*MONEY_ROOMS):
        if path in NO_AMOUNTS or path.endswith("bench.py"):
            continue
        found += places(path, (node for node in ast.walk(tree) if _is_fraction(node)))
        found += [f"{path}: {name}" for _node, name in imports(tree) if name.split(".")[0] in {"decimal", "fractions"}]
    assert found == [], "\n".join(found)


def _is_fraction(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"float", "Decimal", "Fraction", "round"}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return not any(_is_text(side) for side in (node.left, node.right))  # a path joined to a name
    return isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_one_clock() -> None:
    found = [
        place
        for path, tree in sources()
        if path != "kernel/clock.py"
        for place in places(
            path,
            (
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in READINGS
                and ast.unparse(node.func.value) in CLOCKS
            ),
        )
    ]
    assert found == [], "\n".join(found)


def test_tests_are_packages() -> None:
    """Two rooms may have test files of one name only when their folders are packages."""
    bare = {
        str(path.parent.relative_to(ROOT))
        for path in ROOT.rglob("tests/test_*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert bare == set()
