"""Browser files taken from others are what the manifest says, and nothing else lies beside them unnamed."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[1] / "static" / "ui"
FOR_TESTS = Path(__file__).parents[5] / "tests" / "vendor"
OWN = {"tokens.css", "parent.css", "app.css", "print.css", "app.js", "logo.svg", "VENDORED.toml"}


def _packages(folder: Path) -> list[dict[str, object]]:
    packages: list[dict[str, object]] = tomllib.loads((folder / "VENDORED.toml").read_text(encoding="utf-8"))["package"]
    return packages


def _hashes(folder: Path) -> dict[str, str]:
    return {name: digest for package in _packages(folder) for name, digest in package["sha256"].items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("folder", [STATIC, FOR_TESTS])
def test_hashes_hold(folder: Path) -> None:
    for name, digest in _hashes(folder).items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_every_file_is_our_own_or_in_the_manifest() -> None:
    present = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    assert present == OWN | set(_hashes(STATIC))


def test_every_package_has_name_version_licence_and_source() -> None:
    for package in _packages(STATIC):
        assert all(package.get(key) for key in ("name", "version", "licence", "licence_file", "source"))
        assert package["licence_file"] in package["sha256"]  # type: ignore[operator]


@pytest.mark.parametrize("name", ["app.js", "app.css", "parent.css", "tokens.css", "print.css"])
def test_own_files_name_no_foreign_origin(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http:" not in text
    assert "https://" not in text
