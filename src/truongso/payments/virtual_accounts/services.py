"""Giving pupils numbers, one by one, by the bank's rule or from its list; taking them back; replacing them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from truongso.fees.types import LENGTH as CODE_LENGTH
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.among import among
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold, tidy
from truongso.kernel.sheets import read_sheets
from truongso.organizations.public import BankAccount, lock_school
from truongso.payments.virtual_accounts import registry
from truongso.payments.virtual_accounts.models import VirtualAccount, VirtualAccountList, VirtualAccountRule
from truongso.payments.virtual_accounts.queries import rule_of, students_with
from truongso.payments.virtual_accounts.reading import read_list
from truongso.payments.virtual_accounts.types import (
    LONGEST,
    NUMBER,
    PREFIX,
    ListRow,
    RefusedRow,
    RuleKind,
    VirtualAccountRefusedError,
    plain,
)
from truongso.people.public import Student

_DIGITS = (3, 12)
_REASON = 200


@dataclass(frozen=True, slots=True)
class Given:
    """A number that a list or the rule would give to a pupil."""

    student_id: int
    student_name: str
    class_name: str
    number: str
    row_number: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What would become of a list: numbers to give, pupils who have exactly this number already, refused rows."""

    given: tuple[Given, ...]
    known: int
    refused: tuple[RefusedRow, ...]


@transaction_required
def assign(account: BankAccount, *, student: Student, number: str, actor: Actor) -> VirtualAccount:
    """Give a pupil a number on a receiving account from today on.

    Raises VirtualAccountRefusedError `unknown_account`, `unknown_pupil`, `bad_number`, `own_account`, `number_taken`,
    `pupil_has_one` (replace it instead), `no_rule`, `not_of_rule`, `number_was_others`.
    """
    _hold(account)
    if student.school_id != account.school_id:
        raise VirtualAccountRefusedError("unknown_pupil")
    number = plain(number)
    if fault := _faults(account, [(number, student.pk)]).get((number, student.pk)):
        raise VirtualAccountRefusedError(fault, number=number[:LONGEST])
    if student.pk in students_with(account.school_id, account.pk):
        raise VirtualAccountRefusedError("pupil_has_one", number=number)
    made = _give(account, [Given(student.pk, student.full_name, "", number)], actor)[0]
    _record(actor, "assign", made)
    return made


@transaction_required
def release(held: VirtualAccount, *, reason: str, actor: Actor) -> VirtualAccount:
    """Take a number back from today on; money that still comes to it is proposed for its former holder.

    Raises VirtualAccountRefusedError `not_active`, `reason_missing`.
    """
    reason = tidy(reason)[:_REASON]
    if not reason:
        raise VirtualAccountRefusedError("reason_missing")
    rows = VirtualAccount.objects.for_school(held.school_id).filter(pk=held.pk, released_on__isnull=True)
    day = max(clock.today(), held.assigned_on)
    if not rows.update(released_on=day, release_reason=reason, released_by=actor.user_id):
        raise VirtualAccountRefusedError("not_active")
    held.refresh_from_db()
    _record(actor, "release", held, reason=reason)
    return held


@transaction_required
def replace(held: VirtualAccount, *, number: str, reason: str, actor: Actor) -> VirtualAccount:
    """Give the pupil another number in place of this one. Raises as `release` and `assign`, and `same_number`."""
    if plain(number) == held.number:
        raise VirtualAccountRefusedError("same_number")
    release(held, reason=reason, actor=actor)
    return assign(held.bank_account, student=held.student, number=number, actor=actor)


def checked_prefix(account: BankAccount, *, kind: RuleKind, prefix: str, digits: int) -> str:
    """The prefix as kept, of a rule that can make numbers on this account.

    Raises VirtualAccountRefusedError `unknown_account`, `bad_prefix`, `bad_digits` (least, most), `code_digits`
    (length: that of an invoice's code), `no_room` (the numbers would be longer than 19 symbols).
    """
    if not account.is_active:
        raise VirtualAccountRefusedError("unknown_account")
    prefix = plain(prefix)
    if not PREFIX.fullmatch(prefix):
        raise VirtualAccountRefusedError("bad_prefix")
    if not _DIGITS[0] <= digits <= _DIGITS[1]:
        raise VirtualAccountRefusedError("bad_digits", least=_DIGITS[0], most=_DIGITS[1])
    if kind is RuleKind.INVOICE_CODE and digits != CODE_LENGTH:
        raise VirtualAccountRefusedError("code_digits", length=CODE_LENGTH)
    if len(prefix) + digits > LONGEST:
        raise VirtualAccountRefusedError("no_room")
    return prefix


