"""Secrets of partners kept encrypted: AES-256-GCM, bound to their place, key in a file outside the database."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


def seal(secret: str, *, place: str) -> str:
    """Encrypt; `place` (table|column|row) is authenticated, so that a sealed value cannot be moved elsewhere."""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), place.encode())).decode()


def unseal(sealed: str, *, place: str) -> str:
    """Decrypt; raises cryptography's InvalidTag when the value, its place or the key is not the right one."""
    *older, oldest = _keys()
    for key in older:
        with suppress(InvalidTag):
            return _opened(key, sealed, place)
    return _opened(oldest, sealed, place)


def is_under_newest(sealed: str, *, place: str) -> bool:
    """Whether the newest key opens a value."""
    try:
        _opened(_key(), sealed, place)
    except (InvalidTag, ValueError):
        return False
    return True


def key_count() -> int:
    """How many keys the installation has: one, or two while values are sealed anew under the second."""
    return len(_keys())


def add_key() -> bool:
    """A new key, from now on the one in use, the one before still opens what it sealed; False while two exist."""
    _key()
    with _held_file() as path:
        keys = _read(path)
        if len(keys) > 1:
            return False
        _replace(path, [AESGCM.generate_key(bit_length=256), *keys])
        return True


def keep_newest() -> None:
    """Drop every key but the newest: what only those open is lost."""
    with _held_file() as path:
        _replace(path, _read(path)[:1])


def _opened(key: bytes, sealed: str, place: str) -> str:
    raw = base64.b64decode(sealed)
    return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()


def _key() -> bytes:
    return _keys()[0]


def _keys() -> list[bytes]:
    """The keys, newest first, one a line; the first is made at first use in the data directory, readable by its owner
    only. Read anew each time, so that a key that was changed or dropped is so for every process at once."""
    path = _path()
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = AESGCM.generate_key(bit_length=256)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            return _read(path)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(base64.b64encode(key).decode())
        return [key]


def _path() -> Path:
    return Path(settings.DATA_DIR) / "sealing_key"


def _read(path: Path) -> list[bytes]:
    return [base64.b64decode(line) for line in path.read_text().splitlines()]


@contextmanager
def _held_file() -> Iterator[Path]:
    """The file of keys, changed by one process at a time."""
    path = _path()
    with path.with_name("sealing_key.lock").open("w") as lock:
        _hold(lock)
        yield path


def _hold(lock: IO[str]) -> None:
    """Wait until nobody else holds the file; closing it lets it go."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - each of the two is absent on the other system

        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(lock, fcntl.LOCK_EX)


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    """Put the keys in place of the file at once: a crash leaves the old file or the new one, and once this returns the
    new one, for what is sealed from now on may outlive a loss of power. It stays its owner's, whoever runs this."""
    fresh = path.with_name("sealing_key.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        if sys.platform != "win32":
            was = path.stat()
            os.fchown(handle.fileno(), was.st_uid, was.st_gid)
        handle.write("\n".join(base64.b64encode(key).decode() for key in keys))
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(path)
    if sys.platform != "win32":  # there no directory is opened, and none needs to be
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
