"""What books by itself: a code as printed, or over one error with the right amount."""

from __future__ import annotations

import pytest

from truongso.banking.matching.tests.cases import AN, BINH, HOA, OTHER_AN, SECOND, decide, short
from truongso.banking.matching.types import Candidate, Evidence


@pytest.mark.parametrize(
    "memo",
    [
        "ABK7M2QC7",
        "abk7m2qc7 hoc phi thang 11",
        "AB K7.M2-QC7",
        "A B K 7 M 2 Q C 7",
        "ABK7M  2QC7",
        "ABK7\nM2QC7",
        "hpABK7M2QC7naptien",
        "MoMoT0904000000T28994691053T970416TABK7M2QC7 GD 252995-091922 15:46:22",
        "ABK7M2QC7 031126",
        "ABK7M2QC7031126",
        "ABK7M2QC7 ABK7M2QC7 nop tien",
        "XABK7M2QC7Y",
        "ABK7M2QC7 Nguyễn Văn An lớp 3A2",
        "ABK7M2QC7 NGUYEN VAN AN",
        "ABK7M2QC7 an 3a2",
        "Nguyen Van  An lop 3 A2 ABK7M2QC7",
        "MBVCB.11860467554.037050.ABK7M2QC7 TT HP T11 .CT tu 0021000000000 TRAN THI HOA toi 2580000000 CTY tai MB",
        "ABK7M2QC7. TU: TRAN THI HOA",
        "74195055998-ABK7M2QC7-CHUYEN TIEN-OQCH39133019-MOMO74195055998MOMO",
        "ABK7M2QC7 ÂBC đ … \U0001f600",
    ],
)
def test_printed_code_books_whatever_surrounds_it(memo: str) -> None:
    decision = decide(memo)
    assert short(decision) == ("auto", "exact", ("ABK7M2QC7",), (500_000,))
    assert decision.reason.code == "exact"
    assert decision.candidates == (Candidate("ABK7M2QC7", (Evidence.CODE, Evidence.AMOUNT)),)


def test_too_little_is_booked_and_says_so() -> None:
    decision = decide("ABK7M2QC7", 450_000)
    assert short(decision) == ("auto", "under", (AN.code,), (450_000,))
    assert decision.reason.params["difference"] == "50.000\u00a0đ"


def test_too_much_is_allocated_only_up_to_what_is_owed() -> None:
    decision = decide("ABK7M2QC7", 650_000)
    assert short(decision) == ("auto", "over", (AN.code,), (500_000,))
    assert decision.reason.params["difference"] == "150.000\u00a0đ"


@pytest.mark.parametrize(
    "memo",
    [
        "ABK7M2QC8",  # wrong
        "0BK7M2QC7",
        "A8K7M2QC7",
        "ABK7M2OC7",  # O for Q
        "ABKIM2QC7",  # I for 7
        "ABK7M2Q.7",  # a symbol became a dot: missing
        "BK7M2QC7",
        "AK7M2QC7",
        "ABK7M2QC",
        "ABK7 MQC7 nop tien",  # missing, with a space beside it
        "ABK77M2QC7",
        "ABKX7M2QC7",
        "AXBK7M2QC7",
        "BAK7M2QC7",  # swapped
        "AKB7M2QC7",
        "ABK72MQC7",
        "ABK7M2Q7C",
        "abk7m2qc hoc phi",
        "MBVCB.7884707682.266741.9BK7M2QC7 nop hp.CT tu 647841837 LY THI MO toi 111",
        "ABK7M2QC8 ABK7M2QC8",
        "ABK7M2QC8 Nguyen Van An 3A2",
    ],
)
def test_one_error_is_corrected_when_the_amount_agrees(memo: str) -> None:
    assert short(decide(memo)) == ("auto", "corrected", (AN.code,), (500_000,))


def test_correction_says_what_it_read() -> None:
    decision = decide("abk7m2qc8 hoc phi")
    assert dict(decision.reason.params) == {"read": "ABK7M2QC8", "code": "ABK7M2QC7"}
    assert decision.candidates == (Candidate(AN.code, (Evidence.CODE_CORRECTED, Evidence.AMOUNT)),)


@pytest.mark.parametrize("amount", [499_000, 501_000])
def test_corrected_code_with_another_amount_is_only_suggested(amount: int) -> None:
    decision = decide("ABK7M2QC8", amount)
    assert short(decision) == ("suggest", "corrected", (AN.code,), (min(amount, 500_000),))
    assert decision.reason.code == "corrected_differs"


