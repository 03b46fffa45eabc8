"""A closed day and month, a file of vouchers, a finding with a word on it."""

from __future__ import annotations

import datetime as dt

from truongso.banking.models import CloseBook, DayClose, MonthClose
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.reporting.models import Flag, FlagNote, PostedEntry, PostingFile

TABLES = (
    "banking_closebook", "banking_dayclose", "banking_monthclose", "reporting_flag", "reporting_flagnote",
    "reporting_postedentry", "reporting_postingfile",
)  # fmt: skip
_EARLIER = dt.date(2026, 1, 5)  # long before the world's movements, which its closing would refuse

_DETAILS = {"gaps": [], "open": [], "has_balances": False, "empty_days": []}


def fill_closings(invoice: Invoice) -> None:
    """One row in every guarded table."""
    now, school_id, nothing = clock.now(), invoice.school_id, Dong(0)
    # PostgreSQL's guard has made it with the first movement.
    CloseBook.objects.bulk_create(
        [CloseBook(school_id=school_id, bank_account_id=invoice.bank_account_id)], ignore_conflicts=True
    )
    signed = {"digest": "d" * 64, "signature": "s" * 64, "signed_at": now, "signed_by": 1}
    DayClose.objects.create(
        school_id=school_id, bank_account_id=invoice.bank_account_id, first_on=_EARLIER, last_on=_EARLIER,
        opening=nothing, money_in=nothing, money_out=nothing, closing=nothing, book_opening=nothing, book_in=nothing,
        book_out=nothing, book_closing=nothing, lines_digest="l" * 64, details=_DETAILS, **signed,
    )  # fmt: skip
    books = CloseBook.objects.for_school(school_id).filter(bank_account_id=invoice.bank_account_id)
    books.update(locked_through=_EARLIER)
    MonthClose.objects.create(
        school_id=school_id,
        year=2026,
        month=1,
        postings=0,
        moved=nothing,
        postings_digest="p" * 64,
        details={"accounts": []},
        **signed,
    )
    file = PostingFile.objects.create(
        school_id=school_id, number=1, year=2026, month=1, grouping="day", entries=1, vouchers=0, last_voucher=0,
        amount=nothing, sha256="0" * 64, csv="Số chứng từ,Ngày\n".encode(), xlsx=b"", made_at=now,
    )  # fmt: skip
    entry = Entry.objects.for_school(school_id).order_by("pk")[0]
    PostedEntry.objects.create(school_id=school_id, file=file, entry=entry)
    flag = Flag.objects.create(
        school_id=school_id, period="2026-Q1", pattern="unsettled_slips", found_at=now, seen_at=now,
        params={"slips": 2, "terminal": "79900019", "days": 30},
    )  # fmt: skip
    FlagNote.objects.create(
        school_id=school_id, flag=flag, of_school=True, text="Cô chuyển giúp", made_at=now, made_by=1
    )
