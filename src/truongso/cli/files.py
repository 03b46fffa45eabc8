"""Reading and writing files named on the command line."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from .errors import Refused


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` whole or not at all; a file that was there stays until the new one is complete.

    Raises OSError with the file's name.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        error.filename = str(path)
        raise
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read_limited(path: Path, limit: int) -> bytes:
    """The file's content. Refused when it has more than `limit` bytes, without reading further."""
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Refused(f"{path}: tệp lớn hơn {limit // 1_000_000} MB")
    return content
