"""Transfers with known right answers, for measuring the matcher: memos of real form, mangled in known ways.

Each line carries the class of its noise and what a careful person would do with it. Damage to the code,
words, frame, case and breaks are drawn independently and applied in the order in which they happen to a
real memo, so that a damaged code also meets frames, breaks and changes of case.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from truongso.banking.matching.fold import squeeze
from truongso.banking.matching.noise import Noise, Party, Slipped
from truongso.banking.matching.types import OpenInvoice, Transfer, Verdict
from truongso.fees.types import ALPHABET, CodeIndex, fold_letters, new_code, new_prefix
from truongso.kernel.money import Dong, total

_FEES = (120_000, 155_000, 300_000, 450_000, 450_000, 450_000, 620_000, 894_000, 894_000, 1_250_000)
_SCHOOL = "TRUONG TIEU HOC LE VAN TAM"


class Kind(StrEnum):
    """Noise classes. Those of SURVIVING still hold their code with at most one error."""

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
    VIRTUAL = "virtual"
    UNDER = "under"
    OVER = "over"
    NAMES = "names"
    PAYER = "payer"
    PAYER_NAME = "payer_name"
    AMOUNT = "amount"
    TWINS = "twins"
    TWINS_LATER = "twins_later"
    REPLAY = "replay"
    OTHER_NAME = "other_name"
    OTHER_NAME_CLASS = "other_name_class"
    OTHER_ACCOUNT = "other_account"
    NOT_FEES = "not_fees"
    UNRELATED = "unrelated"
    CODE_SHAPED = "code_shaped"


SURVIVING = tuple(Kind)[: tuple(Kind).index(Kind.OVER) + 1]
"""Classes whose code survives with at most one error: to be booked without a person."""

_SHARES = {Kind.CLEAN: 3, Kind.FRAMED: 3, Kind.WRONG: 2, Kind.MISSING: 2, Kind.EXTRA: 2, Kind.SWAPPED: 2}
_ONE_CODE = SURVIVING[: SURVIVING.index(Kind.SEVERAL)]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is right. With AUTO the codes and amounts to book, else the codes that a proposal may name first.

    `is_no_fee`: right is only to say so.
    """

    verdict: Verdict
    codes: tuple[str, ...] = ()
    amounts: tuple[Dong, ...] = ()
    is_no_fee: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A transfer with its noise class and the right answer."""

    transfer: Transfer
    kind: Kind
    answer: Answer


@dataclass(frozen=True, slots=True)
class World:
    """Open invoices, the transfers that arrive, in order, and the school's accounts (number, holder)."""

    invoices: list[OpenInvoice]
    lines: list[Line]
    own_accounts: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Family:
    """A pupil with the open invoices, and the parent who pays."""

    invoices: list[OpenInvoice]
    party: Party

    @property
    def first(self) -> OpenInvoice:
        return self.invoices[0]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(invoice.code for invoice in self.invoices)


def make_world(*, lines: int, invoices: int, seed: int) -> World:
    """A repeatable world: exactly `lines` transfers, at least `invoices` open invoices.

    More invoices are made when the lines need them: every line that books has an invoice of its own.
    """
    return _Maker(lines, invoices, seed).make()


