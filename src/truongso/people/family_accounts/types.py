"""Refusals about accounts of families, and what a link leads to."""

from __future__ import annotations

from enum import StrEnum


class OfferWay(StrEnum):
    """How the one-time link reaches its owner."""

    MESSAGE = "message"
    """To the contact the school has on record for the guardian."""
    SLIP = "slip"
    """Printed by the school and handed over."""


class FamilyAccountRefusedError(Exception):
    """Something about an account of a family is refused; nothing is written. Codes:

    `not_a_guardian` · `no_contact` · `not_studying` · `too_young` (least: years) · `no_consent` · `has_account` ·
    `offer_over` · `slip_alone` · `not_open` · `own_child`
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
