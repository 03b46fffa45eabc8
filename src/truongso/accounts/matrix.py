"""The least-privilege matrix: which role may do what with which kind of data, as one table.

Rows and columns are those of the security design: R read, W write, A approve; "own" reaches the own child, the own
class or what one teaches; masked shows a part; totals shows sums alone; a reason is asked where `on_reason`.
Pages name permissions (`policies`); `DATA_OF` says what each of them touches, and a test holds that no role's
permissions reach past this table. Pages and files that show single fields ask `sight()` (`Caller.sight`); a test walks
every address as every role and looks for values the table does not give.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto

from truongso.accounts.types import Permission, Role

_P, _R = Permission, Role


class Data(StrEnum):
    """A kind of data."""

    PUPIL = "pupil"  # name, class
    IDENTITY = "identity"  # birth date, address, personal number
    GUARDIAN_PHONE = "guardian_phone"  # e-mail addresses too
    HARDSHIP = "hardship"  # health, hardship, reason of a waiver
    GRADES = "grades"
    ATTENDANCE = "attendance"
    INVOICE = "invoice"
    PAYMENT = "payment"  # payments, receipts, cash, refunds, bank lines
    BANK_ACCOUNT = "bank_account"
    CONNECTION = "connection"  # partners' keys and channels: no money is seen by setting one up
    PERIOD = "period"
    ACCOUNT = "account"  # users and roles
    AUDIT = "audit"
    REPORT = "report"
    EXPORT = "export"  # files with names
    SCHOOL = "school"  # contact, public page, modules
    SUPPORT = "support"  # asking to look into a school, and the principal's signature
    PRIVACY = "privacy"  # requests of data subjects, erasures, holds, terms, breaches


class Right(Flag):
    """What may be done."""

    NONE = 0
    READ = auto()
    WRITE = auto()
    APPROVE = auto()


class Reach(StrEnum):
    """Of whom."""

    NONE = ""
    OWN = "own"
    SCHOOL = "school"
    TOTALS = "totals"
    UNIT = "unit"


class Sight(StrEnum):
    """How much of a value a page shows without being asked for a reason."""

    NOTHING = "nothing"
    MASKED = "masked"
    """A part: the year of a birth date, the end of a phone number. Who may open the whole does so with a reason."""
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the table."""

    rights: Right = Right.NONE
    reach: Reach = Reach.NONE
    masked: bool = False
    on_reason: bool = False


_READ, _BOTH, _ALL = Right.READ, Right.READ | Right.WRITE, Right.READ | Right.WRITE | Right.APPROVE
_JUDGE = Right.READ | Right.APPROVE
_NOTHING = Cell()
_OWN, _SCHOOL = Cell(_READ, Reach.OWN), Cell(_READ, Reach.SCHOOL)
_OWN_W, _SCHOOL_W = Cell(_BOTH, Reach.OWN), Cell(_BOTH, Reach.SCHOOL)
_SCHOOL_A = Cell(_ALL, Reach.SCHOOL)
_TOTALS = Cell(_READ, Reach.TOTALS)
_UNIT, _UNIT_A = Cell(_READ, Reach.UNIT), Cell(_ALL, Reach.UNIT)

