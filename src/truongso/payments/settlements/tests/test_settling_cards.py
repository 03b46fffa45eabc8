"""Card slips and the acquirer's settlement file: matched, refused with figures, resolved by a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.ledger.public import account_ids, balance
from truongso.ledger.types import AccountRole
from truongso.organizations.models import School
from truongso.payments.models import Evidence, Payment
from truongso.payments.pos.queries import slip_figures, slips
from truongso.payments.services import undo
from truongso.payments.settlements import services
from truongso.payments.settlements.models import SettlementBatch, SettlementFile, SettlementItem
from truongso.payments.settlements.tests.build import ACTOR, DAY, HEADER, bring, row, show, slip, terminal
from truongso.payments.settlements.types import SettlementRefusedError
from truongso.payments.types import Share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day", "verify_after")]


def left_behind() -> list[int]:
    models: tuple[Any, ...] = (SettlementBatch, SettlementItem, Evidence, Payment)
    return [m.objects.across_schools("tests count everything").count() for m in models]


def states(school: School) -> list[str]:
    return list(SettlementItem.objects.for_school(school).order_by("row_number").values_list("state", flat=True))


def codes(file: SettlementFile) -> list[str]:
    return [p["code"] for p in file.problems]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_batch_is_its_items_less_their_fees(school: School, form: str) -> None:
    at, invoice = terminal(school), money.invoice(school, [3_000_000])
    one, two = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 500_000))
    done = bring(school, [row(one, 11_000), row(two, 5_500)], form=form)
    assert (done.batches, done.new, done.known, done.open) == (1, 2, 0, 0)
    batch = SettlementBatch.objects.for_school(school).get()
    assert (batch.gross, batch.fee, batch.net) == (Dong(1_500_000), Dong(16_500), Dong(1_483_500))
    assert (batch.source, batch.settled_on, batch.bank_account_id) == ("pos", DAY, at.bank_account_id)
    assert batch.reference == "79900019 000007 05/10/2026"
    assert states(school) == ["matched", "matched"]
    evidence = SettlementItem.objects.for_school(school).order_by("pk").values_list("evidence_id", flat=True)
    assert list(evidence) == [one.slip.evidence_id, two.slip.evidence_id]
    # Nothing is booked by the file: the money was booked from the slips and is still in transit.
    assert Payment.objects.for_school(school).count() == 2
    assert balance(school.pk, account_ids(school.pk)[AccountRole.IN_TRANSIT, 0]) == Dong(1_500_000)
    assert slip_figures(school)["settled"] == (2, Dong(1_500_000))


def test_the_same_file_again_changes_nothing(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    rows = [row(slip(at, (invoice, 1_000_000)), 11_000)]
    bring(school, rows)
    before = left_behind()
    done = bring(school, rows, form="csv")
    assert (done.new, done.known) == (0, 1)
    assert left_behind() == before
    shown = show(school, rows)
    with savepoint():
        services.apply(shown, actor=ACTOR)
    with pytest.raises(SettlementRefusedError, match="already_applied"), savepoint():
        services.apply(shown, actor=ACTOR)


def test_a_row_whose_net_is_not_gross_less_fee_is_refused_with_the_figures(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    rows = [row(slip(at, (invoice, 1_000_000)), 11_000, net=980_000)]
    before = left_behind()
    shown = show(school, rows)
    assert shown.problems == [
        {"code": "row_not_net", "row": 2, "params": {"gross": 1_000_000, "fee": 11_000, "net": 980_000}}
    ]
    with pytest.raises(SettlementRefusedError, match="has_problems"), savepoint():
        services.apply(shown, actor=ACTOR)
    assert left_behind() == before


def test_a_batch_whose_net_is_not_its_items_less_fees_is_refused_with_the_figures(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_500_000])
    rows = [row(slip(at, (invoice, 1_000_000)), 11_000), row(slip(at, (invoice, 500_000)), 5_500)]
    right = ["Tổng cộng", None, None, None, None, None, None, 1_500_000, 16_500, 1_483_500]
    wrong = ["Tổng cộng", None, None, None, None, None, None, 1_500_000, 16_500, 1_480_000]
    before = left_behind()
    shown = show(school, [*rows, wrong])
    (problem,) = shown.problems
    assert (problem["code"], problem["row"]) == ("total_differs", 4)
    assert problem["params"] == {
        "gross": 1_500_000, "fee": 16_500, "net": 1_483_500, "said_gross": 1_500_000, "said_fee": 16_500,
        "said_net": 1_480_000,
    }  # fmt: skip
    with pytest.raises(SettlementRefusedError, match="has_problems"), savepoint():
        services.apply(shown, actor=ACTOR)
    assert left_behind() == before
    assert bring(school, [*rows, right]).new == 2


def test_totals_of_lots_and_of_the_whole(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_500_000])
    one, two = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 500_000))

    def total(name: str, *figures: int) -> list[Any]:
        return [name, *[None] * 6, *figures]

    rows = [
        row(one, 11_000, lot="7"), total("Tổng lô 7", 1_000_000, 11_000, 989_000),
        row(two, 5_500, lot="8"), total("Tổng lô 8", 500_000, 5_500, 494_500),
        total("TỔNG CỘNG", 1_500_000, 16_500, 1_483_500),
    ]  # fmt: skip
    assert bring(school, rows).batches == 2
    nets = SettlementBatch.objects.for_school(school).order_by("reference").values_list("reference", "net")
    assert list(nets) == [
        ("79900019 000007 05/10/2026", Dong(989_000)), ("79900019 000008 05/10/2026", Dong(494_500)),
    ]  # fmt: skip


def test_an_unknown_slip_is_kept_and_never_booked_silently(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    known = slip(at, (invoice, 400_000))
    stranger = row(known, 6_600, gross=600_000, rrn="628999999999", approval="ABC123")
    done = bring(school, [row(known, 4_400), stranger])
    assert (done.new, done.open, states(school)) == (2, 1, ["matched", "unknown"])
    assert Payment.objects.for_school(school).count() == 1
    # The cashier finds the slip in the drawer and records it: the item fits by itself.
    late = slip(at, (invoice, 600_000), rrn="628999999999", approval="abc123")
    with savepoint():
        assert services.match_again(school.pk) == 1
    assert states(school) == ["matched", "matched"]
    assert SettlementItem.objects.for_school(school).get(row_number=3).evidence_id == late.slip.evidence_id


def test_an_unknown_item_is_assigned_to_an_invoice_and_its_slip_cannot_come_twice(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [600_000])
    other = slip(at, (money.invoice(school, [1_000], full_name="Lê An"), 1_000))
    bring(school, [row(other, 6_600, gross=600_000, rrn="628999999999", approval="ABC123")])
    item = SettlementItem.objects.for_school(school).get()
    with savepoint():
        services.assign_invoices(school.pk, item_id=item.pk, shares=[Share(invoice.pk, Dong(600_000))], actor=ACTOR)
    item.refresh_from_db()
    assert (item.state, Invoice.objects.for_school(school).get(pk=invoice.pk).paid) == ("matched", Dong(600_000))
    payment = Payment.objects.for_school(school).get(evidence_id=item.evidence_id)
    assert (payment.method, payment.evidence.kind, payment.evidence.source) == (
        "card_pos",
        "settlement",
        "pos:79900019",
    )
    with pytest.raises(Exception, match="slip_settled"):
        slip(at, (invoice, 600_000), rrn="628999999999", approval="ABC123")
    with pytest.raises(SettlementRefusedError, match="item_settled"), savepoint():
        services.set_aside(school.pk, item_id=item.pk, reason="x", actor=ACTOR)


def test_a_wrong_amount_is_corrected_on_the_same_invoices(school: School) -> None:
    at = terminal(school)
    one, two = money.invoice(school, [300_000]), money.invoice(school, [500_000], full_name="Lê Minh Châu")
    wrong = slip(at, (one, 300_000), (two, 200_000))
    bring(school, [row(wrong, 5_500, gross=550_000)])
    item = SettlementItem.objects.for_school(school).get()
    assert (item.state, item.candidate_id, item.evidence_id) == ("amount_differs", wrong.slip.evidence_id, None)
    with pytest.raises(SettlementRefusedError, match="reason_missing"), savepoint():
        services.correct_slip(school.pk, item_id=item.pk, reason=" ", actor=ACTOR)
    with savepoint():
        services.correct_slip(school.pk, item_id=item.pk, reason="Gõ nhầm số tiền", actor=ACTOR)
    paid = Invoice.objects.for_school(school).order_by("pk").values_list("paid", flat=True)
    assert list(paid) == [Dong(300_000), Dong(250_000)]
    standing = Payment.objects.for_school(school).get(reversed_at__isnull=True)
    assert (standing.amount, standing.evidence.reference) == (
        Dong(550_000),
        f"{wrong.slip.rrn}/{wrong.slip.approval_code}#2",
    )
    assert states(school) == ["matched"]
    assert [s.slip_state for s in slips(school)] == ["settled", "undone"]


def test_money_that_is_no_fee_is_set_aside_with_a_reason(school: School) -> None:
    at = terminal(school)
    other = slip(at, (money.invoice(school, [1_000]), 1_000))
    bring(school, [row(other, 0, gross=90_000, rrn="628999999999", approval="ABC123")])
    item = SettlementItem.objects.for_school(school).get()
    with pytest.raises(SettlementRefusedError, match="reason_missing"), savepoint():
        services.set_aside(school.pk, item_id=item.pk, reason="", actor=ACTOR)
    with savepoint():
        services.set_aside(school.pk, item_id=item.pk, reason="Tiền căng tin", actor=ACTOR)
    assert states(school) == ["other"]
    with savepoint():
        services.take_up_again(school.pk, item_id=item.pk, actor=ACTOR)
    assert states(school) == ["unknown"]


def test_a_slip_recorded_with_a_wrong_code_is_assigned(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [700_000])
    typo = slip(at, (invoice, 700_000), rrn="628000000001")
    bring(school, [row(typo, 7_700, rrn="628000000010", approval="ZZ9999")])
    item = SettlementItem.objects.for_school(school).get()
    small = slip(at, (invoice, 1_000))
    with pytest.raises(SettlementRefusedError, match="amount_differs"), savepoint():
        services.assign_slip(school.pk, item_id=item.pk, slip_id=small.slip.pk, actor=ACTOR)
    with savepoint():
        services.assign_slip(school.pk, item_id=item.pk, slip_id=typo.slip.pk, actor=ACTOR)
    assert states(school) == ["matched"]


def test_an_undone_slip_is_shown_not_settled(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [700_000])
    gone = slip(at, (invoice, 700_000))
    with savepoint():
        undo(school.pk, payment_id=gone.payment.pk, reason="nhầm", actor=ACTOR)
    bring(school, [row(gone, 7_700)])
    assert states(school) == ["undone"]


def test_a_refund_in_the_file_belongs_to_a_payment_taken_back(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [700_000])
    sold, standing = slip(at, (invoice, 400_000)), slip(at, (invoice, 300_000))
    bring(school, [row(sold, 4_400), row(standing, 3_300)])
    with savepoint():
        undo(school.pk, payment_id=sold.payment.pk, reason="Hủy trên máy", actor=ACTOR)
    header, back = [*HEADER, "Loại giao dịch"], [*row(sold, 0), "Hoàn tiền"]
    wrong = [*row(standing, 0), "REFUND"]
    done = bring(school, [back, wrong], header=header, settled_on=DAY)
    assert (done.new, done.open) == (2, 1)
    items = SettlementItem.objects.for_school(school).filter(gross__lt=0).order_by("row_number")
    assert [(i.state, i.gross, i.net) for i in items] == [
        ("matched", Dong(-400_000), Dong(-400_000)), ("unknown", Dong(-300_000), Dong(-300_000)),
    ]  # fmt: skip


def test_problems_of_rows_stop_the_file(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [2_000_000])
    good = row(slip(at, (invoice, 1_000_000)), 11_000)
    cases: list[tuple[list[list[Any]], str]] = [
        ([good, good], "row_twice"),
        ([[*good[:7], "một triệu", 0, 0]], "amount_unreadable"),
        ([[*good[:7], "1.000.000,50", 0, 0]], "amount_not_whole"),
        ([[*good[:6], "31/02/2026", *good[7:]]], "date_unreadable"),
        ([[*good[:4], None, None, *good[6:]]], "row_incomplete"),
    ]
    before = left_behind()
    for rows, code in cases:
        assert codes(show(school, rows)) == [code], code
    assert codes(show(school, [[1]], header=["a"])) == ["no_columns"]
    assert codes(show(school, [])) == ["no_items"]
    assert left_behind() == before


def test_no_card_number_is_stored_from_a_file(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [2_000_000])
    one, two = slip(at, (invoice, 1_000_000)), slip(at, (invoice, 500_000))
    rows = [row(one, 0, card="4111 1111 1111 1111"), [*row(two, 0, card=5555555555554444), "the 5555-5555-5555-4444"]]
    bring(school, rows, header=[*HEADER, "Ghi chú"])
    stored = json.dumps(SettlementFile.objects.for_school(school).get().cells)
    assert "4111" not in stored.replace("****1111", "")
    assert "5555" not in stored
    tails = SettlementItem.objects.for_school(school).order_by("row_number").values_list("card_tail", flat=True)
    assert list(tails) == ["1111", "4444"]


def test_english_headings_and_codes_that_lost_their_zeros(school: School) -> None:
    at = terminal(school, "00012345")
    invoice = money.invoice(school, [1_000_000])
    recorded = slip(at, (invoice, 1_000_000), rrn="000000123456", approval="001234")
    header = ["Terminal ID", "Batch No", "Card Number", "Card Type", "Auth Code", "RRN", "Transaction Date",
              "Transaction Amount", "MDR", "VAT", "Net Amount", "Settlement Date"]  # fmt: skip
    line = [12345, 7, "4111****1111", "Visa", 1234, 123456, "2026-10-05 08:30:00", "1,000,000.00", "10,000", "1,000",
            "989,000", "06/10/2026"]  # fmt: skip
    bring(school, [line], header=header)
    item = SettlementItem.objects.for_school(school).get()
    assert (item.state, item.evidence_id, item.fee, item.net) == (
        "matched", recorded.slip.evidence_id, Dong(11_000), Dong(989_000),
    )  # fmt: skip
    assert item.batch.settled_on.isoformat() == "2026-10-06"


def test_another_schools_terminal_stays_apart(school: School, other_school: School) -> None:
    ours, theirs = terminal(school), terminal(other_school, account=factories.bank_account(other_school))
    invoice = money.invoice(other_school, [1_000_000])
    foreign = slip(theirs, (invoice, 1_000_000))
    assert ours.code == theirs.code
    bring(school, [row(foreign, 0)])
    assert states(school) == ["unknown"]
    assert states(other_school) == []


def test_what_a_file_said_is_fixed(school: School) -> None:
    at, invoice = terminal(school), money.invoice(school, [1_000_000])
    bring(school, [row(slip(at, (invoice, 1_000_000)), 11_000)])
    items, batches = SettlementItem.objects.for_school(school), SettlementBatch.objects.for_school(school)
    for act in (
        lambda: items.update(gross=Dong(1), fee=Dong(0), net=Dong(1)), items.delete, batches.delete,
        lambda: batches.update(gross=Dong(2)), lambda: items.update(state="unknown"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), savepoint():
            act()
