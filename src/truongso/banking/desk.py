"""The matcher laid over a school's standing invoices, kept while a long import works through its parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from truongso.banking.learning.queries import known_payers
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Decision, Holder, OpenInvoice, Transfer, Verdict
from truongso.fees.public import (
    InvoiceForMatching,
    Mark,
    invoices_for_matching,
    latest_invoice,
    mark_of_invoices,
)
from truongso.kernel import audit
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import BankAccount, successors
from truongso.payments.public import held_numbers, invoices_held


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the school stood: its last audited act and its latest invoice. No invoice changes but by an audited act."""

    act: tuple[int, str]
    invoice: int


class Desk:
    """Decides transfers of one school against what is owed at this moment.

    Building the matcher of a large school takes longer than deciding a hundred lines: an import of many parts keeps
    one desk and calls `renew` before each, so that what others booked, issued or cancelled meanwhile counts, and so
    does a part that was rolled back.
    """

    def __init__(self, school_id: int) -> None:
        self._school_id = school_id
        self._successor = {str(old): str(new) for old, new in successors(school_id).items()}
        self._bills: dict[tuple[str, str], str] = {}
        known = known_payers(school_id)
        accounts = BankAccount.objects.for_school(school_id).values_list("number", "holder_name")
        self._matcher = Matcher(
            learnt=known.by_account, learnt_names=known.by_name, own_accounts=list(accounts),
            numbers=self._numbers(), bills=self._bills, learns=False,
        )  # fmt: skip
        self._invoices: dict[tuple[str, str], InvoiceForMatching] = {}
        self._by_code: dict[str, InvoiceForMatching] = {}
        self._by_student: dict[str, InvoiceForMatching] = {}
        self._prefixes: set[str] = set()
        self._told: tuple[_Place | None, int] = (None, 0)
        self._mark: Mark | None = None
        self._before: Mark | None = None
        self._place: _Place | None = None
        self._foreseen: tuple[list[Transfer], list[Decision]] | None = None

    def decide(self, transfers: Sequence[Transfer]) -> list[Decision]:
        """Decisions in order of arrival; each counts with what those before it would book."""
        foreseen = self._foreseen
        if foreseen is not None and foreseen[0] != list(transfers):
            self._unforesee()
            foreseen = None
        self._foreseen = None
        # Until told what was booked, the desk knows only that its matcher may have counted what never was.
        self._before, self._mark = self._mark, None
        return self._match(transfers) if foreseen is None else foreseen[1]

    def foresee(self, transfers: Sequence[Transfer]) -> None:
        """Decide the transfers of the next part before their turn, while the database is busy with this one's rows.

        Only after `booked`. What happens in between makes it worthless and is seen: other transfers in the end, or
        invoices that are read anew.
        """
        if transfers and self._mark is not None and self._foreseen is None:
            self._matcher.forget_lines()
            self._foreseen = list(transfers), self._match(transfers)

    def _match(self, transfers: Sequence[Transfer]) -> list[Decision]:
        return self._matcher.match_all([self._seen(t) for t in transfers] if self._successor else transfers)

    def _unforesee(self) -> None:
        """The invoices owe again what they owed before they were foreseen to be paid."""
        transfers, decisions = self._foreseen or ([], [])
        self._foreseen = None
        self._matcher.forget_lines()
        for transfer, decision in zip(transfers, decisions, strict=True):
            account = self._standing(transfer.account)
            for code in decision.codes if decision.verdict is Verdict.AUTO else ():
                self._tell(account, self._invoices[account, code])

    def learn(self, transfer: Transfer, codes: Sequence[str]) -> None:
        """A booked transfer: its payer pays for these pupils from now on."""
        account = self._standing(transfer.account)
        for code in codes:
            student = str(self._invoices[account, code].student_id)
            self._matcher.learn(transfer.payer_account, student, transfer.payer_name)

    def booked(self, transfers: Iterable[Transfer], decisions: Iterable[Decision]) -> None:
        """What was booked of the decisions just made, which the matcher has counted already.

        Not to be called when anything else than this was decided `auto`: all is read anew then.
        """
        paid: dict[int, Dong] = {}
        count = 0
        for transfer, decision in zip(transfers, decisions, strict=True):
            count += 1
            for code, amount in zip(decision.codes, decision.amounts, strict=True):
                key = (self._standing(transfer.account), code)
                invoice = self._invoices[key]
                paid[invoice.id] = paid.get(invoice.id, ZERO) + amount
                left = invoice._replace(outstanding=invoice.outstanding - amount)
                self._invoices[key] = self._by_code[code] = left
                self._by_student[str(invoice.student_id)] = left
        self._mark = self._before.after(paid) if self._before else None
        self._told, self._place = (self._place, count), None

    def stored(self) -> None:
        """What `booked` told has reached the database. Without this the next `renew` looks at the invoices."""
        place, bookings = self._told
        self._place = self._after(place, bookings) if place else None

    def invoice(self, account: str, code: str) -> InvoiceForMatching | None:
        """The invoice with this code, of this receiving account if there is one."""
        return self._invoices.get((self._standing(account), code)) or self._by_code.get(code)

    def known(self) -> Mapping[str, InvoiceForMatching]:
        """Every invoice that money may come for, by its code."""
        return self._by_code

    def prefixes(self) -> Collection[str]:
        """What the codes of invoices begin with."""
        return self._prefixes

    def someones(self, student_key: str) -> InvoiceForMatching | None:
        """An invoice of the pupil, to read his name from."""
        return self._by_student.get(student_key)

    def renew(self) -> None:
        """Bring the invoices up to date and forget the lines of the part before.

        Where nothing happened in the school but what this desk was told of by `booked`, two queries of one row each.
        """
        self._matcher.forget_lines()
        # Read before the invoices: what happens in between shows at the next renewal.
        place = _Place(audit.place(self._school_id), latest_invoice(self._school_id))
        if self._mark is not None and place == self._place:
            return
        self._place = place
        mark = mark_of_invoices(self._school_id)
        if mark == self._mark:
            return
        self._mark, self._foreseen = mark, None
        self._bills.update(self._numbered())
        gone = dict(self._invoices)
        for invoice in invoices_for_matching(self._school_id):
            account, student = self._standing(str(invoice.bank_account_id)), str(invoice.student_id)
            gone.pop((account, invoice.code), None)
            self._invoices[account, invoice.code] = self._by_code[invoice.code] = invoice
            self._by_student[student] = invoice
            self._prefixes.add(invoice.code[:2])
            self._tell(account, invoice)
        for (account, code), invoice in gone.items():
            self._matcher.drop(account, code)
            del self._invoices[account, code]
            self._by_code.pop(code, None)
            if self._by_student.get(str(invoice.student_id)) is invoice:
                del self._by_student[str(invoice.student_id)]

    def _after(self, place: _Place, bookings: int) -> _Place | None:
        """Where the school stands after so many bookings of ours, if they are all that happened since `place`.

        Asked for while this transaction holds the head of the chain; should it be rolled back, the act is never seen.
        """
        act = audit.place(self._school_id)
        return _Place(act, place.invoice) if act[0] == place.act[0] + bookings else None

    def _tell(self, account: str, invoice: InvoiceForMatching) -> None:
        """The matcher knows what is owed on the invoice."""
        self._matcher.put(
            OpenInvoice(
                code=invoice.code, outstanding=invoice.outstanding, student_name=invoice.student_name,
                class_name=invoice.class_name, account=account, student_key=str(invoice.student_id),
                parent_name=invoice.payer_name,
            )
        )  # fmt: skip

    def _standing(self, account: str) -> str:
        """An account that was replaced and its successor are one to the matcher: papers name the one, new codes the
        other."""
        return self._successor.get(account, account)

    def _seen(self, transfer: Transfer) -> Transfer:
        account = self._standing(transfer.account)
        return transfer if account == transfer.account else transfer._replace(account=account)

    def _numbers(self) -> dict[tuple[str, str], list[Holder]]:
        """Who held which number of the bank's on which receiving account; 1 query."""
        found: dict[tuple[str, str], list[Holder]] = {}
        for one in held_numbers(self._school_id):
            holder = Holder(str(one.student_id), one.first.isoformat(), one.last.isoformat() if one.last else "")
            found.setdefault((self._standing(str(one.bank_account_id)), one.number), []).append(holder)
        return found

    def _numbered(self) -> dict[tuple[str, str], str]:
        """The invoice of each number of the bank's on its receiving account, by code; 1 query."""
        return {(self._standing(str(one.bank_account_id)), one.number): one.code
                for one in invoices_held(self._school_id)}  # fmt: skip
