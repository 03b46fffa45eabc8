"""What never books by itself: another pupil named, a paid invoice, two readings; repeats and honest twins."""

from __future__ import annotations

import itertools
import random

import pytest

from truongso.banking.matching.codes import corrected_codes
from truongso.banking.matching.fold import read
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.tests.cases import ALL, AN, BINH, HOA, OTHER_AN, decide, short, transfer
from truongso.banking.matching.types import Evidence, OpenInvoice
from truongso.fees.types import ALPHABET, CodeIndex, Slip, is_valid, new_code
from truongso.kernel.money import Dong


@pytest.mark.parametrize(
    "memo",
    [
        "ABK7M2QC7 Tran Thi Hoa 4B",
        "ABK7M2QC7 Trần Thị Hòa lớp 4B nộp học phí",
        "ABK7M2QC7 TRAN THI HOA",
        "tran thi hoa ABK7M2QC7",
        "TranThiHoa4B ABK7M2QC7",
        "ABK7M2QC7TranThiHoa4B",
        "ABK7M2QC7 Tran Thi Ho  a 4B",
        "ABK7M2QC7 Tran Thi HoaHOC PHI",
        "ABK7M2QC7 Hoa 4B",
        "ABK7M2QC7 con Thi Hoa lop 4B",
        "ABK7M2QC7 Hoa HS lop 4B",
        "TU Tran Thi Hoa 4B ABK7M2QC7 tu. TU: DUONG THANH HA",
        "ABK7M2QC8 Tran Thi Hoa 4B",
        "ABK7M2QC7 Tran Thi Hoa nop cho Nguyen Van An, ban Hoa 4B",
        "MB 0011001234567 Tran Thi Hoa ABK7M2QC7- Ma GD ACSP/ HB010270",
        "T970416TTRAN THI HOA ABK7M2QC7 GD 252995-091922 15:46:22",
    ],
)
def test_another_pupil_named(memo: str) -> None:
    decision = decide(memo)
    assert short(decision) == ("suggest", "name_conflict", (HOA.code,), (400_000,))
    assert decision.reason.params["student"] == "Trần Thị Hòa 4B"
    assert decision.reason.params["code"] == AN.code
    assert {candidate.code for candidate in decision.candidates} == {HOA.code, AN.code}


def test_longer_name_is_another_pupil_and_the_shorter_is_not_named_by_it() -> None:
    assert short(decide("ABK7M2QC7 Nguyen Van An Binh 3A2")) == (
        "suggest",
        "name_conflict",
        (BINH.code,),
        (300_000,),
    )
    assert short(decide("AB2VGRWG6 Nguyen Van An Binh 3A2", 300_000))[:2] == ("auto", "exact")


@pytest.mark.parametrize("memo", ["ABK7M2QC7 Nguyen Van An lop 5/1", "ABK7M2QC7 An lop 5/1"])
def test_same_name_in_another_class(memo: str) -> None:
    assert short(decide(memo)) == ("suggest", "name_conflict", (OTHER_AN.code,), (500_000,))


def test_payers_own_name_is_no_pupil_where_payers_write_it() -> None:
    payer = "TRAN THI HOA"
    assert short(decide("ABK7M2QC7 TRAN THI HOA chuyen tien", payer_name=payer))[:2] == ("auto", "exact")
    assert short(decide("IB TRAN THI HOA CK ABK7M2QC7", payer_name=payer))[:2] == ("auto", "exact")
    assert short(decide("ABK7M2QC7 NONG TRAN THI HOA", payer_name="NONG TRAN THI HOA"))[:2] == ("auto", "exact")


def test_payers_own_name_counts_with_class_with_amount_or_elsewhere() -> None:
    payer = "TRAN THI HOA"
    for memo, amount in (
        ("ABK7M2QC7 TRAN THI HOA chuyen tien lop 4B", 500_000),
        ("ABK7M2QC7 TRAN THI HOA chuyen tien", 400_000),
        ("ABK7M2QC7 nop tien Tran Thi Hoa", 500_000),
    ):
        assert short(decide(memo, amount, payer_name=payer))[:2] == ("suggest", "name_conflict")
    stranger = decide("ABK7M2QC7 Tran Thi Hoa chuyen tien", payer_name="LE VAN BA")
    assert short(stranger)[:2] == ("suggest", "name_conflict")


def test_names_conflict_with_several_codes() -> None:
    assert short(decide("ABK7M2QC7 AB2VGRWG6 Tran Thi Hoa 4B", 800_000))[:2] == ("suggest", "name_conflict")
    both = decide("ABK7M2QC7 AB6NVJRH7 Nguyen Van An 3A2 Tran Thi Hoa 4B", 900_000)
    assert short(both)[:2] == ("auto", "several")


