"""MoMo AIO v2: wallet payment. Pure, no Django."""

from truongso.payments.providers.momo.protocol import Momo

__all__ = ["Momo"]