@transaction_required
def set_rule(
    account: BankAccount,
    *,
    kind: RuleKind,
    prefix: str,
    digits: int,
    on_notices: bool,
    proposed_by: int,
    approved_by: int,
    actor: Actor,
) -> VirtualAccountRule:
    """How the bank makes numbers on this account, as one person asked and another approved. Numbers given stay.

    Numbers of a time without such rules that fit are shown to families from now on. With a number per invoice,
    numbers of pupils stay good for money that comes, and are shown no more.
    """
    _hold(account)
    values = {
        "kind": kind.value, "prefix": prefix, "digits": digits, "on_notices": on_notices, "proposed_by": proposed_by,
        "approved_by": approved_by,
    }  # fmt: skip
    rules = VirtualAccountRule.objects.for_school(account.school_id).filter(bank_account=account)
    rule = rules.first() or VirtualAccountRule(school_id=account.school_id, bank_account=account)
    for name, value in values.items():
        setattr(rule, name, value)
    rule.save()
    rows = VirtualAccount.objects.for_school(account.school_id).filter(
        bank_account=account, is_of_rule=False, number__startswith=prefix
    )
    if kind.is_per_invoice:
        rows = rows.none()
    fitting = [pk for pk, number in rows.values_list("pk", "number") if _fits(rule, number)]
    rows.filter(among("pk", fitting)).update(is_of_rule=True)
    audit.record(
        actor, "payments:virtual_account:rule", school_id=account.school_id,
        subject=("bank_account", account.public_id), params=values,
    )  # fmt: skip
    return rule


def by_rule(account: BankAccount, *, students: Sequence[Student]) -> Judged:
    """What the bank's rule would give these pupils who have none yet; changes nothing.

    A pupil without a code of letters and digits is refused where the rule uses it. Raises `no_rule`,
    `rule_per_invoice`.
    """
    rule = rule_of(account.school_id, account.pk)
    if rule is None:
        raise VirtualAccountRefusedError("no_rule")
    if RuleKind(rule.kind).is_per_invoice:
        raise VirtualAccountRefusedError("rule_per_invoice")
    have = students_with(account.school_id, account.pk)
    waiting = [one for one in students if one.pk not in have]
    coded = rule.kind == RuleKind.PUPIL_CODE.value
    made = _by_code(rule, waiting) if coded else _by_sequence(rule, account, waiting)
    rows = [(ListRow(at, number, name=one.full_name), one) for at, (one, number) in enumerate(made, start=1)]
    judged = _judged(account, [x for x in rows if x[0].number], known=len(students) - len(waiting))
    without = [RefusedRow(row, "pupil_without_code" if coded else "no_room") for row, _one in rows if not row.number]
    return Judged(judged.given, judged.known, tuple(sorted([*judged.refused, *without], key=_by_row)))


@transaction_required
def assign_by_rule(account: BankAccount, *, students: Sequence[Student], actor: Actor) -> int:
    """Give the rule's numbers to those of the pupils who have none; how many got one.

    Raises VirtualAccountRefusedError `unknown_account`, `no_rule`, `nothing_to_assign`.
    """
    _hold(account)
    judged = by_rule(account, students=students)
    if not judged.given:
        raise VirtualAccountRefusedError("nothing_to_assign")
    _give(account, judged.given, actor)
    audit.record(
        actor, "payments:virtual_account:by_rule", school_id=account.school_id,
        subject=("bank_account", account.public_id), params={"count": len(judged.given)},
    )  # fmt: skip
    return len(judged.given)


@transaction_required
def store_list(account: BankAccount, *, content: bytes, file_name: str, actor: Actor) -> VirtualAccountList:
    """Read a bank's list and keep its rows for a look; nobody gets a number yet.

    Raises SheetError when it is no table, VirtualAccountRefusedError `no_columns`, `no_rows`, `too_many_rows`.
    """
    rows = read_list(read_sheets(content, file_name))
    kept: VirtualAccountList = VirtualAccountList.objects.create(
        school_id=account.school_id, bank_account=account, file_name=file_name[:200],
        sha256=hashlib.sha256(content).hexdigest(), rows=[asdict(row) for row in rows], uploaded_at=clock.now(),
        uploaded_by=actor.user_id,
    )  # fmt: skip
    return kept


