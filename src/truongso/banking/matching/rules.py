"""The cascade of named rules. Each looks at one transfer and either decides or passes it on.

Only a code books by itself: a virtual account number, of one invoice or one pupil, or as printed whatever the amount,
over one error when the amount agrees. Everything that speaks against it (already paid, another pupil named, a second
reading, another receiving account) stops the booking. Names and learnt payers only ever suggest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from truongso.banking.matching.account import Account, Claim
from truongso.banking.matching.codes import Found, corrected_codes, printed_codes, unknown_codes
from truongso.banking.matching.conflict import Named, conflicting, named
from truongso.banking.matching.fold import Reading, squeeze
from truongso.banking.matching.frames import Frames
from truongso.banking.matching.names import Pupil
from truongso.banking.matching.notfees import OwnAccounts, known_not_fees
from truongso.banking.matching.types import Candidate, Decision, Evidence, Holder, Reason, Rule, Transfer, Verdict
from truongso.kernel.money import Dong


@dataclass(frozen=True, slots=True)
class Known:
    """What holds for every transfer: receiving accounts, payers of before, numbers of virtual accounts."""

    accounts: Mapping[str, Account]
    learnt: Mapping[str, Collection[str]]
    learnt_names: Mapping[str, Collection[str]]
    own: OwnAccounts
    numbers: Mapping[tuple[str, str], Sequence[Holder]]
    bills: Mapping[tuple[str, str], str]
    frames: Frames


@dataclass(slots=True)
class Case:
    """One transfer before the rules, with everything they may look at."""

    transfer: Transfer
    amount: int
    reading: Reading
    account: Account
    codes: list[Found]
    known: Known

    @property
    def is_known_account(self) -> bool:
        """Whether any invoice is payable to the receiving account."""
        return self.transfer.account in self.known.accounts

    def other_accounts(self) -> Iterable[Account]:
        """The receiving accounts that the money did not reach."""
        return (account for account in self.known.accounts.values() if account is not self.account)

    def payer_pupils(self) -> Collection[str]:
        """Keys of the pupils that the payer's account paid for before."""
        return self.known.learnt.get(self.transfer.payer_account, ()) if self.transfer.payer_account else ()

    def payer_name_pupils(self) -> Collection[str]:
        """Keys of the pupils that somebody of the payer's name paid for; none when the name is a common one."""
        name = squeeze(self.transfer.payer_name) if self.transfer.payer_name else ""
        pupils = self.known.learnt_names.get(name, ()) if name else ()
        return pupils if len(pupils) <= _MOST_OF_A_NAME else ()

    def holders(self) -> Sequence[Holder]:
        """Everyone who was ever given the number that the payer sent to, on this receiving account."""
        return self.known.numbers.get((self.transfer.account, self.transfer.virtual_account.upper()), ())

    def bill(self) -> str:
        """The code of the invoice that the number the payer sent to was given to, on this receiving account, or ""."""
        return self.known.bills.get((self.transfer.account, self.transfer.virtual_account.upper()), "")

    def claims(self) -> list[Claim]:
        """The invoices of the printed codes."""
        return [self.account.claims[hit.code] for hit in self.codes]


Rulebook = Callable[[Case], Decision | None]


def virtual_account(case: Case) -> Decision | None:
    """`virtual_account`: the payer sent to the number that was given to one invoice, or that carries its code; memo or
    no memo.

    Booked unless the memo names another invoice or pupil, or the invoice is paid or cancelled.
    """
    code = case.bill() or _code_in_number(case)
    if not code:
        return None
    claim = case.account.claims.get(code)
    if claim is None:
        return _number_of_none(case, code)
    others = [hit for hit in case.codes if hit.code != claim.code]
    if others:
        claims = [claim, *(case.account.claims[hit.code] for hit in others)]
        reason = Reason("virtual_account_differs", {"code": claim.code, "other": others[0].code})
        return _decide(case, Verdict.SUGGEST, Rule.VIRTUAL_ACCOUNT, claims, reason, mark=Evidence.VIRTUAL_ACCOUNT)
    against = _against(case, [claim], case.codes)
    if against is not None:
        return against
    if case.amount == claim.outstanding:
        reason = Reason("virtual_account", {"code": claim.code})
    else:
        doubt = None if case.codes else _second_code(case, claim)
        if doubt is not None:
            return doubt
        kind = "virtual_account_under" if case.amount < claim.outstanding else "virtual_account_over"
        reason = Reason(kind, {"code": claim.code, **_sums(case.amount, claim.outstanding)})
    return _decide(case, Verdict.AUTO, Rule.VIRTUAL_ACCOUNT, [claim], reason, mark=Evidence.VIRTUAL_ACCOUNT)