MATRIX: dict[Data, dict[Role, Cell]] = {
    # The roll is kept by who collects or runs the system: a school has no other office for it here.
    Data.PUPIL: {
        _R.PARENT: _OWN, _R.PUPIL: _OWN, _R.HOMEROOM_TEACHER: _OWN, _R.SUBJECT_TEACHER: _OWN, _R.CASHIER: _SCHOOL,
        _R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL, _R.IT_ADMIN: _SCHOOL_W, _R.OFFICER: _TOTALS,
        _R.OFFICE: _TOTALS,
    },
    Data.IDENTITY: {
        _R.PARENT: Cell(_READ, Reach.OWN, masked=True), _R.HOMEROOM_TEACHER: Cell(_READ, Reach.OWN, masked=True),
        _R.PRINCIPAL: Cell(_READ, Reach.SCHOOL, on_reason=True),
    },
    Data.GUARDIAN_PHONE: {
        _R.PARENT: _OWN_W, _R.HOMEROOM_TEACHER: _OWN, _R.CASHIER: Cell(_READ, Reach.SCHOOL, masked=True),
        _R.ACCOUNTANT: Cell(_READ, Reach.SCHOOL, masked=True), _R.PRINCIPAL: Cell(_READ, Reach.SCHOOL, on_reason=True),
    },
    Data.HARDSHIP: {
        _R.PARENT: _OWN, _R.HOMEROOM_TEACHER: _OWN, _R.ACCOUNTANT: Cell(_BOTH, Reach.SCHOOL, masked=True),
        _R.PRINCIPAL: Cell(_JUDGE, Reach.SCHOOL), _R.OFFICER: _TOTALS, _R.OFFICE: _TOTALS,
    },
    Data.GRADES: {
        _R.PARENT: _OWN, _R.PUPIL: _OWN, _R.HOMEROOM_TEACHER: _OWN_W, _R.SUBJECT_TEACHER: _OWN_W,
        _R.PRINCIPAL: Cell(_JUDGE, Reach.SCHOOL), _R.OFFICER: _TOTALS, _R.OFFICE: _TOTALS,
    },
    Data.ATTENDANCE: {
        _R.PARENT: _OWN, _R.PUPIL: _OWN, _R.HOMEROOM_TEACHER: _OWN_W, _R.SUBJECT_TEACHER: _OWN_W,
        _R.PRINCIPAL: _SCHOOL, _R.OFFICER: _TOTALS, _R.OFFICE: _TOTALS,
    },
    Data.INVOICE: {
        _R.PARENT: _OWN, _R.CASHIER: _SCHOOL, _R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: Cell(_JUDGE, Reach.SCHOOL),
        _R.OFFICER: _TOTALS, _R.OFFICE: _TOTALS,
    },
    Data.PAYMENT: {
        _R.PARENT: _OWN, _R.CASHIER: _SCHOOL_W, _R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: Cell(_JUDGE, Reach.SCHOOL),
        _R.OFFICER: _TOTALS, _R.OFFICE: _TOTALS,
    },
    Data.BANK_ACCOUNT: {
        _R.PARENT: _OWN, _R.CASHIER: _SCHOOL, _R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL_A, _R.OFFICER: _UNIT,
        _R.OFFICE: _UNIT,
    },
    Data.CONNECTION: {_R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL_A, _R.IT_ADMIN: _SCHOOL_W},
    Data.PERIOD: {_R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL_A},
    Data.ACCOUNT: {
        _R.PARENT: _OWN, _R.PUPIL: _OWN, _R.PRINCIPAL: _SCHOOL_A, _R.IT_ADMIN: _SCHOOL_W, _R.OFFICER: _UNIT,
        _R.OFFICE: _UNIT_A,
    },
    Data.AUDIT: {
        _R.PARENT: _OWN, _R.CASHIER: _OWN, _R.ACCOUNTANT: _SCHOOL, _R.PRINCIPAL: _SCHOOL, _R.IT_ADMIN: _SCHOOL,
        _R.OFFICER: _UNIT, _R.OFFICE: _UNIT, _R.SUPPORT: Cell(_READ, Reach.SCHOOL, on_reason=True),
    },
    Data.REPORT: {
        _R.PARENT: _TOTALS, _R.CASHIER: _SCHOOL, _R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL_A, _R.OFFICER: _UNIT,
        _R.OFFICE: _UNIT,
    },
    Data.EXPORT: {
        _R.PARENT: _OWN, _R.HOMEROOM_TEACHER: _OWN, _R.ACCOUNTANT: _SCHOOL, _R.PRINCIPAL: _SCHOOL,
    },
    Data.SCHOOL: {
        _R.ACCOUNTANT: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL_W, _R.IT_ADMIN: _SCHOOL_W, _R.OFFICER: Cell(_BOTH, Reach.UNIT),
        _R.OFFICE: Cell(_BOTH, Reach.UNIT), _R.CASHIER: _SCHOOL,
    },
    Data.SUPPORT: {_R.SUPPORT: _OWN_W, _R.OPERATOR: _OWN_W, _R.PRINCIPAL: _SCHOOL_A},
    # Who keeps the roll prepares, the principal decides; the family asks about its own child.
    Data.PRIVACY: {
        _R.PARENT: _OWN_W, _R.ACCOUNTANT: _SCHOOL_W, _R.IT_ADMIN: _SCHOOL_W, _R.PRINCIPAL: _SCHOOL_A,
    },
}  # fmt: skip

