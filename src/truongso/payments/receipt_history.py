"""What happened to a receipt, from the audit trail, as lines of a history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from truongso.kernel.models import AuditEntry
from truongso.payments.models import Receipt
from truongso.payments.prints import PRINTED


def history_of(receipt: Receipt) -> list[dict[str, Any]]:
    """Booked, printed, undone: who and when, the newest first; 1 query."""
    about = Q(subject_kind="receipt", subject_id=str(receipt.pk), action=PRINTED) | Q(
        subject_kind="payment", subject_id=str(receipt.payment_id)
    )
    entries = AuditEntry.objects.filter(about, school_id=receipt.school_id).order_by("-seq")
    return [{"at": entry.at, "note": _note(entry), **_shown(entry.action)} for entry in entries]


def _shown(action: str) -> dict[str, str]:
    known = {
        "payments:payment:book": {"title": _("Ghi nhận, phát hành biên lai"), "kind": "ok", "icon": "circle-check"},
        "payments:payment:undo": {"title": _("Hoàn tác, huỷ biên lai"), "kind": "bad", "icon": "arrow-back-up"},
        PRINTED: {"title": _("In biên lai"), "kind": "", "icon": "printer"},
    }
    return known.get(action, {"title": action, "kind": "", "icon": "point"})


def _note(entry: AuditEntry) -> str:
    return f"{entry.actor_label}: {entry.reason}" if entry.reason else entry.actor_label
