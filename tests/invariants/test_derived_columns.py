"""I02–I04, I07: paid, credited, allocated, used and total follow from rows and are never simply written."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.invariants.conftest import World
from truongso.fees.models import Invoice
from truongso.kernel.money import Dong
from truongso.payments.models import Evidence, Payment

DERIVED = [
    ("fees_invoice", "total"),
    ("fees_invoice", "paid"),
    ("fees_invoiceline", "credited"),
    ("fees_invoiceline", "paid"),
    ("payments_payment", "allocated"),
    ("payments_payment", "credited"),
    ("payments_payment", "refunded"),
    ("payments_evidence", "used"),
]


def test_the_world_adds_up(world: World) -> None:
    assert (world.invoice.total, world.invoice.paid) == (Dong(300_000), Dong(120_000))
    assert [line.paid for line in world.lines] == [Dong(120_000), Dong(0)]
    over = Payment.objects.for_school(world.school).get(pk=world.over.pk)
    assert (over.amount, over.allocated, over.credited) == (Dong(70_000), Dong(50_000), Dong(20_000))
    undone = Payment.objects.for_school(world.school).get(pk=world.undone.pk)
    assert (undone.allocated, undone.reversed_at is not None) == (Dong(0), True)
    assert Evidence.objects.for_school(world.school).get(pk=world.undone.evidence_id).used == Dong(0)


@pytest.mark.parametrize(("table", "column"), DERIVED)
@pytest.mark.parametrize("change", ["+ 1", "- 1", "* 2 + 7"])
def test_no_other_value_is_taken(world: World, table: str, column: str, change: str) -> None:
    world.refuses(f"UPDATE {table} SET {column} = {column} {change}", match=f"differs from|{table}")


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        ("fees_invoice", "paid", "starts unpaid|part of the invoice as issued"),
        ("fees_invoiceline", "paid", "starts unpaid|part of the invoice as issued"),
        ("fees_invoiceline", "credited", "starts unpaid|part of the invoice as issued"),
        ("payments_payment", "allocated", "starts unallocated"),
        ("payments_payment", "credited", "starts unallocated"),
        ("payments_payment", "refunded", "starts unallocated"),
        ("payments_evidence", "used", "starts unused"),
    ],
)
def test_nothing_is_born_settled(world: World, table: str, column: str, message: str) -> None:
    with connection.cursor() as cursor:
        names = [c.name for c in connection.introspection.get_table_description(cursor, table) if c.name != "id"]
    values = [
        "1"
        if n == column
        else "0"
        if n in {"paid", "credited", "allocated", "used", "refunded"}
        else "NULL"
        if n == "reversed_at"
        else n
        for n in names
    ]
    world.refuses(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} ORDER BY id LIMIT 1",
        match=message,
    )


def _allocate(payment: int, line: int, amount: int) -> tuple[str, tuple[int, ...]]:
    sql = (
        "INSERT INTO payments_allocation (school_id, payment_id, invoice_id, line_id, amount, created_at) "
        "SELECT p.school_id, p.id, l.invoice_id, l.id, %s, p.created_at "
        "FROM payments_payment p, fees_invoiceline l WHERE p.id = %s AND l.id = %s"
    )
    return sql, (amount, payment, line)


def test_an_invoice_takes_no_more_than_its_total(world: World) -> None:
    """I03: the first line is 200 000, of which 120 000 are paid: 80 001 more do not fit."""
    big = world.bare_payment(500_000)
    sql, values = _allocate(big, world.lines[0].pk, 80_001)
    world.refuses(sql, *values, match="paid")


def test_a_payment_gives_no_more_than_it_has(world: World) -> None:
    """I04: 100 đ cannot settle 101."""
    small = world.bare_payment(100)
    sql, values = _allocate(small, world.lines[1].pk, 101)
    world.refuses(sql, *values, match="payments_payment_allocated")
    sql, values = _allocate(small, world.lines[1].pk, 100)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert Invoice.objects.for_school(world.school).get(pk=world.invoice.pk).paid == Dong(120_100)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_allocation_is_positive(world: World, amount: int) -> None:
    sql, values = _allocate(world.part.pk, world.lines[1].pk, amount)
    world.refuses(sql, *values, match="payments_allocation_positive|differs")


def test_evidence_carries_no_more_than_its_amount(world: World) -> None:
    """I07: the evidence of the part payment is used up; one more đồng on it is refused."""
    columns, values = _payment_columns({"amount": "1", "public_id": "'second'"})
    world.refuses(
        f"INSERT INTO payments_payment ({columns}) SELECT {values} FROM payments_payment WHERE id = %s",
        world.part.pk,
        match="payments_evidence_used",
    )


def test_evidence_is_recorded_once(world: World) -> None:
    """I06."""
    world.refuses(
        "INSERT INTO payments_evidence (school_id, kind, source, reference, amount, used, occurred_at, "
        "payer_name, payer_account, created_at) SELECT school_id, kind, source, reference, amount, 0, "
        "occurred_at, '', '', created_at FROM payments_evidence WHERE id = %s",
        world.part.evidence_id,
        match="(?i:unique)",
    )


def test_a_payment_is_not_marked_undone_without_a_reversal(world: World) -> None:
    world.refuses(
        "UPDATE payments_payment SET reversed_at = created_at WHERE id = %s",
        world.part.pk,
        match="undone by a reversal",
    )
    world.refuses(
        "UPDATE payments_payment SET reversed_at = NULL WHERE id = %s", world.undone.pk, match="undone by a reversal"
    )


def _payment_columns(changes: dict[str, str]) -> tuple[str, str]:
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(cursor, "payments_payment")
    names = [c.name for c in description if c.name != "id"]
    fresh = {"allocated": "0", "credited": "0", "refunded": "0", "reversed_at": "NULL", **changes}
    return ", ".join(names), ", ".join(fresh.get(n, n) for n in names)
