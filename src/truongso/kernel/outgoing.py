"""The one way out: calls to partners' servers.

Only hosts of an allow-list over HTTPS, connected to the very address that was looked at, never a private one, no
redirects, a deadline for the whole exchange and a limit for what comes back. A local sandbox (plain HTTP on
127.0.0.1) is reachable only when the caller says that sandbox mode is on.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
LIMIT = 256 * 1024
LOOPBACK = "127.0.0.1"
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_PATH = re.compile(r"/[A-Za-z0-9_./~%?=&-]*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CHUNK = 64 * 1024


class OutgoingError(Exception):
    """The call was not made or brought nothing. `code` is stable.

    Before a connection: bad_address, not_allowed, private_address. Of the other side: unresolvable, unreachable,
    bad_certificate, timeout, redirect, too_large, bad_answer.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status but a redirect."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    is_tls: bool
    prefix: str


def check_base(base: str, *, allowed: Collection[str], local: bool) -> None:
    """Raise OutgoingError unless calls to this base address may be made. Nothing is looked up."""
    _target(base, allowed=allowed, local=local)


def check_call(base: str, path: str, *, allowed: Collection[str], local: bool) -> None:
    """Raise OutgoingError unless this path of the base address may be called. Nothing is looked up."""
    _target(base, allowed=allowed, local=local)
    if _PATH.fullmatch(path) is None:
        raise OutgoingError("bad_address")


def call(
    base: str,
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    allowed: Collection[str],
    local: bool,
    timeout: float = TIMEOUT_SECONDS,
) -> Answer:
    """One exchange with `base` + `path`; `allowed` are host names. Raises OutgoingError."""
    target = _target(base, allowed=allowed, local=local)
    if _PATH.fullmatch(path) is None:
        raise OutgoingError("bad_address")
    address = _resolve(target)
    deadline = time.monotonic() + timeout
    connection = _Connection(target, address, timeout)
    try:
        connection.request(method, target.prefix + path, body=body or None, headers={**headers, "Connection": "close"})
        response = connection.getresponse()
        if 300 <= response.status < 400:
            raise OutgoingError("redirect")
        return Answer(response.status, _read(response, connection, deadline))
    except ssl.SSLCertVerificationError as error:
        raise OutgoingError("bad_certificate") from error
    except TimeoutError as error:
        raise OutgoingError("timeout") from error
    except OSError as error:
        raise OutgoingError("unreachable") from error
    except (HTTPException, ValueError) as error:
        raise OutgoingError("bad_answer") from error
    finally:
        connection.close()


def is_public(address: str) -> bool:
    """Whether an IP address (text) lies in the open internet, also when it is wrapped in an IPv6 one."""
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.teredo is not None:
            return False
        wrapped = ip.ipv4_mapped or ip.sixtofour
        if wrapped is None and ip in _NAT64:
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            ip = wrapped
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _target(base: str, *, allowed: Collection[str], local: bool) -> _Target:
    if not base.isascii() or any(c.isspace() or ord(c) < 32 for c in base) or "\\" in base:
        raise OutgoingError("bad_address")
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError as error:
        raise OutgoingError("bad_address") from error
    if parts.query or parts.fragment or "@" in parts.netloc or "?" in base or "#" in base or port == 0:
        raise OutgoingError("bad_address")
    prefix = parts.path.rstrip("/")
    if prefix and _PATH.fullmatch(prefix) is None:
        raise OutgoingError("bad_address")
    host = parts.netloc.partition(":")[0]
    if parts.scheme == "http":
        if local and host == LOOPBACK and port:
            return _Target(host, port, False, prefix)
        raise OutgoingError("not_allowed")
    if parts.scheme != "https":
        raise OutgoingError("bad_address")
    if _HOST.fullmatch(host) is None:
        raise OutgoingError("bad_address")
    if host not in allowed or port not in {None, 443}:
        raise OutgoingError("not_allowed")
    return _Target(host, 443, True, prefix)


def _resolve(target: _Target) -> str:
    """The address to connect to: looked up once, checked, then used as it is, so that a second look-up by the
    connection cannot lead elsewhere."""
    if not target.is_tls:
        return target.host
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OutgoingError("unresolvable") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise OutgoingError("unresolvable")
    if not all(is_public(one) for one in addresses):
        raise OutgoingError("private_address")
    return addresses[0]


class _Connection(HTTPConnection):
    """Connects to the checked address and speaks to the named host."""

    def __init__(self, target: _Target, address: str, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._address, self._target = address, target

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self._target.port), self.timeout)
        if not self._target.is_tls:
            self.sock = plain
            return
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def _read(response: HTTPResponse, connection: HTTPConnection, deadline: float) -> bytes:
    """The whole body before the deadline: a slow drip is a timeout too."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(_CHUNK)
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > LIMIT:
            raise OutgoingError("too_large")
        parts.append(part)
