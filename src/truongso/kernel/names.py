"""Vietnamese personal names: folding for search, sorting by given name, initials.

A name is one string, family name first (Nguyễn Bảo An: family Nguyễn, middle Bảo, given An). Rolls are
sorted by given name, then middle, then family, in the order of the Vietnamese alphabet and its tones.
Pure: no Django.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Đ/đ and the look-alikes that old font conversions leave behind (eth, African d) have no decomposition.
_D_WITH_STROKE = str.maketrans("ĐđÐðƉ", "DDDDD")

# Letters with a mark of their own come after the plain letter (a ă â, d đ, e ê, o ô ơ, u ư).
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_VARIANTS = {
    ("a", _BREVE): "a1",
    ("a", _CIRCUMFLEX): "a2",
    ("e", _CIRCUMFLEX): "e1",
    ("o", _CIRCUMFLEX): "o1",
    ("o", _HORN): "o2",
    ("u", _HORN): "u1",
}
# Order of tones in Vietnamese dictionaries: level, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}

# Signs nobody sees or that turn the text around (control signs, zero widths, bidirectional marks). White space stays.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

# Words that only mark gender; initials skip them so that Phạm Thị Hòa is PH and not TH.
_GENDER_WORDS = frozenset({"THI", "VAN"})


class PersonalName(NamedTuple):
    """The three parts of a name; middle and family are empty when the name has fewer words."""

    family: str
    middle: str
    given: str


def tidy(text: str) -> str:
    """The form in which a name is stored: NFC, single spaces, none at the ends, no signs that nobody sees."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def fold(text: str) -> str:
    """Upper case without accents, đ as D, single spaces: the one form in which texts are compared.

    Equal for composed and decomposed input and for both spellings of a tone's place (hòa, hoà). Idempotent.
    """
    if text.isascii():
        return " ".join(text.upper().split())
    upper = unicodedata.normalize("NFKD", text).translate(_D_WITH_STROKE).upper()
    bare = "".join(c for c in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(c))
    return " ".join(bare.translate(_D_WITH_STROKE).upper().split())


def split_name(name: str) -> PersonalName:
    """Family (first word), given (last word) and what lies between; a single word is a given name."""
    words = tidy(name).split(" ")
    if len(words) == 1:
        return PersonalName(family="", middle="", given=words[0])
    return PersonalName(family=words[0], middle=" ".join(words[1:-1]), given=words[-1])


def sort_key(name: str) -> str:
    """A key whose plain text order is the order of a Vietnamese class roll: given, middle, family.

    Made of digits and lower-case ASCII letters alone, so that it sorts the same in Python, SQLite and
    PostgreSQL under any database collation. Syllables compare by letters first, then by tone.
    """
    parts = split_name(name)
    return "0".join(_part_key(part) for part in (parts.given, parts.middle, parts.family))


def initials(name: str) -> str:
    """One or two capitals for an avatar: given name and the name word before it (Nguyễn Bảo An: BA).

    Gender words are skipped (Phạm Thị Hòa: PH); an empty name gives "".
    """
    words = [word for word in tidy(name).split(" ") if word]
    if not words:
        return ""
    before = [word for word in words[:-1] if fold(word) not in _GENDER_WORDS]
    chosen = [before[-1], words[-1]] if before else [words[-1]]
    return "".join(word[0] for word in chosen).upper()


def _part_key(part: str) -> str:
    return "".join(_syllable_key(word) for word in part.split())


def _syllable_key(word: str) -> str:
    """Two characters for each letter, then 0 and the tone: the 0 makes a shorter syllable come first."""
    letters: list[str] = []
    tone = "0"
    for char in unicodedata.normalize("NFD", word.lower()):
        if unicodedata.combining(char):
            tone = _TONES.get(char, tone)
            if letters:
                letters[-1] = _VARIANTS.get((letters[-1][0], char), letters[-1])
        elif char == "đ":
            letters.append("d1")
        elif "a" <= char <= "z":
            letters.append(char + "0")
        elif "0" <= char <= "9":
            letters.append("1" + char)
        elif char.isalpha():
            letters.append(f"z9{ord(char):06x}")
    return "".join(letters) + "0" + tone
