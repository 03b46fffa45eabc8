"""The state behind decisions: booking, refusals that change nothing, cancelled invoices."""

from __future__ import annotations

import pytest

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.reasons import REASONS, describe
from truongso.banking.matching.tests.cases import ALL, AN, HOA, MAIN, short, transfer
from truongso.banking.matching.types import OpenInvoice, Reason
from truongso.kernel.money import ZERO, Dong


def test_deciding_changes_nothing() -> None:
    matcher = Matcher(ALL)
    line = transfer("ABK7M2QC7")
    assert matcher.decide(line) == matcher.decide(line) == matcher.match(line)


@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_that_are_no_incoming_money_are_refused(amount: int) -> None:
    matcher = Matcher(ALL)
    with pytest.raises(ValueError, match="above 0"):
        matcher.match(transfer("ABK7M2QC7", amount))
    assert short(matcher.match(transfer("ABK7M2QC7")))[:2] == ("auto", "exact")


def test_booking_more_than_is_owed_changes_nothing() -> None:
    matcher = Matcher(ALL)
    line = transfer("tay", payer_account="0123")
    with pytest.raises(ValueError, match="owes"):
        matcher.book(line, [HOA.code, AN.code], [Dong(1), Dong(500_001)])
    with pytest.raises(KeyError):
        matcher.book(line, [HOA.code, "AB3333333"], [Dong(1), Dong(1)])
    assert short(matcher.match(transfer("AB6NVJRH7", 400_000)))[1] == "exact"
    assert short(matcher.match(transfer("", 500_000, ref="2", payer_account="0123")))[0] == "none"


def test_booking_by_a_person_is_taken_into_account() -> None:
    matcher = Matcher(ALL)
    matcher.book(transfer("tay"), [AN.code], [Dong(500_000)])
    assert short(matcher.match(transfer("ABK7M2QC7")))[1] == "already_paid"


def test_invoice_brought_up_to_date_or_cancelled() -> None:
    matcher = Matcher(ALL)
    matcher.put(OpenInvoice(AN.code, Dong(150_000), AN.student_name, AN.class_name, MAIN))
    assert short(matcher.match(transfer("ABK7M2QC7", 150_000)))[1] == "exact"
    matcher.drop(MAIN, HOA.code)
    matcher.drop(MAIN, HOA.code)
    matcher.drop("999", AN.code)
    assert matcher.match(transfer("AB6NVJRH7", 400_000, ref="2")).reason.code == "unknown_code"


def test_allocated_sum() -> None:
    matcher = Matcher(ALL)
    assert matcher.match(transfer("ABK7M2QC7 AB6NVJRH7", 900_000)).allocated == Dong(900_000)
    assert matcher.match(transfer("x", ref="2")).allocated == ZERO


def test_every_reason_has_a_text_with_its_parameters() -> None:
    assert describe(Reason("already_paid", {"code": AN.code})) == "Hóa đơn ABK7M2QC7 đã được nộp đủ trước đó"
    assert all("%(" not in text or "%(" in text.replace("%%", "") for text in REASONS.values())
