"""How a memo travels: what payers' apps and banks do to it before the receiver reads it. Pure.

A channel is one step, or several joined by "+" in the order in which they happen: "spaced+mbvcb+wrap35". The
frames are those observed on statements and notices of 2020–2026 (banking/matching/data/memo_examples.json).
The bank's own numbers in them follow from the transfer's number: the same transfer always reads the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from truongso.kernel.banks import find

INTACT = "intact"
WRAP = "wrap35"
NARRATIVE_LIMIT = 210
"""Longest narrative seen on statements; what is longer is cut off."""
_WRAP_WIDTH = 35
_MB, _BIDV = "970422", "970418"
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Trip:
    """What a frame may print beside the memo: the transfer's number, both sides, and when (school time)."""

    number: int
    payer_account: str
    payer_name: str
    receiver_account: str
    receiver_name: str
    receiver_bin: str
    at: dt.datetime
    payer_bin: str

    def digits(self, what: str, count: int) -> str:
        """`count` digits that depend on the transfer alone."""
        return str(self._drawn(what) % 10**count).zfill(count)

    def letters(self, what: str, count: int, alphabet: str = _ALNUM) -> str:
        drawn, signs = self._drawn(what), []
        for _ in range(count):
            drawn, at = divmod(drawn, len(alphabet))
            signs.append(alphabet[at])
        return "".join(signs)

    def place(self, length: int) -> int:
        """An index below `length`."""
        return self._drawn("place") % length

    def _drawn(self, what: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{what}:{self.number}".encode()).digest())

    @property
    def bank(self) -> str:
        return _short_name(self.receiver_bin)

    @property
    def payer_bank(self) -> str:
        return _short_name(self.payer_bin)


def _short_name(bank_bin: str) -> str:
    found = find(bank_bin)
    return "" if found is None else plain(found.short_name).removesuffix(" Bank")


@dataclass(frozen=True, slots=True)
class Narrative:
    """The memo as it arrives (`told`), and before the 35-sign breaks (`whole`)."""

    whole: str
    told: str


class UnknownChannelError(ValueError):
    """A step that does not exist, or breaks that are not the last step."""


def travel(memo: str, channel: str, trip: Trip) -> Narrative:
    """What the receiver's bank says of `memo` sent through `channel`. Raises UnknownChannelError."""
    steps = channel.split("+")
    wraps = steps[-1] == WRAP
    text = plain(memo)
    for step in steps[:-1] if wraps else steps:
        if step not in STEPS:
            raise UnknownChannelError(channel)
        text = STEPS[step](text, trip)
    text = text[:NARRATIVE_LIMIT]
    return Narrative(whole=text, told=_wrapped(text) if wraps else text)


def plain(text: str) -> str:
    """Printable ASCII: banks strip the accents and keep the case."""
    bare = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(c for c in bare if " " <= c <= "~" or c.isspace()).split())


def _wrapped(text: str) -> str:
    return "  ".join(text[at : at + _WRAP_WIDTH] for at in range(0, len(text), _WRAP_WIDTH))


# What payers do: to the first word, where the code stands.


def _on_code(change: Callable[[str, Trip], str]) -> Callable[[str, Trip], str]:
    def step(memo: str, trip: Trip) -> str:
        code, space, rest = memo.partition(" ")
        return change(code, trip) + space + rest if len(code) > 1 else memo

    return step


def _mistyped(code: str, trip: Trip) -> str:
    at = trip.place(len(code))
    other = _CODE_ALPHABET[(_CODE_ALPHABET.find(code[at]) + 1) % len(_CODE_ALPHABET)]
    return code[:at] + other + code[at + 1 :]


def _missing(code: str, trip: Trip) -> str:
    at = trip.place(len(code))
    return code[:at] + code[at + 1 :]


def _doubled(code: str, trip: Trip) -> str:
    at = trip.place(len(code))
    return code[: at + 1] + code[at:]


def _swapped(code: str, trip: Trip) -> str:
    pairs = [at for at in range(len(code) - 1) if code[at] != code[at + 1]]
    if not pairs:
        return code
    at = pairs[trip.place(len(pairs))]
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _joined_by(sign: str) -> Callable[[str, Trip], str]:
    def split(code: str, trip: Trip) -> str:
        return sign.join(code[at : at + 3] for at in range(0, len(code), 3))

    return _on_code(split)


def _cut_after(length: int) -> Callable[[str, Trip], str]:
    def cut(memo: str, trip: Trip) -> str:
        return memo[:length]

    return cut


def _intact(memo: str, trip: Trip) -> str:
    return memo


def _upper(memo: str, trip: Trip) -> str:
    return memo.upper()


