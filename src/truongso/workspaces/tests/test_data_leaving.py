"""The list of what leaves the system is what the programs send: every message is built and its fields compared."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client
from tests import factories, money
from tests.architecture.rooms import ROOT

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.messaging.channels import email, sms, zalo
from truongso.messaging.channels.base import Message, Setup
from truongso.organizations.models import School
from truongso.payments.bills import inquiry
from truongso.payments.einvoice.drafts import content_of
from truongso.payments.einvoice.files import as_json
from truongso.payments.einvoice.models import HandOff, HandOffRow
from truongso.payments.providers.registry import GATEWAYS
from truongso.payments.providers.types import Addresses, Created, CreateRequest
from truongso.payments.refunds.bank_files import layouts
from truongso.payments.vietqr import encode
from truongso.workspaces.data_leaving import FLOWS, flow

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
_ORDER = CreateRequest(
    reference="261005123456", amount=Dong(894_000), description="Hoc phi TS2K7M9PX", note="123456",
    notice_url="https://thu.example.edu.vn/hook", return_url="https://thu.example.edu.vn/p/x", client_ip="203.0.113.7",
    now=NOW, expires_at=NOW + dt.timedelta(minutes=15),
)  # fmt: skip


@pytest.mark.parametrize("code", sorted(GATEWAYS))
def test_an_order_at_a_gateway(code: str) -> None:
    gateway = GATEWAYS[code]
    keys = {one.name: "1" * 32 for one in gateway.fields} | {"description_length": "9"}
    made = gateway.create(_ORDER, keys, Addresses("https://gateway.example", "https://gateway.example"))
    if isinstance(made, Created):
        sent: Any = {name for name, _value in parse_qs(urlsplit(made.pay_url).query, keep_blank_values=True).items()}
    else:
        body = made.body.decode()
        sent = set(json.loads(body)) if body.startswith("{") else set(parse_qs(body, keep_blank_values=True))
    assert sent == set(flow(code).fields)


def test_messages() -> None:
    setup = Setup(school_code="79-THU", sender="TH Le Van Tam", endpoint="https://sms.example/send", secret="x")
    message = Message("r1", "0900000001", "fee_reminder_before", "Nhac nop", "An con 894.000 d")
    sent: list[set[str]] = []

    def keep(_endpoint: str, body: dict[str, Any], _headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        sent.append(set(body))
        return 200, {"status": "accepted", "error": 0}

    with patch.object(sms, "post_json", keep), patch.object(zalo, "post_json", keep):
        sms.send(setup, message)
        zalo.send(setup, message)
    assert sent == [set(flow("sms").fields), set(flow("zalo").fields)]
    email.send(Setup(school_code="79-THU", sender="thu@truong.example", endpoint="", secret=""), message)
    one = mail.outbox[-1]
    headers = {name for name in one.extra_headers if name != "List-Unsubscribe"}
    assert {"to", "from", "subject", "body"} | headers == set(flow("email").fields)


@pytest.mark.django_db
def test_answers_to_a_bank_and_hand_offs(school: School) -> None:
    with clock.frozen(NOW):
        invoice = money.invoice(school, (200_000,))
        answer = inquiry._answer(school, "Nguyễn Bảo An", [invoice])
    told = set(answer) | set(answer["invoices"][0])
    assert told == set(flow("bill_service").fields)
    assert (answer["pupil"], answer["invoices"][0]["payer"]) == ("Ng*** B*** An", "Tr*** Th*** Th*** Hằng")
    content = dict.fromkeys(_keys_of(content_of), "")
    row = HandOffRow(code="D1", document="receipt", kind="original", amount=Dong(1), content=content)
    made = HandOff(public_id="x", first=NOW.date(), last=NOW.date(), amount=Dong(1))
    assert set(json.loads(as_json(made, [row]))["documents"][0]) == set(flow("einvoice").fields)


def _keys_of(function: Any) -> Iterator[str]:
    """Names of the outermost dictionary a function returns."""
    import ast
    import textwrap

    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    returned = next(node.value for node in ast.walk(tree) if isinstance(node, ast.Return))
    assert isinstance(returned, ast.Dict)
    yield from (str(key.value) for key in returned.keys if isinstance(key, ast.Constant))


def test_files_for_the_bank_and_qr_codes() -> None:
    written = {value for layout in layouts().values() for _title, value in layout.columns}
    assert written == set(flow("refund_file").fields)
    assert set(inspect.signature(encode).parameters) >= set(flow("vietqr").fields)


def test_nothing_else_calls_out() -> None:
    callers = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if not {"tests", "sandbox", "kernel"} & {*path.relative_to(ROOT).parts}
        and re.search(r"\b(outgoing\.call|EmailMessage|send_mail)\(", path.read_text(encoding="utf-8"))
    }
    of_no_school = {"accounts/credential_letters.py"}  # to people who work at no school, about their own account
    of_schools = {"messaging/channels/email.py", "messaging/channels/http.py", "payments/gateways/calls.py"}
    assert callers == of_schools | of_no_school


@pytest.mark.django_db
def test_the_page_marks_what_tells_of_people(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    shown = client.get("/du-lieu-ca-nhan/ra-ngoai").content.decode()
    for one in FLOWS:
        assert str(one.partner) in shown
        assert one.personal <= set(one.fields)
    assert shown.count("dữ liệu cá nhân</span>") == sum(len(one.personal) for one in FLOWS)
