"""What the matcher does quickly it decides as the plain reading does: every place looked at, every invoice walked."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest

from truongso.banking.matching import codes
from truongso.banking.matching.account import Account, Claim
from truongso.banking.matching.fold import Reading, read
from truongso.banking.matching.generator import make_world
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Decision, OpenInvoice
from truongso.fees.types import ALPHABET, CodeIndex, new_code, new_group_code, new_prefix
from truongso.kernel.money import Dong

CLASSES = ("3A1", "3A2", "Lớp 3A1", "6/1", "Lá 1", "")


def plain_tails(row: str, index: CodeIndex) -> list[tuple[int, int]]:
    """Each place where six symbols are the last ones of a code."""
    tails = {code[3:] for code in index.codes}
    return [
        span
        for at in range(min(len(row), 600))
        if row[at : at + 6] in tails
        for span in ((at - 2, at + 6), (at - 3, at + 6), (at - 4, at + 6))
    ]


def plain_inside(reading: Reading, start: int, end: int) -> bool:
    """Whether the word that is begun before the piece, or ended after it, is one or two signs longer."""
    before = start - max(place for place in reading.starts if place <= start)
    after = min(place for place in reading.ends if place >= end) - end
    return before in (1, 2) or after in (1, 2)


def plain_owing(account: Account, amount: int, classes: Collection[str], *, most: int) -> list[Claim]:
    """Every invoice of the account, in the order they were made known."""
    found = [
        one
        for one in sorted(account.claims.values(), key=lambda one: one.place)
        if one.outstanding == amount and (not classes or one.pupil.class_row in classes)
    ]
    return found if len(found) <= most else []


def _damaged(draw: random.Random, code: str) -> str:
    at = draw.randrange(len(code))
    kept, sign = code[at + 1 :], draw.choice(ALPHABET)
    return code[:at] + draw.choice(("", sign, sign + code[at], " ", code[at])) + kept


def _memo(draw: random.Random, known: list[str]) -> str:
    words = (
        lambda: _damaged(draw, draw.choice(known)), lambda: draw.choice(known)[draw.randrange(7) :],
        lambda: draw.choice(("NOP TIEN HOC", "lop 3A1", "6/1", "ung hộ", "0123456789", "X" * draw.randrange(700))),
    )  # fmt: skip
    return draw.choice(("", " ", "-")).join(draw.choice(words)() for _ in range(draw.randrange(1, 5)))


@pytest.mark.parametrize("seed", range(6))
def test_pieces_of_codes_are_found_at_every_place(seed: int) -> None:
    """Also beside codes of letters alone, which come and go."""
    draw = random.Random(f"tails {seed}")
    prefix, index = new_prefix(draw), CodeIndex()
    known = [new_code(prefix, draw) for _ in range(20)] + [new_group_code(prefix, draw) for _ in range(seed // 2)]
    for code in known:
        index.add(code)
    for number in range(150):
        if number in (50, 100):
            change = index.remove if number == 50 else index.add
            for code in known[20:]:
                change(code)
        reading = read(_memo(draw, known))
        spans = plain_tails(reading.row, index)
        assert codes._anchored_by_tail(reading.row, index) == spans, reading.row
        for start, end in spans:
            if start >= 0:
                assert codes._inside_a_word(reading, start, end) == plain_inside(reading, start, end)


@pytest.mark.parametrize("seed", range(4))
def test_what_owes_an_amount_is_what_a_walk_finds(seed: int) -> None:
    draw = random.Random(f"owing {seed}")
    prefix, account = new_prefix(draw), Account("A")
    invoices = [
        OpenInvoice(new_code(prefix, draw), Dong(draw.randrange(4)), f"Lò Văn {draw.choice('ABCD')}", name)
        for name in CLASSES * 5
    ]
    for _step in range(200):
        one, act = draw.choice(invoices), draw.random()
        claim = account.claims.get(one.code)
        if act < 0.5:
            account.put(OpenInvoice(one.code, Dong(draw.randrange(4)), one.student_name, one.class_name))
        elif act < 0.7:
            account.drop(one.code)
        elif claim is not None:
            account.pay(claim, draw.randrange(claim.outstanding + 1))
        for amount in range(1, 4):
            for classes in ((), {"3A1"}, {"3A1", "61"}, {"LA1", "9Z"}):
                for most in (3, 99):
                    wanted = plain_owing(account, amount, classes, most=most)
                    assert account.owing(amount, classes, most=most) == wanted
            assert account.is_owed(amount) == bool(plain_owing(account, amount, (), most=99))


def test_decisions_are_those_of_the_plain_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(lines=700, invoices=300, seed=20_261_123)

    def decided() -> list[Decision]:
        matcher = Matcher(world.invoices, own_accounts=world.own_accounts)
        return matcher.match_all(line.transfer for line in world.lines)

    quick = decided()
    monkeypatch.setattr(codes, "_anchored_by_tail", plain_tails)
    monkeypatch.setattr(codes, "_inside_a_word", plain_inside)
    monkeypatch.setattr(Account, "owing", plain_owing)
    assert decided() == quick
