"""Words of the bill service: calls, states, differences and refusals with their HTTP status."""

from __future__ import annotations

from enum import StrEnum

SOURCE_PREFIX = "bill:"  # source of the evidence, followed by the partner's code
MAX_BODY = 65_536
MAX_INVOICES = 12  # of one transaction
MAX_LISTED = 500  # rows of one page or part
MAX_PARTS = 100
DRIFT_SECONDS = 300
OLDEST_DAYS = 400
SAME_MONEY = "same_money"  # problem of a payment that may be the money of a bank line booked before


class BillChannel(StrEnum):
    """Where at the bank the payer paid."""

    APP = "app"
    WEB = "web"
    COUNTER = "counter"
    ATM = "atm"
    AUTO_DEBIT = "auto_debit"


class BillState(StrEnum):
    """Life of a partner's transaction: on record, in the books, taken back."""

    RECEIVED = "received"
    BOOKED = "booked"
    REVERSED = "reversed"


class ReconcileState(StrEnum):
    """What the comparison of a day's two lists came to."""

    INCOMPLETE = "incomplete"
    AGREES = "agrees"
    DIFFERS = "differs"


class DifferenceKind(StrEnum):
    """How a transaction differs between the partner's list and ours."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"
    STATE_DIFFERS = "state_differs"


class BillCode(StrEnum):
    """The `result` of an answer."""

    OK = "ok"
    NOT_AUTHENTIC = "not_authentic"
    TIMESTAMP_DRIFT = "timestamp_drift"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    MALFORMED = "malformed"
    SCHOOL_UNKNOWN = "school_unknown"
    INVOICE_UNKNOWN = "invoice_unknown"
    PUPIL_UNKNOWN = "pupil_unknown"
    SCHOOL_NEEDED = "school_needed"
    NONCE_REUSED = "nonce_reused"
    TRANSACTION_DIFFERS = "transaction_differs"
    REVERSAL_DIFFERS = "reversal_differs"
    TOTAL_DIFFERS = "total_differs"
    ACCOUNT_DIFFERS = "account_differs"
    TIME_IMPLAUSIBLE = "time_implausible"
    REVERSAL_TOO_LATE = "reversal_too_late"
    ALREADY_SETTLED = "already_settled"
    TRY_AGAIN = "try_again"


STATUS: dict[BillCode, int] = {
    BillCode.OK: 200,
    BillCode.NOT_AUTHENTIC: 401,
    BillCode.TIMESTAMP_DRIFT: 401,
    BillCode.TOO_LARGE: 413,
    BillCode.NOT_JSON: 415,
    BillCode.MALFORMED: 400,
    BillCode.SCHOOL_UNKNOWN: 404,
    BillCode.INVOICE_UNKNOWN: 404,
    BillCode.PUPIL_UNKNOWN: 404,
    BillCode.SCHOOL_NEEDED: 409,
    BillCode.NONCE_REUSED: 409,
    BillCode.TRANSACTION_DIFFERS: 409,
    BillCode.REVERSAL_DIFFERS: 409,
    BillCode.TOTAL_DIFFERS: 422,
    BillCode.ACCOUNT_DIFFERS: 422,
    BillCode.TIME_IMPLAUSIBLE: 422,
    BillCode.REVERSAL_TOO_LATE: 422,
    BillCode.ALREADY_SETTLED: 422,
    BillCode.TRY_AGAIN: 503,
}


class BillRefusedError(Exception):
    """A call is refused and changed nothing; `details` go into the answer."""

    def __init__(self, code: BillCode, /, **details: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.details = details


class PartnerRefusedError(Exception):
    """A partner cannot be set up as asked. `code`: name_missing, network_malformed, unknown_bank,
    one_secret_left, already_on."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