def _code_in_number(case: Case) -> str:
    """The one code that a number itself carries, or ""."""
    hits = printed_codes(squeeze(case.transfer.virtual_account), case.account.index)
    return hits[0].code if len(hits) == 1 else ""


def _number_of_none(case: Case, code: str) -> Decision:
    """The number of an invoice that no longer waits for money (cancelled): a person decides, whatever the memo says."""
    claims = case.claims()
    reason = Reason("virtual_account_gone", {"code": code})
    if not claims:
        return Decision(Verdict.NONE, Rule.VIRTUAL_ACCOUNT, reason)
    return _decide(case, Verdict.SUGGEST, Rule.VIRTUAL_ACCOUNT, claims, reason)


def pupils_account(case: Case) -> Decision | None:
    """`virtual_account`: the payer sent to the number that the bank gave one pupil.

    Booked when one invoice or all of them owe this amount, or when only one owes at all; with a memo that names another
    invoice or pupil, a number that was taken back or was ever another's, or several invoices and another amount it
    is proposed. Codes of the pupil's own invoices in the memo say more and decide.
    """
    pupil, is_sure = _holder(case)
    if pupil is None or (case.codes and all(hit.code in pupil.codes for hit in case.codes)):
        return None
    owed = case.account.open_of(pupil)
    if not owed:
        return _already_paid(case, [case.account.claims[code] for code in pupil.codes]) if pupil.codes else None
    claims, fits = _fitting(case, pupil)
    if not is_sure:
        return _of_number(case, claims, Reason("virtual_pupil_former", {"student": pupil.label}))
    if case.codes:
        others = [case.account.claims[hit.code] for hit in case.codes]
        reason = Reason("virtual_pupil_differs", {"student": pupil.label, "other": case.codes[0].code})
        return _of_number(case, [*claims, *others], reason)
    conflict = _name_conflict(case, claims, [])
    if conflict is None and not fits and len(owed) > 1:
        reason = Reason("virtual_pupil_several", {"student": pupil.label, "count": str(len(owed))})
        return _of_number(case, owed, reason)
    return conflict or _booked_for_pupil(case, pupil, claims, fits=fits)


def _holder(case: Case) -> tuple[Pupil | None, bool]:
    """Whose number it was on the day of the transfer; whether that is beyond doubt: still his, and only ever his."""
    holders = case.holders()
    if not holders:
        return None, False
    day = case.transfer.date
    then = [one for one in holders if one.first <= day and (not one.last or day <= one.last)]
    alone = len({one.student_key for one in holders}) == 1  # late money may mean a former holder
    is_sure = alone and len(then) == 1 and (not then[0].last or day < then[0].last)
    return case.account.pupils.by_key.get((then or holders)[-1].student_key), is_sure


def _of_number(case: Case, claims: Sequence[Claim], reason: Reason) -> Decision:
    return _decide(case, Verdict.SUGGEST, Rule.VIRTUAL_ACCOUNT, claims, reason, mark=Evidence.VIRTUAL_ACCOUNT)


def _booked_for_pupil(case: Case, pupil: Pupil, claims: list[Claim], *, fits: bool) -> Decision:
    reason = Reason("virtual_pupil", {"student": pupil.label})
    if not fits:
        doubt = _second_code(case, claims[0])
        if doubt is not None:
            return doubt
        kind = "virtual_pupil_under" if case.amount < claims[0].outstanding else "virtual_pupil_over"
        reason = Reason(kind, {"student": pupil.label, **_sums(case.amount, claims[0].outstanding)})
    return _decide(case, Verdict.AUTO, Rule.VIRTUAL_ACCOUNT, claims, reason, mark=Evidence.VIRTUAL_ACCOUNT)


