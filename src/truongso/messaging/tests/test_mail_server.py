"""Where e-mails go is one setting; without it they wait and say why."""

from __future__ import annotations

import socketserver
from threading import Thread
from typing import Any

import pytest

from truongso.config.environment import MailServer, mail_server_from_url
from truongso.messaging.channels import email
from truongso.messaging.channels.base import Message, Setup
from truongso.messaging.types import ChannelError

SMTP = "django.core.mail.backends.smtp.EmailBackend"
MESSAGE = Message("ref1", "phu.huynh@example.org", "x", "Phiếu báo thu tháng 10", "Kính gửi phụ huynh")
SETUP = Setup("79-TS", "thu@truong.example", "", "")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", MailServer()),
        ("smtp://thu:m%40t@mail.example.vn", MailServer("mail.example.vn", 587, "thu", "m@t", begins_tls=True)),
        ("smtp://mail.example.vn:2525", MailServer("mail.example.vn", 2525, begins_tls=True)),
        ("smtps://thu:x@mail.example.vn", MailServer("mail.example.vn", 465, "thu", "x", is_tls=True)),
        ("smtp://127.0.0.1:25", MailServer("127.0.0.1", 25)),
        ("smtp://thu:x@127.0.0.1:25", MailServer("127.0.0.1", 25, "thu", "x", begins_tls=True)),
    ],
)
def test_addresses_of_a_mail_server(url: str, server: MailServer) -> None:
    assert mail_server_from_url(url) == server


@pytest.mark.parametrize(
    "url", ["mail.example.vn", "http://mail.example.vn", "smtp://", "smtp://a:bi-mat@h:x", "smtp://h/bi-mat"]
)
def test_anything_else_stops_the_start_without_the_password(url: str) -> None:
    with pytest.raises(SystemExit, match="TRUONGSO_SMTP must look like") as stopped:
        mail_server_from_url(url)
    assert "bi-mat" not in str(stopped.value)


def test_without_a_server_nothing_is_called_and_the_message_waits(settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, ""
    with pytest.raises(ChannelError) as waits:
        email.send(SETUP, MESSAGE)
    assert (waits.value.code, waits.value.permanent) == ("no_mail_server", False)


class _Relay(socketserver.StreamRequestHandler):
    """As much of SMTP as one message needs."""

    def handle(self) -> None:
        said: list[str] = self.server.said  # type: ignore[attr-defined]
        self.wfile.write(b"220 relay\r\n")
        is_text = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            said.append(line)
            if is_text and line != ".":
                continue
            is_text = line == "data"
            self.wfile.write(b"354 go on\r\n" if is_text else b"221 bye\r\n" if line == "quit" else b"250 ok\r\n")


def test_a_message_is_handed_to_the_relay(settings: Any) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), _Relay) as relay:
        relay.said = []  # type: ignore[attr-defined]
        thread = Thread(target=relay.handle_request)
        thread.start()
        server = mail_server_from_url(f"smtp://127.0.0.1:{relay.server_address[1]}")
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, server.host, server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = server.begins_tls, server.is_tls
        sent = email.send(SETUP, MESSAGE)
        thread.join(timeout=10)
    said: list[str] = relay.said  # type: ignore[attr-defined]
    assert sent.provider_id == "ref1"
    assert "mail FROM:<thu@truong.example>" in said
    assert "rcpt TO:<phu.huynh@example.org>" in said
    assert "X-Message-Reference: ref1" in said
