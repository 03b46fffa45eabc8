"""Reads behind posting files: the chart as the package numbers it, what no file holds yet, what was made."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from truongso.ledger.public import PostingRow, postings_between, trial_balance
from truongso.ledger.types import AccountRole
from truongso.reporting.posting.chart import DEFAULT_CODES
from truongso.reporting.posting.models import PostedEntry, PostingAccount, PostingFile, PostingSetting
from truongso.reporting.posting.types import Grouping


@dataclass(frozen=True, slots=True)
class MappedAccount:
    """An account of the books with its number in the accounting package; `is_default` while the school chose none."""

    account_id: int
    role: AccountRole
    own_code: str
    name: str
    code: str
    is_default: bool


def mapped_accounts(school_id: int) -> list[MappedAccount]:
    """The whole chart, by its own code; four queries."""
    chosen = dict(PostingAccount.objects.for_school(school_id).values_list("account_id", "code"))
    today = dt.date.max
    return [
        MappedAccount(
            a.account_id, a.role, a.code, a.name, chosen.get(a.account_id, DEFAULT_CODES[a.role]),
            a.account_id not in chosen,
        )
        for a in trial_balance(school_id, today, today)
    ]  # fmt: skip


def codes(school_id: int) -> Mapping[int, str]:
    """Account id → its number in the accounting package."""
    return {a.account_id: a.code for a in mapped_accounts(school_id)}


def grouping_of(school_id: int) -> Grouping:
    """How vouchers are made; one query."""
    found = PostingSetting.objects.for_school(school_id).values_list("grouping", flat=True).first()
    return Grouping(found) if found else Grouping.DAY


def files(school_id: int) -> QuerySet[PostingFile]:
    """Files made, the latest first, without their content."""
    return PostingFile.objects.for_school(school_id).defer("csv", "xlsx").order_by("-number")


def unposted(school_id: int, year: int, month: int) -> list[PostingRow]:
    """Postings up to the end of a month that no file holds, from the month on with which the files begin; 2 queries."""
    first, last = dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
    begun = PostingFile.objects.for_school(school_id).order_by("year", "month").values_list("year", "month").first()
    start = min(first, dt.date(begun[0], begun[1], 1)) if begun else first
    held = PostedEntry.objects.for_school(school_id).values("entry_id")
    return postings_between(school_id, start, last, without=held)
