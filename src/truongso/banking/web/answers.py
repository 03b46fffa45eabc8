"""What a view answers after an act on a line: the next line, or why nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from truongso.accounts.public import AuthedRequest, user_names
from truongso.banking.models import BankLine
from truongso.banking.queries import last_words_of_people
from truongso.banking.types import LineRefusedError
from truongso.banking.web.board import address
from truongso.banking.web.messages import line_text, payment_text
from truongso.banking.web.queue import is_partial, show, show_next
from truongso.kernel.db import retrying, transaction
from truongso.payments.types import PaymentRefusedError


def in_transaction(act: Callable[[], Any]) -> Any:
    """Run in one transaction, again after a deadlock; a closed month is a refusal like others."""

    def attempt() -> Any:
        with transaction():
            return act()

    try:
        return retrying(attempt)
    except IntegrityError as error:
        if "period is closed" in str(error):
            raise LineRefusedError("period_closed") from error
        raise


def refusal_text(refusal: LineRefusedError | PaymentRefusedError, line: BankLine | None = None) -> str:
    """Why nothing was done; where somebody was faster, also who."""
    if isinstance(refusal, PaymentRefusedError):
        return payment_text(refusal.code, refusal.params)
    text = line_text(refusal.code, refusal.params)
    if refusal.code != "not_waiting" or line is None:
        return text
    said = last_words_of_people(line.school_id, [line]).get(line.pk)
    who = user_names([said.decided_by]).get(said.decided_by or 0) if said is not None else None
    return f"{text} {_('Người xử lý: %(who)s.') % {'who': who}}" if who else text


def refused(request: AuthedRequest, line: BankLine, text: str) -> HttpResponse:
    """Nothing changed: the line as it stands now, with the reason."""
    if is_partial(request):
        line.refresh_from_db()
        return show(request, line=line, notice=text)
    messages.error(request, text)
    return redirect(address(request, dong=line.public_id))


def done(request: AuthedRequest, line: BankLine, following: str, *, also: Sequence[BankLine] = ()) -> HttpResponse:
    """It is done: work goes on with the following line. `also`: other lines handled in the same act."""
    if is_partial(request):
        return show_next(request, [line, *also], following)
    return redirect(address(request, dong=following))
