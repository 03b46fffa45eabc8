"""Printing receipts: the first print is the payer's copy, every later one says that it is a copy and which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from truongso.kernel import audit
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction_required
from truongso.kernel.models import AuditEntry
from truongso.payments.models import Receipt
from truongso.payments.receipt_paper import ReceiptPaper, papers_of

PRINTED = "payments:receipt:print"


@transaction_required
def print_receipts(school_id: int, *, receipts: Sequence[Receipt], actor: Actor) -> list[ReceiptPaper]:
    """Record who prints what and give the papers, in order; receipts come with `cancellations` prefetched.

    The print is recorded first: the audit head it locks lets one of two printing at once be the first.
    """
    acts = [
        audit.Act(PRINTED, "receipt", str(r.pk), {"number": r.number, "year": r.year, "book": r.book}) for r in receipts
    ]
    audit.record_many(actor, school_id=school_id, acts=acts)
    subjects = [act.subject_id for act in acts]
    prints = AuditEntry.objects.filter(school_id=school_id, subject_kind="receipt", subject_id__in=subjects)
    times = Counter(prints.filter(action=PRINTED).values_list("subject_id", flat=True))
    papers = zip(receipts, papers_of(receipts), strict=True)
    return [paper.as_printed(times[str(r.pk)]) for r, paper in papers]
