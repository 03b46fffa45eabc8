"""Zalo notification service (ZNS): a template registered with Zalo, filled with our text, to a telephone number.

`endpoint` is the partner's address, `sender` the template id registered for the school's official account, the
secret its access token. Numbers travel as 84xxxxxxxxx. The answer's `error` is 0 when Zalo took the message.
"""

from __future__ import annotations

from truongso.messaging.channels.base import Message, Setup
from truongso.messaging.channels.http import post_json
from truongso.messaging.types import ChannelError, Sent
from truongso.messaging.wording import one_line

_LATER = {-118, -119, -32}  # quota or rate reached: another time
_TOKEN = {-124, -216}  # access token wrong or expired: a person renews it


def send(setup: Setup, message: Message) -> Sent:
    """One ZNS message; `tracking_id` is our reference."""
    status, answer = post_json(
        setup.endpoint,
        {
            "phone": "84" + message.address[1:],
            "template_id": setup.sender,
            "template_data": {"noi_dung": message.body},
            "tracking_id": message.reference,
        },
        {"access_token": one_line(setup.secret, field="secret")},
    )
    error = answer.get("error")
    if status == 200 and error == 0:
        data = answer.get("data")
        found = data.get("msg_id") if isinstance(data, dict) else ""
        return Sent(str(found or "")[:120])
    if error in _TOKEN or status in {401, 403}:
        raise ChannelError("not_authorised", permanent=False)
    raise ChannelError(f"zalo_{error}"[:80], permanent=error not in _LATER)
