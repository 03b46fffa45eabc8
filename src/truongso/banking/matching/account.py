"""What is open on one receiving account: codes, sums, pupils. The state that decisions change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain, islice
from operator import attrgetter

from truongso.banking.matching.fold import squeeze
from truongso.banking.matching.names import Pupil, PupilIndex, class_key
from truongso.banking.matching.types import OpenInvoice
from truongso.fees.types import CodeIndex


@dataclass(slots=True, eq=False)
class Claim:
    """An invoice with what it still owes, in đồng as a bare number: the inner loop compares nothing else."""

    code: str
    outstanding: int
    pupil: Pupil
    place: int  # among the invoices of the account, in the order they were made known


class Account:
    """The invoices that money on this receiving account may pay."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.index = CodeIndex()
        self.claims: dict[str, Claim] = {}
        self.pupils = PupilIndex()
        self.parents: dict[str, dict[str, Pupil]] = {}  # squeezed name → the pupils for whom one of that name pays
        self._owing: dict[int, dict[str, dict[str, Claim]]] = {}  # amount → class → code
        self._known = 0

    def put(self, invoice: OpenInvoice) -> None:
        """Add an invoice, or bring its outstanding amount up to date. Paid ones stay known with 0 đ."""
        claim = self.claims.get(invoice.code)
        if claim is not None:
            self._owe(claim, invoice.outstanding.value)
            return
        key = invoice.student_key or default_student_key(invoice.student_name, invoice.class_name)
        pupil = self.pupils.add(key, invoice.student_name, invoice.class_name)
        self._known += 1
        claim = self.claims[invoice.code] = Claim(invoice.code, 0, pupil, self._known)
        self._owe(claim, invoice.outstanding.value)
        pupil.codes.append(invoice.code)
        self.index.add(invoice.code)
        if len(invoice.parent_name.split()) > 1:
            self.parents.setdefault(squeeze(invoice.parent_name), {})[key] = pupil

    def drop(self, code: str) -> None:
        """Forget an invoice that no longer exists (cancelled); an unknown code changes nothing."""
        claim = self.claims.pop(code, None)
        if claim is not None:
            self._owe(claim, 0)
            claim.pupil.codes.remove(code)
            self.index.remove(code)

    def pay(self, claim: Claim, share: int) -> None:
        """Take a share of a transfer off what an invoice owes."""
        if share:
            self._owe(claim, claim.outstanding - share)

    def owing(self, amount: int, classes: Collection[str], *, most: int) -> list[Claim]:
        """The invoices that owe exactly this amount, of these classes if any are given, in the order they were made
        known; none where they are more than `most`."""
        same = self._owing.get(amount, {})
        found = [same[row] for row in classes if row in same] if classes else same.values()
        claims = list(islice(chain.from_iterable(one.values() for one in found), most + 1))
        return sorted(claims, key=_place) if len(claims) <= most else []

    def is_owed(self, amount: int) -> bool:
        """Whether any invoice owes exactly this amount."""
        return amount in self._owing

    def _owe(self, claim: Claim, outstanding: int) -> None:
        row = claim.pupil.class_row
        if claim.outstanding > 0:
            same = self._owing[claim.outstanding]
            of_class = same[row]
            del of_class[claim.code]
            if not of_class:
                del same[row]
                if not same:
                    del self._owing[claim.outstanding]
        claim.outstanding = outstanding
        if outstanding > 0:
            self._owing.setdefault(outstanding, {}).setdefault(row, {})[claim.code] = claim

    def open_of(self, pupil: Pupil) -> list[Claim]:
        """What a pupil still owes, in the order the invoices were made known."""
        return [claim for code in pupil.codes if (claim := self.claims[code]).outstanding > 0]


_place = attrgetter("place")


def default_student_key(student_name: str, class_name: str) -> str:
    """Tells pupils apart where no better key exists: folded name and class."""
    return f"{squeeze(student_name)}|{class_key(class_name)}"
