"""Roles and permissions as data."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is at a school or unit (least-privilege matrix)."""

    ACCOUNTANT = "accountant"
    CASHIER = "cashier"
    PRINCIPAL = "principal"
    HOMEROOM_TEACHER = "homeroom_teacher"
    IT_ADMIN = "it_admin"
    OFFICER = "officer"
    OPERATOR = "operator"


SENSITIVE_ROLES = frozenset({Role.ACCOUNTANT, Role.CASHIER, Role.PRINCIPAL, Role.IT_ADMIN, Role.OFFICER, Role.OPERATOR})
"""Roles that see or move money, or give rights: their second factor is due at once, their sessions are short."""


class Permission(StrEnum):
    """scope:resource:action. Every page names one; roles hold sets of them."""

    SCHOOL_DASHBOARD_READ = "school:dashboard:read"
    SCHOOL_STUDENT_READ = "school:student:read"
    SCHOOL_STUDENT_IMPORT = "school:student:import"
    SCHOOL_STUDENT_WRITE = "school:student:write"
    SCHOOL_EXEMPTION_WRITE = "school:exemption:write"
    SCHOOL_FEE_READ = "school:fee:read"
    SCHOOL_FEE_WRITE = "school:fee:write"
    SCHOOL_ROUND_READ = "school:round:read"
    SCHOOL_ROUND_WRITE = "school:round:write"
    SCHOOL_ROUND_ISSUE = "school:round:issue"
    SCHOOL_INVOICE_READ = "school:invoice:read"
    SCHOOL_INVOICE_ADJUST = "school:invoice:adjust"
    SCHOOL_PAYMENT_READ = "school:payment:read"
    SCHOOL_PAYMENT_BOOK = "school:payment:book"
    SCHOOL_CASH_READ = "school:cash:read"
    SCHOOL_CASH_COUNT = "school:cash:count"
    SCHOOL_CASH_CONFIRM = "school:cash:confirm"
    SCHOOL_DEPOSIT_WRITE = "school:deposit:write"
    SCHOOL_REFUND_READ = "school:refund:read"
    SCHOOL_REFUND_PROPOSE = "school:refund:propose"
    SCHOOL_REFUND_APPROVE = "school:refund:approve"
    SCHOOL_STATEMENT_IMPORT = "school:statement:import"
    SCHOOL_FEED_WRITE = "school:feed:write"
    SCHOOL_CHANNEL_WRITE = "school:channel:write"
    SCHOOL_MATCH_READ = "school:match:read"
    SCHOOL_MATCH_DECIDE = "school:match:decide"
    SCHOOL_CLOSE_READ = "school:close:read"
    SCHOOL_CLOSE_SIGN = "school:close:sign"
    SCHOOL_CLOSE_CONFIRM = "school:close:confirm"
    SCHOOL_CLOSE_REOPEN = "school:close:reopen"
    SCHOOL_POSTING_WRITE = "school:posting:write"
    SCHOOL_FLAG_EXPLAIN = "school:flag:explain"
    SCHOOL_METHOD_WRITE = "school:method:write"
    SCHOOL_SETUP_READ = "school:setup:read"
    SCHOOL_SETUP_PROPOSE = "school:setup:propose"
    SCHOOL_SETUP_APPROVE = "school:setup:approve"
    SCHOOL_PROFILE_WRITE = "school:profile:write"
    SCHOOL_REPORT_READ = "school:report:read"
    SCHOOL_EXPORT_READ = "school:export:read"
    SCHOOL_REMINDER_READ = "school:reminder:read"
    SCHOOL_REMINDER_WRITE = "school:reminder:write"
    SCHOOL_REMINDER_APPROVE = "school:reminder:approve"
    SCHOOL_EINVOICE_WRITE = "school:einvoice:write"
    SCHOOL_MESSAGING_WRITE = "school:messaging:write"
    UNIT_OVERVIEW_READ = "unit:overview:read"
    UNIT_TEMPLATE_WRITE = "unit:template:write"