def judge_list(kept: VirtualAccountList) -> Judged:
    """What the rows of a list mean as things stand now; 5 queries whatever the number."""
    rows = [ListRow(**row) for row in kept.rows]
    found, unclear = _pupils(kept.school_id, rows)
    have = {
        row.student_id: row.number
        for row in VirtualAccount.objects.for_school(kept.school_id).filter(
            bank_account_id=kept.bank_account_id, released_on__isnull=True
        )
    }
    meant = [(row, found[row.row_number]) for row in rows if row.row_number in found]
    known = [row for row, student in meant if have.get(student.pk) == row.number]
    fresh = [(row, student) for row, student in meant if have.get(student.pk) != row.number]
    judged = _judged(kept.bank_account, fresh, known=len(known), have=have)
    return Judged(judged.given, judged.known, tuple(sorted([*judged.refused, *unclear], key=_by_row)))


@transaction_required
def apply_list(kept: VirtualAccountList, *, actor: Actor) -> int:
    """Give the numbers of a list that can be given; refused rows stay out. How many got one.

    Raises VirtualAccountRefusedError `unknown_account`, `already_applied`, `nothing_accepted`.
    """
    _hold(kept.bank_account)
    current: VirtualAccountList = VirtualAccountList.objects.for_school(kept.school_id).get(pk=kept.pk)
    if current.applied_at is not None:
        raise VirtualAccountRefusedError("already_applied")
    judged = judge_list(current)
    if not judged.given:
        raise VirtualAccountRefusedError("nothing_accepted")
    _give(current.bank_account, judged.given, actor)
    current.applied_at, current.assigned = clock.now(), len(judged.given)
    current.save(update_fields=["applied_at", "assigned"])
    audit.record(
        actor, "payments:virtual_account:list", school_id=kept.school_id, subject=("list", kept.public_id),
        params={"file": kept.file_name, "count": len(judged.given), "refused": len(judged.refused)},
    )  # fmt: skip
    return len(judged.given)


def _judged(
    account: BankAccount, rows: Sequence[tuple[ListRow, Student]], *, known: int, have: dict[int, str] | None = None
) -> Judged:
    """Rows with their pupils against each other and against what was given before."""
    faults = _faults(account, [(row.number, student.pk) for row, student in rows])
    given: list[Given] = []
    refused: list[RefusedRow] = []
    numbers: dict[str, int] = {}
    pupils: dict[int, int] = {}
    for row, student in rows:
        if first := numbers.get(row.number) or pupils.get(student.pk):
            refused.append(RefusedRow(row, "row_twice", {"first": first}))
        elif fault := faults.get((row.number, student.pk)):
            refused.append(RefusedRow(row, fault, {"number": row.number}))
        elif have and student.pk in have:
            refused.append(RefusedRow(row, "pupil_has_one", {"number": have[student.pk]}))
        else:
            numbers[row.number] = pupils[student.pk] = row.row_number
            given.append(Given(student.pk, student.full_name, row.class_name, row.number, row.row_number))
    return Judged(tuple(given), known, tuple(refused))


