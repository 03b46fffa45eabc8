"""ZaloPay v2. Pure, no Django."""

from truongso.payments.providers.zalopay.protocol import Zalopay

__all__ = ["Zalopay"]
