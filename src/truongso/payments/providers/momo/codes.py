"""MoMo's resultCode, as far as it decides something; every other one is a refusal under its own number."""

PAID = 0
AUTHORISED = 9000
IN_PROGRESS = frozenset({1000, 7000, 7002, AUTHORISED})  # 1000: waiting for the payer
