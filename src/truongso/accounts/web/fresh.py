"""Step-up: what moves money or rights wants the person to have proved themselves within the last five minutes.

The proof is the second factor; who has none yet (the policy may allow some days) proves the password.
"""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from truongso.accounts.models import User

STASH = "step_up_form"
_LONGEST_STASH = 64 * 1024
_OWN_FIELDS = frozenset({"csrfmiddlewaretoken"})


def is_fresh(request: HttpRequest, user: User) -> bool:
    """Whether the last proof is at most five minutes old and, for who has a second factor, was that factor."""
    if not did_recently_reauthenticate(request):
        return False
    proofs = [one for one in get_authentication_records(request, user) if one.get("reauthenticated")]
    return user.second_factor_since is None or (bool(proofs) and proofs[-1].get("method") == "mfa")


def ask(request: HttpRequest) -> HttpResponse:
    """To the confirmation page and back. A form that was sent is kept: it is sent again from there, nothing is lost."""
    path = request.get_full_path()
    if request.method == "POST":
        fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in _OWN_FIELDS]
        fits = sum(len(name) + len(value) for name, value in fields) <= _LONGEST_STASH and not request.FILES
        request.session[STASH] = {"path": path, "fields": fields if fits else None}
    elif request.session.get(STASH, {}).get("path") != path:
        request.session.pop(STASH, None)
    target = f"{reverse('accounts:step_up')}?{urlencode({'next': path})}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return HttpResponseRedirect(target)
