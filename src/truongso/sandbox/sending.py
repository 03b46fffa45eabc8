"""One attempt to tell a school something: real HTTP, to this machine alone."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from truongso.sandbox.guard import is_local_url

TIMEOUT_SECONDS = 10.0
_LONGEST_ANSWER = 10_000
_patience = 0.0


def be_patient(seconds: float) -> None:
    """Give every school at least so many seconds to answer, from now on in this process: tests on a busy machine."""
    global _patience  # noqa: PLW0603  one process, one patience
    _patience = seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt: an HTTP status with its body, or a stable word for why there was none.

    Words: refused, timeout, broken; no_webhook when there was no address to try.
    """

    status: int | None
    error: str = ""
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(
    url: str, body: bytes | None, headers: Mapping[str, str], *, method: str = "POST", timeout: float = TIMEOUT_SECONDS
) -> Answer:
    """One attempt of `timeout` seconds, or of `be_patient`'s. Redirects are not followed; anything but this machine is
    an error of the program."""
    if not is_local_url(url):
        raise AssertionError("notices stay on this machine")
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=max(timeout, _patience))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, body=response.read(_LONGEST_ANSWER))
    except TimeoutError:
        return Answer(None, "timeout")
    except ConnectionRefusedError:
        return Answer(None, "refused")
    except (OSError, http.client.HTTPException):
        return Answer(None, "broken")
    finally:
        connection.close()
