"""Which role may do what (least-privilege matrix), as data. IT administrators see no money."""

from __future__ import annotations

from truongso.accounts.types import Permission, Role

_P = Permission

_SCHOOL_MONEY_READ = frozenset(
    {
        _P.SCHOOL_DASHBOARD_READ, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_FEE_READ, _P.SCHOOL_ROUND_READ,
        _P.SCHOOL_INVOICE_READ, _P.SCHOOL_PAYMENT_READ, _P.SCHOOL_MATCH_READ, _P.SCHOOL_REPORT_READ,
        _P.SCHOOL_EXPORT_READ, _P.SCHOOL_CASH_READ, _P.SCHOOL_REFUND_READ,
        _P.SCHOOL_REMINDER_READ,
    }
)  # fmt: skip

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ACCOUNTANT: _SCHOOL_MONEY_READ
    | {
        _P.SCHOOL_STUDENT_IMPORT, _P.SCHOOL_STUDENT_WRITE, _P.SCHOOL_EXEMPTION_WRITE, _P.SCHOOL_FEE_WRITE,
        _P.SCHOOL_ROUND_WRITE, _P.SCHOOL_ROUND_ISSUE, _P.SCHOOL_INVOICE_ADJUST, _P.SCHOOL_PAYMENT_BOOK,
        _P.SCHOOL_STATEMENT_IMPORT, _P.SCHOOL_MATCH_DECIDE, _P.SCHOOL_FEED_WRITE, _P.SCHOOL_CASH_COUNT,
        _P.SCHOOL_CASH_CONFIRM, _P.SCHOOL_DEPOSIT_WRITE, _P.SCHOOL_REFUND_PROPOSE, _P.SCHOOL_REMINDER_WRITE,
        _P.SCHOOL_EINVOICE_WRITE, _P.SCHOOL_METHOD_WRITE,
        _P.SCHOOL_PROFILE_WRITE,
    },
    Role.CASHIER: frozenset(
        {
            _P.SCHOOL_DASHBOARD_READ, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_INVOICE_READ, _P.SCHOOL_PAYMENT_READ,
            _P.SCHOOL_PAYMENT_BOOK, _P.SCHOOL_CASH_READ, _P.SCHOOL_CASH_COUNT, _P.SCHOOL_DEPOSIT_WRITE,
            _P.SCHOOL_REFUND_READ,
        }
    ),
    Role.PRINCIPAL: _SCHOOL_MONEY_READ
    | {_P.SCHOOL_REMINDER_APPROVE, _P.SCHOOL_MESSAGING_WRITE} | {
        _P.SCHOOL_METHOD_WRITE, _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_FEED_WRITE, _P.SCHOOL_CASH_CONFIRM,
        _P.SCHOOL_REFUND_APPROVE,
    },
    Role.HOMEROOM_TEACHER: frozenset(),
    Role.IT_ADMIN: frozenset(
        {
            _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_STUDENT_IMPORT, _P.SCHOOL_STUDENT_WRITE,
            _P.SCHOOL_MESSAGING_WRITE,
        }
    ),
    Role.OFFICER: frozenset({_P.UNIT_OVERVIEW_READ}),
    Role.OPERATOR: frozenset(),
}  # fmt: skip


def allows(role: Role, permission: Permission) -> bool:
    """True when the role holds the permission."""
    return permission in PERMISSIONS[role]
