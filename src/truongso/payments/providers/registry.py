"""The gateways, by code."""

from __future__ import annotations

from truongso.payments.providers.momo import Momo
from truongso.payments.providers.payos import Payos
from truongso.payments.providers.types import Gateway
from truongso.payments.providers.vnpay import Vnpay
from truongso.payments.providers.zalopay import Zalopay

GATEWAYS: dict[str, Gateway] = {one.code: one for one in (Vnpay(), Momo(), Zalopay(), Payos())}
