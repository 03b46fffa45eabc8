"""The name of a parent with the exact amount: a suggestion, the last before the amount alone, never booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.tests.cases import ALL, AN, HOA, NAM, OTHER_AN, short, transfer
from truongso.banking.matching.types import Decision, Evidence
from truongso.kernel.money import Dong

_PARENTS = {HOA.code: "Bùi Thị Lệ", AN.code: "Phạm Thu Hà", OTHER_AN.code: "Phạm Thu Hà", NAM.code: "Đỗ Mai"}
_INVOICES = [replace(one, parent_name=_PARENTS.get(one.code, "")) for one in ALL]


def decide(memo: str, amount: int, **fields: str) -> Decision:
    return Matcher(_INVOICES).match(transfer(memo, amount, **fields))


@pytest.mark.parametrize(
    ("memo", "payer_name"),
    [("", "BUI THI LE"), ("chuyen tien", "Bùi Thị Lệ"), ("BUI THI LE chuyen tien", ""), ("me la bui thi le", "")],
)
def test_a_parent_who_owes_just_this_is_suggested(memo: str, payer_name: str) -> None:
    decision = decide(memo, 400_000, payer_name=payer_name)
    assert short(decision) == ("suggest", "payer", (HOA.code,), (400_000,))
    assert decision.reason == ("parent", {"student": "Trần Thị Hòa 4B"})
    assert decision.candidates[0].evidence == (Evidence.PARENT, Evidence.AMOUNT)


@pytest.mark.parametrize(
    ("memo", "amount", "payer_name"),
    [
        ("", 399_000, "BUI THI LE"),  # not what is owed
        ("BUI THI LE chuyen tien", 400_000, "TRAN VAN TU"),  # the bank names somebody else
        ("BUI THI LEN chuyen tien", 400_000, ""),  # not the whole word
        ("do mai chuyen tien", 700_000, ""),  # owes on another account
    ],
)
def test_too_little_to_suggest(memo: str, amount: int, payer_name: str) -> None:
    assert short(decide(memo, amount, payer_name=payer_name))[:3] == ("none", "no_code", ())


def test_a_name_that_several_bear_is_said_to_be_so() -> None:
    decision = decide("", 500_000, payer_name="PHAM THU HA")
    assert decision.reason == ("parent_tied", {"count": "2"})
    assert {one.code for one in decision.candidates} == {AN.code, OTHER_AN.code}
    many = [replace(AN, code=f"AB{n}", student_key=str(n), parent_name="Phạm Thu Hà") for n in range(4)]
    assert Matcher(many).match(transfer("", 500_000, payer_name="PHAM THU HA")).codes == ()


def test_a_pupil_named_in_the_memo_comes_first() -> None:
    decision = decide("Tran Thi Hoa 4B", 400_000, payer_name="PHAM THU HA")
    assert short(decision) == ("suggest", "names", (HOA.code,), (400_000,))


def test_a_paid_invoice_is_not_suggested_again() -> None:
    matcher = Matcher(_INVOICES)
    first = matcher.match(transfer(HOA.code, 400_000))
    assert first.verdict == "auto"
    assert matcher.match(transfer("", 400_000, ref="2", payer_name="BUI THI LE")).amounts in ((), (Dong(0),))