def one_printed_code(case: Case) -> Decision | None:
    """`exact`, `under`, `over`: one code as printed, an invoice still owing, nothing against it."""
    if len(case.codes) != 1:
        return None
    claim = case.account.claims[case.codes[0].code]
    against = _against(case, [claim], case.codes)
    if against is not None:
        return against
    if case.amount == claim.outstanding:
        return _decide(case, Verdict.AUTO, Rule.EXACT, [claim], _EXACT)
    doubt = _second_code(case, claim)
    if doubt is not None:
        return doubt
    if case.amount < claim.outstanding:
        return _decide(case, Verdict.AUTO, Rule.UNDER, [claim], _differs("under", case.amount, claim.outstanding))
    return _decide(case, Verdict.AUTO, Rule.OVER, [claim], _differs("over", case.amount, claim.outstanding))


def several_printed_codes(case: Case) -> Decision | None:
    """`several`: two or more codes as printed; booked only when what they owe adds up to the transfer."""
    if len(case.codes) < 2:
        return None
    claims = case.claims()
    still_owed = [claim for claim in claims if claim.outstanding > 0]
    if not still_owed:
        return _already_paid(case, claims)
    conflict = _name_conflict(case, claims, case.codes)
    if conflict is not None:
        return conflict
    owed = sum(claim.outstanding for claim in claims)
    if len(still_owed) < len(claims):
        return _decide(case, Verdict.SUGGEST, Rule.SEVERAL, still_owed, Reason("several_some_paid"))
    if owed == case.amount:
        return _decide(case, Verdict.AUTO, Rule.SEVERAL, claims, Reason("several", {"count": str(len(claims))}))
    fitting = [claim for claim in claims if claim.outstanding == case.amount]
    order = [*fitting, *(claim for claim in claims if claim not in fitting)]
    return _decide(case, Verdict.SUGGEST, Rule.SEVERAL, order, _differs("several_differs", case.amount, owed))


def code_of_other_account(case: Case) -> Decision | None:
    """`other_account`: a printed code, but of an invoice payable to another receiving account."""
    if case.codes:
        return None
    for account in case.known.accounts.values():
        hits = printed_codes(case.reading.row, account.index) if account is not case.account else ()
        if hits:
            claims = [account.claims[hit.code] for hit in hits]
            reason = Reason("other_account", {"code": claims[0].code, "account": account.name})
            return _decide(case, Verdict.SUGGEST, Rule.OTHER_ACCOUNT, claims, reason, mark=Evidence.OTHER_ACCOUNT)
    return None


def corrected_code(case: Case) -> Decision | None:
    """`corrected`: one reading over one error; booked only when the amount is exactly what is owed."""
    if case.codes:
        return None
    hits = corrected_codes(case.reading, case.account.index, [])
    if hits:
        references = case.known.frames.spans(case.reading, "reference")
        hits = [hit for hit in hits if all(_overlap(hit, *span) < _REFERENCE_OVERLAP for span in references)]
    if not hits:
        return None
    claims = [case.account.claims[hit.code] for hit in hits]
    if len(hits) > 1:
        return _several_readings(case, hits, claims)
    claim = claims[0]
    against = _against(case, [claim], hits)
    if against is not None:
        return against
    as_read = case.reading.row[hits[0].start : hits[0].end]
    if case.amount == claim.outstanding:
        reason = Reason("corrected", {"read": as_read, "code": claim.code})
        return _decide(case, Verdict.AUTO, Rule.CORRECTED, claims, reason, corrected=hits)
    reason = Reason("corrected_differs", {"read": as_read, "code": claim.code, **_sums(case.amount, claim.outstanding)})
    return _decide(case, Verdict.SUGGEST, Rule.CORRECTED, claims, reason, corrected=hits)


def names_or_payer(case: Case) -> Decision | None:
    """`names`, `payer`: no code, but a pupil's name with class or amount, or a payer known from earlier
    bookings.
    """
    if not case.is_known_account:
        return None
    said = named(case.transfer, case.reading, case.account.pupils, case.known.frames)
    weighed = _weigh(case, said)
    if not weighed:
        return None
    weighed.sort(key=lambda one: one.rank, reverse=True)
    best = weighed[0]
    claims = best.claims
    rule = Rule.PAYER if not best.is_named else Rule.NAMES
    if not claims:
        paid = [case.account.claims[code] for code in best.pupil.codes]
        return _already_paid(case, paid) if paid and best.is_named else None
    tied = [one for one in weighed[1:] if one.rank == best.rank]
    said_by = "names" if rule is Rule.NAMES else "payer" if Evidence.PAYER in best.evidence else "payer_name"
    reason = Reason(said_by, {"student": best.pupil.label})
    if tied:
        reason = Reason(f"{said_by}_tied", {"count": str(len(tied) + 1)})
    candidates = [
        Candidate(claim.code, one.evidence) for one in weighed[:_MOST_CANDIDATES] for claim in one.claims or ()
    ]
    return Decision(
        Verdict.SUGGEST,
        rule,
        reason,
        tuple(claim.code for claim in claims),
        _shares(case.amount, claims),
        tuple(candidates),
    )


