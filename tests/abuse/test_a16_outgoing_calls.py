"""A16: the server calls partners only, never what an address leads it to."""

from __future__ import annotations

import ast
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.architecture.rooms import ROOT, sources
from truongso.config.environment import database_from_url
from truongso.kernel import clock, outgoing
from truongso.kernel.outgoing import OutgoingError, call, check_base, is_public

ALLOWED = {"payment.momo.vn"}
WAYS_OUT = ("http.client", "urllib.request", "requests", "httpx", "socket", "ftplib")
TRICKS = [
    "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/", "https://127.0.0.1/",
    "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/",
    "https://0.0.0.0/", "https://169.254.169.254/latest/meta-data", "https://localhost/", "https://LOCALHOST/",
    "https://payment.momo.vn@evil.example/", "https://evil.example@payment.momo.vn/",
    "https://payment.momo.vn.evil.example/", "https://evil.example/payment.momo.vn",
    "https://payment.momo.vn#@evil.example/", "https://payment.momo.vn?@evil.example/",
    "https://payment.momo.vn\\@evil.example/", "https://payment.momo.vn:8443/", "https://payment.momo.vn:0/",
    "https://payment.momo.vn:22x/", "https://payment。momo。vn/", "https://paymеnt.momo.vn/", "https://payment.momo.vn\t/",
    " https://payment.momo.vn/", "http://payment.momo.vn/", "ftp://payment.momo.vn/", "file:///etc/passwd",
    "gopher://payment.momo.vn/", "//payment.momo.vn/", "payment.momo.vn", "https:/payment.momo.vn", "https://",
    "https://payment.momo.vn./", "https://payment.momo.vn%2eevil.example/", "https://payment.momo.vn/../../x?y=1",
    "https://payment.momo.vn/\r\nHost: evil", "http://127.0.0.1:80", "http://127.0.0.1",
]  # fmt: skip


def _call(base: str, *, local: bool = False, path: str = "/v2/x", timeout: float = 3.0) -> outgoing.Answer:
    return call(base, method="POST", path=path, headers={}, body=b"{}", allowed=ALLOWED, local=local, timeout=timeout)


@pytest.mark.parametrize("base", TRICKS)
def test_no_trick_leads_anywhere(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object, **_more: object) -> Any:
        raise AssertionError("nothing may be looked up or connected")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(OutgoingError) as refused:
        _call(base)
    assert refused.value.code in {"bad_address", "not_allowed"}


@pytest.mark.parametrize(
    "base",
    ["http://localhost:8080", "http://127.0.0.2:8080", "http://[::1]:8080", "http://10.0.0.1:80", "http://0x7f.1:80"],
)
def test_the_sandbox_is_this_machine_and_nothing_else(base: str) -> None:
    with pytest.raises(OutgoingError):
        check_base(base, allowed=ALLOWED, local=True)
    check_base("http://127.0.0.1:8080", allowed=(), local=True)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.8", "172.16.3.4", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.7", "224.0.0.1",
        "240.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:0a00:0001::",
        "2001::1", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when only one of several addresses lies inside."""
    assert not is_public(address)
    found = [(0, 0, 0, "", (a, 443)) for a in ("8.8.8.8", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(OutgoingError, match="private_address"):
        _call("https://payment.momo.vn")


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers otherwise the second time (rebinding) is not asked a second time."""
    answers = iter([[(0, 0, 0, "", ("8.8.8.8", 443))]])
    connected: list[object] = []

    def connect(address: object, _timeout: object) -> Any:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: next(answers))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutgoingError, match="unreachable"):
        _call("https://payment.momo.vn")
    assert connected == [("8.8.8.8", 443)]


class _Server(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))  # unread, it would reset the connection
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/large":
            self.wfile.write(b"x" * (outgoing.LIMIT + 1))
        elif self.path == "/drip":
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                if threading.Event().wait(0.05):
                    break
        else:
            self.wfile.write(b'{"ok": 1}')

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    made = HTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_over_real_http(server: str) -> None:
    assert _call(server, local=True) == outgoing.Answer(200, b'{"ok": 1}')
    for path, code in (("/redirect", "redirect"), ("/large", "too_large")):
        with pytest.raises(OutgoingError, match=code):
            _call(server, local=True, path=path)
    with pytest.raises(OutgoingError, match="timeout"):
        _call(server, local=True, path="/drip", timeout=0.3)
    with pytest.raises(OutgoingError, match="bad_address"):
        _call(server, local=True, path="//evil.example/x\r\nHost: y")
    with pytest.raises(OutgoingError, match="not_allowed"):
        _call(server)


def test_whoever_cannot_prove_the_partners_name_is_not_spoken_to(
    server_of_tls: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that was turned aside ends at a certificate nobody of note signed, or one of another name."""
    port, certificate = server_of_tls
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", ("8.8.8.8", 443))])

    def connect(_to: object, _timeout: object) -> socket.socket:
        made = socket.socket()
        made.connect(("127.0.0.1", port))
        return made

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutgoingError, match="bad_certificate"):
        _call("https://payment.momo.vn")
    usual = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: usual(cafile=str(certificate)))
    assert _call("https://payment.momo.vn") == outgoing.Answer(200, b'{"ok": 1}')
    with pytest.raises(OutgoingError, match="bad_certificate"):
        call("https://other.momo.vn", method="POST", path="/x", headers={}, body=b"", allowed={"other.momo.vn"},
             local=False)  # fmt: skip


@pytest.fixture
def server_of_tls(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Port and certificate of a server on this machine that calls itself payment.momo.vn."""
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "payment.momo.vn")])
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("payment.momo.vn")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    kept = tmp_path / "kept.pem"
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    kept.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kept)
    made = HTTPServer(("127.0.0.1", 0), _Server)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made.server_port, certificate
    made.shutdown()
    made.server_close()


def test_the_database_elsewhere_is_reached_as_its_address_says() -> None:
    """What stands behind the question mark is done or refused, never passed over (ASVS 12.3.2)."""
    address = "postgresql://app@db.so.example/x"
    assert database_from_url(address)["OPTIONS"] == {}
    verified = database_from_url(f"{address}?sslmode=verify-full&sslrootcert=/etc/truongso/ca.pem")
    assert verified["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/truongso/ca.pem"}
    for query in ("ssl=true", "sslmode=", "sslmode=verify-full&options=-c+role=x", "SSLMODE=verify-full"):
        with pytest.raises(SystemExit, match="TRUONGSO_DATABASE"):
            database_from_url(f"{address}?{query}")


def test_nobody_else_goes_out() -> None:
    """One way out; the sandbox talks to this machine only and is no part of the product."""
    found = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            if any(n.startswith(WAYS_OUT) for n in names):
                found.add(path)
    outside = {path for path in found if not path.startswith(("sandbox/", "cli/"))}
    on_this_machine = {"kernel/scanner.py"}  # a socket in the file system, as the next test looks up
    assert outside <= {"kernel/outgoing.py", "messaging/channels/http.py"} | on_this_machine


def test_the_scanner_is_asked_on_this_machine_alone() -> None:
    tree = ast.parse((ROOT / "kernel/scanner.py").read_text(encoding="utf-8"))
    families = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr.startswith("AF_")]
    assert families == ["AF_UNIX"]
