"""Two profiles × forty passwords × six ages × with and without a second factor, and what holds for any policy."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truongso.accounts.policy.rules import Age, Fault, age_asks, form_fault, has_all_classes
from truongso.accounts.policy.types import (
    BOUNDS,
    LETTER,
    NIST,
    Composition,
    Policy,
    Profile,
    Rotation,
    combined,
    weaker_fields,
)
from truongso.accounts.types import Role

TODAY = dt.date(2026, 10, 5)

# password → refused by (letter alone, letter with factor, nist alone, nist with factor); "-" taken, C classes,
# S too short, L too long
FORMS = {
    "": "CCSS", "a": "CCSS", "Aa1!": "CCSS", "Aa1!xyz": "CCSS", "Nui-Ca4": "CCSS",
    "Nui-Cao4": "--S-", "Đồi.Chè7": "--S-", "xY9?kl%2": "--S-", "nui-cao4": "CCS-", "NUI-CAO4": "CCS-",
    "Nui-Caoo": "CCS-", "NuiCao44": "CCS-", "nuicaomo": "CCS-", "12345678": "CCS-", "!!!!!!!!": "CCS-",
    "Nui-Cao4mua": "--S-", "nui cao mua": "CCS-", "Nui cao mua": "CCS-", "Nui cao 4 mua": "--S-",
    "a b c d e f g": "CCS-",
    "Ăn quả nhớ 1": "--S-", "ăn quả nhớ ai": "CCS-", "NUICAO4MUAXX": "CCS-", "nuicao4muaxx!": "CCS-",
    "NuiCao4MuaXx": "CCS-", "NuiCao4MuaXx!": "--S-", "aaaaaaaaaaaaaa": "CCS-", "Aa1!Aa1!Aa1!Aa": "--S-",
    "aaaaaaaaaaaaaaa": "----", "mot cau dai de nho": "----", "tôi thích ăn phở bò tái": "----",
    "123456789012345": "----",
    "NUI CAO MUA XUAN": "----", "Nui-Cao4mua-Nui-Cao": "----", "ổ" * 15: "----", "🙂" * 15: "----",
    "x" * 64: "----", "x" * 128: "----", "x" * 129: "LLLL", "Aa1!" * 33: "LLLL",
}  # fmt: skip
_CODES = {"-": None, "C": Fault.CLASSES, "S": Fault.TOO_SHORT, "L": Fault.TOO_LONG}
CASES = ((LETTER, False), (LETTER, True), (NIST, False), (NIST, True))

# days since the change → what is asked of (letter alone, letter with factor, nist alone, nist with factor)
AGES = {
    0: ("", "", "", ""), 75: ("", "", "", ""), 76: ("remind", "", "", ""), 89: ("remind", "", "", ""),
    90: ("change", "remind", "", ""), 400: ("change", "remind", "", ""),
}  # fmt: skip


def test_there_are_forty_passwords_and_six_ages() -> None:
    assert (len(FORMS), len(AGES)) == (40, 6)


@pytest.mark.parametrize("password", FORMS)
def test_forms(password: str) -> None:
    found = [form_fault(password, policy, has_factor=has_factor) for policy, has_factor in CASES]
    assert found == [_CODES[sign] for sign in FORMS[password]]


@pytest.mark.parametrize("days", AGES)
def test_ages(days: int) -> None:
    changed = TODAY - dt.timedelta(days=days)
    found = [age_asks(changed, policy, has_factor=has, today=TODAY) for policy, has in CASES]
    assert tuple(age.value for age in found) == AGES[days]


@pytest.mark.parametrize("days", AGES)
@pytest.mark.parametrize("password", FORMS)
def test_age_and_form_do_not_depend_on_each_other(password: str, days: int) -> None:
    """All 2 × 40 × 6 × 2 together: an account is fine when its form and its age both are."""
    for index, (policy, has_factor) in enumerate(CASES):
        fine = form_fault(password, policy, has_factor=has_factor) is None
        changed = TODAY - dt.timedelta(days=days)
        young = age_asks(changed, policy, has_factor=has_factor, today=TODAY) is not Age.CHANGE
        assert (fine and young) == (FORMS[password][index] == "-" and AGES[days][index] != "change")


@pytest.mark.parametrize(
    ("mode", "has_factor", "asked"),
    [
        (Rotation.OFF, False, Age.FINE), (Rotation.OFF, True, Age.FINE), (Rotation.REMIND, False, Age.REMIND),
        (Rotation.REMIND, True, Age.REMIND), (Rotation.FORCE_PWONLY, False, Age.CHANGE),
        (Rotation.FORCE_PWONLY, True, Age.REMIND), (Rotation.FORCE_ALL, False, Age.CHANGE),
        (Rotation.FORCE_ALL, True, Age.CHANGE),
    ],
)  # fmt: skip
def test_modes_of_rotation(mode: Rotation, has_factor: bool, asked: Age) -> None:
    policy = replace(LETTER, rotation=mode)
    assert age_asks(TODAY - dt.timedelta(days=90), policy, has_factor=has_factor, today=TODAY) is asked


def test_keeping_quiets_the_reminder_for_a_round_and_never_a_forced_change() -> None:
    changed = TODAY - dt.timedelta(days=200)
    kept = TODAY - dt.timedelta(days=89)
    assert age_asks(changed, LETTER, has_factor=True, today=TODAY, kept=kept) is Age.FINE
    assert age_asks(changed, LETTER, has_factor=True, today=TODAY + dt.timedelta(days=1), kept=kept) is Age.REMIND
    assert age_asks(changed, LETTER, has_factor=False, today=TODAY, kept=kept) is Age.CHANGE


passwords = st.text(min_size=0, max_size=40)
figures = {name: st.integers(*bounds) for name, bounds in BOUNDS.items()}
policies = st.builds(
    Policy, profile=st.sampled_from(Profile), composition=st.sampled_from(Composition),
    rotation=st.sampled_from(Rotation), factor_roles=st.frozensets(st.sampled_from(Role)), **figures,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(passwords)
def test_the_profiles_are_not_nested_but_two_ways_hold(password: str) -> None:
    if form_fault(password, NIST, has_factor=False) is None:
        assert form_fault(password, LETTER, has_factor=False) is None
    if form_fault(password, LETTER, has_factor=True) is None:
        assert form_fault(password, NIST, has_factor=True) is None


@settings(max_examples=200, deadline=None)
@given(policies, policies, passwords, st.booleans())
def test_combining_never_accepts_more(one: Policy, other: Policy, password: str, has_factor: bool) -> None:
    """What both together accept, each accepts, unless length now stands in for classes."""
    both = combined(one, other)
    assert weaker_fields(both, one) == []
    assert weaker_fields(both, other) == []
    if form_fault(password, both, has_factor=has_factor) is None and both.min_len_single < 15:
        for alone in (one, other):
            assert form_fault(password, alone, has_factor=has_factor) is None


@settings(max_examples=200, deadline=None)
@given(policies, passwords, st.sampled_from(["min_len_single", "min_len_mfa", "composition_free_from"]), st.booleans())
def test_tightening_a_figure_never_accepts_more(policy: Policy, password: str, name: str, has_factor: bool) -> None:
    change: dict[str, Any] = {name: BOUNDS[name][1]}
    tighter = replace(policy, **change)
    if form_fault(password, policy, has_factor=has_factor) is not None:
        assert form_fault(password, tighter, has_factor=has_factor) is not None


def test_the_order_of_security() -> None:
    assert weaker_fields(NIST, LETTER) == []
    assert weaker_fields(LETTER, NIST) == ["min_len_single"]
    assert weaker_fields(replace(LETTER, rotation=Rotation.OFF), LETTER) == ["rotation"]
    assert weaker_fields(replace(LETTER, composition=Composition.NUDGE), LETTER) == ["composition"]
    forced = replace(LETTER, rotation=Rotation.FORCE_ALL, rotation_days=30, factor_roles=frozenset({Role.ACCOUNTANT}))
    assert weaker_fields(forced, LETTER) == ["factor_roles"], "forcing rotation makes up for no second factor"
    assert weaker_fields(replace(LETTER, grace_days_sensitive=30, history=0), LETTER) == [
        "grace_days_sensitive",
        "history",
    ]


def test_classes() -> None:
    assert has_all_classes("Đồi.Chè7")
    assert not has_all_classes("Đồi Chè bảy")
