"""Tables of this room that stand outside row-level security (ADR 0009): why, and what guards them instead."""

from __future__ import annotations

OUTSIDE: dict[str, str] = {
    "organizations.OrgUnit": ("units above schools: public names"),
    "organizations.School": (
        "which schools there are is public (their pages of payment information); a scope names rows of this table"
    ),
    "organizations.Supervision": (
        "which unit looks after which school since when: public, and the scope of officers is found from it"
    ),
    "organizations.SchoolYear": ("of the installation: dates of school years"),
    "organizations.PaymentTemplate": ("of a unit, followed by all its schools"),
    "organizations.PaymentTemplateField": ("of a unit's template"),
}
