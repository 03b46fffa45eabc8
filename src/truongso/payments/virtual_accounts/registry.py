"""The registry of numbers over all schools: a bank's number stands for one holder, once and for good.

The database holds it: UNIQUE (bank, number), no row changes or goes, and no number of a pupil or an invoice without
its row here (triggers).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import IntegrityError

from truongso.kernel.among import among
from truongso.kernel.bulk import insert_many
from truongso.kernel.db import savepoint, transaction_required
from truongso.payments.virtual_accounts.models import GivenNumber
from truongso.payments.virtual_accounts.types import VirtualAccountRefusedError

_INVOICE = "invoice:"


def pupil(student_id: int) -> str:
    """The holder of a pupil's number."""
    return f"pupil:{student_id}"


def invoice(invoice_id: int) -> str:
    """The holder of an invoice's number."""
    return f"{_INVOICE}{invoice_id}"


def account(bank_account_id: int) -> str:
    """The holder of a number that is a receiving account itself."""
    return f"account:{bank_account_id}"


def is_invoice(holder: str) -> bool:
    """Whether the holder is an invoice."""
    return holder.startswith(_INVOICE)


def holders(bank_bin: str, numbers: Collection[str]) -> dict[str, str]:
    """Whom numbers of a bank were given to, of those ever given; 1 query."""
    rows = GivenNumber.objects.filter(among("number", numbers), bank_bin=bank_bin)
    return dict(rows.values_list("number", "holder"))


@transaction_required
def claim(bank_bin: str, wanted: Mapping[str, str]) -> None:
    """Give numbers of a bank to their holders (number → holder); a holder's own again changes nothing.

    Raises VirtualAccountRefusedError `number_taken` (number): another's, also one of another school that was quicker.
    """
    known = holders(bank_bin, wanted.keys())
    taken = next((number for number, holder in known.items() if wanted[number] != holder), None)
    if taken is not None:
        raise VirtualAccountRefusedError("number_taken", number=taken)
    fresh = [GivenNumber(bank_bin=bank_bin, number=n, holder=holder) for n, holder in wanted.items() if n not in known]
    try:
        with savepoint():
            insert_many(fresh)
    except IntegrityError as error:
        raise VirtualAccountRefusedError("number_taken", number=fresh[0].number) from error


def last_counted(bank_bin: str, prefix: str, digits: int) -> int:
    """The highest number of this prefix and so many digits that was ever given at the bank, whoever's; 0 without."""
    rows = GivenNumber.objects.filter(bank_bin=bank_bin, number__regex=f"^{prefix}[0-9]{{{digits}}}$")
    # Between bounds, so that the key on (bank, number) is walked from its end.
    within = rows.filter(number__gte=prefix + "0" * digits, number__lte=prefix + "9" * digits)
    last = within.order_by("-number").values_list("number", flat=True).first()
    return int(last.removeprefix(prefix)) if last else 0
