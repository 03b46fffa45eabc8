"""A48: no line break gets into a header, an address, a logged line or a partner's request."""

from __future__ import annotations

import json
from http import client
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from truongso.kernel.actor import Actor
from truongso.messaging.channels import email, file, sms, zalo
from truongso.messaging.channels.base import Message, Setup
from truongso.messaging.models import Channel, Delivery
from truongso.messaging.public import BEFORE_DUE, queue, save_channel, save_template
from truongso.messaging.types import ChannelKind, MessagingRefusedError, Outgoing
from truongso.messaging.wording import fill
from truongso.organizations.models import School

BREAKS = ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1b"]


@pytest.mark.parametrize("mark", BREAKS)
def test_no_header_of_an_e_mail_takes_a_second_line(mark: str) -> None:
    good = {"address": "a@b.vn", "subject": "Tin", "sender": "c@d.vn"}
    for field, value in good.items():
        said = {**good, field: f"{value}{mark}Bcc: all@school.vn"}
        message = Message("r1", said["address"], BEFORE_DUE, said["subject"], "x")
        with pytest.raises(MessagingRefusedError, match="control_characters"):
            email.send(Setup("S", said["sender"], "", ""), message)
    assert mail.outbox == []


@pytest.mark.parametrize("mark", BREAKS)
def test_a_value_is_one_line(mark: str) -> None:
    assert fill("{ten}!", {"ten": f"An{mark}Bcc: x"}).splitlines() == ["An" + " " * len(mark) + "Bcc: x!"]


@pytest.mark.parametrize("mark", BREAKS)
@pytest.mark.parametrize("channel", [sms, zalo])
def test_a_token_with_a_line_break_never_leaves(mark: str, channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(client, "HTTPSConnection", lambda *_a, **_k: asked.append(1))
    setup = Setup("S", "T", "https://partner.example.com/x", f"k{mark}X-Admin: 1")
    with pytest.raises(MessagingRefusedError, match="control_characters"):
        channel.send(setup, Message("r1", "0900000011", BEFORE_DUE, "", "x"))
    assert asked == []


def test_the_outbox_file_keeps_one_line_per_message(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    file.send(Setup("S/../x", "", "", ""), Message("r1", "0900000011", BEFORE_DUE, "a\nb", 'x\n{"reference": "r2"}'))
    (path,) = (tmp_path / "outbox").iterdir()
    assert [json.loads(line)["reference"] for line in path.read_text().splitlines()] == ["r1"]


@pytest.mark.django_db
@pytest.mark.parametrize("mark", BREAKS)
def test_nothing_with_a_line_break_is_stored(school: School, actor: Actor, mark: str) -> None:
    with pytest.raises(MessagingRefusedError):
        save_template(school.pk, code=BEFORE_DUE, kind=ChannelKind.EMAIL, subject=f"A{mark}B", text="x", actor=actor)
    for changed in ({"sender": f"a@b.vn{mark}Bcc: x@y.vn"}, {"secret": f"k{mark}x"}):
        values = {"sender": "a@b.vn", "secret": "", **changed}
        with pytest.raises(MessagingRefusedError):
            save_channel(school.pk, kind=ChannelKind.EMAIL, is_active=True, endpoint="", actor=actor, **values)
    for address in (f"a@b.vn{mark}", f"a@b.vn{mark}Bcc: c@d.vn", "a@b.vn,c@d.vn", "a@b.vn c@d.vn", "<a@b.vn>"):
        with pytest.raises(MessagingRefusedError, match="bad_address"):
            queue(school.pk, messages=[Outgoing(ChannelKind.EMAIL, address, BEFORE_DUE)], batch="b", actor=actor)
    assert Channel.objects.for_school(school).count() == Delivery.objects.for_school(school).count() == 0
