"""SMS through a partner's HTTP interface: one JSON message with brand name, number, text and our reference.

`endpoint` is the partner's address, `sender` the registered brand name, the secret a bearer token. Expected answer:
{"status": "accepted", "id": …} or {"status": "refused", "reason": …}. Text leaves without accents: an SMS with
accents costs two to three times as much.
"""

from __future__ import annotations

from truongso.messaging.channels.base import Message, Setup
from truongso.messaging.channels.http import post_json
from truongso.messaging.types import ChannelError, Sent
from truongso.messaging.wording import one_line, sms_text

_LONGEST = 459  # three joined messages of 153 characters


def send(setup: Setup, message: Message) -> Sent:
    """One SMS; too long a text is refused here rather than cut."""
    text = sms_text(message.body)
    if len(text) > _LONGEST:
        raise ChannelError("too_long", permanent=True)
    status, answer = post_json(
        setup.endpoint,
        {"brand": setup.sender, "to": message.address, "text": text, "reference": message.reference},
        {"Authorization": f"Bearer {one_line(setup.secret, field='secret')}"},
    )
    if status in {401, 403}:
        raise ChannelError("not_authorised", permanent=False)
    if status == 200 and answer.get("status") == "accepted":
        return Sent(str(answer.get("id") or "")[:120])
    raise ChannelError(f"refused_{answer.get('reason')}"[:80], permanent=True)
