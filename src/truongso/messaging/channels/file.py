"""An outbox file: one JSON line per message, for a partner who sends by hand, and for trying out."""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings

from truongso.kernel import clock
from truongso.messaging.channels.base import Message, Setup
from truongso.messaging.types import ChannelError, Sent


def send(setup: Setup, message: Message) -> Sent:
    """Append to outbox/<school>-<day>.jsonl in the data directory, readable by its owner alone.

    A line is written with one call, so that two workers do not mix theirs.
    """
    line = {
        "reference": message.reference, "address": message.address, "subject": message.subject, "text": message.body,
        "at": clock.now().isoformat(timespec="seconds"),
    }  # fmt: skip
    folder = Path(settings.DATA_DIR) / "outbox"
    name = f"{setup.school_code}-{clock.today():%Y-%m-%d}.jsonl".replace("/", "_")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ChannelError("disk", permanent=False) from error
    return Sent(message.reference)