# What each permission touches, and the right it exercises.
DATA_OF: dict[Permission, tuple[Data, Right]] = {
    _P.SCHOOL_DASHBOARD_READ: (Data.INVOICE, Right.READ),
    _P.SCHOOL_STUDENT_READ: (Data.PUPIL, Right.READ),
    _P.SCHOOL_STUDENT_IMPORT: (Data.PUPIL, Right.WRITE),
    _P.SCHOOL_STUDENT_WRITE: (Data.PUPIL, Right.WRITE),
    _P.SCHOOL_SENSITIVE_READ: (Data.IDENTITY, Right.READ),
    _P.SCHOOL_EXEMPTION_WRITE: (Data.HARDSHIP, Right.WRITE),
    _P.SCHOOL_FEE_READ: (Data.INVOICE, Right.READ),
    _P.SCHOOL_FEE_WRITE: (Data.INVOICE, Right.WRITE),
    _P.SCHOOL_ROUND_READ: (Data.INVOICE, Right.READ),
    _P.SCHOOL_ROUND_WRITE: (Data.INVOICE, Right.WRITE),
    _P.SCHOOL_ROUND_ISSUE: (Data.INVOICE, Right.WRITE),
    _P.SCHOOL_INVOICE_READ: (Data.INVOICE, Right.READ),
    _P.SCHOOL_INVOICE_ADJUST: (Data.INVOICE, Right.WRITE),
    _P.SCHOOL_PAYMENT_READ: (Data.PAYMENT, Right.READ),
    _P.SCHOOL_PAYMENT_BOOK: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_CASH_READ: (Data.PAYMENT, Right.READ),
    _P.SCHOOL_CASH_COUNT: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_DEPOSIT_WRITE: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_REFUND_READ: (Data.PAYMENT, Right.READ),
    _P.SCHOOL_REFUND_PROPOSE: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_REFUND_APPROVE: (Data.PAYMENT, Right.APPROVE),
    _P.SCHOOL_STATEMENT_IMPORT: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_MATCH_READ: (Data.PAYMENT, Right.READ),
    _P.SCHOOL_MATCH_DECIDE: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_CASH_CONFIRM: (Data.PAYMENT, Right.READ),  # countersigning what somebody else counted
    _P.SCHOOL_CLOSE_READ: (Data.PERIOD, Right.READ),
    _P.SCHOOL_CLOSE_SIGN: (Data.PERIOD, Right.WRITE),
    _P.SCHOOL_CLOSE_CONFIRM: (Data.PERIOD, Right.APPROVE),
    _P.SCHOOL_CLOSE_REOPEN: (Data.PERIOD, Right.WRITE),
    _P.SCHOOL_FEED_WRITE: (Data.CONNECTION, Right.WRITE),
    _P.SCHOOL_CHANNEL_WRITE: (Data.CONNECTION, Right.WRITE),
    _P.SCHOOL_METHOD_WRITE: (Data.CONNECTION, Right.WRITE),
    _P.SCHOOL_ACCOUNT_READ: (Data.BANK_ACCOUNT, Right.READ),
    _P.SCHOOL_ACCOUNT_PROPOSE: (Data.BANK_ACCOUNT, Right.WRITE),
    _P.SCHOOL_SETUP_READ: (Data.CONNECTION, Right.READ),
    _P.SCHOOL_SETUP_PROPOSE: (Data.CONNECTION, Right.WRITE),
    _P.SCHOOL_SETUP_APPROVE: (Data.CONNECTION, Right.APPROVE),
    _P.SCHOOL_PROFILE_WRITE: (Data.SCHOOL, Right.WRITE),
    _P.SCHOOL_MODULE_WRITE: (Data.SCHOOL, Right.WRITE),
    _P.SCHOOL_POSTING_WRITE: (Data.PERIOD, Right.WRITE),
    _P.SCHOOL_FLAG_EXPLAIN: (Data.REPORT, Right.WRITE),
    _P.SCHOOL_REPORT_READ: (Data.REPORT, Right.READ),
    _P.SCHOOL_EXPORT_READ: (Data.EXPORT, Right.READ),
    _P.SCHOOL_REMINDER_READ: (Data.INVOICE, Right.READ),
    _P.SCHOOL_REMINDER_WRITE: (Data.INVOICE, Right.WRITE),
    _P.SCHOOL_REMINDER_APPROVE: (Data.INVOICE, Right.APPROVE),
    _P.SCHOOL_EINVOICE_WRITE: (Data.PAYMENT, Right.WRITE),
    _P.SCHOOL_MESSAGING_WRITE: (Data.CONNECTION, Right.WRITE),
    _P.PLACE_USER_READ: (Data.ACCOUNT, Right.READ),
    _P.PLACE_USER_WRITE: (Data.ACCOUNT, Right.WRITE),
    _P.PLACE_USER_APPROVE: (Data.ACCOUNT, Right.APPROVE),
    _P.PLACE_POLICY_READ: (Data.ACCOUNT, Right.READ),
    _P.PLACE_POLICY_WRITE: (Data.ACCOUNT, Right.APPROVE),
    _P.PLACE_AUDIT_READ: (Data.AUDIT, Right.READ),
    _P.PLACE_SECURITY_READ: (Data.AUDIT, Right.READ),
    _P.SCHOOL_PRIVACY_READ: (Data.PRIVACY, Right.READ),
    _P.SCHOOL_PRIVACY_PROPOSE: (Data.PRIVACY, Right.WRITE),
    _P.SCHOOL_PRIVACY_APPROVE: (Data.PRIVACY, Right.APPROVE),
    _P.SCHOOL_INCIDENT_WRITE: (Data.PRIVACY, Right.WRITE),
    _P.SCHOOL_ALL_EXPORT: (Data.EXPORT, Right.READ),
    _P.SCHOOL_HOMEROOM_WRITE: (Data.ACCOUNT, Right.WRITE),  # who teaches a class opens its facts: the principal's
    _P.SCHOOL_TEACHING_WRITE: (Data.ACCOUNT, Right.WRITE),  # opens names and classes alone, which IT keeps anyway
    _P.CLASS_PUPIL_READ: (Data.PUPIL, Right.READ),
    _P.CLASS_TAUGHT_READ: (Data.PUPIL, Right.READ),
    _P.CLASS_SENSITIVE_READ: (Data.HARDSHIP, Right.READ),
    _P.FAMILY_CHILD_READ: (Data.PUPIL, Right.READ),
    _P.FAMILY_PRIVACY_WRITE: (Data.PRIVACY, Right.WRITE),
    _P.FAMILY_CONTACT_WRITE: (Data.GUARDIAN_PHONE, Right.WRITE),
    _P.SUPPORT_SCHOOL_ASK: (Data.SUPPORT, Right.WRITE),
    _P.OPERATOR_ACCOUNT_REVIEW: (Data.SUPPORT, Right.WRITE),  # accounts of operators alone, nobody's at a place
    _P.SCHOOL_SUPPORT_APPROVE: (Data.SUPPORT, Right.APPROVE),
    _P.UNIT_SCHOOL_READ: (Data.SCHOOL, Right.READ),
    _P.UNIT_SCHOOL_WRITE: (Data.SCHOOL, Right.WRITE),
    _P.UNIT_OVERVIEW_READ: (Data.REPORT, Right.READ),
    _P.UNIT_FLAG_REVIEW: (Data.REPORT, Right.READ),
    _P.UNIT_TEMPLATE_WRITE: (Data.SCHOOL, Right.WRITE),
}

