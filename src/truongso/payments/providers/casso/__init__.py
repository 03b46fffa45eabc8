"""Casso webhook v2: a bank feed. Pure, no Django."""

from truongso.payments.providers.casso.protocol import SIGNATURE_HEADER, CassoNotice, parse, sign, verify

__all__ = ["SIGNATURE_HEADER", "CassoNotice", "parse", "sign", "verify"]
