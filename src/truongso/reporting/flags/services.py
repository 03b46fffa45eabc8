"""Looking and writing down what is found; the school's explanation and the department's word on it."""

from __future__ import annotations

from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.organizations.public import School, lock_school
from truongso.reporting.flags.gather import findings
from truongso.reporting.flags.models import Flag, FlagCheck, FlagLine, FlagNote
from truongso.reporting.flags.types import Finding
from truongso.reporting.periods import Period, before, quarter

_KEEPS_LOOKING = 45  # days after a quarter during which it is still looked at


class FlagRefusedError(Exception):
    """A word that cannot be taken. `code` is stable: `text_missing`, `needs_person`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def quarters_to_check() -> list[Period]:
    """The running quarter, and the one before while it is fresh."""
    today = clock.today()
    now = quarter(today.year, (today.month + 2) // 3)
    earlier = before(now)
    return [now, earlier] if (today - earlier.last).days <= _KEEPS_LOOKING else [now]


@transaction_required
def check_school(school: School) -> int:
    """Look at a school's payments and write down what is found; what is found no longer is marked so. How many stand.

    Doing it again changes nothing but the time of looking.
    """
    lock_school(school)
    now = clock.now()
    standing = 0
    for period in quarters_to_check():
        known = {(f.pattern, f.subject): f for f in Flag.objects.for_school(school).filter(period=period.key)}
        for finding in findings(school.pk, period):
            flag = known.pop((finding.pattern.value, finding.subject), None)
            _write(school, period, finding, flag)
            standing += 1
        gone = [f.pk for f in known.values() if f.gone_at is None]
        Flag.objects.for_school(school).filter(pk__in=gone).update(gone_at=now)
    checks = FlagCheck.objects.for_school(school)
    if not checks.update(checked_at=now, due=False):
        FlagCheck.objects.create(school_id=school.pk, checked_at=now)
    return standing


@transaction_required
def ask_for_check(school_ids: list[int]) -> None:
    """Have these schools looked at again with the next tick."""
    known = FlagCheck.objects.for_schools(school_ids)
    known.update(due=True)
    missing = set(school_ids) - set(known.values_list("school_id", flat=True))
    FlagCheck.objects.bulk_create(FlagCheck(school_id=pk, due=True) for pk in sorted(missing))


@transaction_required
def write_note(flag: Flag, *, text: str, of_school: bool, actor: Actor) -> FlagNote:
    """The school explains, or the department answers. Raises FlagRefusedError `text_missing`, `needs_person`."""
    words = " ".join(text.split())[:1000]
    if actor.user_id is None:
        raise FlagRefusedError("needs_person")
    if not words:
        raise FlagRefusedError("text_missing")
    note: FlagNote = FlagNote.objects.create(
        school_id=flag.school_id, flag=flag, of_school=of_school, text=words, made_at=clock.now(),
        made_by=actor.user_id,
    )  # fmt: skip
    verb = "explain" if of_school else "answer"
    audit.record(
        actor, f"reporting:flag:{verb}", school_id=flag.school_id, subject=("flag", flag.public_id), reason=words[:300]
    )
    return note


@transaction_required
def review(flag: Flag, *, actor: Actor) -> None:
    """The department takes note: nothing more to explain. Raises FlagRefusedError `needs_person`."""
    if actor.user_id is None:
        raise FlagRefusedError("needs_person")
    Flag.objects.for_school(flag.school_id).filter(pk=flag.pk).update(
        reviewed_at=clock.now(), reviewed_by=actor.user_id
    )
    audit.record(actor, "reporting:flag:review", school_id=flag.school_id, subject=("flag", flag.public_id))


def _write(school: School, period: Period, finding: Finding, flag: Flag | None) -> None:
    now = clock.now()
    values = {"params": dict(finding.params), "amount": finding.amount, "seen_at": now, "gone_at": None}
    if flag is None:
        flag = Flag.objects.create(
            school_id=school.pk, period=period.key, pattern=finding.pattern.value, subject=finding.subject,
            found_at=now, **values,
        )  # fmt: skip
        known: set[int] = set()
    else:
        known = set(FlagLine.objects.for_school(school).filter(flag=flag).values_list("payment_id", flat=True))
        if set(finding.payments) - known:  # there is more than the department has seen
            values |= {"reviewed_at": None, "reviewed_by": None}
        Flag.objects.for_school(school).filter(pk=flag.pk).update(**values)
    lines = FlagLine.objects.for_school(school).filter(flag=flag)
    lines.filter(payment_id__in=known - set(finding.payments)).delete()
    FlagLine.objects.bulk_create(
        FlagLine(school_id=school.pk, flag=flag, payment_id=pk) for pk in finding.payments if pk not in known
    )
