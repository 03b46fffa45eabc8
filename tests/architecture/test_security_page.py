"""docs/security.md tells the truth: every proof exists, all 76 requirements and all 65 abuse cases are there."""

from __future__ import annotations

import re

from django.conf import settings

from tests.architecture.rooms import ROOT

REPOSITORY = ROOT.parents[1]
PAGE = (REPOSITORY / "docs/security.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (met|partly|operator|deviation) \| (.+) \|$", re.MULTILINE)
_REASON = re.compile(r"^\| (A\d\d) \| .{30,} \|$", re.MULTILINE)


def is_there(proof: str) -> bool:
    """A file, a test in a file, or a setting (with its value, where one is given)."""
    if re.fullmatch(r"[A-Z_]+( = \S+)?", proof):
        name, _, value = proof.partition(" = ")
        return hasattr(settings, name) and (not value or str(getattr(settings, name)) == value)
    path, _, test = proof.partition("::")
    file = REPOSITORY / path
    return file.is_file() and (not test or f"def {test}(" in file.read_text(encoding="utf-8"))


def test_every_requirement_has_a_proof_that_exists() -> None:
    rows = _ROW.findall(PAGE)
    assert [int(row[0]) for row in rows] == list(range(1, 77))
    assert [row[0] for row in rows if row[3] == "deviation"] == ["37", "39"]
    proofs = {row[0]: re.findall(r"`([^`]+)`", row[4]) for row in rows}
    assert [number for number, given in proofs.items() if not given] == []
    assert [(number, one) for number, given in proofs.items() for one in given if not is_there(one)] == []


def test_every_abuse_case_has_a_test_or_a_reason() -> None:
    tested = {found[0][5:8].upper() for path in (REPOSITORY / "tests/abuse").glob("test_a*.py")
              if (found := re.match(r"test_a\d\d_", path.name))}  # fmt: skip
    reasons = set(_REASON.findall(PAGE))
    wanted = {f"A{number:02}" for number in range(1, 66)}
    assert wanted - tested - reasons == set()
    assert tested | reasons == wanted


def test_every_test_named_in_a_reason_exists() -> None:
    part = PAGE.split("## Abuse cases without a test")[1].split("## OWASP")[0]
    named = re.findall(r"`((?:tests|src|docs)/[^`…]+\.(?:py|md|csv))`", part)
    assert named
    assert [one for one in named if not is_there(one)] == []
