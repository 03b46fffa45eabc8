"""No key, password or token lies in the repository: known forms of secrets, and random words beside secret names."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from tests.architecture.rooms import ROOT

REPOSITORY = ROOT.parents[1]
_FORMS = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "cloud key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "code host token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b"),
    "chat token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "web token": re.compile(r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}"),
    "payment key": re.compile(r"\b(?:sk|rk)_live_[A-Za-z0-9]{16,}"),
    "address with a password": re.compile(
        r"\b(?:postgres(?:ql)?|smtps?|https?|redis)://[^\s:/@]+:(?!password|mat-?khau|…)[^\s@/]{6,}@"
    ),
}
_NAMED = re.compile(
    r"(?i)\b[a-z_]*(?:secret|password|passwd|token|api_?key|private_?key|checksum_key)[a-z_]*[\"']?\s*[:=]\s*[\"']([A-Za-z0-9+/=_-]{20,})[\"']"
)
_BITS = 3.6
"""A word of random letters and digits has more bits to the letter; names in code have fewer."""
PUBLISHED = {
    "docs/providers.md": "examples that providers print in their own documents",
}
_LEFT_OUT = re.compile(
    r"(^|/)(tests|sandbox|fonts|vendor|requirements)/|\.(?:png|jpg|woff2?|ttf|otf|xlsx|pdf|svg|min\.js|bin|gz)$|LICENSE"
)


def entropy(word: str) -> float:
    """Bits to the letter."""
    counts = Counter(word)
    return -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values())


def _is_random(word: str) -> bool:
    return any(c.isdigit() for c in word) and entropy(word) > _BITS


def secrets_in(text: str) -> list[str]:
    """What looks like a secret, by its form, or random beside the name of one."""
    found = [f"{name}: {match[0][:24]}" for name, form in _FORMS.items() for match in form.finditer(text)]
    return found + [f"{match[1][:12]}…" for match in _NAMED.finditer(text) if _is_random(match[1])]


def files() -> list[Path]:
    git = shutil.which("git")
    assert git is not None
    listed = subprocess.run([git, "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout.decode()  # noqa: S603
    return [REPOSITORY / name for name in listed.split("\0") if name and not _LEFT_OUT.search(name)]


def test_the_repository_holds_no_secret() -> None:
    listed = files()
    assert len(listed) > 500
    found: dict[str, list[str]] = {}
    for path in listed:
        name = str(path.relative_to(REPOSITORY))
        if (
            path.is_file()
            and name not in PUBLISHED
            and (seen := secrets_in(path.read_text(encoding="utf-8", errors="ignore")))
        ):
            found[name] = seen
    assert {name: seen for name, seen in found.items() if seen} == {}


def test_the_scanner_knows_a_secret_from_a_name() -> None:
    key = "-----BEGIN " + "PRIVATE KEY-----"
    random_word = "q7Zr" + "2Lw9Xk4Vt8Nb3Mc6Hd1"
    assert secrets_in(key) == [f"private key: {key[:24]}"]
    assert secrets_in("AKIA" + "ABCDEFGHIJKLMNOP")
    assert secrets_in(f'API_KEY = "{random_word}"')
    assert secrets_in("postgresql://app:" + "hunter22@db/x")
    assert secrets_in('token = "workspaces_public_school_page"') == []
    assert secrets_in("smtp://user:password@host:587") == []
