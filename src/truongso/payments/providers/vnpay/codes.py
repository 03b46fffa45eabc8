"""VNPAY's codes that decide something; every other one is a refusal under its own number."""

OK = "00"
SUSPICIOUS = "07"  # debited, looked at by VNPAY: money is there only when the transaction status is 00 too

STATUS_PENDING = "01"
STATUS_REVERSED = "04"
STATUS_REFUNDING = frozenset({"05", "06"})
STATUS_REFUND_REJECTED = "09"

QUERY_NOT_FOUND = "91"
QUERY_DUPLICATE = "94"
OTHER_ERROR = "99"
"""To a refund it leaves open whether the money went."""

REFUND_TYPES = frozenset({"02", "03"})
FULL_REFUND, PART_REFUND = "02", "03"
