"""Text of a file whose encoding nobody states.

UTF-8 and UTF-16 prove themselves. The single-byte Windows code pages decode anything, so what they give is
only taken when it reads as Vietnamese; legacy font encodings (TCVN3, VNI) and broken text are refused.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from truongso.kernel.sheet_types import SheetError

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CODE_PAGES = ("cp1258", "cp1252")
_PLAUSIBLE_SHARE = 0.95
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
# Onset, rhyme without tone, coda. Onsets kr, pl, br and coda k stand in names of the Central Highlands.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|kr|pl|br|[bcdđghklmnpqrstvx])?"
    r"(?:uyê|uya|uyu|oai|oay|oeo|uây|uôi|iêu|yêu|ươi|ươu|uê|uơ|uâ|uă|uy|uô|ua|ui|ưu|ưi|ưa|ươ|iê|yê|ia|iu|"
    r"oa|oă|oe|oo|oi|ôi|ơi|ai|ay|ao|au|âu|ây|êu|eo|ye|ya|[aăâeêioôơuưy])"
    r"(?:ch|ng|nh|[cmnptk])?"
)
_BROKEN_UTF8 = re.compile(r"[ÃÂÄÆáà][\u0080-\u00bf\u2018-\u203a€ƒˆ‰Š‹ŒŽ˜™š›œžŸ]")


def decode_text(data: bytes) -> str:
    """The text of a file, never a guess that reads wrong.

    Raises SheetError not_a_table for binary data, bad_encoding (reason: broken, unknown, ambiguous, double).
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding)
    if b"\x00" in data[:4096]:
        return _without_bom_utf16(data)
    if b"\x00" in data:
        raise SheetError("not_a_table")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _code_page(data)
    return _not_double(text)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return _not_double(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise SheetError("bad_encoding", reason="broken") from error


def _without_bom_utf16(data: bytes) -> str:
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half // 3 and even < odd // 20 + 1:
        return _strict(data, "utf-16-le")
    if even > half // 3 and odd < even // 20 + 1:
        return _strict(data, "utf-16-be")
    raise SheetError("not_a_table")


def _not_double(text: str) -> str:
    """Refuse UTF-8 that some program read as Windows-1252 and saved again ("HÃ  Ná»™i")."""
    broken = _BROKEN_UTF8.findall(text[:1_000_000])
    if len(broken) < 2:
        return text
    for word in re.findall(r"\S*[ÃÂÄÆáà][^\s\x00-\x7f]\S*", text[:1_000_000])[:200]:
        try:
            repaired = word.encode("cp1252").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if repaired != word:
            raise SheetError("bad_encoding", reason="double")
    return text


def _code_page(data: bytes) -> str:
    if sum(byte < 32 and byte not in (9, 10, 13) for byte in data[:4096]) > len(data[:4096]) // 100:
        raise SheetError("not_a_table")
    readings: set[str] = set()
    for page in _CODE_PAGES:
        try:
            text = unicodedata.normalize("NFC", data.decode(page))
        except UnicodeDecodeError:
            continue
        if reads_as_vietnamese(text):
            readings.add(text)
    if len(readings) == 1:
        return readings.pop()
    raise SheetError("bad_encoding", reason="ambiguous" if readings else "unknown")


def reads_as_vietnamese(text: str) -> bool:
    """Whether at least 95 % of the different accented words of an NFC text are Vietnamese syllables."""
    if any("\x80" <= c <= "\x9f" for c in text):
        return False
    accented = {w for w in _WORD.findall(text) if not w.isascii()}
    if not accented:
        return True
    return sum(_is_syllable(word) for word in accented) >= _PLAUSIBLE_SHARE * len(accented)


def _is_syllable(word: str) -> bool:
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    decomposed = unicodedata.normalize("NFD", word.lower())
    if sum(c in _TONES for c in decomposed) > 1:
        return False
    toneless = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    return _SYLLABLE.fullmatch(toneless) is not None