def no_fees(case: Case) -> Decision | None:
    """`not_fees`: interest, the school's own transfers and the like. No invoice is proposed, nothing is booked."""
    kind = known_not_fees().kind(case.transfer, case.reading, case.known.own)
    return None if kind is None else Decision(Verdict.NONE, Rule.NOT_FEES, Reason(f"not_fees_{kind}"))


def parents_name(case: Case) -> Decision | None:
    """`payer`: no code and no pupil, but whoever sent the money bears the name of a parent who owes just this amount.

    The name is that which the bank reports, else one that stands in the memo word by word; of a name that many bear
    nothing is said.
    """
    parents = case.account.parents
    if not parents or unknown_codes(case.reading, case.account.index):
        return None
    sender = squeeze(case.transfer.payer_name)
    pupils = parents.get(sender) if sender else _parents_in(case.reading.words, parents)
    fitting = [(one, claims) for one in (pupils or {}).values() for claims, fits in [_fitting(case, one)] if fits]
    if not 1 <= len(fitting) <= _FEW:
        return None
    pupil, claims = fitting[0]
    reason = Reason("parent", {"student": pupil.label})
    if len(fitting) > 1:
        reason = Reason("parent_tied", {"count": str(len(fitting))})
    marks = (Evidence.PARENT, Evidence.AMOUNT)
    return Decision(
        Verdict.SUGGEST, Rule.PAYER, reason, tuple(claim.code for claim in claims), _shares(case.amount, claims),
        tuple(Candidate(claim.code, marks) for _pupil, some in fitting for claim in some),
    )  # fmt: skip


def _parents_in(words: Sequence[str], parents: Mapping[str, Mapping[str, Pupil]]) -> Mapping[str, Pupil] | None:
    """Pupils of the parent named by a run of two to five words, the longest first."""
    for size in range(_LONGEST_NAME, 1, -1):
        for at in range(len(words) - size + 1):
            found = parents.get("".join(words[at : at + size]))
            if found:
                return found
    return None


def few_of_the_amount(case: Case) -> Decision | None:
    """`amount`: no code, name or payer, but the memo speaks of fees and few invoices owe exactly this amount.

    Few are those of a class that the memo mentions, else of the whole receiving account.
    """
    account, pupils = case.account, case.account.pupils
    if not account.is_owed(case.amount):
        return None
    classes = {one.row for one in pupils.classes_in(case.reading)} if pupils.may_name_class(case.reading) else set()
    claims = account.owing(case.amount, classes, most=_FEW)
    if not claims or unknown_codes(case.reading, account.index):
        return None
    if not classes and not known_not_fees().speaks_of_fees(case.reading):
        return None
    marks = (Evidence.CLASS, Evidence.AMOUNT) if classes else (Evidence.AMOUNT,)
    code = "amount_in_class" if classes else "amount_only"
    reason = Reason(code, {"count": str(len(claims)), "student": claims[0].pupil.label})
    best = claims[:1]
    return Decision(
        Verdict.SUGGEST, Rule.AMOUNT, reason, (best[0].code,), _shares(case.amount, best),
        tuple(Candidate(claim.code, marks) for claim in claims),
    )  # fmt: skip


def nothing_found(case: Case) -> Decision:
    """`no_code`: nothing in the memo leads to an invoice."""
    unknown = unknown_codes(case.reading, case.account.index)
    if unknown:
        return Decision(Verdict.NONE, Rule.NO_CODE, Reason("unknown_code", {"code": unknown[0].code}))
    if not case.is_known_account:
        return Decision(Verdict.NONE, Rule.NO_CODE, Reason("unknown_account", {"account": case.transfer.account}))
    return _NO_CODE


CASCADE: tuple[Rulebook, ...] = (
    virtual_account,
    pupils_account,
    one_printed_code,
    several_printed_codes,
    code_of_other_account,
    corrected_code,
    names_or_payer,
    no_fees,
    parents_name,
    few_of_the_amount,
)
_AFTER_VIRTUAL = CASCADE[2:]