class _Maker:
    def __init__(self, lines: int, invoices: int, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - repeatable by design, nothing secret
        self.noise = Noise(self.draw)
        self.wanted = lines
        self.prefix, self.other_prefix = new_prefix(self.draw), new_prefix(self.draw)
        self.account, self.other_account = self.noise.digits(12), self.noise.digits(13)
        self.codes = CodeIndex()
        self.shaped: set[str] = set()
        self.pupils: set[tuple[str, str]] = set()
        others = max(1, invoices // 20)
        self.others = [self.family(self.other_account) for _ in range(others)]
        self.families = [self.family(self.account) for _ in range(max(1, invoices - others))]
        self.unused = list(self.families)
        self.placed: list[tuple[float, Line]] = []

    def make(self) -> World:
        kinds = [kind for kind in Kind for _ in range(_SHARES.get(kind, 1))]
        while len(self.placed) < self.wanted:
            kind = kinds[len(self.placed) % len(kinds)] if self.draw.random() < 0.5 else self.draw.choice(kinds)
            self.story(kind)()
        self.placed.sort(key=lambda pair: pair[0])
        invoices = [invoice for family in [*self.families, *self.others] for invoice in family.invoices]
        self.draw.shuffle(invoices)
        own = ((self.account, _SCHOOL), (self.other_account, _SCHOOL))
        return World(invoices, self.cut_to_size([line for _, line in self.placed]), own)

    def cut_to_size(self, lines: list[Line]) -> list[Line]:
        """The last story may bring a line too many: a line that nothing else rests on is left out."""
        while len(lines) > self.wanted:
            alone = [at for at, line in enumerate(lines) if line.kind not in {Kind.CLEAN, Kind.PAYER, Kind.PAYER_NAME}]
            del lines[alone[-1] if alone else -1]
        return lines

    def story(self, kind: Kind) -> Callable[[], None]:
        if kind in _ONE_CODE:
            return lambda: self.one_code(kind)
        return {
            Kind.SEVERAL: self.several,
            Kind.UNDER: lambda: self.other_amount(kind),
            Kind.OVER: lambda: self.other_amount(kind),
            Kind.NAMES: self.names,
            Kind.VIRTUAL: self.virtual,
            Kind.PAYER: lambda: self.payer(kind),
            Kind.PAYER_NAME: lambda: self.payer(kind),
            Kind.AMOUNT: self.amount_alone,
            Kind.NOT_FEES: self.not_fees,
            Kind.TWINS: lambda: self.twins(kind),
            Kind.TWINS_LATER: lambda: self.twins(kind),
            Kind.REPLAY: self.replay,
            Kind.OTHER_NAME: lambda: self.other_code(kind),
            Kind.OTHER_NAME_CLASS: lambda: self.other_code(kind),
            Kind.OTHER_ACCOUNT: self.elsewhere,
            Kind.UNRELATED: self.unrelated,
            Kind.CODE_SHAPED: self.code_shaped,
        }[kind]

    # people

    def name(self) -> str:
        return " ".join(self.noise.pick(part) for part in ("family", "middle", "given"))

    def class_name(self) -> str:
        style = self.draw.random()
        if style < 0.16:
            return self.noise.pick("nursery" if style < 0.08 else "slashed")
        return self.noise.pick("classes").format(grade=self.draw.randint(1, 12))

    def family(self, account: str) -> _Family:
        name, class_name = self.name(), self.class_name()
        while (name, class_name) in self.pupils:  # a school tells the pupils of one class apart
            name, class_name = self.name(), self.class_name()
        self.pupils.add((name, class_name))
        payer_account = self.noise.digits(self.draw.choice((9, 10, 12, 13)))
        party = Party(fold_letters(self.name()), payer_account, _SCHOOL, account)
        return _Family([self.invoice(name, class_name, account, party.payer)], party)

    def invoice(self, name: str, class_name: str, account: str, parent: str) -> OpenInvoice:
        prefix = self.prefix if account == self.account else self.other_prefix
        code = new_code(prefix, self.draw)
        while code in self.codes or code in self.shaped:
            code = new_code(prefix, self.draw)
        self.codes.add(code)
        amount = self.draw.choice(_FEES) if self.draw.random() < 0.7 else self.draw.randint(50, 3000) * 1000
        return OpenInvoice(code, Dong(amount), name, class_name, account, parent_name=parent)

    def take(self, invoices: int = 1) -> _Family:
        """A family no other line uses, with that many open invoices; a new one when all are taken."""
        if not self.unused:
            self.families.append(self.family(self.account))
            self.unused.append(self.families[-1])
        family = self.unused.pop()
        while len(family.invoices) < invoices:
            family.invoices.append(
                self.invoice(family.first.student_name, family.first.class_name, self.account, family.party.payer)
            )
        return family

    # lines

    def dressed(self, memo: str, family: _Family, kind: Kind) -> str:
        """Frame, case and breaks: always where the class is about them, now and then elsewhere."""
        if kind is Kind.CLEAN:
            return memo
        chance = self.draw.random
        if kind is Kind.CASE or chance() < 0.2:
            memo = self.noise.recased(memo)
        if kind is Kind.FRAMED or chance() < 0.4:
            memo = self.noise.framed(memo, family.party, always=kind is Kind.FRAMED)
        if kind is Kind.BREAKS or chance() < 0.25:
            memo = self.noise.broken(memo)
        if chance() < 0.1:
            memo = self.noise.unpunctuated(memo)
        return memo.upper() if chance() < 0.1 else memo

    def transfer(self, family: _Family, memo: str, amount: Dong, *, tells_payer: bool | None = None) -> Transfer:
        told = self.draw.random() < 0.7 if tells_payer is None else tells_payer
        return Transfer(
            id="",
            date=f"{self.draw.randint(1, 28):02}/11/2026",
            bank_ref=self.noise.digits(4) if self.draw.random() < 0.1 else f"FT26{self.noise.digits(12)}",
            amount=amount,
            memo=memo,
            payer_name=family.party.payer if told else "",
            payer_account=family.party.payer_account if told else "",
            account=self.account,
        )

    def place(self, kind: Kind, transfer: Transfer, answer: Answer, *, after: float = 0.0) -> float:
        """Put a line somewhere into the stream, later than `after`; gives its place."""
        at = after + self.draw.random() * (1 - after)
        named = transfer._replace(id=str(len(self.placed) + 1))
        self.placed.append((at, Line(named, kind, answer)))
        return at

    def one_code(self, kind: Kind) -> None:
        family = self.take()
        invoice, code = family.first, family.first.code
        if kind.value in set(Slipped):
            code = self.noise.damaged(code, Slipped(kind.value))
        if kind is Kind.SPACES or (kind is not Kind.CLEAN and self.draw.random() < 0.15):
            code = self.noise.spaced(code)
        memo = code if kind is Kind.TRUNCATED else self.noise.with_words(code)
        if kind is Kind.GLUED:
            memo = self.noise.glued(code)
        elif kind in {Kind.CLEAN, Kind.FRAMED, Kind.WRONG} and self.draw.random() < 0.3:
            memo += " " + self.pupil_words(invoice, with_class=True)
        memo = self.dressed(memo, family, kind)
        if kind is Kind.TRUNCATED:
            memo = self.noise.cut_after(memo, invoice.code)
        owed = invoice.outstanding
        self.place(kind, self.transfer(family, memo, owed), Answer(Verdict.AUTO, (invoice.code,), (owed,)))

    def other_amount(self, kind: Kind) -> None:
        family = self.take()
        owed = family.first.outstanding.value
        paid = owed - self.draw.randint(1, owed // 1000 - 1) * 1000 if kind is Kind.UNDER else owed + 50_000
        memo = self.dressed(self.noise.with_words(family.first.code), family, kind)
        answer = Answer(Verdict.AUTO, family.codes, (Dong(min(paid, owed)),))
        self.place(kind, self.transfer(family, memo, Dong(paid)), answer)

    def several(self) -> None:
        family = self.take(invoices=2)
        chosen = [*family.invoices, *self.take().invoices][: self.draw.choice((2, 2, 3))]
        memo = self.draw.choice((" ", ", ", "+", " va ")).join(invoice.code for invoice in chosen)
        memo = self.dressed(memo + self.noise.pick("words"), family, Kind.SEVERAL)
        amounts = tuple(invoice.outstanding for invoice in chosen)
        answer = Answer(Verdict.AUTO, tuple(invoice.code for invoice in chosen), amounts)
        self.place(Kind.SEVERAL, self.transfer(family, memo, total(amounts)), answer)

    def pupil_words(self, invoice: OpenInvoice, *, with_class: bool) -> str:
        name = self.draw.choice((invoice.student_name, fold_letters(invoice.student_name)))
        written = invoice.class_name
        if written[0].isalpha() or "/" in written:
            written = f"lop {written}".replace("/", self.draw.choice("//.-"))
        else:
            written = self.draw.choice((written, f"lop {written}", f"Lớp {written.lower()}", f"lop{written}"))
        return f"{name} {written}" if with_class else name

    def names(self) -> None:
        family = self.take()
        memo = self.pupil_words(family.first, with_class=True) + self.noise.pick("words")
        transfer = self.transfer(family, self.dressed(memo, family, Kind.NAMES), family.first.outstanding)
        self.place(Kind.NAMES, transfer, Answer(Verdict.SUGGEST, family.codes))

    def virtual(self) -> None:
        """Sent to a number that stands for the invoice; the memo is the payer's own affair."""
        family = self.take()
        code, owed = family.first.code, family.first.outstanding
        said = self.draw.choice(("", self.noise.pick("words"), code, self.pupil_words(family.first, with_class=True)))
        memo = self.dressed(said, family, Kind.VIRTUAL)
        number = self.draw.choice((code, f"VQR{code}", f"96{self.noise.digits(4)}{code}"))
        transfer = self.transfer(family, memo, owed)._replace(virtual_account=number)
        self.place(Kind.VIRTUAL, transfer, Answer(Verdict.AUTO, (code,), (owed,)))

    def payer(self, kind: Kind) -> None:
        """A payment with a code teaches the payer; a later one says nothing but pays the second invoice.

        PAYER_NAME: the later one comes from another account of the same person.
        """
        family = self.take(invoices=2)
        first, second = family.invoices
        opening = self.transfer(family, self.noise.with_words(first.code), first.outstanding, tells_payer=True)
        at = self.place(Kind.CLEAN, opening, Answer(Verdict.AUTO, (first.code,), (first.outstanding,)))
        words = ("", "", "chuyen tien", "nop tien hoc", f"{family.party.payer} chuyen tien")
        later = self.transfer(family, self.draw.choice(words), second.outstanding, tells_payer=True)
        if kind is Kind.PAYER_NAME:
            later = later._replace(payer_account=self.draw.choice(("", self.noise.digits(11))))
        self.place(kind, later, Answer(Verdict.SUGGEST, (second.code,)), after=at)

    def amount_alone(self) -> None:
        """Words of fees, at best a class, and the amount: all that leads to the invoice."""
        family = self.take()
        said = self.draw.choice(("nop tien hoc", "HOC PHI", "dong tien an ban tru", "nop hoc phi"))
        if self.draw.random() < 0.5 and family.first.class_name[0].isdigit() and "/" not in family.first.class_name:
            said += f" lop {family.first.class_name}"
        memo = self.dressed(said, family, Kind.AMOUNT)
        transfer = self.transfer(family, memo, family.first.outstanding, tells_payer=False)
        self.place(Kind.AMOUNT, transfer, Answer(Verdict.SUGGEST, family.codes))

    def not_fees(self) -> None:
        """Interest, money between the school's accounts, fees that the bank gives back."""
        own = Party(_SCHOOL, self.other_account, _SCHOOL, self.account)
        memo = self.noise.fill(self.noise.pick("not_fees"), "", own)
        is_own = self.draw.random() < 0.3
        if is_own:
            memo = self.draw.choice(("chuyen tien", f"{_SCHOOL} chuyen tien", "rut tien gui ve tk chinh", ""))
        transfer = self.transfer(_Family([], own), memo, Dong(self.draw.randint(1, 90_000_000)), tells_payer=is_own)
        self.place(Kind.NOT_FEES, transfer, Answer(Verdict.NONE, is_no_fee=True))

    def twins(self, kind: Kind) -> None:
        """An honest second transfer for the same invoice: same memo and amount, a reference of its own."""
        family = self.take()
        owed = family.first.outstanding
        memo = self.dressed(self.noise.with_words(family.first.code), family, kind)
        first = self.transfer(family, memo, owed)
        at = self.place(Kind.CLEAN, first, Answer(Verdict.AUTO, family.codes, (owed,)))
        second = first._replace(bank_ref=f"FT26{self.noise.digits(12)}")
        later = max(at, 0.9) if kind is Kind.TWINS_LATER else at
        self.place(kind, second, Answer(Verdict.SUGGEST, family.codes), after=later)

    def replay(self) -> None:
        """The same bank line again, as when two exports overlap."""
        family = self.take()
        memo = self.dressed(self.noise.with_words(family.first.code), family, Kind.REPLAY)
        line = self.transfer(family, memo, family.first.outstanding)
        at = self.place(Kind.CLEAN, line, Answer(Verdict.AUTO, family.codes, (family.first.outstanding,)))
        self.place(Kind.REPLAY, line, Answer(Verdict.REPEAT), after=at)

    def other_code(self, kind: Kind) -> None:
        """Another pupil's valid code with the right pupil's name, alone or with the class."""
        right, other = self.take(), self.take()
        while squeeze(right.first.student_name) == squeeze(other.first.student_name):
            other = self.take()
        said = self.pupil_words(right.first, with_class=kind is Kind.OTHER_NAME_CLASS)
        memo = self.draw.choice((f"{other.first.code} {said}", f"{said} {other.first.code}"))
        memo = self.dressed(memo + self.noise.pick("words"), right, kind)
        paid = self.draw.choice((right.first.outstanding, other.first.outstanding))
        self.place(kind, self.transfer(right, memo, paid), Answer(Verdict.SUGGEST, right.codes))

    def elsewhere(self) -> None:
        family = self.draw.choice(self.others)
        memo = self.dressed(self.noise.with_words(family.first.code), family, Kind.OTHER_ACCOUNT)
        transfer = self.transfer(family, memo, family.first.outstanding)
        self.place(Kind.OTHER_ACCOUNT, transfer, Answer(Verdict.SUGGEST, family.codes))

    def unrelated(self) -> None:
        party = replace(self.draw.choice(self.families).party, payer_account=self.noise.digits(11))
        memo = self.noise.fill(self.noise.pick("unrelated"), "", party)
        paid = self.draw.choice(_FEES) if self.draw.random() < 0.5 else self.draw.randint(1, 9999) * 1000
        self.place(Kind.UNRELATED, self.transfer(_Family([], party), memo, Dong(paid)), Answer(Verdict.NONE))

    def code_shaped(self) -> None:
        """Text of the form of a code that is none: wrong checks, a valid code never issued, a reference.

        A text one error away from an issued code is a mistyped code, whatever was meant, so such draws are left
        out. Their share bounds what correction can never tell apart: with 20,000 codes of one prefix about 1 in
        6,000 random texts of that prefix, before the amount is compared.
        """
        draw, shape = self.draw, self.draw.random()
        if shape < 0.4:
            text = self.prefix + "".join(draw.choices(ALPHABET, k=7))
        elif shape < 0.85:
            text = new_code(self.prefix if shape < 0.7 else new_prefix(draw), draw)
        else:
            text = draw.choice(("FT", "TS", "BP", "VS", self.prefix)) + self.noise.digits(draw.choice((6, 7, 8, 10)))
        if text in self.codes or self.codes.corrections(text):
            return
        self.shaped.add(text)
        party = replace(draw.choice(self.families).party, payer_account=self.noise.digits(11))
        memo = self.dressed(self.noise.with_words(text), _Family([], party), Kind.CODE_SHAPED)
        transfer = self.transfer(_Family([], party), memo, Dong(draw.choice(_FEES)))
        self.place(Kind.CODE_SHAPED, transfer, Answer(Verdict.NONE))


def lines_of(world: World, kinds: Iterable[Kind]) -> list[Line]:
    """The lines of some noise classes."""
    wanted = set(kinds)
    return [line for line in world.lines if line.kind in wanted]