# Nobody holds both of a pair: who proposes does not approve.
SEPARATED = (
    (_P.SCHOOL_REFUND_PROPOSE, _P.SCHOOL_REFUND_APPROVE),
    (_P.SCHOOL_SETUP_PROPOSE, _P.SCHOOL_SETUP_APPROVE),
    (_P.SCHOOL_ACCOUNT_PROPOSE, _P.SCHOOL_SETUP_APPROVE),
    (_P.SCHOOL_REMINDER_WRITE, _P.SCHOOL_REMINDER_APPROVE),
    (_P.SCHOOL_CLOSE_SIGN, _P.SCHOOL_CLOSE_CONFIRM),
    (_P.SCHOOL_PRIVACY_PROPOSE, _P.SCHOOL_PRIVACY_APPROVE),
)


def cell(role: Role, data: Data) -> Cell:
    """What the role may do with the data; the empty cell when nothing."""
    return MATRIX[data].get(role, _NOTHING)


def may(role: Role, data: Data, right: Right) -> bool:
    """True when the table gives the role the right, whatever its reach."""
    return right in cell(role, data).rights


def sight(role: Role, data: Data) -> Sight:
    """How much of one person's value the role sees in passing. What wants a reason shows its mask until one is given;
    sums show nobody's value."""
    found = cell(role, data)
    if Right.READ not in found.rights or found.reach is Reach.TOTALS:
        return Sight.NOTHING
    return Sight.MASKED if found.masked or found.on_reason else Sight.WHOLE
