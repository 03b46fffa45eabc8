"""What the clients of the sandbox share: JSON over HTTP to this machine, a process of one's own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from truongso.sandbox.guard import is_local_url

TIMEOUT_SECONDS = 60.0
_START_SECONDS = 30.0

Json = dict[str, Any]


class SandboxRefusal(Exception):  # noqa: N818  an answer, not a fault
    """A part of the sandbox refused: stable `code` with `params`, `message` in words, HTTP `status`."""

    def __init__(self, status: int, code: str, params: Mapping[str, Any], message: str) -> None:
        super().__init__(message or code)
        self.status, self.code, self.params, self.message = status, code, dict(params), message


class JsonClient:
    """A part of the sandbox at a local address. Refusals raise SandboxRefusal; an unreachable one OSError."""

    def __init__(self, url: str) -> None:
        if not is_local_url(url):
            raise ValueError("the sandbox is on this machine")
        self.url = url.rstrip("/")
        self._host = urlsplit(url).netloc

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Json:
        answer: Json = json.loads(self.request("GET", f"{path}?{urlencode(query)}" if query else path))
        return answer

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        answer: Json = json.loads(self.request("POST", path, json.dumps(body).encode()))
        return answer

    def request(self, method: str, target: str, body: bytes | None = None) -> bytes:
        """The content of a good answer."""
        connection = HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
        try:
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if 200 <= response.status < 300:
            return content
        raise _refusal(response.status, content)


def given(values: Mapping[str, Any]) -> Json:
    """The values that are there."""
    return {name: value for name, value in values.items() if value is not None}


@contextmanager
def running(module: str, data_dir: Path, options: Sequence[str]) -> Iterator[str]:
    """The address of a part of the sandbox in a process of one's own, stopped at the end; it also stops when this
    process dies. Raises RuntimeError when it does not start."""
    process = subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", module, "--data", str(data_dir), *options, "--until-input-ends"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield _address(module, process)
    finally:
        _stop(process)


def _address(module: str, process: subprocess.Popen[str]) -> str:
    first = process.stdout.readline() if process.stdout is not None else ""
    words = first.split()
    if not words:
        raise RuntimeError(f"{module} did not start (exit code {process.wait(_START_SECONDS)})")
    return words[-1]


def _stop(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _refusal(status: int, content: bytes) -> SandboxRefusal:
    try:
        answer = json.loads(content)
        return SandboxRefusal(status, answer["error"], answer["params"], answer["message"])
    except (ValueError, KeyError, TypeError):
        return SandboxRefusal(status, "http", {}, f"HTTP {status}")
