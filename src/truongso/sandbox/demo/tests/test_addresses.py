"""A demo started again on other ports: bank, gateways and site find each other, and nothing else is touched."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from truongso.payments.gateways.models import Attempt, Channel
from truongso.sandbox.bank import database as bank
from truongso.sandbox.demo import addresses
from truongso.sandbox.demo.addresses import Addresses, move
from truongso.sandbox.gateways import database as gateways

WAS = Addresses("http://127.0.0.1:800", "http://127.0.0.1:810", "http://127.0.0.1:820")
NOW = Addresses("http://127.0.0.1:810", "http://127.0.0.1:900", "http://127.0.0.1:800")


def _rows(path: Path, query: str) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute(query)]


def test_everybody_is_told_of_the_new_ports(tmp_path: Path) -> None:
    bank_file, gateway_file, own = (tmp_path / name for name in (
        "bank/sandbox_bank.sqlite3", "gateways/sandbox_gateways.sqlite3", "truongso.sqlite3",
    ))  # fmt: skip
    bank.prepare(bank_file)
    gateways.prepare(gateway_file)
    with sqlite3.connect(bank_file) as connection:
        connection.executemany(
            "INSERT INTO feeds (account, provider, url, secret) VALUES (?, 'casso', ?, 's')",
            [
                ("1", "http://127.0.0.1:800/hook/a"),
                ("2", "http://127.0.0.1:820/payos"),
                ("3", "http://127.0.0.1:8000/x"),
            ],
        )
    with sqlite3.connect(own) as connection:
        connection.execute("CREATE TABLE payments_channel (api_base TEXT)")
        connection.execute("CREATE TABLE payments_attempt (pay_url TEXT)")
        connection.executemany("INSERT INTO payments_channel VALUES (?)", [("http://127.0.0.1:820/vnpay",), ("",)])
        connection.execute(
            "INSERT INTO payments_attempt VALUES ('http://127.0.0.1:820/vnpay?back=http://127.0.0.1:800/')"
        )

    move(tmp_path, WAS, NOW)

    assert _rows(bank_file, "SELECT url FROM feeds ORDER BY account") == [
        "http://127.0.0.1:810/hook/a", "http://127.0.0.1:800/payos", "http://127.0.0.1:8000/x",
    ]  # fmt: skip
    assert _rows(own, "SELECT api_base FROM payments_channel") == ["http://127.0.0.1:800/vnpay", ""]
    assert _rows(own, "SELECT pay_url FROM payments_attempt") == [
        "http://127.0.0.1:800/vnpay?back=http://127.0.0.1:800/"
    ]
    for name, table, columns in addresses._KEPT:
        if name == "truongso.sqlite3":
            model = {"payments_channel": Channel, "payments_attempt": Attempt}[table]
            assert model._meta.db_table == table
            assert {one.column for one in model._meta.fields} >= set(columns)


def test_the_same_ports_touch_no_file(tmp_path: Path) -> None:
    move(tmp_path, WAS, WAS)
    assert list(tmp_path.iterdir()) == []
