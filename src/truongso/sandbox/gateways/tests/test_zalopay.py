"""ZaloPay's twin over real HTTP: create, page, callback on success alone, query, refund, query_refund."""

from __future__ import annotations

import datetime as dt
import json
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from truongso.kernel import clock
from truongso.kernel.clock import SCHOOL_TIME
from truongso.sandbox.gateway_client import SandboxGateways
from truongso.sandbox.gateways import database, merchants, orders
from truongso.sandbox.gateways.merchants import Contract
from truongso.sandbox.gateways.tests.asking import call, hmac_hex
from truongso.sandbox.gateways.tests.conftest import School
from truongso.sandbox.gateways.types import Provider
from truongso.sandbox.gateways.zalopay import api
from truongso.sandbox.json_client import Json

TAKEN = (200, b'{"return_code":1,"return_message":"success"}')
_numbers = count(1)


@pytest.fixture
def merchant(gateways: SandboxGateways, school: School) -> Json:
    school.usual = TAKEN
    return gateways.sign_up("zalopay", name="Trường Tiểu học Lê Văn Tám")


def today() -> str:
    return f"{clock.now().astimezone(SCHOOL_TIME):%y%m%d}"


def order_of(merchant: Json, school: School, **changes: Any) -> dict[str, Any]:
    fields = {
        "app_id": int(merchant["code"]),
        "app_user": "phuhuynh",
        "app_trans_id": f"{today()}_TS{next(_numbers)}",
        "app_time": int(clock.now().timestamp() * 1000),
        "amount": 450_000,
        "item": "[]",
        "embed_data": json.dumps({"redirecturl": f"{school.url}/p/ve"}),
        "description": "Học phí TS7K2M9QA",
        "callback_url": f"{school.url}/hooks/zalopay/abc",
        **changes,
    }
    names = ("app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item")
    text = "|".join(str(fields[name]) for name in names)
    return {**fields, "mac": hmac_hex(merchant["keys"]["key1"], text)}


def ask(gateways: SandboxGateways, what: str, fields: dict[str, Any]) -> Json:
    status, answer = call(f"{gateways.base('zalopay')}/v2/{what}", fields)
    assert status == 200
    return answer


def query(gateways: SandboxGateways, merchant: Json, name: str) -> Json:
    key = merchant["keys"]["key1"]
    text = f"{merchant['code']}|{name}|{key}"
    return ask(gateways, "query", {"app_id": merchant["code"], "app_trans_id": name, "mac": hmac_hex(key, text)})


def test_success_is_called_back(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(merchant, school)
    made = ask(gateways, "create", fields)
    assert made["return_code"] == 1
    visit = gateways.visit(made["order_url"])
    assert query(gateways, merchant, fields["app_trans_id"])["return_code"] == 3
    school.answers = [(200, b'{"return_code":0}'), (503, b"")]
    back = visit.pay()
    visit.wait_for_deliveries()
    heard = school.wait_for(3)
    assert len({one.body for one in heard}) == 1
    told = json.loads(heard[0].body)
    assert (told["mac"], told["type"]) == (hmac_hex(merchant["keys"]["key2"], told["data"]), 1)
    data = json.loads(told["data"])
    number = visit.order()["number"]
    assert (data["zp_trans_id"], data["app_trans_id"], data["amount"]) == (int(number), fields["app_trans_id"], 450_000)
    assert number.startswith(today())
    shown = dict(parse_qsl(urlsplit(back).query, keep_blank_values=True))
    names = ("appid", "apptransid", "pmcid", "bankcode", "amount", "discountamount", "status")
    assert shown["checksum"] == hmac_hex(merchant["keys"]["key2"], "|".join(shown[name] for name in names))
    assert (shown["status"], shown["amount"]) == ("1", "450000")
    answer = query(gateways, merchant, fields["app_trans_id"])
    assert (answer["return_code"], answer["zp_trans_id"], answer["amount"]) == (1, int(number), 450_000)


@pytest.mark.parametrize(("said", "attempts"), [(b'{"return_code":0}', 4), (b'{"return_code":-1}', 1)])
def test_three_more_calls_for_0_none_for_a_bad_mac(
    gateways: SandboxGateways, merchant: Json, school: School, said: bytes, attempts: int
) -> None:
    school.usual = (200, said)
    visit = gateways.visit(ask(gateways, "create", order_of(merchant, school))["order_url"])
    visit.pay()
    visit.wait_for_deliveries()
    assert [(one["state"], one["attempts"]) for one in visit.deliveries()] == [("gave_up", attempts)]


def test_failure_is_not_called_back(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(merchant, school)
    visit = gateways.visit(ask(gateways, "create", fields)["order_url"])
    back = visit.finish("cancelled")
    assert dict(parse_qsl(urlsplit(back).query))["status"] == "-49"
    assert visit.deliveries() == []
    assert query(gateways, merchant, fields["app_trans_id"])["return_code"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"app_trans_id": "200101_TS1"},
        {"app_trans_id": f"{'x' * 41}"},
        {"app_time": 1_759_300_000_000},
        {"amount": 0},
        {"embed_data": "[]"},
        {"item": "x"},
        {"description": "x" * 257},
        {"expire_duration_seconds": 299},
        {"callback_url": "https://example.org"},
    ],
    ids=lambda changes: f"{changes}"[:40],
)
def test_bad_orders_are_refused(
    gateways: SandboxGateways, merchant: Json, school: School, changes: dict[str, Any]
) -> None:
    answer = ask(gateways, "create", order_of(merchant, school, **changes))
    assert (answer["return_code"], answer["sub_return_code"]) == (2, -401)


