"""How much one person, one place and one address may send and read: bounds for every form and page, far above honest
work.

Sign-in, look-ups and other guessing have narrower bounds of their own. Notices of banks and gateways are not counted:
they are signed, small, and must not wait.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from truongso.accounts.access import caller_of
from truongso.kernel.limit_blocks import Blocks, Counted
from truongso.kernel.limits import Limit, Use, client_of, first_spent, seconds_left
from truongso.kernel.uploads import MB

LONGEST_BODY = 33 * MB
"""The longest file that any form takes (a statement of 32 MB) with the rest of its form."""
_MINUTE, _DAY = 60, 86_400
_FORM = MB
"""What is longer carries a file."""
_READS = Blocks(part=30, seconds=_MINUTE)


def is_too_long(request: HttpRequest) -> bool:
    """Whether more is announced than any form takes; nothing of it has been read yet."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return not (text.isascii() and text.isdigit() and int(text[:20]) <= LONGEST_BODY)


def spent_by(request: HttpRequest) -> Limit | None:
    """Count a form that is sent; the limit that it passes. One statement."""
    return first_spent(*_uses(request))


def read_by(request: HttpRequest) -> Limit | None:
    """Count a page that is opened; the limit that it passes. One statement for every twentieth or so."""
    return _READS.spent(*_reads(request))


def too_many(request: HttpRequest, spent: Limit) -> HttpResponse:
    """The page that says to wait, with when to try again."""
    wait = seconds_left(spent)
    context = {"minutes": -(-wait // 60), "hours": -(-wait // 3600) if wait > 90 * 60 else 0}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response


def _reads(request: HttpRequest) -> list[Counted]:
    """Who is signed in counts by person and place, everybody else by address: families behind the address of a school
    or of a mobile operator do not pay for what its staff reads, and there are many of them."""
    most: int = settings.READS_A_MINUTE
    caller = caller_of(request)
    if caller is None:
        return [(Limit("reads from", most * 50, _MINUTE), (client_of(request),))]
    reads: list[Counted] = [(Limit("reads of", most, _MINUTE), (str(caller.user.pk),))]
    if caller.membership is not None:
        place = (str(caller.membership.school_id), str(caller.membership.unit_id))
        reads.append((Limit("reads of a place", most * 10, _MINUTE), place))
    return reads


def _uses(request: HttpRequest) -> list[Use]:
    """The person, the place and the address; of long ones also their megabytes.

    Behind one address sit a whole school, or many families of one mobile operator: its bound is wider.
    """
    most: int = settings.FORMS_A_MINUTE
    caller, source = caller_of(request), client_of(request)
    uses = [Use(Limit("forms from", most * 4, _MINUTE), (source,))]
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    size = -(-length // MB) if length > _FORM else 0
    if caller is None:
        return [*uses, Use(Limit("files from", settings.UPLOADS_A_DAY_MB, _DAY), (source,), size)] if size else uses
    uses.append(Use(Limit("forms of", most, _MINUTE), (str(caller.user.pk),)))
    if caller.membership is not None:
        place = (str(caller.membership.school_id), str(caller.membership.unit_id))
        uses.append(Use(Limit("forms of a place", most * 10, _MINUTE), place))
        if size:
            uses.append(Use(Limit("files of a place", settings.UPLOADS_A_DAY_MB, _DAY), place, size))
    return uses
