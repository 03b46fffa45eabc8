"""Which role may do what (least-privilege matrix), as data. IT administrators see no money."""

from __future__ import annotations

from truongso.accounts.types import Permission as P, Role

_SCHOOL_MONEY_READ = frozenset(
    {
        P.SCHOOL_DASHBOARD_READ, P.SCHOOL_STUDENT_READ, P.SCHOOL_FEE_READ, P.SCHOOL_ROUND_READ, P.SCHOOL_INVOICE_READ,
        P.SCHOOL_PAYMENT_READ, P.SCHOOL_MATCH_READ, P.SCHOOL_REPORT_READ, P.SCHOOL_EXPORT_READ,
    }
)  # fmt: skip

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.ACCOUNTANT: _SCHOOL_MONEY_READ
    | {
        P.SCHOOL_STUDENT_IMPORT, P.SCHOOL_STUDENT_WRITE, P.SCHOOL_EXEMPTION_WRITE, P.SCHOOL_FEE_WRITE,
        P.SCHOOL_ROUND_WRITE, P.SCHOOL_ROUND_ISSUE, P.SCHOOL_INVOICE_ADJUST, P.SCHOOL_PAYMENT_BOOK, P.SCHOOL_STATEMENT_IMPORT,
        P.SCHOOL_MATCH_DECIDE, P.SCHOOL_FEED_WRITE,
    },
    Role.CASHIER: frozenset(
        {
            P.SCHOOL_DASHBOARD_READ, P.SCHOOL_STUDENT_READ, P.SCHOOL_INVOICE_READ, P.SCHOOL_PAYMENT_READ,
            P.SCHOOL_PAYMENT_BOOK,
        }
    ),
    Role.PRINCIPAL: _SCHOOL_MONEY_READ | {P.SCHOOL_FEED_WRITE},
    Role.HOMEROOM_TEACHER: frozenset(),
    Role.IT_ADMIN: frozenset({P.SCHOOL_STUDENT_READ, P.SCHOOL_STUDENT_IMPORT, P.SCHOOL_STUDENT_WRITE}),
    Role.OFFICER: frozenset({P.UNIT_OVERVIEW_READ}),
    Role.OPERATOR: frozenset(),
}  # fmt: skip


def allows(role: Role, permission: P) -> bool:
    """True when the role holds the permission."""
    return permission in PERMISSIONS[role]