def decide(case: Case) -> Decision:
    """The first rule that decides."""
    for rule in CASCADE if case.transfer.virtual_account else _AFTER_VIRTUAL:
        decision = rule(case)
        if decision is not None:
            return decision
    return nothing_found(case)


def _overlap(hit: Found, start: int, end: int) -> int:
    return min(hit.end, end) - max(hit.start, start)


def _against(case: Case, claims: list[Claim], hits: list[Found]) -> Decision | None:
    """What forbids booking a code by itself, whatever the amount."""
    conflict = _name_conflict(case, claims, hits)
    if conflict is not None:
        return conflict
    if max(map(_outstanding, claims)) <= 0:
        return _already_paid(case, claims)
    return None


def _second_code(case: Case, claim: Claim) -> Decision | None:
    """With another amount than owed, any sign of a second code in the memo is asked about."""
    second = corrected_codes(case.reading, case.account.index, case.codes)
    if second:
        claims = [claim, *(case.account.claims[hit.code] for hit in second)]
        reason = Reason("second_code", {"code": second[0].code})
        return _decide(case, Verdict.SUGGEST, Rule.SEVERAL, claims, reason, corrected=second)
    elsewhere = [hit for account in case.other_accounts() for hit in printed_codes(case.reading.row, account.index)]
    unknown = elsewhere or unknown_codes(case.reading, case.account.index)
    if unknown:
        return _decide(case, Verdict.SUGGEST, Rule.SEVERAL, [claim], Reason("second_code", {"code": unknown[0].code}))
    return None


def _already_paid(case: Case, claims: Sequence[Claim]) -> Decision:
    reason = Reason("already_paid", {"code": claims[0].code})
    return _decide(case, Verdict.SUGGEST, Rule.ALREADY_PAID, claims, reason, mark=Evidence.PAID)


def _name_conflict(case: Case, claims: list[Claim], hits: list[Found]) -> Decision | None:
    pupils = case.account.pupils
    said = named(case.transfer, case.reading, pupils, case.known.frames, hits)
    if not said.names and not said.doubtful and not said.classes:
        return None
    own_fit = any(claim.outstanding == case.amount for claim in claims)
    others = conflicting(
        said,
        [claim.pupil for claim in claims],
        reading=case.reading,
        pupils=pupils,
        frames=case.known.frames,
        tempting=lambda pupil: not own_fit and _fitting(case, pupil)[1],
    )
    if not others:
        return None
    classes = {one.row for one in said.classes}
    owed = [claim for pupil in others for claim in case.account.open_of(pupil)]
    owed.sort(key=lambda claim: (claim.pupil.class_row not in classes, claim.outstanding != case.amount))
    meant = [*owed[:1], *claims] if owed else claims
    reason = Reason("name_conflict", {"code": claims[0].code, "student": others[0].label})
    return Decision(
        Verdict.SUGGEST,
        Rule.NAME_CONFLICT,
        reason,
        (meant[0].code,),
        _shares(case.amount, meant[:1]),
        tuple(
            [Candidate(claim.code, _evidence(case, claim, Evidence.NAME)) for claim in owed[:_MOST_CANDIDATES]]
            + [Candidate(claim.code, _evidence(case, claim, Evidence.CODE)) for claim in claims]
        ),
    )


def _several_readings(case: Case, hits: list[Found], claims: list[Claim]) -> Decision:
    apart = all(one.end <= two.start or two.end <= one.start for one in hits for two in hits if one is not two)
    if apart and sum(claim.outstanding for claim in claims) == case.amount:
        return _decide(case, Verdict.SUGGEST, Rule.SEVERAL, claims, Reason("several_corrected"), corrected=hits)
    claims.sort(key=lambda claim: (claim.outstanding != case.amount, claim.outstanding <= 0))
    candidates = tuple(Candidate(claim.code, _evidence(case, claim, Evidence.CODE_CORRECTED)) for claim in claims)
    reason = Reason("ambiguous", {"count": str(len(claims))})
    best = claims[:1]
    codes = tuple(claim.code for claim in best)
    return Decision(Verdict.SUGGEST, Rule.AMBIGUOUS, reason, codes, _shares(case.amount, best), candidates)


@dataclass(slots=True)
class _Weighed:
    pupil: Pupil
    claims: list[Claim]
    rank: tuple[bool, bool, bool, bool, bool, bool]
    evidence: tuple[Evidence, ...]

    @property
    def is_named(self) -> bool:
        return Evidence.NAME in self.evidence or Evidence.SHORT_NAME in self.evidence


