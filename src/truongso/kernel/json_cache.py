"""A cache in files, shared by all processes of a machine, that holds JSON: reading it can run nothing (A53)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

from truongso.kernel import clock


class JsonFileCache(FileBasedCache):
    """Django's cache in files with another form of the files: the moment of expiry, a line break, the value.

    A file that is not ours counts as no entry. Values are what JSON knows; a tuple comes back as a list.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = self._read(key, version)
        return default if found is None else found[0]

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._read(key, version) is not None

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        found = self._read(key, version)
        if found is not None:
            self.set(key, found[0], timeout, version)
        return found is not None

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> float | None:
        """The moment of expiry in seconds since 1970; None: never."""
        seconds = self.default_timeout if timeout == DEFAULT_TIMEOUT else timeout
        return None if seconds is None else clock.now().timestamp() + seconds

    def _write_content(self, file: Any, timeout: Any, value: Any) -> None:
        file.write(json.dumps(self.get_backend_timeout(timeout)).encode() + b"\n" + json.dumps(value).encode())

    def _read(self, key: Any, version: int | None) -> tuple[Any] | None:
        """The value in a tuple, or None: missing, expired, or not written by this cache."""
        path = Path(self._key_to_file(key, version))  # type: ignore[attr-defined]  # the stubs know no private methods
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            expires, value = json.loads(head), json.loads(body)
        except FileNotFoundError:
            return None
        except ValueError:
            expires, value = 0, None
        if expires is not None and not (isinstance(expires, int | float) and expires > clock.now().timestamp()):
            path.unlink(missing_ok=True)
            return None
        return (value,)
