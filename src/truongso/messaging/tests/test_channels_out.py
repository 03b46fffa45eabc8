"""Partners are called by the one way out: named hosts of the open internet, nothing else."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from truongso.kernel import outgoing
from truongso.messaging.channels.http import check_endpoint, post_json
from truongso.messaging.queries import Text, render
from truongso.messaging.types import ChannelError, ChannelKind, MessagingRefusedError


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://sms.example.vn/send", "https://sms.example.vn:8443/send", "https://10.0.0.1/send", "ftp://sms.example.vn",
        "https://user@sms.example.vn/send", "https://sms.example.vn/a b", "https://sms.local/send", "https://localhost/x",
        "https://sms.example.vn/send#x", "https://[::1]/send", "", "https://",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(endpoint: str) -> None:
    with pytest.raises(MessagingRefusedError, match="bad_endpoint"):
        check_endpoint(endpoint)


@pytest.mark.parametrize("endpoint", ["https://SMS.example.vn/send?v=2", "http://127.0.0.1:9/zalo"])
def test_a_partners_address_and_the_local_twin_are_taken(endpoint: str) -> None:
    assert check_endpoint(endpoint) == endpoint


def test_in_production_this_machine_is_no_partner(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(MessagingRefusedError, match="bad_endpoint"):
        check_endpoint("http://127.0.0.1:9/zalo")


def test_a_partner_that_resolves_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the partner leads to an address of the school's own network."""
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.10", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("it was called"))
    with pytest.raises(ChannelError) as refused:
        post_json("https://sms.example.vn/send", {}, {})
    assert (refused.value.code, refused.value.permanent) == ("unreachable", False)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (outgoing.Answer(503, b"{}"), "server"), (outgoing.Answer(429, b"{}"), "server"),
        (outgoing.Answer(200, b"[]"), "bad_answer"), (outgoing.Answer(200, b"{"), "bad_answer"),
        (outgoing.Answer(200, b" " * 100_001), "bad_answer"), (outgoing.OutgoingError("redirect"), "bad_answer"),
        (outgoing.OutgoingError("timeout"), "unreachable"), (outgoing.OutgoingError("bad_certificate"), "unreachable"),
    ],
)  # fmt: skip
def test_what_comes_back_is_read_or_tried_again(monkeypatch: pytest.MonkeyPatch, answer: Any, code: str) -> None:
    def call(base: str, **asked: Any) -> outgoing.Answer:
        assert (base, asked["path"], asked["allowed"]) == ("https://sms.example.vn", "/send?v=2", {"sms.example.vn"})
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr(outgoing, "call", call)
    with pytest.raises(ChannelError) as refused:
        post_json("https://SMS.example.vn/send?v=2", {"to": "0900000011"}, {})
    assert (refused.value.code, refused.value.permanent) == (code, False)


def test_an_sms_is_shown_as_it_leaves() -> None:
    text = Text("before_due", ChannelKind.SMS, "", "Trường {truong}:\nĐã đến hạn “{dot}”", own=True)
    values = {"truong": "Lê Văn Tám", "dot": "Tháng 10"}
    assert render(text, values).body == 'Truong Le Van Tam: Da den han "Thang 10"'
    assert render(Text("x", ChannelKind.ZALO, "", text.text, own=True), values).body.startswith(
        "Trường Lê Văn Tám:\nĐã"
    )