def _faults(account: BankAccount, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Numbers that cannot be given to these pupils (by id) at this bank, each with the reason; 3 queries."""
    pairs = set(wanted)
    asked = {number for number, _student in pairs}
    rule = rule_of(account.school_id, account.pk)
    own = BankAccount.objects.across_schools("a number belongs to one account of a bank, whoever's it is")
    accounts = set(own.filter(bank_bin=account.bank_bin, number__in=asked).values_list("number", flat=True))
    ever = VirtualAccount.objects.across_schools("a number belongs to one pupil of a bank, whoever's he is")
    rows = ever.filter(bank_bin=account.bank_bin, number__in=asked)
    holders: dict[str, set[int]] = defaultdict(set)
    given = registry.holders(account.bank_bin, asked)
    present = set()
    for number, student_id, released_on in rows.values_list("number", "student_id", "released_on"):
        holders[number].add(student_id)
        if released_on is None:
            present.add(number)

    def fault(number: str, student_id: int) -> str:
        if number in present:
            return "number_taken"
        holder = given.get(number, registry.pupil(student_id))
        if registry.is_invoice(holder):
            return "number_of_invoice"
        # Money that is still on its way to a number must find the one who gave it to his bank.
        is_others = holder != registry.pupil(student_id) or bool(holders[number] - {student_id})
        return "number_was_others" if is_others else ""

    return {
        (number, student_id): code
        for number, student_id in pairs
        if (code := _misfit(rule, number, is_account=number in accounts) or fault(number, student_id))
    }


def _misfit(rule: VirtualAccountRule | None, number: str, *, is_account: bool) -> str:
    """Why a number is none of the rule, whoever's it is; "" when it is one. The school's own account says so itself."""
    if not NUMBER.fullmatch(number):
        return "bad_number"
    if is_account:
        return "own_account"
    if rule is None:
        return "no_rule"
    if RuleKind(rule.kind).is_per_invoice:
        return "rule_per_invoice"
    return "" if _fits(rule, number) else "not_of_rule"


def _fits(rule: VirtualAccountRule, number: str) -> bool:
    return number.startswith(rule.prefix) and len(number) == len(rule.prefix) + rule.digits


def _pupils(school_id: int, rows: Sequence[ListRow]) -> tuple[dict[int, Student], list[RefusedRow]]:
    """The pupil each row names, by row: by code, else by name and class, where exactly one fits."""
    students = list(Student.objects.for_school(school_id).prefetch_related("enrolments__school_class"))
    by_code: dict[str, list[Student]] = defaultdict(list)
    by_name: dict[str, list[Student]] = defaultdict(list)
    for student in students:
        by_name[student.name_fold].append(student)
        for code in {fold(student.school_code), fold(student.sector_code)} - {""}:
            by_code[code].append(student)
    found, refused = {}, []
    for row in rows:
        fitting = by_code.get(fold(row.pupil_code), []) if row.pupil_code else _in_class(by_name, row)
        if len(fitting) == 1:
            found[row.row_number] = fitting[0]
        elif fitting:
            refused.append(RefusedRow(row, "pupil_unclear", {"count": len(fitting)}))
        else:
            refused.append(RefusedRow(row, "unknown_pupil"))
    return found, refused


def _in_class(by_name: dict[str, list[Student]], row: ListRow) -> list[Student]:
    named = by_name.get(fold(row.name), [])
    wanted = fold(row.class_name).replace(" ", "")
    return [one for one in named if wanted in _classes(one)] if wanted else named


def _classes(student: Student) -> set[str]:
    seats = [seat for seat in student.enrolments.all() if seat.valid_to is None]
    return {seat.school_class.name_fold.replace(" ", "") for seat in seats}


def _by_code(rule: VirtualAccountRule, students: Iterable[Student]) -> list[tuple[Student, str]]:
    """Prefix and the pupil's own code; "" for a pupil without one."""
    return [(one, f"{rule.prefix}{code}" if (code := plain(one.school_code or one.sector_code)) else "")
            for one in students]  # fmt: skip


def _by_sequence(
    rule: VirtualAccountRule, account: BankAccount, students: Iterable[Student]
) -> list[tuple[Student, str]]:
    """Prefix and the next numbers in order; those ever given are not used again, so that late money finds its pupil."""
    last = registry.last_counted(account.bank_bin, rule.prefix, rule.digits)
    numbered = [(one, f"{last + at:0{rule.digits}}") for at, one in enumerate(students, start=1)]
    return [(one, f"{rule.prefix}{digits}" if len(digits) == rule.digits else "") for one, digits in numbered]


def _give(account: BankAccount, given: Collection[Given], actor: Actor) -> list[VirtualAccount]:
    now, today = clock.now(), clock.today()
    registry.claim(account.bank_bin, {one.number: registry.pupil(one.student_id) for one in given})
    return VirtualAccount.objects.bulk_create(
        VirtualAccount(
            school_id=account.school_id, bank_account=account, bank_bin=account.bank_bin, student_id=one.student_id,
            number=one.number, is_of_rule=True, assigned_on=today, created_at=now, created_by=actor.user_id,
        )
        for one in given
    )  # fmt: skip


def _hold(account: BankAccount) -> None:
    """One change of a school's numbers at a time, on an account in use."""
    lock_school(account.school)
    if not account.is_active:
        raise VirtualAccountRefusedError("unknown_account")


def _record(actor: Actor, action: str, held: VirtualAccount, **params: str) -> None:
    audit.record(
        actor, f"payments:virtual_account:{action}", school_id=held.school_id,
        subject=("student", held.student.public_id), params={"number": held.number, **params},
    )  # fmt: skip


def _by_row(refused: RefusedRow) -> int:
    return refused.row.row_number
