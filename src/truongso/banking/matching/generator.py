"""Transfers with known right answers, for measuring the matcher: memos of real form, mangled in known ways.

Each line carries the class of its noise and what a careful person would do with it. Damage to the code, the words of
the payer, the frame of the bank, letter case and line breaks are drawn independently and applied in the order in
which they happen to a real memo, so that a damaged code also meets frames, breaks and case changes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

from truongso.banking.matching.fold import squeeze
from truongso.banking.matching.types import OpenInvoice, Transfer, Verdict
from truongso.fees.types import ALPHABET, fold_letters, new_code, new_prefix
from truongso.kernel.money import Dong

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOKALIKES = {
    "Q": "O0",
    "D": "O0",
    "U": "0O",
    "8": "0O",
    "J": "I1L",
    "T": "1I",
    "7": "1I",
    "Y": "1",
    "2": "1",
}
_FEES = (120_000, 155_000, 300_000, 450_000, 450_000, 450_000, 620_000, 894_000, 894_000, 1_250_000)
_NARRATIVE_LENGTH = 210


class Kind(StrEnum):
    """Noise classes. All down to `several` still hold their code with at most one error."""

    CLEAN = "clean"
    FRAMED = "framed"
    CASE = "case"
    SPACES = "spaces"
    BREAKS = "breaks"
    GLUED = "glued"
    WRONG = "wrong"
    MISSING = "missing"
    EXTRA = "extra"
    SWAPPED = "swapped"
    LOOKALIKE = "lookalike"
    TRUNCATED = "truncated"
    SEVERAL = "several"
    UNDER = "under"
    OVER = "over"
    NAMES = "names"
    PAYER = "payer"
    TWINS = "twins"
    TWINS_LATER = "twins_later"
    REPLAY = "replay"
    OTHER_NAME = "other_name"
    OTHER_NAME_CLASS = "other_name_class"
    OTHER_ACCOUNT = "other_account"
    UNRELATED = "unrelated"
    CODE_SHAPED = "code_shaped"


SURVIVING = (
    *(Kind.CLEAN, Kind.FRAMED, Kind.CASE, Kind.SPACES, Kind.BREAKS, Kind.GLUED, Kind.WRONG, Kind.MISSING),
    *(Kind.EXTRA, Kind.SWAPPED, Kind.LOOKALIKE, Kind.TRUNCATED, Kind.SEVERAL, Kind.UNDER, Kind.OVER),
)
"""Classes whose code survives with at most one error: to be booked without a person."""

_SHARES = {Kind.CLEAN: 3, Kind.FRAMED: 3, Kind.WRONG: 2, Kind.MISSING: 2, Kind.EXTRA: 2, Kind.SWAPPED: 2}


@dataclass(frozen=True, slots=True)
class Line:
    """A transfer with its noise class and the right answer. Empty codes with a verdict mean: nothing to name."""

    transfer: Transfer
    kind: Kind
    verdict: Verdict
    codes: tuple[str, ...] = ()
    amounts: tuple[Dong, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Open invoices and the transfers that arrive, in order."""

    invoices: list[OpenInvoice]
    lines: list[Line]


@dataclass(slots=True)
class _Family:
    """A pupil with two open invoices and the parent who pays."""

    invoices: tuple[OpenInvoice, OpenInvoice]
    payer_name: str
    payer_account: str

    @property
    def first(self) -> OpenInvoice:
        return self.invoices[0]


def make_world(*, lines: int, invoices: int, seed: int) -> World:
    """A world of about the given size: exactly `lines` transfers, at least `invoices` open invoices, repeatable.

    More invoices are made when the lines need them: every line that books has an invoice of its own.
    """
    return _Maker(lines, invoices, seed).make()


