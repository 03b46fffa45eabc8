"""Reads of partners: their lists, which are in operation, and payments that may prove a connection."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from truongso.kernel import clock
from truongso.payments.bills.models import BillPartner
from truongso.payments.bills.types import SOURCE_PREFIX
from truongso.payments.gateways.models import AttemptMoney
from truongso.payments.models import Payment
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.rules import ends_within
from truongso.payments.partners.types import MOST_TEST, PartnerKind
from truongso.payments.pos.models import PosSlip
from truongso.payments.types import EvidenceKind

_SHOWN = 10


def files_of(school_id: int) -> list[PartnerFile]:
    """All lists of a school, by kind and name, with the payments that prove them; 1 query."""
    rows = PartnerFile.objects.for_school(school_id).select_related("test_payment")
    return list(rows.order_by("kind", "name", "pk"))


def file_of(school_id: int, kind: PartnerKind, subject: str) -> PartnerFile | None:
    """The list of one partner; 1 query."""
    rows = PartnerFile.objects.for_school(school_id).select_related("test_payment")
    found: PartnerFile | None = rows.filter(kind=kind.value, subject=subject).first()
    return found


def file_by_public_id(school_id: int, public_id: str) -> PartnerFile | None:
    """One list of the school."""
    rows = PartnerFile.objects.for_school(school_id).select_related("test_payment")
    found: PartnerFile | None = rows.filter(public_id=public_id).first()
    return found


def in_operation(kind: PartnerKind, subject: str) -> Exists:
    """A condition on rows of a school: the partner named by their column `subject` is in operation."""
    files = PartnerFile.objects.of_outer_school()
    return Exists(files.filter(kind=kind.value, subject=OuterRef(subject), live_at__isnull=False))


def ending(school_id: int) -> list[PartnerFile]:
    """Partners in operation whose contract ends within 30 days or has ended, the first to end first; 1 query."""
    rows = PartnerFile.objects.for_school(school_id).filter(live_at__isnull=False, ends_on__isnull=False)
    return [file for file in rows.order_by("ends_on", "pk") if ends_within(file.ends_on, clock.today())]


def possible_proofs(file: PartnerFile) -> list[Payment]:
    """Standing payments that came through the partner and are small enough for a test, the newest first.

    Of feeds nothing is known here: bank lines are told to `banking`.
    """
    rows = Payment.objects.for_school(file.school_id).filter(reversed_at__isnull=True)
    through = _through(file)
    return [] if through is None else list(rows.filter(through).order_by("-pk")[:_SHOWN])


def _through(file: PartnerFile) -> Q | None:
    kind = PartnerKind(file.kind)
    if kind is PartnerKind.GATEWAY:
        moneys: QuerySet[AttemptMoney] = AttemptMoney.objects.for_school(file.school_id)
        evidence = moneys.filter(channel__public_id=file.subject).values("evidence_id")
        return Q(evidence_id__in=evidence, evidence__amount__lte=MOST_TEST)
    if kind is PartnerKind.ACQUIRER:
        slips: QuerySet[PosSlip] = PosSlip.objects.for_school(file.school_id)
        slipped = slips.filter(terminal__acquirer=file.subject).values("evidence_id")
        return Q(evidence_id__in=slipped, evidence__amount__lte=MOST_TEST)
    if kind is PartnerKind.BILL:
        partner = BillPartner.objects.filter(public_id=file.subject).first()
        source = f"{SOURCE_PREFIX}{partner.code}" if partner else ""
        return Q(evidence__kind=EvidenceKind.NOTICE.value, evidence__source=source)
    return None