@pytest.mark.parametrize(("day", "code"), [("261123", 1), ("261124", 2)])
def test_an_order_of_the_last_minutes_of_a_day_is_read_after_midnight(tmp_path: Path, day: str, code: int) -> None:
    """Its number bears the day of its own time, not of the moment it is read."""
    database.prepare(tmp_path / "gateways.sqlite3")
    with database.opened(tmp_path / "gateways.sqlite3") as connection:
        merchants.sign_up(connection, Contract(Provider.ZALOPAY, "9001", "Trường", {"key1": "k1", "key2": "k2"}))
        midnight = dt.datetime(2026, 11, 24, tzinfo=SCHOOL_TIME)
        asked = {
            "app_id": 9001, "app_user": "phuhuynh", "app_trans_id": f"{day}_TS1", "amount": 450_000, "item": "[]",
            "app_time": int(midnight.timestamp() * 1000) - 60_000, "embed_data": "{}", "description": "Học phí",
        }  # fmt: skip
        signed = ("app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item")
        asked["mac"] = hmac_hex("k1", "|".join(str(asked[name]) for name in signed))
        with clock.frozen(midnight + dt.timedelta(minutes=1)):
            answer = api.create(connection, asked, lambda order: f"http://127.0.0.1/{order.token}")
        assert answer["return_code"] == code
        assert (orders.find(connection, merchants.merchants(connection)[0], f"{day}_TS1") is not None) == (code == 1)


def test_bad_macs_and_names_used_before(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(merchant, school)
    assert ask(gateways, "create", {**fields, "amount": 450_001})["sub_return_code"] == -402
    assert ask(gateways, "create", fields)["return_code"] == 1
    assert ask(gateways, "create", fields)["sub_return_code"] == -68


def test_money_goes_back_once(gateways: SandboxGateways, merchant: Json, school: School) -> None:
    fields = order_of(merchant, school)
    visit = gateways.visit(ask(gateways, "create", fields)["order_url"])
    visit.pay(copies=0)
    app, number, key = merchant["code"], visit.order()["number"], merchant["keys"]["key1"]

    def refund(name: str, amount: int) -> Json:
        stamp = int(clock.now().timestamp() * 1000)
        text = f"{app}|{number}|{amount}|Hoan tien|{stamp}"
        body = {
            "app_id": app,
            "m_refund_id": name,
            "zp_trans_id": number,
            "amount": amount,
            "timestamp": stamp,
            "description": "Hoan tien",
            "mac": hmac_hex(key, text),
        }
        return ask(gateways, "refund", body)

    name = f"{today()}_{app}_R1"
    assert refund(name, 50_000)["return_code"] == 1
    assert refund(name, 50_000)["sub_return_code"] == -68
    assert refund(f"{today()}_{app}_R2", 400_001)["return_code"] == 2
    assert refund("other", 1)["sub_return_code"] == -401
    assert visit.order()["refunded"] == 50_000
    stamp = 1
    asked = {"app_id": app, "m_refund_id": name, "timestamp": stamp, "mac": hmac_hex(key, f"{app}|{name}|{stamp}")}
    assert ask(gateways, "query_refund", asked)["return_code"] == 1
