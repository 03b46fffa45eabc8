"""How each kind of print makes one of its parts and has it kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.organizations.public import School
from truongso.payments.fee_notices.pdf import notices_pdf
from truongso.payments.fee_notices.queries import letterhead, notices_by_class
from truongso.payments.fee_notices.types import Scope
from truongso.payments.models import Receipt
from truongso.payments.printing.types import PrintKind
from truongso.payments.prints import print_receipts
from truongso.payments.receipt_pdf import receipts_pdf

PartParams = dict[str, Any]
Keep = Callable[[bytes], None]
Maker = Callable[[School, PartParams, PartParams, Actor, Keep], None]


def notices_part(school: School, shared: PartParams, part: PartParams, actor: Actor, keep: Keep) -> None:
    """Notices of some classes of a round. Empty when everything was paid in the meantime."""
    scope = Scope(int(shared["round_id"]), class_names=tuple(part["classes"]))
    groups = [notices for _name, notices in notices_by_class(school.pk, scope)]
    made = notices_pdf(letterhead(school), groups, whole_pile=bool(shared["whole_pile"])) if groups else b""
    with transaction():
        keep(made)


def receipts_part(school: School, shared: PartParams, part: PartParams, actor: Actor, keep: Keep) -> None:
    """Receipts by their row ids; recorded as printed together with the file, so that no print is counted in vain."""
    rows = Receipt.objects.for_school(school).filter(pk__in=part["receipts"]).prefetch_related("cancellations")
    found = list(rows.order_by("pk"))
    with transaction():
        keep(receipts_pdf(print_receipts(school.pk, receipts=found, actor=actor)))


MAKERS: dict[PrintKind, Maker] = {PrintKind.FEE_NOTICES: notices_part, PrintKind.RECEIPTS: receipts_part}
