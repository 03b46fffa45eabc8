"""Numbers without gaps and the code that goes into the memo of a refund's transfer."""

from __future__ import annotations

import re
import secrets

from truongso.fees.types import ALPHABET
from truongso.kernel import clock
from truongso.kernel.db import transaction_required
from truongso.kernel.names import fold
from truongso.payments.refunds.models import RefundCounter, RefundItem
from truongso.payments.refunds.types import CounterKind

PREFIX = "HOAN"
_SYMBOLS = 8
_CODE = re.compile(rf"{PREFIX}[{ALPHABET}]{{{_SYMBOLS}}}")


@transaction_required
def next_number(school_id: int, kind: CounterKind) -> tuple[int, int]:
    """(year, number): one more than the last; held until the transaction ends, so that a rollback leaves no gap."""
    year = clock.today().year
    RefundCounter.objects.bulk_create(
        [RefundCounter(school_id=school_id, year=year, kind=kind.value)], ignore_conflicts=True
    )
    rows = RefundCounter.objects.for_school(school_id).filter(year=year, kind=kind.value)
    counter = rows.select_for_update().get()
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return year, int(counter.last_number)


def new_codes(school_id: int, count: int) -> list[str]:
    """Codes not used at the school yet: HOAN and eight symbols without look-alikes. 12 symbols are no invoice code."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(_SYMBOLS))] = None
        if len(found) == count:
            known = RefundItem.objects.for_school(school_id).filter(code__in=list(found))
            for code in known.values_list("code", flat=True):
                del found[code]
    return list(found)


def codes_in(memo: str) -> list[str]:
    """Refund codes in a memo, whatever blanks and marks the bank put between the symbols; once each, in order."""
    squeezed = re.sub(r"[^A-Z0-9]", "", fold(memo).upper())
    return list(dict.fromkeys(_CODE.findall(squeezed)))
