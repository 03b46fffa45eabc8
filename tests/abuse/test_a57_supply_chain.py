"""A57: what is built in is pinned by its hash, and no page loads anything from anywhere else."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

from django.conf import settings

from tests.architecture.rooms import ROOT

REPOSITORY = ROOT.parents[1]
_ELSEWHERE = re.compile(
    r"(?:src|href|action|@import|url)\s*[=(]\s*[\"']?\s*(?:https?:)?//(?!127\.0\.0\.1)", re.IGNORECASE
)
LINKS_TO_READ = re.compile(r'<a\b[^>]*href="https://')


def test_every_requirement_has_its_hashes() -> None:
    for name in ("base.txt", "dev.txt"):
        text = (REPOSITORY / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.lstrip().startswith(("#", "-c"))]
        assert len(lines) > 20
        assert [
            line[:60] for line in lines if not re.match(r"[A-Za-z0-9_.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
        ] == []


def test_installing_asks_for_the_hashes() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "scripts").iterdir() if path.is_file()]
    assert any("--require-hashes" in text for text in texts)


def test_files_of_others_are_those_that_were_looked_at() -> None:
    lists = list(ROOT.rglob("VENDORED.toml"))
    assert len(lists) >= 2
    for listed in lists:
        for package in tomllib.loads(listed.read_text(encoding="utf-8"))["package"]:
            for name, wanted in package["sha256"].items():
                assert hashlib.sha256((listed.parent / name).read_bytes()).hexdigest() == wanted, name


def test_no_page_style_or_script_loads_from_elsewhere() -> None:
    found = []
    for path in [*ROOT.rglob("templates/**/*.html"), *ROOT.rglob("static/**/*.css"), *ROOT.rglob("static/**/*.js")]:
        if "sandbox" in path.parts or path.name.endswith(".min.js"):
            continue
        text = LINKS_TO_READ.sub("", _without_comments(path))
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in _ELSEWHERE.finditer(text)]
    assert found == []


def test_the_policy_allows_nothing_from_elsewhere() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    sources = {source for name, values in directives.items() if name != "report-uri" for source in values}
    assert sources == {"'self'", "'none'", "data:"}
    assert directives["default-src"] == ["'self'"]
    assert [name for name, values in directives.items() if "data:" in values] == ["img-src"]


def _without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
