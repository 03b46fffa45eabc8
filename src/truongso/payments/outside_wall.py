"""Tables of this room that stand outside row-level security (ADR 0009): why, and what guards them instead."""

from __future__ import annotations

OUTSIDE: dict[str, str] = {
    "payments.BillPartner": (
        "found by the key of a call before any school is known, and may serve all schools of the installation; "
        "pages ask by owner, secrets are sealed"
    ),
    "payments.BillCall": (
        "digests of calls against repetition, before any school is known; an answer is given again to the same "
        "signed call alone"
    ),
    "payments.SigningKey": ("public keys of the installation"),
    "payments.GivenNumber": (
        "banks know no schools: a number is given once over all of them; the row says nothing of a school"
    ),
}
