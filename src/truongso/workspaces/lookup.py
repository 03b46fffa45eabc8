"""Finding an invoice from its code and a second thing that only the family knows (letter LC-2.2, abuse case A42).

A wrong code and a wrong second thing give the same answer after the same work. Wrong tries are limited by client,
and by code wherever they come from: a birth date is one of a few thousand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError

from truongso.fees.public import Invoice, invoices_of_code
from truongso.fees.types import is_valid, normalise
from truongso.kernel.limits import Limit, count, is_spent
from truongso.kernel.ui.fields import VietnameseDateField
from truongso.people.public import knows_pupil

BY_CLIENT = Limit("look-up", 10, 600)
BY_CODE = Limit("look-up code", 10, 86_400)
_FEWEST_DIGITS = 9  # of a phone number


class LookUpState(StrEnum):
    FOUND = "found"
    NOT_FOUND = "not_found"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class LookUp:
    state: LookUpState
    invoice: Invoice | None = None


def look_up(code: str, proof: str, *, client: str, school_id: int | None = None) -> LookUp:
    """The invoice of a code whose family the person knows; `school_id` None looks in the whole installation.

    Only what fails is counted: behind one address of a mobile operator sit many families.
    """
    word = normalise(code)[:20]
    if is_spent(BY_CLIENT, client) or is_spent(BY_CODE, word):
        return LookUp(LookUpState.TOO_MANY)
    born, phone = read_proof(proof)
    candidates = invoices_of_code(word, school_id=school_id) if is_valid(word) else []
    for invoice in candidates:
        if knows_pupil(invoice.school_id, invoice.student_id, birth_date=born, phone=phone):
            return LookUp(LookUpState.FOUND, invoice)
    if not candidates:
        knows_pupil(school_id or 0, None, birth_date=born, phone=phone)
    count(BY_CLIENT, client)
    count(BY_CODE, word)
    return LookUp(LookUpState.NOT_FOUND)


def read_proof(text: str) -> tuple[dt.date | None, str]:
    """A birth date, or else a phone number; (None, "") when it is neither."""
    try:
        born: dt.date | None = VietnameseDateField(required=False).clean(text)
    except ValidationError:
        born = None
    if born is not None:
        return born, ""
    return None, text if sum(sign.isdigit() for sign in text) >= _FEWEST_DIGITS else ""
