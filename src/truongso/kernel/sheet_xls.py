"""Old XLS files, read in a process of their own.

The binary format can point anywhere (a cell at column 65,535, sector loops), and the library answers some of
that by aborting. The child has its own memory and time; its end is an answer, not an outage.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any, cast

from truongso.kernel.sheet_types import Cell, Limits, Sheet, SheetError

_SECONDS = 20
_MEMORY = 1024 * 1024 * 1024


def read_xls(data: bytes, limits: Limits) -> list[Sheet]:
    """The worksheets of an XLS file.

    Raises SheetError: encrypted, damaged (also when the child ran out of memory or time), too_many_….
    """
    request = json.dumps({"limits": asdict(limits), "file": base64.b64encode(data).decode()})
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code; the file is only data
            [sys.executable, "-I", "-c", _CHILD, json.dumps(sys.path)],
            input=request.encode(),
            capture_output=True,
            timeout=_SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SheetError("damaged") from error
    if done.returncode != 0:
        raise SheetError("damaged")
    answer = cast("dict[str, Any]", json.loads(done.stdout))
    if "code" in answer:
        raise SheetError(answer["code"], **answer["params"])
    return [Sheet(s["name"], [[_unpack(c) for c in row] for row in s["rows"]]) for s in answer["sheets"]]


_CHILD = "import json, sys; sys.path[:] = json.loads(sys.argv[1]);from truongso.kernel.sheet_xls import child; child()"


def child() -> None:
    """The body of the child process."""
    _limit_resources()
    from truongso.kernel.sheet_workbook import read_workbook  # noqa: PLC0415 - only the child loads the library

    request = json.loads(sys.stdin.buffer.read())
    try:
        sheets = read_workbook(base64.b64decode(request["file"]), Limits(**request["limits"]))
        answer: dict[str, object] = {
            "sheets": [{"name": s.name, "rows": [[_pack(c) for c in row] for row in s.rows]} for s in sheets]
        }
    except SheetError as error:
        answer = {"code": error.code, "params": error.params}
    sys.stdout.write(json.dumps(answer))


def _limit_resources() -> None:
    try:
        import resource  # noqa: PLC0415 - absent on Windows, where the child alone is the protection
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _pack(value: Cell) -> object:
    """JSON form of a cell; times are tagged with their type."""
    if isinstance(value, dt.datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, dt.date):
        return ["date", value.isoformat()]
    if isinstance(value, dt.time):
        return ["time", value.isoformat()]
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    return value


def _unpack(value: Any) -> Cell:
    if not isinstance(value, list):
        return cast("Cell", value)
    kind, *parts = value
    if kind == "timedelta":
        return dt.timedelta(*parts)
    reader: Any = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}[kind]
    return cast("Cell", reader.fromisoformat(parts[0]))
