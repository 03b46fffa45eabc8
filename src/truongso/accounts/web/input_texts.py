"""What people send, cleaned once for every form and address: NFC, nothing unseen, nothing that turns a text around.

Twins that look alike but differ (composed and decomposed letters, zero widths) would be two names in a list, and a
bidirectional override shows an amount or a file's ending the other way round. Tables that are uploaded go through the
same function cell by cell (`kernel.sheets`). Signed notices of partners keep their bytes: they are verified as sent.
"""

from __future__ import annotations

import unicodedata

from django.http import HttpRequest, QueryDict

from truongso.kernel.sheet_cells import clean_text


def clean(request: HttpRequest) -> None:
    """Put clean texts in place of what was sent in the address and in the form."""
    if request.META.get("QUERY_STRING"):
        request.GET = _cleaned(request.GET)  # type: ignore[assignment]
    if request.method == "POST" and request.POST:
        request.POST = _cleaned(request.POST)  # type: ignore[assignment]


def _cleaned(given: QueryDict) -> QueryDict:
    if all(_is_plain(text) for _name, texts in given.lists() for text in texts):
        return given
    made = QueryDict(mutable=True, encoding=given.encoding)
    for name, texts in given.lists():
        # A secret is what was typed: brought to one form, nothing taken out (ASVS 6.2.8 leaves it as it is).
        secret = "password" in name.lower()
        made.setlist(name, [unicodedata.normalize("NFC", t) if secret else clean_text(t) for t in texts])
    return made


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
