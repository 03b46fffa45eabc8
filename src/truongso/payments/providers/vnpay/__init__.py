"""VNPAY 2.1.0: web payment by redirect. Pure, no Django."""

from truongso.payments.providers.vnpay.protocol import Vnpay

__all__ = ["Vnpay"]
