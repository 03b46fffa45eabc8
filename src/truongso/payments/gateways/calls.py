"""Calls to gateways, outside any transaction: nothing in the database waits for a stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from truongso.kernel import outgoing
from truongso.kernel.db import transaction
from truongso.payments.gateways.addresses import addresses_of, allowed_hosts, gateway_of, sandbox_is_on
from truongso.payments.gateways.health import note_ok, note_problem
from truongso.payments.gateways.models import Channel
from truongso.payments.providers.types import AnswerError, Incoming, Outgoing, ProtocolError

T = TypeVar("T")


class CallError(Exception):
    """The gateway gave no usable answer. `is_down`: it could not be reached or understood; otherwise it refused."""

    def __init__(self, code: str, *, is_down: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_down = is_down


def exchange(channel: Channel, request: Outgoing, read: Callable[[Incoming], T]) -> T:
    """Send a request and read its answer, keeping the channel's health. Raises CallError."""
    try:
        answer = outgoing.call(
            addresses_of(channel).api, method=request.method, path=request.path, headers=request.headers,
            body=request.body, allowed=allowed_hosts(gateway_of(channel)), local=sandbox_is_on(),
        )  # fmt: skip
        result = read(Incoming(answer.status, answer.body))
    except outgoing.OutgoingError as error:
        _note(channel, error.code)
        raise CallError(error.code, is_down=True) from error
    except ProtocolError as error:  # an answer that cannot be read is none: the question is asked again later
        refused = isinstance(error, AnswerError) and error.code.startswith("refused_")
        _note(channel, "" if refused else error.code)
        raise CallError(error.code, is_down=not refused) from error
    _note(channel, "")
    return result


def _note(channel: Channel, problem: str) -> None:
    with transaction():
        if problem:
            note_problem(channel, problem)
        else:
            note_ok(channel)
