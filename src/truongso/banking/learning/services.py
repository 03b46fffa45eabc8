"""Having a payer forgotten, and remembered again."""

from __future__ import annotations

from truongso.banking.learning.models import ForgottenPayer
from truongso.banking.learning.queries import forgotten, learnt
from truongso.banking.learning.types import LearningRefusedError
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required


@transaction_required
def forget(
    school_id: int, *, payer_account: str, payer_name: str, student_id: int, reason: str, actor: Actor
) -> ForgottenPayer:
    """No longer propose the pupil for this payer, until a new payment says so again. Payments stay as they are.

    Raises LearningRefusedError `reason_missing`, `unknown_entry` (nothing of the kind is known, or it is forgotten
    already); nothing is changed then.
    """
    known = {entry.key for entry in learnt(school_id)}
    key = (payer_account, payer_name, student_id)
    return _said(school_id, key, known, reason=reason, is_restored=False, actor=actor)


@transaction_required
def remember(
    school_id: int, *, payer_account: str, payer_name: str, student_id: int, reason: str, actor: Actor
) -> ForgottenPayer:
    """Take the forgetting back: the payments teach what they did before.

    Raises LearningRefusedError `reason_missing`, `unknown_entry` (it is not forgotten); nothing is changed then.
    """
    known = {one.entry.key for one in forgotten(school_id)}
    key = (payer_account, payer_name, student_id)
    return _said(school_id, key, known, reason=reason, is_restored=True, actor=actor)


@transaction_required
def _said(
    school_id: int, key: tuple[str, str, int], known: set[tuple[str, str, int]], *, reason: str, is_restored: bool,
    actor: Actor,
) -> ForgottenPayer:  # fmt: skip
    why = reason.strip()[:300]
    if not why:
        raise LearningRefusedError("reason_missing")
    if key not in known:
        raise LearningRefusedError("unknown_entry")
    account, name, student_id = key
    made: ForgottenPayer = ForgottenPayer.objects.create(
        school_id=school_id, payer_account=account, payer_name=name, student_id=student_id, reason=why,
        forgotten_at=clock.now(), forgotten_by=actor.user_id, is_restored=is_restored,
    )  # fmt: skip
    audit.record(
        actor, "banking:learning:remember" if is_restored else "banking:learning:forget", school_id=school_id,
        subject=("forgotten_payer", made.pk), reason=why, params={"account": account, "student": student_id},
    )  # fmt: skip
    return made
