"""Passwords everybody tries first, compared whole and without asking anyone outside.

Two lists: the framework's of some twenty thousand, and ours of what Vietnamese schools' leaked lists are made of,
put together from words and endings. An operator may add a list of their own, one password a line, in the file
`breached.txt` of the data directory.
"""

from __future__ import annotations

import functools
from itertools import product
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator

from truongso.kernel.names import fold

_WORDS = (
    "matkhau", "password", "pass", "admin", "abc", "truong", "truonghoc", "giaovien", "hocsinh", "ketoan", "hieutruong",
    "thuquy", "vanphong", "tieuhoc", "mamnon", "thcs", "thpt", "phonggiaoduc", "sogiaoduc", "vietnam", "hanoi",
    "saigon", "hochiminh", "danang", "haiphong", "laocai", "sapa", "ninhbinh", "anhyeuem", "emyeuanh", "yeuem",
    "conyeu", "giadinh", "nhatrang", "dalat", "hoahong", "maiyeu", "thaygiao", "cogiao", "vnedu", "smas", "qwerty",
    "iloveyou",
)  # fmt: skip
_ENDINGS = (
    "", "1", "12", "123", "1234", "12345", "123456", "@", "@1", "@12", "@123", "@1234", "@12345", "@123456", "#123",
    "!", "1!", "123!", "@123!", "123@", "123a@", "@2023", "@2024", "@2025", "@2026", "@2027", "2023", "2024", "2025",
    "2026", "2027", "2025@", "2026@", "@abc", "@1a", ".123", "_123", "888", "@888", "686868", "@6868",
)  # fmt: skip


def is_listed(password: str) -> bool:
    """Whether the whole password stands in a list; case and accents make no difference."""
    plain = password.strip().lower()
    return (
        plain in _common() or plain in _ours() or fold(plain).lower().replace(" ", "") in _ours() or plain in _added()
    )


@functools.cache
def _ours() -> frozenset[str]:
    return frozenset(word + ending for word, ending in product(_WORDS, _ENDINGS))


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _added() -> frozenset[str]:
    path = Path(settings.DATA_DIR) / "breached.txt"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return frozenset()
    return _read(path, changed)


@functools.lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> frozenset[str]:
    return frozenset(line.strip().lower() for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
