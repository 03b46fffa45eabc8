"""A22: secrets are compared in constant time, everywhere."""

from __future__ import annotations

import ast
import hmac

import pytest

from tests.architecture.rooms import sources
from truongso.payments.providers.sepay import signature

_SECRETS = ("signature", "hexdigest", "hmac", "secret", "token", "mac")


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) in {"bool", "len"}:
        return set()  # whether there is one, not what it is
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    found |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return {part for name in found for part in (name.lower(), *name.lower().split("_"))}


def test_no_equals_sign_between_secrets() -> None:
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Compare) or not any(isinstance(o, ast.Eq | ast.NotEq) for o in node.ops):
                continue
            constant = all(isinstance(c, ast.Constant) for c in node.comparators)
            if not constant and any(_names(side) & set(_SECRETS) for side in (node.left, *node.comparators)):
                found.append(f"{path}:{node.lineno}: {ast.unparse(node)}")
    assert found == []


def test_every_live_secret_is_compared_whichever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    true = hmac.compare_digest

    def counting(one: bytes, two: bytes) -> bool:
        compared.append(two)
        return true(one, two)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    for given in ("a", "b", "c", "x"):
        compared.clear()
        signature._any_equal(given, ["a", "b", "c"])
        assert compared == [b"a", b"b", b"c"]
