"""The published description is the service: same routes, fields, limits, refusals; answers are as it says."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from tests import money

from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.bills import requests
from truongso.payments.bills.openapi import document
from truongso.payments.bills.tests.bank import Said, bank
from truongso.payments.bills.types import STATUS, BillCode, BillRefusedError
from truongso.payments.web.urls import urlpatterns

DOCUMENT = document("https://thu.example/api/bill/v1")
READERS: dict[str, Callable[[bytes], object]] = {
    "Inquiry": requests.read_inquiry,
    "Notify": requests.read_notify,
    "Reversal": requests.read_reversal,
    "DayList": requests.read_day_list,
    "Reconcile": requests.read_reconcile,
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "Inquiry": {"school_code": "79-THU", "pupil_code": "7912345678"},
    "Notify": {
        "transaction_id": "FT1", "school_code": "79-THU", "paid_at": "2026-10-05T09:00:00+07:00", "amount": 250_000,
        "currency": "VND", "channel": "app", "beneficiary_account": "0071000123456", "payer_name": "TRAN THI HANG",
        "payer_account": "1", "items": [{"invoice_code": "TS7K2M9QA", "amount": 250_000}],
    },
    "Reversal": {"transaction_id": "FT1", "school_code": "79-THU", "amount": 250_000, "reason": "Khách báo nhầm"},
    "DayList": {"school_code": "79-THU", "date": "2026-10-05", "page": 2},
    "Reconcile": {
        "school_code": "79-THU", "date": "2026-10-05", "part": 1, "parts": 100, "total": 250_000,
        "transactions": [{"transaction_id": "FT1", "amount": 250_000, "state": "booked"}],
    },
}  # fmt: skip
SUMS = {"total_differs"}  # the form is right, the sum is not


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


def faults(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Where a value is not as the schema says, for the words of JSON Schema that the document uses."""
    schema = resolved(schema)
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    asked = schema.get("type", [])
    types = tuple(kinds[one] for one in ([asked] if isinstance(asked, str) else asked))
    found = []
    if (types and not isinstance(value, types)) or (isinstance(value, bool) and bool not in types):
        return [f"{at}: {value!r}"]
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        found.append(f"{at}: {value!r}")
    if isinstance(value, str):
        fits = len(value) <= schema.get("maxLength", len(value)) and len(value) >= schema.get("minLength", 0)
        if not fits or not re.search(schema.get("pattern", ""), value) or not _is_of(schema.get("format", ""), value):
            found.append(f"{at}: {value!r}")
    elif isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{at}: {value!r}")
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            found.append(f"{at}: {len(value)} items")
        found += [fault for n, one in enumerate(value) for fault in faults(one, schema["items"], f"{at}[{n}]")]
    elif isinstance(value, dict) and "properties" in schema:
        named = schema["properties"]
        found += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{at}.{name} is unknown" for name in value if name not in named]
        found += [f for name in named if name in value for f in faults(value[name], named[name], f"{at}.{name}")]
        variants = [one for one in schema.get("oneOf", []) if not faults(value, {"type": "object", **one}, at)]
        if "oneOf" in schema and len(variants) != 1:
            found.append(f"{at}: {len(variants)} variants")
    return found


def _is_of(form: str, value: str) -> bool:
    try:
        moment = dt.datetime.fromisoformat(value) if form else None
    except ValueError:
        return False
    return form != "date-time" or (moment is not None and moment.tzinfo is not None)


def read(name: str, value: Any) -> str:
    """What the reader says: "ok" or the code of its refusal."""
    try:
        READERS[name](json.dumps(value).encode())
    except BillRefusedError as refusal:
        return refusal.code.value
    return "ok"


def wrong_values(schema: dict[str, Any]) -> Iterator[Any]:
    """Values just past every limit of a field's schema."""
    schema = resolved(schema)
    if "const" in schema or "enum" in schema:
        yield "OTHER"
    if "minimum" in schema:
        yield from (schema["minimum"] - 1, schema["maximum"] + 1, "1", None, True)
    if schema.get("type") == "string":
        yield from (1, None, "a\x00", "a\u202eb", *(["a" * (schema["maxLength"] + 1)] if "maxLength" in schema else []))
        if schema.get("minLength") or schema.get("pattern", "").startswith("^[A-Z") or "format" in schema:
            yield from ("", "   ")
    if "format" in schema:
        yield from ("2026-13-01", "20261005", "2026-W41-1", "2026-10-05T09:00:00")
    if schema.get("type") == "array":
        yield from ({}, None, *([[]] if schema.get("minItems") else []))


