"""Which role may do what (least-privilege matrix), as data. IT administrators see no money."""

from __future__ import annotations

from truongso.accounts.support.types import SupportArea
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
        _P.SCHOOL_ACCOUNT_READ, _P.SCHOOL_ACCOUNT_PROPOSE, _P.SCHOOL_PRIVACY_READ, _P.SCHOOL_PRIVACY_PROPOSE,
    },
    Role.CASHIER: frozenset(
        {
            _P.SCHOOL_DASHBOARD_READ, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_INVOICE_READ, _P.SCHOOL_PAYMENT_READ,
            _P.SCHOOL_PAYMENT_BOOK, _P.SCHOOL_CASH_READ, _P.SCHOOL_CASH_COUNT, _P.SCHOOL_DEPOSIT_WRITE,
            _P.SCHOOL_REFUND_READ,
        }
    ),
    Role.PRINCIPAL: _SCHOOL_MONEY_READ
    | {
        _P.PLACE_USER_READ, _P.PLACE_USER_WRITE, _P.PLACE_USER_APPROVE, _P.SCHOOL_MODULE_WRITE,
        _P.PLACE_POLICY_READ, _P.PLACE_POLICY_WRITE, _P.PLACE_AUDIT_READ, _P.SCHOOL_SUPPORT_APPROVE,
        _P.PLACE_SECURITY_READ,
        _P.SCHOOL_HOMEROOM_WRITE, _P.SCHOOL_TEACHING_WRITE,
    }
    | {_P.SCHOOL_CLOSE_CONFIRM, _P.SCHOOL_REMINDER_APPROVE, _P.SCHOOL_MESSAGING_WRITE} | {
        _P.SCHOOL_METHOD_WRITE, _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_FEED_WRITE, _P.SCHOOL_CASH_CONFIRM,
        _P.SCHOOL_SENSITIVE_READ, _P.SCHOOL_REFUND_APPROVE, _P.SCHOOL_CHANNEL_WRITE, _P.SCHOOL_SETUP_READ,
        _P.SCHOOL_SETUP_APPROVE, _P.SCHOOL_ACCOUNT_READ, _P.SCHOOL_PRIVACY_READ, _P.SCHOOL_PRIVACY_APPROVE,
        _P.SCHOOL_INCIDENT_WRITE, _P.SCHOOL_ALL_EXPORT,
    },
    Role.HOMEROOM_TEACHER: frozenset({_P.CLASS_PUPIL_READ, _P.CLASS_SENSITIVE_READ}),
    Role.SUBJECT_TEACHER: frozenset({_P.CLASS_TAUGHT_READ}),
    # At a school they see what its principal signs for, and no more (`GRANTABLE`).
    Role.SUPPORT: frozenset({_P.SUPPORT_SCHOOL_ASK}),
    # Of the own children alone, at whatever school they are (`requires(..., anywhere=True)`).
    Role.PARENT: frozenset({_P.FAMILY_CHILD_READ, _P.FAMILY_PRIVACY_WRITE, _P.FAMILY_CONTACT_WRITE}),
    Role.PUPIL: frozenset({_P.FAMILY_CHILD_READ}),
    Role.IT_ADMIN: frozenset(
        {
            _P.PLACE_USER_READ, _P.PLACE_USER_WRITE, _P.SCHOOL_MODULE_WRITE, _P.PLACE_POLICY_READ,
            _P.SCHOOL_PROFILE_WRITE, _P.SCHOOL_STUDENT_READ, _P.SCHOOL_STUDENT_IMPORT, _P.SCHOOL_STUDENT_WRITE,
            _P.SCHOOL_MESSAGING_WRITE, _P.SCHOOL_SETUP_READ, _P.SCHOOL_SETUP_PROPOSE,
            _P.SCHOOL_PRIVACY_READ, _P.SCHOOL_PRIVACY_PROPOSE, _P.SCHOOL_INCIDENT_WRITE, _P.PLACE_SECURITY_READ,
            _P.SCHOOL_TEACHING_WRITE,
        }
    ),
    Role.OFFICER: frozenset(
        {
            _P.UNIT_SCHOOL_READ, _P.PLACE_USER_READ, _P.UNIT_OVERVIEW_READ, _P.UNIT_TEMPLATE_WRITE,
            _P.UNIT_FLAG_REVIEW, _P.PLACE_AUDIT_READ, _P.PLACE_SECURITY_READ,
        }
    ),
    Role.OFFICE: frozenset(
        {
            _P.UNIT_OVERVIEW_READ, _P.UNIT_SCHOOL_READ, _P.UNIT_SCHOOL_WRITE, _P.PLACE_USER_READ, _P.PLACE_USER_WRITE,
            _P.PLACE_USER_APPROVE, _P.PLACE_POLICY_READ, _P.PLACE_POLICY_WRITE, _P.UNIT_FLAG_REVIEW,
            _P.PLACE_AUDIT_READ, _P.PLACE_SECURITY_READ,
        }
    ),
    Role.OPERATOR: frozenset({_P.SUPPORT_SCHOOL_ASK, _P.OPERATOR_ACCOUNT_REVIEW}),
}  # fmt: skip


# What a principal may open to support for some hours. Reading alone: nothing that is written, approved or taken away as
# a file, and nobody's identity, sensitive facts, phone numbers or account.
GRANTABLE: dict[SupportArea, frozenset[Permission]] = {
    SupportArea.AUDIT: frozenset({_P.PLACE_AUDIT_READ}),
    SupportArea.SETUP: frozenset({_P.SCHOOL_SETUP_READ, _P.SCHOOL_ACCOUNT_READ}),
    SupportArea.MONEY: frozenset(
        {
            _P.SCHOOL_DASHBOARD_READ, _P.SCHOOL_FEE_READ, _P.SCHOOL_ROUND_READ, _P.SCHOOL_INVOICE_READ,
            _P.SCHOOL_PAYMENT_READ, _P.SCHOOL_MATCH_READ, _P.SCHOOL_CASH_READ, _P.SCHOOL_REFUND_READ,
            _P.SCHOOL_CLOSE_READ, _P.SCHOOL_REPORT_READ, _P.SCHOOL_REMINDER_READ,
        }
    ),
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
