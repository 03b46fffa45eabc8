"""ZaloPay's return_code."""

OK = 1
FAILED = 2
PROCESSING = 3

REPLY_TAKEN = 1
REPLY_REFUSED = -1
REPLY_AGAIN = 0

REFUND_KNOWN = -68  # sub_return_code: this refund number was asked before; what became of it is asked by query_refund
