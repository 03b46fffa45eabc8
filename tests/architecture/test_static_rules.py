"""The product breaks none of our own static rules; each rule finds its bad example and leaves the good one alone."""

from __future__ import annotations

import ast
import functools
import re

import pytest

from tests.architecture.rooms import ROOT, sources
from tests.architecture.static_rules import RULES, Parsed, Rule, offences, parsed

_LATER = {"kernel/row_security.py", "kernel/database_roles.py", "kernel/scope.py"}
_SAFE_FILTER = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")


@functools.cache
def modules() -> dict[str, Parsed]:
    return {path: parsed(tree) for path, tree in sources() if not path.startswith("sandbox/")}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_knows_bad_from_good(rule: Rule) -> None:
    assert list(rule.find(parsed(ast.parse(rule.bad))))
    assert not list(rule.find(parsed(ast.parse(rule.good))))
    assert rule.about


def test_no_module_breaks_a_rule() -> None:
    found = {rule.name: offences(rule, modules()) for rule in RULES}
    broken = {f"{name}: {path}:{line}" for name, places in found.items() for path, line in places.items()}
    allowed = {f"{rule.name}: {path}" for rule in RULES for path in rule.allowed}
    assert sorted(one for one in broken if one.rsplit(":", 1)[0] not in allowed) == []
    gone = {f"{rule.name}: {path}" for rule in RULES for path in rule.allowed if path not in found[rule.name]}
    assert {one for one in gone if one.split(": ")[1] not in _LATER} == set()  # what is no longer needed is taken off


@pytest.mark.parametrize(
    "code",
    [
        "HttpResponse(rows, content_type='text/csv')", "FileResponse(open(path, 'rb'))",
        "answer['Content-Disposition'] = 'attachment'", "answer.headers['content-disposition'] = x",
    ],
)  # fmt: skip
def test_no_way_of_sending_a_file_passes_by_the_rule(code: str) -> None:
    (rule,) = [one for one in RULES if one.name == "unrecorded_file"]
    assert list(rule.find(parsed(ast.parse(code))))


def test_no_template_switches_escaping_off() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in [*ROOT.rglob("templates/**/*.html"), *ROOT.rglob("templates/**/*.txt")]
        if _SAFE_FILTER.search(path.read_text(encoding="utf-8")) and "sandbox" not in path.parts
    ]
    assert found == []
    assert _SAFE_FILTER.search("{{ name|safe }}")
    assert not _SAFE_FILTER.search("{{ name|safe_name }}")