def _weigh(case: Case, said: Named) -> list[_Weighed]:
    """Pupils that name, class or payer speak for; a name alone, without class, amount or payer, is too
    little.
    """
    pupils = case.account.pupils
    classes = {one.row for one in said.classes}
    whole = dict.fromkeys(pupil.key for one in said.names for pupil in pupils.by_name[one.row])
    short: dict[str, None] = {}
    if not whole:
        for one in said.classes:
            for beside in pupils.short_names_by(case.reading, one):
                if beside.is_short_name or beside.words not in case.known.frames.memo_phrases:
                    short[beside.pupil.key] = None
    weighed = []
    paid_for = case.payer_pupils()
    by_name = () if paid_for else case.payer_name_pupils()
    for key in dict.fromkeys([*whole, *short, *paid_for, *by_name]):
        pupil = pupils.by_key.get(key)
        if pupil is None:
            continue
        claims, fits = _fitting(case, pupil)
        in_class = pupil.class_row in classes
        known, known_name = key in paid_for, key in by_name and (fits or len(by_name) <= _FEW)
        if not (known or in_class or fits or known_name):
            continue
        rank = (bool(claims), key in whole or key in short, in_class, fits, known, known_name)
        marks = (
            (key in whole, Evidence.NAME),
            (key in short, Evidence.SHORT_NAME),
            (in_class, Evidence.CLASS),
            (fits, Evidence.AMOUNT),
            (known, Evidence.PAYER),
            (known_name, Evidence.PAYER_NAME),
        )
        weighed.append(_Weighed(pupil, claims, rank, tuple(mark for holds, mark in marks if holds)))
    return weighed


def _fitting(case: Case, pupil: Pupil) -> tuple[list[Claim], bool]:
    """The invoices of a pupil that the amount points to, and whether it fits exactly; else the first one
    open.
    """
    owed = case.account.open_of(pupil)
    for claim in owed:
        if claim.outstanding == case.amount:
            return [claim], True
    if len(owed) > 1 and sum(claim.outstanding for claim in owed) == case.amount:
        return owed, True
    return owed[:1], False


def _decide(
    case: Case,
    verdict: Verdict,
    rule: Rule,
    claims: Sequence[Claim],
    reason: Reason,
    *,
    mark: Evidence = Evidence.CODE,
    corrected: Sequence[Found] = (),
) -> Decision:
    slips = [hit.code for hit in corrected] if corrected else ()
    codes, candidates = [], []
    for claim in claims:
        marks = _evidence(case, claim, Evidence.CODE_CORRECTED if claim.code in slips else mark)
        candidates.append(Candidate(claim.code, marks))
        codes.append(claim.code)
    return Decision(verdict, rule, reason, tuple(codes), _shares(case.amount, claims), tuple(candidates))


def _evidence(case: Case, claim: Claim, mark: Evidence) -> tuple[Evidence, ...]:
    if claim.outstanding == case.amount:
        return (mark, Evidence.AMOUNT)
    return (mark, Evidence.PAID) if claim.outstanding <= 0 and mark is not Evidence.PAID else (mark,)


def _shares(amount: int, claims: Sequence[Claim]) -> tuple[Dong, ...]:
    """What each invoice gets, in order, never more than it owes; what is left over stays the family's
    credit.
    """
    if len(claims) == 1:
        return (Dong(min(amount, claims[0].outstanding)),)
    shares = []
    for claim in claims:
        share = min(amount, claim.outstanding)
        amount -= share
        shares.append(Dong(share))
    return tuple(shares)


def _sums(amount: int, owed: int) -> Mapping[str, str]:
    return {"amount": str(Dong(amount)), "owed": str(Dong(owed)), "difference": str(Dong(abs(amount - owed)))}


def _differs(code: str, amount: int, owed: int) -> Reason:
    return Reason(code, _sums(amount, owed))


_outstanding = attrgetter("outstanding")
_MOST_CANDIDATES = 5
_FEW = 3
_LONGEST_NAME = 5  # words
_MOST_OF_A_NAME = 20
_REFERENCE_OVERLAP = 4
_EXACT = Reason("exact")
_NO_CODE = Decision(Verdict.NONE, Rule.NO_CODE, Reason("no_code"))
