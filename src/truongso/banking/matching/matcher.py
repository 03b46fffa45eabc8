"""The matcher: open invoices of one or more receiving accounts, and transfers in the order they arrived.

    matcher = Matcher(invoices, learnt={"0123456789": ["pupil-7"]})
    decision = matcher.match(transfer)     # decides, and books automatic decisions in its own state

`decide` only looks; `book` applies an allocation (also one that a person made); `match` is both for a stream.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from truongso.banking.matching.account import Account
from truongso.banking.matching.codes import printed_codes
from truongso.banking.matching.fold import read, squeeze
from truongso.banking.matching.frames import known_frames
from truongso.banking.matching.notfees import OwnAccounts
from truongso.banking.matching.rules import Case, Known, decide
from truongso.banking.matching.types import Decision, Holder, OpenInvoice, Reason, Rule, Transfer, Verdict
from truongso.kernel.collector import resting_collector
from truongso.kernel.money import Dong

LineKey = tuple[str, str, str, int, str]


def _add(pupils_of: dict[str, dict[str, None]], payer: str, student_key: str) -> None:
    pupils = pupils_of.get(payer)
    if pupils is None:
        pupils_of[payer] = {student_key: None}
    else:
        pupils[student_key] = None


class Matcher:
    """Decides transfers against open invoices and remembers what its decisions changed.

    `learnt` maps payer accounts, `learnt_names` payers' names, to the keys of the pupils they paid for before. With
    `learns` the automatic bookings of this run add to it; suggestions confirmed by people are added by `learn`.
    `own_accounts` are numbers and holders of the school's accounts: money between them is no fees. `numbers` says who
    held which number of a receiving account: (account, number) → holders, the oldest first; `bills` which number
    stands for which invoice: (account, number) → its code. Both are read as they are at each decision.
    """

    def __init__(
        self,
        invoices: Iterable[OpenInvoice] = (),
        *,
        learnt: Mapping[str, Collection[str]] | None = None,
        learnt_names: Mapping[str, Collection[str]] | None = None,
        own_accounts: Collection[tuple[str, str]] = (),
        numbers: Mapping[tuple[str, str], Sequence[Holder]] | None = None,
        bills: Mapping[tuple[str, str], str] | None = None,
        learns: bool = True,
    ) -> None:
        self._accounts: dict[str, Account] = {}
        self._learnt = {payer: dict.fromkeys(pupils) for payer, pupils in (learnt or {}).items()}
        self._learnt_names = {squeeze(name): dict.fromkeys(keys) for name, keys in (learnt_names or {}).items()}
        self._learns = learns
        self._seen: dict[LineKey, tuple[str, ...]] = {}
        self._nowhere = Account("")
        self._known = Known(
            self._accounts,
            self._learnt,
            self._learnt_names,
            OwnAccounts.of(own_accounts),
            numbers if numbers is not None else {},
            bills if bills is not None else {},
            known_frames(),
        )
        for invoice in invoices:
            self.put(invoice)

    def put(self, invoice: OpenInvoice) -> None:
        """Make an invoice known, or bring what it owes up to date."""
        account = self._accounts.get(invoice.account)
        if account is None:
            account = self._accounts[invoice.account] = Account(invoice.account)
        account.put(invoice)

    def drop(self, account: str, code: str) -> None:
        """Forget a cancelled invoice."""
        if account in self._accounts:
            self._accounts[account].drop(code)

    def match(self, transfer: Transfer) -> Decision:
        """Decide a transfer and, if it books by itself, book it. Each bank line is remembered for
        `repeat`.
        """
        if self._is_repeat(transfer):
            return Decision(Verdict.REPEAT, Rule.REPEAT, Reason("repeat", {"bank_ref": transfer.bank_ref}))
        decision = self.decide(transfer)
        if decision.verdict is Verdict.AUTO:
            self.book(transfer, decision.codes, decision.amounts)
        return decision

    def forget_lines(self) -> None:
        """Start a new run: lines seen before are no longer taken for repeats."""
        self._seen.clear()

    def match_all(self, transfers: Iterable[Transfer]) -> list[Decision]:
        """`match` for a whole file in order of arrival."""
        with resting_collector():
            return [self.match(transfer) for transfer in transfers]

    def decide(self, transfer: Transfer) -> Decision:
        """What to do with a transfer as things stand; changes nothing and does not ask whether the line is
        a repeat.

        Raises ValueError for an amount of 0 đ or less: such a line is no incoming money.
        """
        if transfer.amount.value <= 0:
            raise ValueError("a transfer must be above 0 đ")
        reading = read(transfer.memo)
        home = self._accounts.get(transfer.account, self._nowhere)
        codes = printed_codes(reading.row, home.index)
        return decide(Case(transfer, transfer.amount.value, reading, home, codes, self._known))

    def book(self, transfer: Transfer, codes: Iterable[str], amounts: Iterable[Dong]) -> None:
        """Take an allocation into account: the invoices owe less, the payer is known for their pupils.

        Raises KeyError for an invoice of another account, ValueError for more than it owes; nothing is
        changed then.
        """
        account = self._accounts[transfer.account]
        shares = [(account.claims[code], amount.value) for code, amount in zip(codes, amounts, strict=True)]
        for claim, share in shares:
            if not 0 <= share <= claim.outstanding:
                raise ValueError("more than the invoice owes")
        for claim, share in shares:
            account.pay(claim, share)
            if self._learns:
                self.learn(transfer.payer_account, claim.pupil.key, transfer.payer_name)

    def learn(self, payer_account: str, student_key: str, payer_name: str = "") -> None:
        """Remember that a payer paid for a pupil. A blank account or name says nothing."""
        if payer_account:
            _add(self._learnt, payer_account, student_key)
        if payer_name:
            _add(self._learnt_names, squeeze(payer_name), student_key)

    def forget(self, payer_account: str, student_key: str, payer_name: str = "") -> None:
        """Take a wrongly learnt payer back; unknown ones change nothing."""
        self._learnt.get(payer_account, {}).pop(student_key, None)
        self._learnt_names.get(squeeze(payer_name), {}).pop(student_key, None)

    def _is_repeat(self, transfer: Transfer) -> bool:
        """Same account, date, reference, amount and memo, and no sign of another payer.

        References alone are not unique (some banks count from 1 every day), and without a reference two
        equal lines are two honest transfers.
        """
        if not transfer.bank_ref:
            return False
        key = (transfer.account, transfer.date, transfer.bank_ref, transfer.amount.value, transfer.memo)
        payers = self._seen.get(key)
        if payers is None:
            self._seen[key] = (transfer.payer_account,)
            return False
        if not transfer.payer_account or "" in payers or transfer.payer_account in payers:
            return True
        self._seen[key] = (*payers, transfer.payer_account)
        return False
