"""Closings, recomputed: the signature is of the stored figures, and the stored figures are still what lines and books
say. Read account by account in order of days, whatever the number of closings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from truongso.banking.closing.bank_day import lines_digest, named
from truongso.banking.closing.cash_day import movement_name
from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.months import days_of_month, posting_name
from truongso.banking.closing.signatures import is_genuine
from truongso.banking.closing.types import STANDING
from truongso.banking.models import BankLine
from truongso.kernel.money import ZERO, Dong, total
from truongso.kernel.selfcheck import Check
from truongso.ledger.public import account_ids, balance, movements, postings_between
from truongso.ledger.types import AccountRole

REASON = "closings of every school are recomputed"
_DAY = dt.timedelta(days=1)
_COLUMNS = ("public_id", "booked_on", "direction", "amount", "reference")


def signatures() -> list[str]:
    """Closings whose stored figures are not those that were signed."""
    days = DayClose.objects.across_schools(REASON).order_by("pk").iterator(chunk_size=500)
    months = MonthClose.objects.across_schools(REASON).order_by("pk").iterator(chunk_size=500)
    broken = [f"{d.school_id} {d.public_id}" for d in days if not is_genuine(d)]
    return broken + [f"{m.school_id} {m.public_id}" for m in months if not is_genuine(m)]


def changed_days() -> list[str]:
    """Standing closings of days that hold other movements now than when they were signed."""
    return [
        f"{d.school_id} {d.public_id}"
        for (school_id, account_id), rows in _by_book().items()
        for d in (_changed_cash(school_id, rows) if account_id is None else _changed(school_id, account_id, rows))
    ]


def changed_months() -> list[str]:
    """Standing closings of months whose postings are not those that were signed."""
    broken = []
    for row in MonthClose.objects.across_schools(REASON).filter(state__in=STANDING).order_by("pk"):
        postings = postings_between(row.school_id, *days_of_month(row.year, row.month))
        if lines_digest(posting_name(p) for p in postings) != row.postings_digest:
            broken.append(f"{row.school_id} {row.public_id}")
    return broken


def _by_book() -> dict[tuple[int, int | None], list[DayClose]]:
    found: dict[tuple[int, int | None], list[DayClose]] = {}
    for row in DayClose.objects.across_schools(REASON).filter(state__in=STANDING).order_by("first_on"):
        found.setdefault((row.school_id, row.bank_account_id), []).append(row)
    return found


def _changed(school_id: int, account_id: int, rows: list[DayClose]) -> Iterator[DayClose]:
    first, last = rows[0].first_on, rows[-1].last_on
    lines = BankLine.objects.for_school(school_id).filter(bank_account_id=account_id, booked_on__range=(first, last))
    by_day: dict[dt.date, list[str]] = {}
    for values in lines.order_by("booked_on", "pk").values_list(*_COLUMNS).iterator(chunk_size=5000):
        by_day.setdefault(values[1], []).append(named(*values))
    ledger_id = account_ids(school_id).get((AccountRole.BANK, account_id))
    moved = [] if ledger_id is None else movements(school_id, ledger_id, first, last)
    running = ZERO if ledger_id is None else balance(school_id, ledger_id, through=first - _DAY)
    booked = _sums(((m.occurred_on, m.amount) for m in moved), rows, running)
    for row in rows:
        named_now = (text for day in sorted(by_day) if row.first_on <= day <= row.last_on for text in by_day[day])
        if lines_digest(named_now) != row.lines_digest or booked[row.pk] != _of(row):
            yield row


def _changed_cash(school_id: int, rows: list[DayClose]) -> Iterator[DayClose]:
    first, last = rows[0].first_on, rows[-1].last_on
    account = account_ids(school_id).get((AccountRole.CASH, 0))
    moved = [] if account is None else movements(school_id, account, first, last)
    running = ZERO if account is None else balance(school_id, account, through=first - _DAY)
    booked = _sums(((m.occurred_on, m.amount) for m in moved), rows, running)
    for row in rows:
        now = lines_digest(movement_name(m) for m in moved if row.first_on <= m.occurred_on <= row.last_on)
        if now != row.lines_digest or booked[row.pk] != _of(row):
            yield row


def _sums(
    moved: Iterable[tuple[dt.date, Dong]], rows: list[DayClose], running: Dong
) -> dict[int, tuple[Dong, Dong, Dong]]:
    """Closing id → opening, in and out by the books; days between closings count towards the next opening."""
    left = sorted(moved, key=lambda m: m[0])
    found = {}
    for row in rows:
        before = [a for day, a in left if day < row.first_on]
        inside = [a for day, a in left if row.first_on <= day <= row.last_on]
        left = [(day, a) for day, a in left if day > row.last_on]
        running = running + total(before)
        found[row.pk] = (running, total(a for a in inside if a > ZERO), -total(a for a in inside if a < ZERO))
        running = running + total(inside)
    return found


def _of(row: DayClose) -> tuple[Dong, Dong, Dong]:
    return row.book_opening, row.book_in, row.book_out


CHECKS = [
    Check("I16", _("nội dung đã ký khi khóa sổ ngày, tháng đúng là nội dung đang lưu"), function=signatures),
    Check("I16", _("ngày đã khóa giữ đúng các giao dịch đã ký"), function=changed_days),
    Check("I09", _("tháng đã khóa giữ đúng các bút toán đã ký"), function=changed_months),
    Check("I16", _("tài khoản ngân hàng khóa đến lần khóa sổ còn hiệu lực gần nhất"),
          "SELECT b.school_id, b.bank_account_id FROM banking_closebook b LEFT JOIN (SELECT school_id, "
          "bank_account_id, MAX(last_on) AS day FROM banking_dayclose WHERE state IN ('signed', 'confirmed') "
          "GROUP BY school_id, bank_account_id) d ON d.school_id = b.school_id "
          "AND d.bank_account_id = b.bank_account_id "
          "WHERE COALESCE(CAST(b.locked_through AS varchar(10)), '') <> COALESCE(CAST(d.day AS varchar(10)), '')"),
    Check("I09", _("tháng còn khóa sổ không nhận bút toán mới"),
          "SELECT m.school_id, m.public_id FROM banking_monthclose m LEFT JOIN ledger_period p "
          "ON p.school_id = m.school_id AND p.year = m.year AND p.month = m.month "
          "WHERE m.state IN ('signed', 'confirmed') AND (p.id IS NULL OR NOT p.is_closed)"),
]  # fmt: skip
