"""Ways to an invoice without a code in the memo: virtual accounts, amounts, payers' names; money that is no fees."""

from __future__ import annotations

import pytest

from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.tests.cases import ALL, AN, HOA, MAIN, OTHER_AN, SECOND, SMALL, decide, short, transfer
from truongso.banking.matching.types import Decision, Evidence, OpenInvoice
from truongso.kernel.money import Dong

TEN = OpenInvoice("ABHU6U69W", Dong(610_000), "Lò Thị Mai", "7/10", MAIN)


def to_number(number: str, memo: str = "", amount: int = 500_000) -> Decision:
    return Matcher(ALL).match(transfer(memo, amount)._replace(virtual_account=number))


@pytest.mark.parametrize("number", [AN.code, f"VQR{AN.code}", f"96 1234 {AN.code.lower()}"])
@pytest.mark.parametrize("memo", ["", "NODATA", "hoc phi", f"{AN.code} hoc phi", "NGUYEN VAN AN lop 3A2"])
def test_number_of_an_invoice_books_whatever_the_memo_leaves_out(number: str, memo: str) -> None:
    decision = to_number(number, memo)
    assert short(decision) == ("auto", "virtual_account", (AN.code,), (500_000,))
    assert decision.reason.code == "virtual_account"
    assert decision.candidates[0].evidence == (Evidence.VIRTUAL_ACCOUNT, Evidence.AMOUNT)


@pytest.mark.parametrize(
    ("amount", "reason", "booked", "difference"),
    [
        (450_000, "virtual_account_under", 450_000, "50.000\u00a0đ"),
        (620_000, "virtual_account_over", 500_000, "120.000\u00a0đ"),
    ],
)
def test_another_amount_to_the_number(amount: int, reason: str, booked: int, difference: str) -> None:
    decision = to_number(AN.code, "hoc phi", amount)
    assert short(decision) == ("auto", "virtual_account", (AN.code,), (booked,))
    assert (decision.reason.code, decision.reason.params["difference"]) == (reason, difference)


def test_number_and_memo_that_disagree_wait() -> None:
    assert short(to_number(AN.code, HOA.code)) == ("suggest", "virtual_account", (AN.code, HOA.code), (500_000, 0))
    assert short(to_number(AN.code, "Tran Thi Hoa 4B"))[:2] == ("suggest", "name_conflict")
    assert short(to_number(AN.code, f"{HOA.code[:5]}X{HOA.code[6:]}", 400_000))[:2] == ("suggest", "several")


def test_paid_invoice_and_unknown_number() -> None:
    matcher = Matcher(ALL)
    line = transfer("", 500_000)._replace(virtual_account=AN.code)
    assert short(matcher.match(line))[0] == "auto"
    assert short(matcher.match(line._replace(bank_ref="2")))[:2] == ("suggest", "already_paid")
    assert short(to_number("9612345678"))[0] == "none"
    assert short(to_number("VQR123", AN.code))[:2] == ("auto", "exact")


def test_few_invoices_of_the_amount() -> None:
    decision = decide("nop tien hoc", 300_000)
    assert short(decision) == ("suggest", "amount", ("AB2VGRWG6",), (300_000,))
    assert decision.reason.code == "amount_only"
    both = decide("hoc phi thang 11", 500_000)
    assert [c.code for c in both.candidates] == [AN.code, OTHER_AN.code]
    assert both.reason.params["count"] == "2"


def test_what_was_paid_and_taken_back_does_not_change_who_is_proposed_first() -> None:
    matcher = Matcher(ALL)
    matcher.match(transfer(AN.code, 500_000, ref="1"))
    matcher.put(AN)
    again = matcher.decide(transfer("hoc phi thang 11", 500_000, ref="2"))
    assert [c.code for c in again.candidates] == [AN.code, OTHER_AN.code]


def test_class_and_amount() -> None:
    decision = decide("hoc phi lop 4B", 400_000)
    assert short(decision) == ("suggest", "amount", (HOA.code,), (400_000,))
    assert decision.candidates[0].evidence == (Evidence.CLASS, Evidence.AMOUNT)
    assert decision.reason.code == "amount_in_class"


def test_many_invoices_of_the_amount_lead_nowhere() -> None:
    codes = ("ABK7M2QC7", "AB6NVJRH7", "AB2VGRWG6", "AB3VZ4T2T")
    invoices = [OpenInvoice(code, Dong(450_000), f"Em {n}", f"{n + 1}A", MAIN) for n, code in enumerate(codes)]
    assert short(Matcher(invoices).match(transfer("hoc phi", 450_000)))[1] == "no_code"
    matcher = Matcher(invoices)
    assert short(matcher.match(transfer(codes[0], 450_000, ref="1")))[1] == "exact"
    assert short(matcher.match(transfer("hoc phi", 450_000, ref="2")))[1] == "amount"


