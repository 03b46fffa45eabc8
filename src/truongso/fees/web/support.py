"""What the views of this room share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from truongso.accounts.public import AuthedRequest
from truongso.fees.messages import refusal_text
from truongso.fees.models import CollectionRound, FeeItem, Invoice
from truongso.fees.types import FeesRefusedError
from truongso.kernel.db import transaction

PAGE_SIZE = 50
T = TypeVar("T")


def round_or_404(request: AuthedRequest, public_id: str) -> CollectionRound:
    """A round of the caller's school."""
    rounds = CollectionRound.objects.for_school(request.caller.school)
    found: CollectionRound = get_object_or_404(
        rounds.select_related("school", "bank_account", "school_year"), public_id=public_id
    )
    return found


def item_or_404(request: AuthedRequest, code: str) -> FeeItem:
    """A fee item of the caller's school."""
    found: FeeItem = get_object_or_404(FeeItem.objects.for_school(request.caller.school), code=code)
    return found


def invoice_or_404(request: AuthedRequest, code: str) -> Invoice:
    """An invoice of the caller's school."""
    found: Invoice = get_object_or_404(Invoice.objects.for_school(request.caller.school), code=code)
    return found


def attempt(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Run a business act in its transaction; a refusal becomes an error of the form and None is returned."""
    try:
        with transaction():
            return act()
    except FeesRefusedError as refusal:
        form.add_error(None, refusal_text(refusal))
        return None


def page_of(rows: QuerySet[Any] | Sequence[Any], request: AuthedRequest) -> Page[Any]:
    """The page asked for by `trang`; anything unusable gives the nearest page."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("trang"))


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """The texts that are plain row numbers (at most 18 digits), as numbers; others are left out."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]
