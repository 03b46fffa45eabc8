"""payOS: payment links and a bank feed. Pure, no Django."""

from truongso.payments.providers.payos.protocol import Payos
from truongso.payments.providers.payos.transfer import Transfer, sign_data, transfer_in, transfer_of, verify

__all__ = ["Payos", "Transfer", "sign_data", "transfer_in", "transfer_of", "verify"]
