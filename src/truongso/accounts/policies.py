"""Which role may do what (least-privilege matrix), as data. IT administrators see no money."""

from __future__ import annotations

from truongso.accounts.types import Permission, Role
from truongso.organizations.types import Module

_P = Permission

_SCHOOL_MONEY_READ = frozenset(
    {
        _P.SCHOOL_DASHBOARD_READ, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_FEE_READ, _P.SCHOOL_ROUND_READ,
        _P.SCHOOL_INVOICE_READ, _P.SCHOOL_PAYMENT_READ, _P.SCHOOL_MATCH_READ, _P.SCHOOL_REPORT_READ,
        _P.SCHOOL_EXPORT_READ, _P.SCHOOL_CASH_READ, _P.SCHOOL_REFUND_READ,
        _P.SCHOOL_REMINDER_READ, _P.SCHOOL_CLOSE_READ, _P.SCHOOL_CLOSE_REOPEN,
        _P.SCHOOL_FLAG_EXPLAIN,
    }
)  # fmt: skip

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ACCOUNTANT: _SCHOOL_MONEY_READ
    | {
        _P.SCHOOL_STUDENT_IMPORT, _P.SCHOOL_STUDENT_WRITE, _P.SCHOOL_EXEMPTION_WRITE, _P.SCHOOL_FEE_WRITE,
        _P.SCHOOL_ROUND_WRITE, _P.SCHOOL_ROUND_ISSUE, _P.SCHOOL_INVOICE_ADJUST, _P.SCHOOL_PAYMENT_BOOK,
        _P.SCHOOL_STATEMENT_IMPORT, _P.SCHOOL_MATCH_DECIDE, _P.SCHOOL_FEED_WRITE, _P.SCHOOL_CASH_COUNT,
        _P.SCHOOL_CASH_CONFIRM, _P.SCHOOL_DEPOSIT_WRITE, _P.SCHOOL_REFUND_PROPOSE, _P.SCHOOL_REMINDER_WRITE,
        _P.SCHOOL_EINVOICE_WRITE, _P.SCHOOL_CLOSE_SIGN, _P.SCHOOL_METHOD_WRITE, _P.SCHOOL_CHANNEL_WRITE,
        _P.SCHOOL_POSTING_WRITE,
        _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_SETUP_READ, _P.SCHOOL_SETUP_PROPOSE,
    },
    Role.CASHIER: frozenset(
        {
            _P.SCHOOL_DASHBOARD_READ, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_INVOICE_READ, _P.SCHOOL_PAYMENT_READ,
            _P.SCHOOL_PAYMENT_BOOK, _P.SCHOOL_CASH_READ, _P.SCHOOL_CASH_COUNT, _P.SCHOOL_DEPOSIT_WRITE,
            _P.SCHOOL_REFUND_READ,
        }
    ),
    Role.PRINCIPAL: _SCHOOL_MONEY_READ
    | {_P.PLACE_USER_READ, _P.PLACE_USER_WRITE, _P.PLACE_USER_APPROVE, _P.SCHOOL_MODULE_WRITE}
    | {_P.SCHOOL_CLOSE_CONFIRM, _P.SCHOOL_REMINDER_APPROVE, _P.SCHOOL_MESSAGING_WRITE} | {
        _P.SCHOOL_METHOD_WRITE, _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_FEED_WRITE, _P.SCHOOL_CASH_CONFIRM,
        _P.SCHOOL_REFUND_APPROVE, _P.SCHOOL_CHANNEL_WRITE, _P.SCHOOL_SETUP_READ,
        _P.SCHOOL_SETUP_APPROVE,
    },
    Role.HOMEROOM_TEACHER: frozenset(),
    Role.SUBJECT_TEACHER: frozenset(),
    Role.SUPPORT: frozenset(),
    Role.PARENT: frozenset(),
    Role.PUPIL: frozenset(),
    Role.IT_ADMIN: frozenset(
        {
            _P.PLACE_USER_READ, _P.PLACE_USER_WRITE, _P.SCHOOL_MODULE_WRITE,
            _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_STUDENT_IMPORT, _P.SCHOOL_STUDENT_WRITE,
            _P.SCHOOL_MESSAGING_WRITE, _P.SCHOOL_SETUP_READ, _P.SCHOOL_SETUP_PROPOSE,
        }
    ),
    Role.OFFICER: frozenset(
        {
            _P.UNIT_SCHOOL_READ, _P.PLACE_USER_READ, _P.UNIT_OVERVIEW_READ, _P.UNIT_TEMPLATE_WRITE,
            _P.UNIT_FLAG_REVIEW,
        }
    ),
    Role.OFFICE: frozenset(
        {
            _P.UNIT_OVERVIEW_READ, _P.UNIT_SCHOOL_READ, _P.UNIT_SCHOOL_WRITE, _P.PLACE_USER_READ, _P.PLACE_USER_WRITE,
            _P.PLACE_USER_APPROVE, _P.UNIT_FLAG_REVIEW,
        }
    ),
    Role.OPERATOR: frozenset(),
}  # fmt: skip


# Permissions that go when a school does without a part. Reading what was recorded, and reports, never go.
MODULE_OF: dict[Permission, Module] = {
    _P.SCHOOL_PAYMENT_BOOK: Module.COUNTER,
    _P.SCHOOL_REMINDER_READ: Module.REMINDERS,
    _P.SCHOOL_REMINDER_WRITE: Module.REMINDERS,
    _P.SCHOOL_REMINDER_APPROVE: Module.REMINDERS,
    _P.SCHOOL_EINVOICE_WRITE: Module.EINVOICE,
    _P.SCHOOL_CHANNEL_WRITE: Module.GATEWAYS,
}


def allows(role: Role, permission: Permission) -> bool:
    """True when the role holds the permission."""
    return permission in PERMISSIONS[role]
