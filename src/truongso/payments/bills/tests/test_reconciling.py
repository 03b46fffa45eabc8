"""The partner's list of a day against ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import money

from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.bills import reconcile
from truongso.payments.bills.models import BillReconciliation
from truongso.payments.bills.tests.bank import ACTOR, Bank, Said, bank
from truongso.payments.bills.types import BillRefusedError

urls = pytest.mark.urls("truongso.payments.bills.tests.urls")
SIDES = st.dictionaries(
    st.sampled_from([f"FT{n}" for n in range(8)]),
    st.tuples(st.integers(1, 3).map(Dong), st.sampled_from(["booked", "reversed"])),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(SIDES, SIDES)
def test_without_differences_the_totals_agree(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    def booked(side: dict[str, Any]) -> int:
        return sum(int(amount) for amount, state in side.values() if state == "booked")

    found = reconcile.differences(ours, theirs)
    assert found == reconcile.differences(ours, theirs)
    assert len({d["transaction_id"] for d in found}) == len(found)
    if not found:
        assert booked(ours) == booked(theirs)
    assert reconcile.differences(ours, ours) == []


@pytest.fixture
def vcb(school: School) -> Bank:
    return bank(school)


def post(vcb: Bank, rows: list[tuple[str, int, str]], *, part: int = 1, parts: int = 1, **more: Any) -> Said:
    payload = {
        "school_code": "79-THU", "date": clock.today().isoformat(), "part": part, "parts": parts,
        "total": more.pop("total", sum(amount for _, amount, state in rows if state == "booked")),
        "transactions": [{"transaction_id": i, "amount": a, "state": s} for i, a, s in rows],
    }  # fmt: skip
    return vcb.call("reconcile", payload, **more)


@urls
@pytest.mark.django_db
def test_lists_that_agree(school: School, vcb: Bank) -> None:
    vcb.notify((money.invoice(school, [250_000]), 250_000), transaction_id="FT1")
    said = post(vcb, [("FT1", 250_000, "booked"), ("FT0", 9_000, "reversed")])
    assert {k: v for k, v in said.body.items() if k not in {"message", "date"}} == {
        "result": "ok", "state": "agrees", "count": 1, "total": 250_000, "our_count": 1, "our_total": 250_000,
        "differences": [],
    }  # fmt: skip
    assert BillReconciliation.objects.for_school(school).get().state == "agrees"


@urls
@pytest.mark.django_db
def test_every_kind_of_difference_is_kept_until_it_is_gone(school: School, vcb: Bank) -> None:
    invoice = money.invoice(school, [900_000])
    for number, amount in ((1, 100_000), (2, 200_000), (3, 300_000)):
        vcb.notify((invoice, amount), transaction_id=f"FT{number}")
    theirs = [
        ("FT1", 100_000, "booked"),
        ("FT2", 250_000, "booked"),
        ("FT3", 300_000, "reversed"),
        ("FT4", 7, "booked"),
    ]
    said = post(vcb, theirs)
    expected = [
        {"kind": "amount_differs", "transaction_id": "FT2", "ours": 200_000, "theirs": 250_000},
        {"kind": "state_differs", "transaction_id": "FT3", "ours": 300_000, "theirs": 300_000},
        {"kind": "missing_here", "transaction_id": "FT4", "ours": None, "theirs": 7},
    ]
    assert (said.body["state"], said.body["differences"]) == ("differs", expected)
    row = BillReconciliation.objects.for_school(school).get()
    assert reconcile.standing_differences(row) == expected
    vcb.notify((invoice, 7), transaction_id="FT4")  # the lost notify arrives after all
    assert reconcile.standing_differences(row) == expected[:2]
    only = post(vcb, [("FT1", 100_000, "booked")])
    assert [d["kind"] for d in only.body["differences"]] == ["missing_there"] * 3
    with transaction():
        reconcile.explain(row, text="Ngân hàng gửi thiếu, đã gọi", actor=ACTOR)
    row.refresh_from_db()
    assert row.explanation == "Ngân hàng gửi thiếu, đã gọi"
    with pytest.raises(BillRefusedError), transaction():
        reconcile.explain(row, text="  ", actor=ACTOR)


@urls
@pytest.mark.django_db
def test_a_long_list_comes_in_parts(school: School, vcb: Bank) -> None:
    vcb.notify((money.invoice(school, [250_000]), 250_000), transaction_id="FT1")
    first = post(vcb, [("FT1", 250_000, "booked")], part=1, parts=2, total=250_005)
    assert (first.body["state"], first.body["our_total"]) == ("incomplete", None)
    last = post(vcb, [("FT2", 5, "booked")], part=2, parts=2, total=250_005)
    assert (last.body["state"], last.body["total"]) == ("differs", 250_005)


@urls
@pytest.mark.django_db
def test_a_list_that_does_not_add_up_changes_nothing(school: School, vcb: Bank) -> None:
    said = post(vcb, [("FT1", 5, "booked")], total=6)
    assert said.result == (422, "total_differs")
    assert said.body["details"] == {"total": 6, "transactions": 5}
    assert not BillReconciliation.objects.for_school(school).exists()
    twice = post(vcb, [("FT1", 5, "booked"), ("FT1", 5, "booked")])
    assert twice.result == (400, "malformed")
