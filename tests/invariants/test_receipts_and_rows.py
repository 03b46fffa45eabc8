"""I05, I08, I11, I12: mirrored reversals, receipts without gaps, one chain, one school; what was issued."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.invariants.conftest import World
from truongso.fees.models import Invoice, InvoiceLine
from truongso.payments.models import Allocation, Receipt, ReceiptBook
from truongso.people.models import Student

RECEIPT = (
    "INSERT INTO payments_receipt (school_id, public_id, year, book, number, payment_id, issued_at, content) "
    "SELECT school_id, 'forged', year, book, {number}, {payment}, issued_at, content "
    "FROM payments_receipt WHERE id = %s"
)
ALLOCATION = (
    "INSERT INTO payments_allocation "
    "(school_id, payment_id, invoice_id, line_id, amount, reverses_id, created_at) "
    "SELECT school_id, {payment}, {invoice}, {line}, {amount}, {reverses}, created_at "
    "FROM payments_allocation WHERE id = %s"
)


def allocation(world: World, **changes: str) -> str:
    own = {
        "payment": "payment_id",
        "invoice": "invoice_id",
        "line": "line_id",
        "amount": "amount",
        "reverses": "id",
    }
    return ALLOCATION.format(**{**own, **changes})


def first_allocation(world: World) -> int:
    return int(Allocation.objects.for_school(world.school).filter(payment=world.part).order_by("pk")[0].pk)


def last_number(world: World) -> int:
    return int(ReceiptBook.objects.for_school(world.school).get().last_number)


def test_receipt_numbers_run_without_gaps(world: World) -> None:
    numbers = Receipt.objects.for_school(world.school).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, last_number(world) + 1))
    assert last_number(world) > 3


@pytest.mark.parametrize("ahead", [-100, 0, -1, 2])
def test_a_receipt_takes_the_next_number_or_none(world: World, ahead: int) -> None:
    last = last_number(world)
    template = Receipt.objects.for_school(world.school).get(payment=world.part)
    spare = world.bare_payment(1)
    sql = RECEIPT.format(number=last + ahead, payment=spare)
    world.refuses(sql, template.pk, match="no gaps|(?i:unique)")
    with connection.cursor() as cursor:
        cursor.execute(RECEIPT.format(number=last + 1, payment=spare), [template.pk])
    assert last_number(world) == last + 1


@pytest.mark.parametrize("change", ["+ 1", "- 1", "+ 2", "* 0"])
def test_the_counter_is_moved_by_receipts_alone(world: World, change: str) -> None:
    world.refuses(f"UPDATE payments_receiptbook SET last_number = last_number {change}", match="no gaps")


def test_a_payment_has_one_receipt(world: World) -> None:
    template = Receipt.objects.for_school(world.school).get(payment=world.part)
    second = RECEIPT.format(number=last_number(world) + 1, payment=world.part.pk)
    world.refuses(second, template.pk, match="(?i:unique)")


def test_an_allocation_is_reversed_once(world: World) -> None:
    done = Allocation.objects.for_school(world.school).filter(payment=world.undone, reverses=None).get()
    world.refuses(allocation(world), done.pk, match="(?i:unique)")


@pytest.mark.parametrize("amount", ["amount - 1", "amount + 1"])
def test_a_reversal_has_the_amount_of_its_original(world: World, amount: str) -> None:
    world.refuses(allocation(world, amount=amount), first_allocation(world), match="mirrors its original")


def test_a_reversal_stays_with_its_payment_and_line(world: World) -> None:
    own = first_allocation(world)
    world.refuses(allocation(world, payment=str(world.over.pk)), own, match="mirrors its original")
    world.refuses(allocation(world, line=str(world.lines[1].pk)), own, match="mirrors its original")


def test_a_reversal_is_not_reversed(world: World) -> None:
    reversal = Allocation.objects.for_school(world.school).filter(payment=world.undone).exclude(reverses=None).get()
    world.refuses(allocation(world), reversal.pk, match="mirrors its original")


def test_a_line_of_another_invoice_is_refused(world: World) -> None:
    stranger = InvoiceLine.objects.for_school(world.school).exclude(invoice=world.invoice).order_by("pk")[0]
    sql = allocation(world, line=str(stranger.pk), reverses="NULL", amount="1")
    world.refuses(sql, first_allocation(world), match="line belongs to another invoice")


def test_the_audit_chain_has_no_fork_and_no_second_number(world: World) -> None:
    """I11."""
    copy = (
        "INSERT INTO kernel_auditentry (school_id, seq, at, actor_id, actor_label, channel, action, "
        "subject_kind, subject_id, params, reason, request_id, source, device, prev_hash, hash) "
        "SELECT school_id, {seq}, at, actor_id, actor_label, channel, action, subject_kind, subject_id, params, "
        "'forged', request_id, source, device, {prev}, hash "
        "FROM kernel_auditentry WHERE seq = 2"
    )
    world.refuses(copy.format(seq="seq", prev="'new'"), match="(?i:unique)")
    world.refuses(copy.format(seq="9999", prev="prev_hash"), match="(?i:unique)")


ISSUED = [
    ("fees_invoice", column)
    for column in (
        "code",
        "payer_name",
        "beneficiary_name",
        "reason",
        "student_name",
        "class_name",
        "public_id",
    )
]
ISSUED += [("fees_invoiceline", c) for c in ("description", "nature", "reduction_basis", "legal_basis", "kind")]
ISSUED += [
    ("payments_payment", c) for c in ("payer_name", "beneficiary_name", "reason", "invoice_code", "method", "public_id")
]
ISSUED += [("payments_evidence", c) for c in ("kind", "source", "reference", "payer_name", "payer_account")]
ISSUED += [
    ("banking_bankline", c)
    for c in ("memo", "reference", "content_key", "direction", "counter_name", "counter_account")
]


@pytest.mark.parametrize(("table", "column"), ISSUED)
def test_what_was_issued_stays_as_issued(world: World, table: str, column: str) -> None:
    first = f"(SELECT MIN(id) FROM {table})"
    world.refuses(f"UPDATE {table} SET {column} = 'x' WHERE id = {first}", match="fixed once")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("fees_invoiceline", "amount"),
        ("fees_invoiceline", "unit_amount"),
        ("fees_invoiceline", "quantity"),
        ("payments_payment", "amount"),
        ("payments_evidence", "amount"),
        ("banking_bankline", "amount"),
    ],
)
def test_amounts_stay_as_recorded(world: World, table: str, column: str) -> None:
    world.refuses(f"UPDATE {table} SET {column} = {column} + 1", match="fixed once")


@pytest.mark.parametrize("column", ["payer_name", "beneficiary_name", "reason", "code"])
def test_the_four_mandatory_fields_are_never_blank(world: World, column: str) -> None:
    """LC-2.2: payer, beneficiary, reason, invoice code."""
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(cursor, "fees_invoice")
    names = [c.name for c in description if c.name != "id"]
    fresh = {"public_id": "'blank'", "code": "'TSBLANK00'", "paid": "0", column: "''"}
    world.refuses(
        f"INSERT INTO fees_invoice ({', '.join(names)}) "
        f"SELECT {', '.join(fresh.get(n, n) for n in names)} FROM fees_invoice WHERE id = %s",
        world.invoice.pk,
        match="fees_invoice_(payer|beneficiary|reason|coded)",
    )


def test_nothing_crosses_into_another_school(world: World, foreign: Invoice) -> None:
    """I12: the same row with a foreign part is refused wherever it is tried."""
    line = InvoiceLine.objects.for_school(foreign.school_id).get(invoice=foreign)
    sql = allocation(world, invoice=str(foreign.pk), line=str(line.pk), reverses="NULL", amount="1")
    world.refuses(sql, first_allocation(world), match="(?i:foreign key)|points to what is not there|another invoice")
    pupil = Student.objects.for_school(world.school).order_by("pk")[0]
    world.refuses(
        "UPDATE people_student SET family_id = %s WHERE id = %s",
        foreign.family_id,
        pupil.pk,
        match="(?i:foreign key)",
    )
    world.refuses(
        "UPDATE people_student SET school_id = %s WHERE id = %s",
        foreign.school_id,
        pupil.pk,
        match="(?i:foreign)",
    )
    pupil.refresh_from_db()
    assert pupil.school_id == world.school.pk
