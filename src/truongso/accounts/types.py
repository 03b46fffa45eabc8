"""Roles and permissions as data."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is at a school or unit (least-privilege matrix)."""

    ACCOUNTANT = "accountant"
    CASHIER = "cashier"
    PRINCIPAL = "principal"
    HOMEROOM_TEACHER = "homeroom_teacher"
    SUBJECT_TEACHER = "subject_teacher"
    IT_ADMIN = "it_admin"
    SUPPORT = "support"
    PARENT = "parent"
    PUPIL = "pupil"
    OFFICER = "officer"
    OFFICE = "office"
    OPERATOR = "operator"


SENSITIVE_ROLES = frozenset(
    {
        Role.ACCOUNTANT, Role.CASHIER, Role.PRINCIPAL, Role.IT_ADMIN, Role.SUPPORT, Role.OFFICER, Role.OFFICE,
        Role.OPERATOR,
    }
)  # fmt: skip
"""Roles that see or move money, or give rights: given by two people, second factor at once, short sessions."""

LINKED_BY_TWO = SENSITIVE_ROLES | {Role.HOMEROOM_TEACHER, Role.PARENT}
"""Roles whose account, once in use, takes two people to open with a new link: a homeroom teacher opens what the school
knows of a class, a parent what it knows of the child, which whoever hands out links may not see."""

UNIT_ROLES = frozenset({Role.OFFICER, Role.OFFICE})
"""Roles at a management unit; all others but the operator's are at a school."""

SCHOOL_ROLES = tuple(role for role in Role if role not in UNIT_ROLES | {Role.OPERATOR})

FAMILY_ROLES = frozenset({Role.PARENT, Role.PUPIL})
"""Roles that follow from the roll of a school: held while the child is there."""

SHORT_SESSION_ROLES = SENSITIVE_ROLES | {Role.PUPIL}
"""Sessions end early: much is at stake, or the computer is one many children use."""

STAFF_ROLES = frozenset(Role) - FAMILY_ROLES
"""People who work here: the second factor is asked of them, of parents and pupils it is offered."""

# Roles one person cannot hold at one school: whoever keeps the books neither holds the cash nor leads the school
# (Decree 174/2016/NĐ-CP, art. 19.3); whoever gives out accounts sees no money and decides on none.
CONFLICTS = (
    frozenset({Role.ACCOUNTANT, Role.CASHIER}),
    frozenset({Role.ACCOUNTANT, Role.PRINCIPAL}),
    frozenset({Role.CASHIER, Role.PRINCIPAL}),
    frozenset({Role.IT_ADMIN, Role.ACCOUNTANT}),
    frozenset({Role.IT_ADMIN, Role.CASHIER}),
    frozenset({Role.IT_ADMIN, Role.PRINCIPAL}),
    frozenset({Role.SUPPORT, Role.ACCOUNTANT}),
    frozenset({Role.SUPPORT, Role.CASHIER}),
    frozenset({Role.SUPPORT, Role.PRINCIPAL}),
)


class Permission(StrEnum):
    """scope:resource:action. Every page names one; roles hold sets of them."""

    SCHOOL_DASHBOARD_READ = "school:dashboard:read"
    SCHOOL_STUDENT_READ = "school:student:read"
    SCHOOL_STUDENT_IMPORT = "school:student:import"
    SCHOOL_STUDENT_WRITE = "school:student:write"
    SCHOOL_SENSITIVE_READ = "school:sensitive:read"
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
    SCHOOL_ACCOUNT_READ = "school:account:read"
    SCHOOL_ACCOUNT_PROPOSE = "school:account:propose"
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
    SCHOOL_PRIVACY_READ = "school:privacy:read"
    SCHOOL_PRIVACY_PROPOSE = "school:privacy:propose"
    SCHOOL_PRIVACY_APPROVE = "school:privacy:approve"
    SCHOOL_INCIDENT_WRITE = "school:incident:write"
    SCHOOL_ALL_EXPORT = "school:all:export"
    PLACE_USER_READ = "place:user:read"
    PLACE_USER_WRITE = "place:user:write"
    PLACE_USER_APPROVE = "place:user:approve"
    PLACE_POLICY_READ = "place:policy:read"
    PLACE_POLICY_WRITE = "place:policy:write"
    PLACE_AUDIT_READ = "place:audit:read"
    PLACE_SECURITY_READ = "place:security:read"
    SCHOOL_MODULE_WRITE = "school:module:write"
    SCHOOL_HOMEROOM_WRITE = "school:homeroom:write"
    SCHOOL_TEACHING_WRITE = "school:teaching:write"
    CLASS_PUPIL_READ = "class:pupil:read"
    CLASS_TAUGHT_READ = "class:taught:read"
    CLASS_SENSITIVE_READ = "class:sensitive:read"
    FAMILY_CHILD_READ = "family:child:read"
    FAMILY_PRIVACY_WRITE = "family:privacy:write"
    FAMILY_CONTACT_WRITE = "family:contact:write"
    SCHOOL_SUPPORT_APPROVE = "school:support:approve"
    SUPPORT_SCHOOL_ASK = "support:school:ask"
    OPERATOR_ACCOUNT_REVIEW = "operator:account:review"
    UNIT_SCHOOL_READ = "unit:school:read"
    UNIT_SCHOOL_WRITE = "unit:school:write"
    UNIT_OVERVIEW_READ = "unit:overview:read"
    UNIT_FLAG_REVIEW = "unit:flag:review"
    UNIT_TEMPLATE_WRITE = "unit:template:write"


class RequestKind(StrEnum):
    """What two people do together to an account."""

    GRANT = "grant"
    END = "end"
    LINK = "link"
    LOST_FACTOR = "lost_factor"
    SUSPEND = "suspend"
    RESUME = "resume"


class Decision(StrEnum):
    """How a request ended; "" while it waits."""

    APPROVED = "approved"
    REFUSED = "refused"


class AccountRefusedError(Exception):
    """An act on accounts or rights that is refused; nothing is written. `code` is stable, `params` fill its text.

    username_taken (name) · bad_username (name) · email_taken (email) · bad_email (email) · bad_dates ·
    role_here (role) · roles_conflict (role, other) · wrong_place (role) · has_other_places · own_account ·
    already_open · already_decided (at) · same_person · needs_approver · reason_missing · ended (day) ·
    last_day_past (day) · ends_earlier (day) · nothing_to_reset · no_change · list_applied (at) ·
    list_changed · list_empty · list_no_header · list_too_long (most) ·
    review_open (day) · review_classes · review_nobody · review_closed (day) · review_signed (at) ·
    review_waits (count) · already_reviewed · last_keeper (role) · owner_unknown · owner_personal ·
    leak_empty · leak_too_long (most) · leak_handled (at) · leak_nobody ·
    policy_past (day) · policy_bounds (field, least, most) · policy_weaker (fields) ·
    right_lost · support_not_here · support_areas · support_hours (most) · support_over · support_school (code)
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
