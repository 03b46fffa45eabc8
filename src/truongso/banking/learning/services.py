"""Having a payer forgotten."""

from __future__ import annotations

from truongso.banking.learning.models import ForgottenPayer
from truongso.banking.learning.queries import learnt
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
    why = reason.strip()[:300]
    if not why:
        raise LearningRefusedError("reason_missing")
    if (payer_account, payer_name, student_id) not in {entry.key for entry in learnt(school_id)}:
        raise LearningRefusedError("unknown_entry")
    made: ForgottenPayer = ForgottenPayer.objects.create(
        school_id=school_id, payer_account=payer_account, payer_name=payer_name, student_id=student_id, reason=why,
        forgotten_at=clock.now(), forgotten_by=actor.user_id,
    )  # fmt: skip
    audit.record(
        actor, "banking:learning:forget", school_id=school_id, subject=("forgotten_payer", made.pk), reason=why,
        params={"account": payer_account, "student": student_id},
    )  # fmt: skip
    return made
