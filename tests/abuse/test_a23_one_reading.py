"""A23: the signature is over the raw bytes, and no body has two readings."""

from __future__ import annotations

import json

import pytest

from tests import money
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import Hook, hook, only_in_the_inbox
from truongso.kernel.money import Dong
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]


@pytest.fixture
def sepay(school: School) -> Hook:
    return hook(school)


def test_the_same_json_written_otherwise_is_not_what_was_signed(sepay: Hook) -> None:
    body = sepay.body("tien học phí", 250_000)
    fields = json.loads(body)
    others = [
        json.dumps(fields, indent=1).encode(),
        json.dumps(fields, sort_keys=True, ensure_ascii=False).encode(),
        json.dumps(fields, ensure_ascii=True).encode(),
        body + b"\n",
        b"\xef\xbb\xbf" + body,
    ]
    for other in others:
        assert other != body
        with only_in_the_inbox("signature_wrong"):
            assert sepay.send(other, sepay.headers(body)).status_code == 401


@pytest.mark.parametrize("key", ["transferAmount", "accountNumber", "id", "content", "transferType"])
def test_a_key_twice_is_refused_although_signed(sepay: Hook, key: str) -> None:
    fields = json.loads(sepay.body("tien", 250_000))
    for first, second in ((fields[key], fields[key]), (fields[key], 1), (1, fields[key])):
        rest = json.dumps({k: v for k, v in fields.items() if k != key})[1:]
        twice = f"{{{json.dumps(key)}: {json.dumps(first)}, {json.dumps(key)}: {json.dumps(second)}, {rest}"
        with only_in_the_inbox("duplicate_key"):
            assert sepay.send(twice.encode()).status_code == 422


def test_form_bodies_are_no_notice(sepay: Hook) -> None:
    for body in (b"transferAmount=1&transferAmount=1000", b"amount=1&amount=1000"):
        with only_in_the_inbox("not_json"):
            assert sepay.send(body).status_code == 422


def test_what_is_stored_is_what_was_signed(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    assert sepay.send(sepay.body(f"{invoice.code} nộp", 250_000)).status_code == 200
    row = BankLine.objects.for_school(school).get()
    assert (row.memo, row.amount) == (f"{invoice.code} nộp", Dong(250_000))