def test_second_transfer_for_a_paid_invoice_is_kept_and_asked_about() -> None:
    matcher = Matcher(ALL)
    assert short(matcher.match(transfer("ABK7M2QC7")))[:2] == ("auto", "exact")
    for memo in ("ABK7M2QC7", "ABK7M2QC8"):
        twin = matcher.match(transfer(memo, ref="FT26325000000002"))
        assert short(twin) == ("suggest", "already_paid", (AN.code,), (0,))
        assert twin.candidates[0].evidence == (Evidence.PAID,)


def test_invoice_known_as_paid_from_the_start() -> None:
    paid = OpenInvoice(AN.code, Dong(0), AN.student_name, AN.class_name, AN.account)
    assert short(Matcher([paid]).match(transfer("ABK7M2QC7")))[:2] == ("suggest", "already_paid")


def test_rest_of_an_underpaid_invoice_is_booked_later() -> None:
    matcher = Matcher(ALL)
    assert short(matcher.match(transfer("ABK7M2QC7", 200_000)))[1] == "under"
    assert short(matcher.match(transfer("ABK7M2QC7", 300_000, ref="2"))) == (
        "auto",
        "exact",
        (AN.code,),
        (300_000,),
    )
    assert short(matcher.match(transfer("ABK7M2QC7", 300_000, ref="3")))[1] == "already_paid"


def test_several_codes_of_which_one_is_paid() -> None:
    matcher = Matcher(ALL)
    matcher.match(transfer("ABK7M2QC7"))
    decision = matcher.match(transfer("ABK7M2QC7 AB6NVJRH7", 400_000, ref="2"))
    assert short(decision) == ("suggest", "several", (HOA.code,), (400_000,))
    assert decision.reason.code == "several_some_paid"


def test_same_bank_line_again_is_a_repeat() -> None:
    matcher = Matcher(ALL)
    line = transfer("ABK7M2QC7", 200_000, payer_account="0123")
    assert short(matcher.match(line))[1] == "under"
    assert short(matcher.match(line)) == ("repeat", "repeat", (), ())
    assert short(matcher.match(transfer("ABK7M2QC7", 200_000))) == ("repeat", "repeat", (), ())
    assert short(matcher.match(transfer("ABK7M2QC7", 300_000, ref="9"))) == ("auto", "exact", (AN.code,), (300_000,))


@pytest.mark.parametrize(
    "fields",
    [{"ref": "4147"}, {"date": "22/11/2026"}, {"memo": "ABK7M2QC7 "}, {"amount": 100_001}, {"payer_account": "77"}],
)
def test_short_references_alone_do_not_make_a_repeat(fields: dict[str, str]) -> None:
    matcher = Matcher(ALL)
    known = {"memo": "ABK7M2QC7", "amount": 100_000, "ref": "4146", "payer_account": "0123"}
    matcher.match(transfer(**known))  # type: ignore[arg-type]
    assert short(matcher.match(transfer(**{**known, **fields})))[:2] == ("auto", "under")  # type: ignore[arg-type]


def test_without_a_reference_equal_lines_are_two_transfers() -> None:
    matcher = Matcher(ALL)
    assert short(matcher.match(transfer("ABK7M2QC7", ref="")))[1] == "exact"
    assert short(matcher.match(transfer("ABK7M2QC7", ref="")))[:2] == ("suggest", "already_paid")


def ambiguous_pair() -> tuple[str, str, str]:
    """Two codes and a word that each becomes by losing one symbol."""
    draw, index = random.Random(1), CodeIndex()
    while True:
        code = new_code("AB", draw)
        for at in range(9):
            word = code[:at] + code[at + 1 :]
            near = [other for other, slip in index.corrections(word) if slip is Slip.MISSING and other != code]
            if near:
                return code, near[0], word
        index.add(code)


@pytest.mark.parametrize("second_amount", [500_000, 400_000])
def test_two_readings_of_one_text_wait_whatever_the_amounts(second_amount: int) -> None:
    first, second, word = ambiguous_pair()
    matcher = Matcher(
        [
            OpenInvoice(first, Dong(500_000), "Lý Mẩy", "1A"),
            OpenInvoice(second, Dong(second_amount), "Tẩn Tả", "1B"),
        ]
    )
    decision = matcher.match(transfer(word, account=""))
    assert decision.verdict == "suggest"
    assert decision.rule == "ambiguous"
    assert {candidate.code for candidate in decision.candidates} == {first, second}
    if second_amount == 400_000:
        assert decision.codes == (first,)


def test_reading_that_needs_a_second_error_is_no_second_reading() -> None:
    """A word of ten is one symbol too many, not one wrong symbol with another sign glued on."""
    index = CodeIndex(["ABK7M2QC7"])
    word = "ABK7M2XQC7"
    rival = next(
        code
        for last in itertools.product(ALPHABET, repeat=2)
        for symbol in ALPHABET
        for at in range(2, 7)
        if is_valid(code := word[:at] + symbol + word[at + 1 : 7] + "".join(last))
        if (code, Slip.WRONG) in CodeIndex([code]).corrections(word[:9])
    )
    index.add(rival)
    assert [hit.code for hit in corrected_codes(read(word), index, [])] == ["ABK7M2QC7"]