def changed_fields(example: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The example with one thing made wrong, in every way the schema forbids."""
    needed = schema.get("required", [])
    for name, of in schema["properties"].items():
        if name in needed:
            yield f"without {name}", {key: value for key, value in example.items() if key != name}
        for value in wrong_values(of):
            yield f"{name} {value!r}"[:60], example | {name: value}
        inner = resolved(resolved(of).get("items", {}))
        if "properties" in inner:
            for what, one in changed_fields(example[name][0], inner):
                yield f"{name}: {what}", example | {name: [one]}
    yield "a field nobody knows", example | {"other": "1"}


def test_every_route_is_described_and_nothing_else() -> None:
    under = "api/bill/v1/"
    routes = {str(one.pattern).removeprefix(under) for one in urlpatterns if str(one.pattern).startswith(under)}
    assert {f"/{one}" for one in routes - {"openapi.json"}} == set(DOCUMENT["paths"])
    assert {tuple(one) for one in DOCUMENT["paths"].values()} == {("post",)}


def test_refusals_are_those_of_the_code_with_their_status() -> None:
    said = {
        (result, int(status))
        for path in DOCUMENT["paths"].values()
        for status, answer in path["post"]["responses"].items()
        if status != "200"
        for result in answer["content"]["application/json"]["schema"]["properties"]["result"]["enum"]
    }
    assert said == {(code.value, STATUS[code]) for code in BillCode if code is not BillCode.OK}


@pytest.mark.parametrize("name", READERS)
def test_readers_take_what_is_described_and_refuse_all_else(name: str) -> None:
    schema, example = resolved({"$ref": f"#/{name}"}), EXAMPLES[name]
    assert (faults(example, schema), read(name, example)) == ([], "ok")
    assert set(example) <= set(schema["properties"])
    for optional in set(schema["properties"]) - set(schema.get("required", [])) if name != "Inquiry" else ():
        assert read(name, {key: value for key, value in example.items() if key != optional}) == "ok"
    tried = list(changed_fields(example, schema))
    assert len(tried) > 10
    for what, value in tried:
        assert faults(value, schema) != [], what  # the description forbids it
        assert read(name, value) in {"malformed", *SUMS}, what  # and so does the service


def test_an_inquiry_names_one_thing() -> None:
    schema = resolved({"$ref": "#/Inquiry"})
    for asked, right in (
        ({"invoice_code": "TS7K2M9QA"}, True),
        ({"invoice_code": "TS7K2M9QA", "school_code": "79-THU", "pupil_code": ""}, True),
        ({"pupil_code": "7912345678"}, False),
        ({"pupil_code": "7912345678", "school_code": " "}, False),
        ({"pupil_code": "7912345678", "school_code": "79-THU", "invoice_code": "TS7K2M9QA"}, False),
        ({"school_code": "79-THU"}, False),
        ({}, False),
    ):
        assert ((faults(asked, schema) == []), (read("Inquiry", asked) == "ok")) == (right, right), asked


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("truongso.payments.bills.tests.urls")
def test_answers_are_as_described(school: School) -> None:
    invoice, teller = money.invoice(school, [250_000]), bank(school)
    with override_settings(PUBLIC_URL="https://thu.example"):
        assert Client().get("/api/bill/v1/openapi.json").json() == DOCUMENT
    day = clock.today().isoformat()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("inquiry", {"invoice_code": invoice.code}),
        ("notify", teller.payment((invoice, 250_000), transaction_id="FT1")),
        ("transactions", {"school_code": school.code, "date": day}),
        ("reversal", {"transaction_id": "FT1", "school_code": school.code, "amount": 250_000, "reason": "Nhầm"}),
        ("reversal", {"transaction_id": "FT2", "school_code": school.code, "amount": 9_000, "reason": "Nhầm"}),
        ("transactions", {"school_code": school.code, "date": day}),
        (
            "reconcile",
            {
                "school_code": school.code, "date": day, "part": 1, "parts": 2, "total": 7_000,
                "transactions": [{"transaction_id": "FT3", "amount": 7_000, "state": "booked"}],
            },
        ),
        (
            "reconcile",
            {"school_code": school.code, "date": day, "part": 2, "parts": 2, "total": 7_000, "transactions": []},
        ),
        ("inquiry", {"invoice_code": "TS2222222"}),
        ("notify", teller.payment((invoice, 250_000)) | {"beneficiary_account": "1"}),
        ("reversal", {"transaction_id": "FT2"}),
    ]  # fmt: skip
    answers = [(name, payload, teller.call(name, payload)) for name, payload in calls]
    assert [answer.result for _name, _payload, answer in answers] == [
        *[(200, "ok")] * 8, (404, "invoice_unknown"), (422, "account_differs"), (400, "malformed"),
    ]  # fmt: skip
    assert answers[7][2].body["differences"][0]["kind"] == "missing_here"
    for name, payload, answer in answers:
        assert _answer_faults(name, answer) == [], (name, payload)
    spoilt = copy.deepcopy(answers[0][2].body)
    del spoilt["invoices"][0]["items"][0]["outstanding"]
    assert faults(spoilt, {"$ref": "#/Owed"}) == [".invoices[0].items[0].outstanding is missing"]


def _answer_faults(name: str, answer: Said) -> list[str]:
    described = DOCUMENT["paths"][f"/{name}"]["post"]["responses"][str(answer.status)]
    return faults(answer.body, described["content"]["application/json"]["schema"])