def _lower(memo: str, trip: Trip) -> str:
    return memo.lower()


def _removed(memo: str, trip: Trip) -> str:
    """The app's own words when the payer clears the field."""
    return f"{plain(trip.payer_name).upper()} chuyen tien"


# What banks and wallets put around it.


def _mbvcb(memo: str, trip: Trip) -> str:
    trace = trip.digits("trace", 6)
    receiver = f"{trip.receiver_account} {plain(trip.receiver_name).upper()}"
    text = (
        f"MBVCB.{trip.digits('vcb', 11)}.{trace}.{memo}"
        f".CT tu {trip.payer_account} {plain(trip.payer_name).upper()} toi {receiver} tai {trip.bank}"
    )
    if trip.receiver_bin == _MB:
        return f"{text}- Ma GD ACSP/ {trip.letters('acsp', 2, _ALNUM[10:]).lower()}{trace}"
    if trip.receiver_bin == _BIDV:
        text += f" -CTLNHIDI{trip.digits('ctl', 15)}-1/1-CRE-002"
        return f"{text}; thoi gian GD:{trip.at:%d/%m/%Y %H:%M:%S}"
    return text


def _momo(memo: str, trip: Trip) -> str:
    wallet = trip.digits("momo", 12)
    return f"{wallet}-{memo}-CHUYEN TIEN-OQCH{trip.letters('oqch', 8)}-MOMO{wallet}MOMO"


def _old_momo(memo: str, trip: Trip) -> str:
    """The frame of 2022: a letter T stands glued before the memo."""
    wallet = f"MoMoT0{trip.digits('phone', 9)}T{trip.digits('momo', 11)}T970416T"
    return f"{wallet}{memo} GD {trip.digits('trace', 6)}-{trip.at:%m%d%y %H:%M:%S}"


def _acsp(memo: str, trip: Trip) -> str:
    return f"{memo}- Ma GD ACSP/ {trip.letters('acsp', 2, _ALNUM[10:])}{trip.digits('trace', 6)}"


def _trace(memo: str, trip: Trip) -> str:
    trace = trip.digits("trace", 6)
    return f"{memo}   Ma giao dich  Trace{trace} Trace {trace}"


def _ibft(memo: str, trip: Trip) -> str:
    return f"IBFT {memo} GD 5340IBT1{trip.letters('ibt', 8)} {trip.at:%d%m%y-%H:%M:%S}"


def _card_account(memo: str, trip: Trip) -> str:
    transfer = f"FT{trip.at:%y}{trip.digits('ft', 12)}"
    return (
        f"TKThe :{trip.payer_account}, tai Techcombank. {memo} {transfer} -CTLNHIDI{trip.digits('ctl', 15)}-1/1-CRE-002"
    )


def _bidv(memo: str, trip: Trip) -> str:
    return f"{trip.receiver_account} {memo}; thoi gian GD:{trip.at:%d%m%Y %H:%M:%S}"


def _agribank(memo: str, trip: Trip) -> str:
    return f"MB {trip.receiver_account} {memo}- Ma GD ACSP/ HB{trip.digits('trace', 6)}"


def _fast247(memo: str, trip: Trip) -> str:
    return f"CT nhanh 247 den: {memo}"


def _from_payer(memo: str, trip: Trip) -> str:
    return f"MB {memo}. TU: {plain(trip.payer_name).upper()}"


def _mobile_money(memo: str, trip: Trip) -> str:
    """A Mobile Money wallet names itself and the payer's number after the memo (UNVERIFIED: no line was at hand)."""
    return f"{memo}. {trip.payer_bank.upper()} {trip.payer_account} GD {trip.digits('wallet', 12)}"


STEPS: dict[str, Callable[[str, Trip], str]] = {
    INTACT: _intact,
    "upper": _upper,
    "lower": _lower,
    "spaced": _joined_by(" "),
    "dotted": _joined_by("."),
    "mistyped": _on_code(_mistyped),
    "missing": _on_code(_missing),
    "doubled": _on_code(_doubled),
    "swapped": _on_code(_swapped),
    "truncated": _cut_after(12),
    "cut_in_code": _cut_after(5),
    "removed": _removed,
    "mbvcb": _mbvcb,
    "momo": _momo,
    "old_momo": _old_momo,
    "acsp": _acsp,
    "trace": _trace,
    "ibft": _ibft,
    "fast247": _fast247,
    "card_account": _card_account,
    "bidv": _bidv,
    "agribank": _agribank,
    "from_payer": _from_payer,
    "mobile_money": _mobile_money,
}
"""Every step by name; `wrap35`, the breaks of MB, comes last and is not among them."""
CHANNELS = (*STEPS, WRAP)
