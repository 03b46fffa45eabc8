"""MoMo's resultCode, as far as it decides something; every other one is a refusal under its own number."""

PAID = 0
AUTHORISED = 9000
IN_PROGRESS = frozenset({1000, 7000, 7002, AUTHORISED})  # 1000: waiting for the payer

REFUND_UNCERTAIN = frozenset({40, 41, 43, 99})
"""Asked under this number before (40 request, 41 order, 43 one like it under way), or unknown (99): the money may have
gone back, so nothing else may be done with it."""