class _Maker:
    def __init__(self, lines: int, invoices: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.wanted = lines
        self.noise: dict[str, Any] = json.loads(
            resources.files(__package__).joinpath("data/noise.json").read_text(encoding="utf-8")
        )
        self.prefix = new_prefix(self.random)
        self.other_prefix = new_prefix(self.random)
        self.account = self.digits(12)
        self.other_account = self.digits(13)
        self.school = "TRUONG TIEU HOC LE VAN TAM"
        self.codes: set[str] = set()
        self.pupils: set[tuple[str, str]] = set()
        self.families = [self.family(self.account, self.prefix) for _ in range(max(invoices, 20) // 2)]
        self.others = [
            self.family(self.other_account, self.other_prefix) for _ in range(max(1, invoices // 40))
        ]
        self.unused = list(self.families)
        self.random.shuffle(self.unused)
        self.placed: list[tuple[float, Line]] = []
        self.number = 0

    def make(self) -> World:
        kinds = [kind for kind in Kind for _ in range(_SHARES.get(kind, 1))]
        makers: dict[Kind, Callable[[], None]] = {
            Kind.SEVERAL: self.several,
            Kind.UNDER: lambda: self.other_amount(Kind.UNDER),
            Kind.OVER: lambda: self.other_amount(Kind.OVER),
            Kind.NAMES: self.names,
            Kind.PAYER: self.payer,
            Kind.TWINS: lambda: self.twins(Kind.TWINS),
            Kind.TWINS_LATER: lambda: self.twins(Kind.TWINS_LATER),
            Kind.REPLAY: self.replay,
            Kind.OTHER_NAME: lambda: self.other_code(Kind.OTHER_NAME),
            Kind.OTHER_NAME_CLASS: lambda: self.other_code(Kind.OTHER_NAME_CLASS),
            Kind.OTHER_ACCOUNT: self.elsewhere,
            Kind.UNRELATED: self.unrelated,
            Kind.CODE_SHAPED: self.code_shaped,
        }
        while len(self.placed) < self.wanted:
            kind = (
                kinds[len(self.placed) % len(kinds)]
                if self.random.random() < 0.5
                else self.random.choice(kinds)
            )
            makers.get(kind, lambda kind=kind: self.one_code(kind))()  # type: ignore[misc]
        self.placed = sorted(self.placed, key=lambda pair: pair[0])
        invoices = [invoice for one in [*self.families, *self.others] for invoice in one.invoices]
        self.random.shuffle(invoices)
        return World(invoices, self._whole_stories([line for _, line in self.placed]))

    def _whole_stories(self, lines: list[Line]) -> list[Line]:
        """The last story may bring one line too many; its opening, a plain payment, is the one to leave out."""
        excess = len(lines) - self.wanted
        alone = [at for at, line in enumerate(lines) if line.kind is Kind.UNRELATED]
        for at in reversed(alone[:excess] if excess else []):
            del lines[at]
        return lines[: self.wanted]

    # people and numbers

    def digits(self, count: int) -> str:
        return "".join(self.random.choices("0123456789", k=count))

    def name(self) -> str:
        return " ".join(self.random.choice(self.noise[part]) for part in ("family", "middle", "given"))

    def class_name(self) -> str:
        style = self.random.random()
        if style < 0.08:
            return str(self.random.choice(self.noise["nursery"]))
        if style < 0.16:
            return str(self.random.choice(self.noise["slashed"]))
        return str(self.random.choice(self.noise["classes"])).format(grade=self.random.randint(1, 12))

    def family(self, account: str, prefix: str) -> _Family:
        name, class_name = self.name(), self.class_name()
        while (name, class_name) in self.pupils:  # a school tells its pupils of one class apart
            name, class_name = self.name(), self.class_name()
        self.pupils.add((name, class_name))
        first, second = (self.invoice(name, class_name, account, prefix) for _ in range(2))
        return _Family(
            (first, second), fold_letters(self.name()), self.digits(self.random.choice((9, 10, 12, 13)))
        )

    def invoice(self, name: str, class_name: str, account: str, prefix: str) -> OpenInvoice:
        code = new_code(prefix, self.random)
        while code in self.codes:
            code = new_code(prefix, self.random)
        self.codes.add(code)
        amount = (
            self.random.choice(_FEES) if self.random.random() < 0.7 else self.random.randint(50, 3000) * 1000
        )
        return OpenInvoice(code, Dong(amount), name, class_name, account)

    def take(self) -> _Family:
        """A family no other line uses; a new one when all are taken."""
        if not self.unused:
            self.families.append(self.family(self.account, self.prefix))
            return self.families[-1]
        return self.unused.pop()

    # memos

    def payer_words(self, code: str, *, glued: bool = False) -> str:
        """The payer's own words: code first as a rule, sometimes last, sometimes twice."""
        words = self.random.choice(self.noise["words"])
        if glued:
            return self.random.choice(
                (f"{code}{words.replace(' ', '')}", f"T{code}", f"{code}naptien", f"hp{code}")
            )
        style = self.random.random()
        if style < 0.1:
            return f"{words.strip() or 'nop tien'} {code}"
        return f"{code} {code}{words}" if style < 0.15 else f"{code}{words}"

    def framed(self, memo: str, family: _Family, *, always: bool = False) -> str:
        frames = self.noise["frames"]
        frame = self.random.choice(frames[1:] if always else frames)
        return self.fill(frame, memo, family)[:_NARRATIVE_LENGTH]

    def fill(self, frame: str, memo: str, family: _Family) -> str:
        return frame.format(
            memo=memo,
            payer=family.payer_name,
            account=family.payer_account,
            school_account=self.account,
            school=self.school,
            **{f"n{count}": self.digits(count) for count in (6, 10, 11, 12, 15)},
            h2="".join(self.random.choices(_ALNUM[10:], k=2)),
            h8="".join(self.random.choices(_ALNUM, k=8)),
        )

    def recased(self, memo: str) -> str:
        return self.random.choice((str.upper, str.lower, str.title, str.swapcase))(memo)

    def broken(self, memo: str) -> str:
        gap = self.random.choice((" ", "  "))
        return gap.join(memo[at : at + 35] for at in range(0, len(memo), 35))

    def spaced(self, code: str) -> str:
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(1, len(code) - 1)
            code = code[:at] + self.random.choice((" ", " ", ".", "-", "  ", "_", "/")) + code[at:]
        return code

    def damaged(self, code: str, kind: Kind) -> str:
        """The code with exactly one error of the kind."""
        draw = self.random
        at = draw.randrange(len(code))
        if kind is Kind.WRONG:
            other = draw.choice([one for one in draw.choice((ALPHABET, _ALNUM)) if one != code[at]])
            return code[:at] + other + code[at + 1 :]
        if kind is Kind.MISSING:
            return code[:at] + code[at + 1 :]
        if kind is Kind.EXTRA:
            at = draw.randint(0, len(code))
            return code[:at] + draw.choice((*_ALNUM, code[at - 1])) + code[at:]
        if kind is Kind.SWAPPED:
            at = draw.choice([one for one in range(len(code) - 1) if code[one] != code[one + 1]])
            return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        if kind is Kind.LOOKALIKE:
            places = [one for one, symbol in enumerate(code) if symbol in _LOOKALIKES] or [at]
            at = draw.choice(places)
            return code[:at] + draw.choice(_LOOKALIKES.get(code[at], "0O1IL")) + code[at + 1 :]
        return code

    def dressed(self, memo: str, family: _Family, kind: Kind) -> str:
        """Frame, case and breaks: always where the class is about them, now and then elsewhere."""
        if kind is Kind.CLEAN:
            return memo
        draw = self.random
        if kind is Kind.CASE or draw.random() < 0.2:
            memo = self.recased(memo)
        if kind is Kind.FRAMED or draw.random() < 0.4:
            memo = self.framed(memo, family, always=kind is Kind.FRAMED)
        if kind is Kind.BREAKS or draw.random() < 0.25:
            memo = self.broken(memo)
        if draw.random() < 0.1:
            memo = memo.replace(".", " ").replace("-", draw.choice((" ", "")))
        return memo.upper() if draw.random() < 0.1 else memo

    # lines

    def place(
        self,
        kind: Kind,
        family: _Family,
        memo: str,
        amount: Dong,
        verdict: Verdict,
        codes: Iterable[str] = (),
        amounts: Iterable[Dong] = (),
        *,
        after: float = 0.0,
        account: str = "",
    ) -> tuple[float, Line]:
        self.number += 1
        draw = self.random
        tells_payer = draw.random() < 0.7 or kind is Kind.PAYER
        transfer = Transfer(
            id=str(self.number),
            date=f"{draw.randint(1, 28):02}/11/2026",
            bank_ref=self.digits(4) if draw.random() < 0.1 else f"FT26{self.digits(12)}",
            amount=amount,
            memo=memo,
            payer_name=family.payer_name if tells_payer else "",
            payer_account=family.payer_account if tells_payer else "",
            account=account or self.account,
        )
        at = after + draw.random() * (1 - after)
        self.placed.append((at, Line(transfer, kind, verdict, tuple(codes), tuple(amounts))))
        return self.placed[-1]

    def one_code(self, kind: Kind) -> None:
        family = self.take()
        invoice = family.first
        code = self.damaged(invoice.code, kind)
        draw = self.random
        if kind is Kind.SPACES or draw.random() < (0 if kind is Kind.CLEAN else 0.15):
            code = self.spaced(code)
        memo = code if kind is Kind.TRUNCATED else self.payer_words(code, glued=kind is Kind.GLUED)
        if kind in (Kind.CLEAN, Kind.FRAMED, Kind.WRONG) and draw.random() < 0.3:
            memo += f" {draw.choice((invoice.student_name, fold_letters(invoice.student_name)))} {invoice.class_name}"
        memo = self.dressed(memo, family, kind)
        if kind is Kind.TRUNCATED:
            memo = self.cut_after(memo, invoice.code)
        owed = invoice.outstanding
        self.place(kind, family, memo, owed, Verdict.AUTO, (invoice.code,), (owed,))

    def cut_after(self, memo: str, code: str) -> str:
        """The memo, cut at or soon after the last symbol of its code."""
        for end in range(1, len(memo) + 1):
            if code in squeeze(memo[:end]):
                return memo[: end + self.random.choice((0, 0, 1, 3, 9))]
        return memo

    def other_amount(self, kind: Kind) -> None:
        family = self.take()
        invoice = family.first
        owed = invoice.outstanding.value
        paid = owed - self.random.randint(1, owed // 1000 - 1) * 1000 if kind is Kind.UNDER else owed + 50_000
        memo = self.dressed(self.payer_words(invoice.code), family, kind)
        self.place(kind, family, memo, Dong(paid), Verdict.AUTO, (invoice.code,), (Dong(min(paid, owed)),))

    def several(self) -> None:
        family = self.take()
        chosen = [invoice for one in (family, self.take()) for invoice in one.invoices]
        chosen = self.random.sample(chosen, self.random.choice((2, 2, 3)))
        memo = self.random.choice((" ", ", ", "+", " va ")).join(invoice.code for invoice in chosen)
        memo = self.dressed(memo + self.random.choice(self.noise["words"]), family, Kind.SEVERAL)
        amounts = [invoice.outstanding for invoice in chosen]
        whole = Dong(sum(amount.value for amount in amounts))
        self.place(
            Kind.SEVERAL, family, memo, whole, Verdict.AUTO, [invoice.code for invoice in chosen], amounts
        )

    def pupil_words(self, invoice: OpenInvoice, *, with_class: bool) -> str:
        name = self.random.choice((invoice.student_name, fold_letters(invoice.student_name)))
        written = invoice.class_name
        if not any(sign.isdigit() for sign in written) or written[0].isalpha() or "/" in written:
            written = f"lop {written}"
        else:
            written = self.random.choice(
                (written, f"lop {written}", f"Lớp {written.lower()}", f"lop{written}")
            )
        return f"{name} {written}" if with_class else name

    def names(self) -> None:
        family = self.take()
        invoice = family.first
        words = self.pupil_words(invoice, with_class=True) + self.random.choice(self.noise["words"])
        memo = self.dressed(words, family, Kind.NAMES)
        fitting = [one.code for one in family.invoices if one.outstanding == invoice.outstanding]
        self.place(Kind.NAMES, family, memo, invoice.outstanding, Verdict.SUGGEST, fitting)

    def payer(self) -> None:
        family = self.take()
        first, second = family.invoices
        memo = self.payer_words(first.code)
        at, opening = self.place(
            Kind.CLEAN, family, memo, first.outstanding, Verdict.AUTO, (first.code,), (first.outstanding,)
        )
        told = Transfer(
            **{
                name: getattr(opening.transfer, name)
                for name in ("id", "date", "bank_ref", "amount", "memo", "account")
            },
            payer_name=family.payer_name,
            payer_account=family.payer_account,
        )
        self.placed[-1] = (at, Line(told, opening.kind, opening.verdict, opening.codes, opening.amounts))
        blank = self.random.choice(
            ("", "", "chuyen tien", "nop tien hoc", f"{family.payer_name} chuyen tien")
        )
        self.place(
            Kind.PAYER,
            family,
            blank,
            second.outstanding,
            Verdict.SUGGEST,
            (second.code,),
            (second.outstanding,),
            after=at,
        )

    def twins(self, kind: Kind) -> None:
        """An honest second transfer for the same invoice: same memo and amount, its own reference."""
        family = self.take()
        invoice = family.first
        memo = self.dressed(self.payer_words(invoice.code), family, kind)
        owed = invoice.outstanding
        at, _ = self.place(Kind.CLEAN, family, memo, owed, Verdict.AUTO, (invoice.code,), (owed,))
        later = max(at, 0.9) if kind is Kind.TWINS_LATER else at
        self.place(kind, family, memo, owed, Verdict.SUGGEST, (invoice.code,), (Dong(0),), after=later)

    def replay(self) -> None:
        """The same bank line again, as when two exports overlap."""
        family = self.take()
        invoice = family.first
        memo = self.dressed(self.payer_words(invoice.code), family, Kind.REPLAY)
        owed = invoice.outstanding
        at, line = self.place(Kind.CLEAN, family, memo, owed, Verdict.AUTO, (invoice.code,), (owed,))
        self.place(Kind.REPLAY, family, memo, owed, Verdict.REPEAT, after=at)
        again, _ = self.placed[-1]
        self.number += 1
        fields = ("date", "bank_ref", "amount", "memo", "payer_name", "payer_account", "account")
        copy = Transfer(id=str(self.number), **{name: getattr(line.transfer, name) for name in fields})
        self.placed[-1] = (again, Line(copy, Kind.REPLAY, Verdict.REPEAT))

    def other_code(self, kind: Kind) -> None:
        """Another pupil's valid code with the right pupil's name, alone or with the class."""
        right, other = self.take(), self.take()
        while squeeze(right.first.student_name) == squeeze(other.first.student_name):
            other = self.take()
        invoice = right.first
        said = self.pupil_words(invoice, with_class=kind is Kind.OTHER_NAME_CLASS)
        memo = self.random.choice((f"{other.first.code} {said}", f"{said} {other.first.code}"))
        memo = self.dressed(memo + self.random.choice(self.noise["words"]), right, kind)
        owed = self.random.choice((invoice.outstanding, other.first.outstanding))
        self.place(kind, right, memo, owed, Verdict.SUGGEST, [one.code for one in right.invoices])

    def elsewhere(self) -> None:
        family = self.random.choice(self.others)
        invoice = family.first
        memo = self.dressed(self.payer_words(invoice.code), family, Kind.OTHER_ACCOUNT)
        self.place(Kind.OTHER_ACCOUNT, family, memo, invoice.outstanding, Verdict.SUGGEST, (invoice.code,))

    def unrelated(self) -> None:
        stranger = self.random.choice(self.families)
        memo = self.fill(self.random.choice(self.noise["unrelated"]), "", stranger)
        amount = Dong(
            self.random.choice(_FEES) if self.random.random() < 0.5 else self.random.randint(1, 9999) * 1000
        )
        nobody = _Family(stranger.invoices, stranger.payer_name, self.digits(11))
        self.place(Kind.UNRELATED, nobody, memo, amount, Verdict.NONE)

    def code_shaped(self) -> None:
        """Text of the form of a code that is none: wrong checks, a valid code never issued, a reference."""
        draw = self.random
        stranger = draw.choice(self.families)
        shape = draw.random()
        if shape < 0.4:
            text = self.prefix + "".join(draw.choices(ALPHABET, k=7))
        elif shape < 0.7:
            text = new_code(self.prefix, draw)
        elif shape < 0.85:
            text = new_code(new_prefix(draw), draw)
        else:
            text = draw.choice(("FT", "TS", "BP", "VS", self.prefix)) + self.digits(
                draw.choice((6, 7, 8, 10))
            )
        if text in self.codes:
            return
        self.codes.add(text)  # never issued later either
        memo = self.dressed(self.payer_words(text), stranger, Kind.CODE_SHAPED)
        nobody = _Family(stranger.invoices, stranger.payer_name, self.digits(11))
        self.place(Kind.CODE_SHAPED, nobody, memo, Dong(draw.choice(_FEES)), Verdict.NONE)