@pytest.mark.parametrize("written", ["7/10", "7.10", "7-10", "lop 7 10"])
def test_forms_of_a_class_of_numbers(written: str) -> None:
    decision = Matcher([*ALL, TEN]).match(transfer(f"lo thi mai {written} nop hp", 200_000))
    assert short(decision) == ("suggest", "names", (TEN.code,), (200_000,))
    assert Evidence.CLASS in decision.candidates[0].evidence


@pytest.mark.parametrize("memo", ["lo thi mai 17.10.2026", "lo thi mai 7.10.26", "lo thi mai 7-10-2026 hp"])
def test_a_date_is_no_class(memo: str) -> None:
    assert short(Matcher([*ALL, TEN]).match(transfer(memo, 200_000)))[0] == "none"


@pytest.mark.parametrize(
    ("memo", "kind"),
    [
        ("NODATA", "no_text"),
        ("TRA LAI SO DU TREN TAI KHOAN THANG 10/2026", "interest"),
        ("Lãi tiền gửi không kỳ hạn", "interest"),
        ("INTEREST PAYMENT 31/10/2026", "interest"),
        ("HOAN PHI QUAN LY TAI KHOAN", "bank_refund"),
        ("Chuyen tien giua hai tai khoan cua truong", "own_account"),
    ],
)
def test_money_that_is_no_fees_is_said_to_be_so(memo: str, kind: str) -> None:
    decision = decide(memo, 12_345)
    assert short(decision) == ("none", "not_fees", (), ())
    assert decision.reason.code == f"not_fees_{kind}"


@pytest.mark.parametrize("memo", ["tra lai tien an cho co", "lai xe nop tien", "hoan tien hoc", "gia lai hoc phi"])
def test_words_that_only_look_so_are_left_alone(memo: str) -> None:
    assert short(decide(memo, 12_345))[1] == "no_code"


def test_money_between_own_accounts() -> None:
    own = [(MAIN, "TRUONG TIEU HOC X"), (SECOND, "TRUONG TIEU HOC X")]
    matcher = Matcher(ALL, own_accounts=own)
    assert short(matcher.decide(transfer("rut ve", payer_account=SECOND)))[1] == "not_fees"
    assert short(matcher.decide(transfer("rut ve", payer_name="Trường Tiểu học X")))[1] == "not_fees"
    assert short(matcher.decide(transfer(AN.code, payer_account=SECOND)))[:2] == ("auto", "exact")


def test_name_of_a_payer_learnt_and_forgotten() -> None:
    matcher = Matcher(ALL)
    paying = transfer(SMALL.code, 250_000, payer_account="0123", payer_name="SUNG A DINH")
    assert short(matcher.match(paying))[1] == "exact"
    later = transfer("", 180_000, ref="2", payer_name="Sùng A Dính")
    decision = matcher.decide(later)
    assert short(decision) == ("suggest", "payer", ("ABAZQ34G2",), (180_000,))
    assert decision.reason.code == "payer_name"
    assert Evidence.PAYER_NAME in decision.candidates[0].evidence
    # Never enough for another amount: it stays a proposal.
    assert short(matcher.decide(transfer("", 99_000, ref="3", payer_name="SUNG A DINH")))[0] == "suggest"
    matcher.forget("0123", "SUNGAPAO|LA1", "SUNG A DINH")
    assert short(matcher.decide(later))[0] == "none"


def test_payers_name_that_many_bear_says_nothing_without_the_amount() -> None:
    invoices = [
        OpenInvoice(code, Dong(amount), f"Em {amount}", "1A", MAIN, f"p{amount}")
        for code, amount in (("ABK7M2QC7", 1000), ("AB6NVJRH7", 2000), ("AB2VGRWG6", 3000), ("AB3VZ4T2T", 4000))
    ]
    matcher = Matcher(invoices, learnt_names={"NGUYEN VAN A": ["p1000", "p2000", "p3000", "p4000"]})
    assert short(matcher.decide(transfer("", 500, payer_name="Nguyễn Văn A")))[0] == "none"
    assert short(matcher.decide(transfer("", 3000, payer_name="Nguyễn Văn A")))[2] == ("AB2VGRWG6",)
