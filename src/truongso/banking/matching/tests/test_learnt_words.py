"""What the matcher keeps of words it has seen changes no decision."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest

from truongso.banking.matching import names
from truongso.banking.matching.fold import Reading, read
from truongso.banking.matching.generator import make_world
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.names import Mention, PupilIndex
from truongso.fees.types import CodeIndex, Slip, new_code, new_group_code, new_prefix

NAMES = ("Nguyễn Văn An", "Nguyễn Văn An Bình", "Trần Thị Hòa", "Sùng A Páo", "Lê An", "An 2B", "Ý Lan", "Lò Thị Ha Na")
PIECES = (
    *("nguyen", "van", "an", "binh", "TRAN THI HOA", "tranthi", "Hoa", "sung a pao", "SUNG", "APAO", "le", "lean"),
    *(
        "an2b",
        "2b",
        "y",
        "lan",
        "lo thi ha na",
        "hana",
        "nop tien",
        "con",
        "3A2",
        "09",
        "0123",
        "FT261",
        "TR",
        "N",
        "L",
    ),
    *("ABK7M2QC7", "K7M2QNG", "chuyentienchonguyenvananbinh", "ngu", "yenvan", "S", "U", "6/1"),
)


def plain_names(index: PupilIndex, reading: Reading, bounds: Collection[int]) -> list[Mention]:
    """Every name that begins and ends at bounds of words, or inside a word that something is glued to."""
    places = [*bounds]
    for word, start in zip(reading.words, reading.starts, strict=True):
        is_code = start in bounds and start + len(word) in bounds
        inside = () if is_code or word in index._plain_words else names._places_in(word)
        places += [start + place for place in inside]
    found = [
        Mention(reading.row[start:end], start, end)
        for start in {*reading.starts, *places}
        for end in {*reading.ends, *places}
        if reading.row[start:end] in index.by_name and names._stands_alone(reading, start, end, bounds)
    ]
    return names.longest(found)


@pytest.mark.parametrize(("seed", "kept"), [(0, 50_000), (1, 50_000), (2, 5), (3, 1)])
def test_names_are_found_as_by_looking_everywhere(seed: int, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while pupils are made known between the memos, and when few words are kept."""
    monkeypatch.setattr(names, "_WORDS_KEPT", kept)
    draw, index, mentions = random.Random(f"names {seed}"), PupilIndex(), 0
    for number in range(600):
        if number % 60 == 10 and number // 60 < len(NAMES):
            index.add(str(number), NAMES[number // 60], "3A2")
        memo = draw.choice(("", " ", " ", "-")).join(draw.choice(PIECES) for _ in range(draw.randrange(1, 7)))
        reading = read(memo)
        at = reading.row.find("ABK7M2QC7")
        bounds = (at, at + 9) if at >= 0 else ()
        wanted = plain_names(index, reading, bounds)
        assert names.longest(index.names_in(reading, bounds)) == wanted, memo
        mentions += len(wanted)
    assert mentions > 50


def test_a_pupil_made_known_later_is_found_in_words_seen_before() -> None:
    index, reading = PupilIndex(), read("nop tien lu thi mo 3A2")
    assert index.names_in(reading) == []
    index.add("1", "Lù Thị Mơ", "3A2")
    assert index.names_in(reading) == [Mention("LUTHIMO", 7, 14)]


def test_a_class_made_known_later_is_found_in_words_seen_before() -> None:
    index, reading = PupilIndex(), read("em mo la 1, lop 6/1, 3A2")
    assert (index.may_name_class(reading), index.classes_in(reading)) == (True, [])
    for key, class_name in (("1", "6/1"), ("2", "3A2"), ("3", "Lớp Lá 1")):
        index.add(key, "Lù Thị Mơ", class_name)
    assert [one.row for one in index.classes_in(reading)] == ["LA1", "61", "3A2", "61"]
    assert index.may_name_class(read("6.1"))
    assert not index.may_name_class(read("16.1.2"))


@pytest.mark.parametrize("kept", [50_000, 20])
def test_a_matcher_that_has_seen_much_decides_like_a_new_one(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_WORDS_KEPT", kept)
    world = make_world(lines=500, invoices=300, seed=20_261_124)
    transfers = [line.transfer for line in world.lines]
    seen = Matcher(world.invoices[: len(world.invoices) // 2], own_accounts=world.own_accounts)
    for transfer in transfers:
        seen.decide(transfer)
    for invoice in world.invoices[len(world.invoices) // 2 :]:
        seen.put(invoice)
    new = Matcher(world.invoices, own_accounts=world.own_accounts)
    assert [seen.decide(one) for one in transfers] == [new.decide(one) for one in transfers]


@pytest.mark.parametrize("seed", range(3))
def test_corrections_at_a_place_are_those_of_the_pieces_that_begin_there(seed: int) -> None:
    draw = random.Random(f"pieces {seed}")
    prefix = new_prefix(draw)
    known = [new_code(prefix, draw) for _ in range(30)] + [new_group_code(prefix, draw) for _ in range(3)]
    known += [code[:5] + new_code(prefix, draw)[5:] for code in known]  # several with one head
    index, slips = CodeIndex(known), set[Slip]()
    for _ in range(3000):
        code, at, sign = draw.choice(known), draw.randrange(9), draw.choice("27AKZ0")
        tail = draw.choice(("", sign, sign + code[at], code[at + 1 : at + 2] + code[at]))
        row = (
            f"{draw.choice(('', 'HP'))}{code[:at]}{tail}{code[at + draw.choice((1, 1, 2)) :]}{draw.choice(('', 'NOP'))}"
        )
        for start in range(3):
            wanted = [
                (one, end, slip)
                for end in (start + 8, start + 9, start + 10)
                if end <= len(row)
                for one, slip in index.corrections(row[start:end])
            ]
            assert index.corrections_from(row, start) == wanted, row
            slips.update(slip for _, _, slip in wanted)
    assert slips == set(Slip)


def test_every_place_of_a_glued_row_is_a_range() -> None:
    """A row of thousands of signs would be walked again for every name in it."""
    assert names._places_in("AN" * 2000) == range(1, 4000)
    index = PupilIndex()
    index.add("k", "An An An", "3A2")
    found = index.names_in(read("AN" * 2000))
    assert {(one.row, one.end - one.start) for one in found} <= {("ANANAN", 6)}
