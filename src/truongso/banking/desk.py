"""The matcher laid over a school's standing invoices, kept while a long import works through its parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from truongso.banking.learning.queries import known_payers
from truongso.banking.matching.matcher import Matcher
from truongso.banking.matching.types import Decision, Holder, OpenInvoice, Transfer
from truongso.fees.public import InvoiceForMatching, Mark, invoices_for_matching, mark_of_invoices
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.public import BankAccount, successors
from truongso.payments.public import held_numbers, invoices_held


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
        self._mark: Mark | None = None
        self._before: Mark | None = None

    def decide(self, transfers: Sequence[Transfer]) -> list[Decision]:
        """Decisions in order of arrival; each counts with what those before it would book."""
        # Until told what was booked, the desk knows only that its matcher may have counted what never was.
        self._before, self._mark = self._mark, None
        return self._matcher.match_all([self._seen(t) for t in transfers] if self._successor else transfers)

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
        for transfer, decision in zip(transfers, decisions, strict=True):
            for code, amount in zip(decision.codes, decision.amounts, strict=True):
                key = (self._standing(transfer.account), code)
                invoice = self._invoices[key]
                paid[invoice.id] = paid.get(invoice.id, ZERO) + amount
                left = replace(invoice, outstanding=invoice.outstanding - amount)
                self._invoices[key] = self._by_code[code] = left
                self._by_student[str(invoice.student_id)] = left
        self._mark = self._before.after(paid) if self._before else None

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

        Where nothing happened to any invoice but what this desk was told of by `booked`, one query of one row.
        """
        self._matcher.forget_lines()
        mark = mark_of_invoices(self._school_id)
        if mark == self._mark:
            return
        self._mark = mark
        self._bills.update(self._numbered())
        gone = dict(self._invoices)
        for invoice in invoices_for_matching(self._school_id):
            account, student = self._standing(str(invoice.bank_account_id)), str(invoice.student_id)
            gone.pop((account, invoice.code), None)
            self._invoices[account, invoice.code] = self._by_code[invoice.code] = invoice
            self._by_student[student] = invoice
            self._prefixes.add(invoice.code[:2])
            self._matcher.put(
                OpenInvoice(
                    code=invoice.code, outstanding=invoice.outstanding, student_name=invoice.student_name,
                    class_name=invoice.class_name, account=account, student_key=student,
                )
            )  # fmt: skip
        for (account, code), invoice in gone.items():
            self._matcher.drop(account, code)
            del self._invoices[account, code]
            self._by_code.pop(code, None)
            if self._by_student.get(str(invoice.student_id)) is invoice:
                del self._by_student[str(invoice.student_id)]

    def _standing(self, account: str) -> str:
        """An account that was replaced and its successor are one to the matcher: papers name the one, new codes the
        other."""
        return self._successor.get(account, account)

    def _seen(self, transfer: Transfer) -> Transfer:
        account = self._standing(transfer.account)
        return transfer if account == transfer.account else replace(transfer, account=account)

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
