"""Bank look-up by BIN."""

from __future__ import annotations

import pytest

from truongso.kernel.banks import BankKind, all_banks, find, receivers


@pytest.mark.parametrize(
    ("bank_bin", "short_name"),
    [
        ("970436", "Vietcombank"),
        ("970422", "MB Bank"),
        ("970415", "VietinBank"),
        ("970426", "MSB"),
        ("970438", "BaoViet Bank"),
        ("970454", "BVBank"),
        ("970444", "VCBNeo"),
        ("970414", "MBV"),
        ("970406", "Vikki Bank"),
    ],
)
def test_a_bin_names_its_bank(bank_bin: str, short_name: str) -> None:
    bank = find(bank_bin)
    assert bank is not None
    assert (bank.short_name, bank.kind, bank.receives) == (short_name, BankKind.BANK, True)


@pytest.mark.parametrize(("other", "own"), [("970459", "422589"), ("970468", "977777")])
def test_a_second_bin_is_the_same_institution(other: str, own: str) -> None:
    assert find(other) is find(own) is not None


@pytest.mark.parametrize("unknown", ["999999", "", "Vietcombank", "970436 "])
def test_an_unknown_bin_is_none(unknown: str) -> None:
    assert find(unknown) is None


def test_wallets_and_mobile_money_are_told_apart() -> None:
    kinds = {bank.bin: bank.kind for bank in all_banks() if bank.kind not in {BankKind.BANK, BankKind.FINANCE_COMPANY}}
    assert kinds == {
        "971005": BankKind.MOBILE_MONEY,
        "971011": BankKind.MOBILE_MONEY,
        "971025": BankKind.WALLET,
    }


def test_the_list_is_whole_and_keys_are_unique() -> None:
    bins = [b for bank in all_banks() for b in (bank.bin, *bank.other_bins)]
    assert len(bins) == len(set(bins)) == 71
    assert all(len(b) == 6 and b.isdigit() for b in bins)


def test_select_boxes_offer_receivers_only_banks_first() -> None:
    offered = receivers()
    assert all(bank.receives for bank in offered)
    kinds = [bank.kind is BankKind.BANK for bank in offered]
    assert kinds == sorted(kinds, reverse=True)
    assert "970460" not in {bank.bin for bank in offered}
    names = [bank.short_name.casefold() for bank in offered if bank.kind is BankKind.BANK]
    assert names == sorted(names)
