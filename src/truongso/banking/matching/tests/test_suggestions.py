"""Without a code: names with class or amount, learnt payers. Suggested, never booked."""

from __future__ import annotations

import pytest

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.tests.cases import ALL, AN, HOA, OTHER_AN, SMALL, SMALL_LATER, decide, short, transfer
from truongso.banking.matching.types import Evidence, OpenInvoice
from truongso.kernel.money import Dong


@pytest.mark.parametrize(
    ("memo", "amount", "code"),
    [
        ("Trần Thị Hòa 4B", 400_000, HOA.code),
        ("TRAN THI HOA LOP 4B NOP HP", 100_000, HOA.code),
        ("tran thi hoa hoc phi", 400_000, HOA.code),
        ("Tran Thi Ho  a 4B", 400_000, HOA.code),
        ("con Hoa lop 4B", 400_000, HOA.code),
        ("Nguyen Van An 3A2", 500_000, AN.code),
        ("Nguyen Van An lop 5/1", 500_000, OTHER_AN.code),
        ("Sung A Pao lop La 1", 250_000, SMALL.code),
        ("Sung A Pao lop La 1", 180_000, SMALL_LATER.code),
        ("MBVCB.1234567890.123456.Tran Thi Hoa 4B.CT tu 0021 NGUYEN VAN AN toi 001 TRUONG tai MB", 400_000, HOA.code),
    ],
)
def test_name_with_class_or_amount(memo: str, amount: int, code: str) -> None:
    decision = decide(memo, amount)
    assert decision.verdict == "suggest"
    assert decision.rule == "names"
    assert decision.codes == (code,)
    assert decision.candidates[0].code == code


def test_one_transfer_for_all_that_a_pupil_owes() -> None:
    assert short(decide("Sung A Pao lop La 1", 430_000)) == (
        "suggest",
        "names",
        (SMALL.code, SMALL_LATER.code),
        (250_000, 180_000),
    )


def test_evidence_of_a_name() -> None:
    decision = decide("Tran Thi Hoa 4B", 400_000)
    assert decision.candidates[0].evidence == (Evidence.NAME, Evidence.CLASS, Evidence.AMOUNT)
    assert decision.reason.params["student"] == "Trần Thị Hòa 4B"


def test_equal_candidates_are_said_to_be_equal() -> None:
    decision = decide("Nguyen Van An hoc phi")
    assert decision.reason.code == "names_tied"
    assert {candidate.code for candidate in decision.candidates} == {AN.code, OTHER_AN.code}


@pytest.mark.parametrize(
    ("memo", "amount"),
    [
        ("Tran Thi Hoa", 123_000),  # a name alone is too little
        ("TRAN THI HOAN 4C", 400_000),  # not the whole word
        ("hoc phi lop 4B", 401_000),
        ("hoc phi", 401_000),
        ("chuyen tien", 400_000),  # says nothing of fees
        ("TRAN THI HOA", 500_000),
        ("MBVCB.1.2.abc.CT tu 0021000 TRAN THI HOA toi 0011 TRUONG tai MB", 400_000),
    ],
)
def test_too_little_to_suggest(memo: str, amount: int) -> None:
    assert short(decide(memo, amount)) == ("none", "no_code", (), ())


def test_name_whose_invoices_are_paid() -> None:
    matcher = Matcher(ALL)
    matcher.match(transfer("AB6NVJRH7", 400_000))
    assert short(matcher.match(transfer("Tran Thi Hoa 4B", 400_000, ref="2"))) == (
        "suggest",
        "already_paid",
        (HOA.code,),
        (0,),
    )


def test_payer_learnt_from_an_earlier_booking() -> None:
    matcher = Matcher(ALL)
    assert short(matcher.match(transfer("", 180_000, ref="1", payer_account="0123")))[0] == "none"
    assert short(matcher.match(transfer("AB42UA952", 250_000, ref="2", payer_account="0123")))[1] == "exact"
    decision = matcher.match(transfer("", 180_000, ref="3", payer_account="0123"))
    assert short(decision) == ("suggest", "payer", (SMALL_LATER.code,), (180_000,))
    assert decision.candidates[0].evidence == (Evidence.AMOUNT, Evidence.PAYER)
    assert short(matcher.match(transfer("", 180_000, ref="4", payer_account="9999")))[0] == "none"
    assert short(matcher.match(transfer("", 180_000, ref="5")))[0] == "none"


def test_payers_given_from_outside_and_taken_back() -> None:
    invoices = [OpenInvoice(AN.code, Dong(500_000), "Nguyễn Văn An", "3A2", "1", student_key="pupil-7")]
    matcher = Matcher(invoices, learnt={"0123": ["pupil-7", "pupil-8"]})
    line = transfer("chuyen tien", payer_account="0123", account="1")
    assert short(matcher.decide(line)) == ("suggest", "payer", (AN.code,), (500_000,))
    matcher.forget("0123", "pupil-7")
    assert short(matcher.decide(line))[0] == "none"
    matcher.learn("0123", "pupil-7")
    assert short(matcher.decide(line))[0] == "suggest"


def test_matcher_that_does_not_learn() -> None:
    matcher = Matcher(ALL, learns=False)
    matcher.match(transfer("AB42UA952", 250_000, ref="2", payer_account="0123"))
    assert short(matcher.match(transfer("", 180_000, ref="3", payer_account="0123")))[0] == "none"
