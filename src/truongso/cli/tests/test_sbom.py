"""`truongso sbom`: every pinned part is listed, and none is in a range that a known advisory names."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

import truongso
from truongso.cli.main import main
from truongso.cli.parts import Part, findings, read_lock, stored_advisories, unknown
from truongso.kernel import clock

LOCK = Path(truongso.__file__).parents[2] / "requirements/base.txt"
ADVISORIES = {
    "date": "2026-11-01",
    "packages": {
        "django": [
            {"id": "PYSEC-1", "aliases": ["CVE-1"], "ranges": [["0", "4.2.16"], ["5.0", "5.0.9"], ["5.2", "<=5.2.3"]]}
        ],
        "pillow": [{"id": "PYSEC-2", "ranges": [["3.1", ""]]}], "sqlparse": [],
    },
}  # fmt: skip


def part(name: str, version: str) -> Part:
    return Part(name, version, ())


@pytest.mark.parametrize(
    ("version", "is_meant"),
    [("4.2.15", True), ("4.2.16", False), ("4.2.16.0", False), ("4.2.16rc1", True), ("5.0", True), ("5.0.8", True),
     ("5.0.9", False), ("5.1", False), ("5.2", True), ("5.2.3", True), ("5.2.4", False), ("5.10", False)],
)  # fmt: skip
def test_ranges_end_where_they_say(version: str, is_meant: bool) -> None:
    assert bool(findings([part("django", version)], ADVISORIES)) == is_meant


def test_a_range_without_an_end_and_a_part_nobody_looked_for() -> None:
    found = [part("pillow", "99.0"), part("sqlparse", "0.5"), part("khac", "1")]
    assert [(one.part.name, one.advisory) for one in findings(found, ADVISORIES)] == [("pillow", "PYSEC-2")]
    assert unknown(found, ADVISORIES) == ["khac"]


def test_the_pinned_parts_are_listed_and_clean(capsys: pytest.CaptureFixture[str]) -> None:
    pinned = read_lock(LOCK.read_text(encoding="utf-8"))
    assert len(pinned) > 25
    assert all(one.hashes for one in pinned)
    assert main(["sbom", "--lock", str(LOCK)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.5")
    assert [(one["name"], one["version"]) for one in listed["components"]] == [
        (one.name, one.version) for one in pinned
    ]
    assert listed["components"][0]["purl"] == f"pkg:pypi/{pinned[0].name}@{pinned[0].version}"
    snapshot = stored_advisories()
    assert (findings(pinned, snapshot), unknown(pinned, snapshot)) == ([], [])
    assert main(["sbom", "--check", "--lock", str(LOCK), "--max-age", "99999"]) == 0
    assert f"0 cảnh báo; bản cảnh báo ngày {snapshot['date']}, " in capsys.readouterr().out


def test_a_snapshot_older_than_it_may_be_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock, given = tmp_path / "lock.txt", tmp_path / "canh-bao.json"
    lock.write_text("sqlparse==0.6.1 --hash=sha256:" + "a" * 64)
    given.write_text(json.dumps(ADVISORIES))
    words = ["sbom", "--check", "--lock", str(lock), "--advisories", str(given)]
    made = dt.datetime(2026, 11, 1, 8, tzinfo=clock.SCHOOL_TIME)
    for days, more, code in ((90, [], 0), (91, [], 1), (91, ["--max-age", "91"], 0), (8, ["--max-age", "7"], 1)):
        with clock.frozen(made + dt.timedelta(days=days)):
            assert main([*words, *more]) == code, days
        told = capsys.readouterr()
        assert told.out == f"1 phần mềm, 0 cảnh báo; bản cảnh báo ngày 2026-11-01, {days} ngày trước.\n"
        assert ("Bản cảnh báo cũ quá" in told.err) == bool(code)


def test_a_known_weakness_and_bad_files_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock, newer = tmp_path / "lock.txt", tmp_path / "moi.json"
    lock.write_text("Django==5.2.1 --hash=sha256:" + "a" * 64)
    newer.write_text(json.dumps(ADVISORIES))
    assert main(["sbom", "--check", "--lock", str(lock), "--advisories", str(newer)]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "django 5.2.1: PYSEC-1 CVE-1"
    newer.write_text("[]")
    for words in (["--lock", str(tmp_path / "khong-co")], ["--lock", str(newer)],
                  ["--check", "--lock", str(lock), "--advisories", str(newer)]):  # fmt: skip
        assert main(["sbom", *words]) == 1
    assert capsys.readouterr().err.count("\n") == 3