@pytest.mark.parametrize(
    "memo",
    [
        "ABK7M2QX8",  # two wrong
        "A0K7M2Q07",
        "ABK7M2Q",  # two missing
        "ABK7MQC7X",  # one missing and one glued on: a word of nine that is no code
        "FT26071809742974",
        "",
        "   ",
        "…",
    ],
)
def test_worse_than_one_error_leads_to_nothing(memo: str) -> None:
    decision = decide(memo)
    assert short(decision) == ("none", "no_code", (), ())
    assert decision.reason.code == "no_code"


def test_valid_code_that_is_not_open_here_is_not_bent_into_another() -> None:
    decision = decide("ABHU6U69W hoc phi")
    assert short(decision) == ("none", "no_code", (), ())
    assert decision.reason.code == "unknown_code"
    assert decision.reason.params["code"] == "ABHU6U69W"


def test_two_printed_codes_whose_sum_agrees() -> None:
    decision = decide("AB6NVJRH7 ABK7M2QC7", 900_000)
    assert short(decision) == ("auto", "several", (HOA.code, AN.code), (400_000, 500_000))
    assert short(decide("ABK7M2QC7AB6NVJRH7AB2VGRWG6", 1_200_000)) == (
        "auto",
        "several",
        (AN.code, HOA.code, BINH.code),
        (500_000, 400_000, 300_000),
    )


def test_two_printed_codes_whose_sum_differs_are_suggested() -> None:
    assert short(decide("ABK7M2QC7 AB6NVJRH7", 800_000)) == (
        "suggest",
        "several",
        (AN.code, HOA.code),
        (500_000, 300_000),
    )
    fits_one = decide("ABK7M2QC7 AB6NVJRH7", 400_000)
    assert short(fits_one) == ("suggest", "several", (HOA.code, AN.code), (400_000, 0))


def test_printed_code_beside_a_mistyped_one_with_the_sum_of_both() -> None:
    decision = decide("ABK7M2QC7 AB6NVJRH8", 900_000)
    assert short(decision) == ("suggest", "several", (AN.code, HOA.code), (500_000, 400_000))
    assert decision.reason.code == "second_code"


@pytest.mark.parametrize("mistyped", ["BA6NVJRH7", "A6NVJRH7", "B6NVJRH7", "AXB6NVJRH7", "9B6NVJRH7"])
def test_printed_code_beside_one_whose_prefix_is_damaged(mistyped: str) -> None:
    decision = decide(f"ABK7M2QC7 {mistyped}", 400_000)
    assert short(decision) == ("suggest", "several", (AN.code, HOA.code), (400_000, 0))
    assert decision.reason.code == "second_code"


def test_printed_code_beside_one_of_another_account_with_the_sum_of_both() -> None:
    decision = decide("ABK7M2QC7 ABYW568BY", 1_200_000)
    assert short(decision) == ("suggest", "several", (AN.code,), (500_000,))


def test_two_mistyped_codes_are_suggested_together() -> None:
    decision = decide("ABK7M2QC8 AB6NVJRH8", 900_000)
    assert short(decision) == ("suggest", "several", (AN.code, HOA.code), (500_000, 400_000))
    assert decision.reason.code == "several_corrected"


def test_code_of_another_receiving_account_waits() -> None:
    decision = decide("ABYW568BY", 700_000)
    assert short(decision) == ("suggest", "other_account", ("ABYW568BY",), (700_000,))
    assert dict(decision.reason.params) == {"code": "ABYW568BY", "account": SECOND}
    assert short(decide("ABK7M2QC7", account="999"))[:2] == ("suggest", "other_account")
    assert decide("hoc phi", account="999").reason.code == "unknown_account"


def test_codes_are_not_corrected_across_accounts() -> None:
    assert short(decide("ABYW568BX", 700_000)) == ("none", "no_code", (), ())
    assert short(decide("ABYW568BX", 700_000, account=SECOND))[:2] == ("auto", "corrected")


def test_same_name_in_another_class_does_not_disturb_the_printed_code() -> None:
    assert short(decide("AB3VZ4T2T Nguyễn Văn An lớp 5/1")) == ("auto", "exact", (OTHER_AN.code,), (500_000,))
