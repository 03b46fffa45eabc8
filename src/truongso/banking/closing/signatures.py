"""What a signature is of: every figure of a closing, in one fixed form."""

from __future__ import annotations

import datetime as dt
import hmac

from truongso.banking.closing.models import DayClose, MonthClose
from truongso.banking.closing.types import CloseState, DayFigures, digest_of

_VERSION = 1


def day_digest(row: DayClose) -> str:
    """Digest of a closing of days as it is stored."""
    return digest_of(
        "day", _VERSION, row.school_id, row.bank_account_id or 0, row.first_on.isoformat(), row.last_on.isoformat(),
        _sums(row), row.lines, row.lines_digest, row.details, row.note,
    )  # fmt: skip


def month_digest(row: MonthClose) -> str:
    """Digest of a closing of a month as it is stored."""
    return digest_of(
        "month", _VERSION, row.school_id, row.year, row.month, row.postings, int(row.moved), row.postings_digest,
        row.details, row.note,
    )  # fmt: skip


def signature(row: DayClose | MonthClose) -> str:
    """The first person's signature: of the figures, by whom, when."""
    return digest_of("signed", row.digest, row.signed_by, _moment(row.signed_at))


def decision_signature(row: DayClose | MonthClose) -> str:
    """The second person's signature; empty while nobody has decided."""
    if row.decided_at is None:
        return ""
    verdict = CloseState.REFUSED if row.state == CloseState.REFUSED.value else CloseState.CONFIRMED
    return digest_of(verdict.value, row.digest, row.decided_by, _moment(row.decided_at), row.decision_note)


def is_genuine(row: DayClose | MonthClose) -> bool:
    """Whether the stored figures are those that were signed, by the people and at the moments that stand there."""
    digest = day_digest(row) if isinstance(row, DayClose) else month_digest(row)
    kept = f"{row.digest} {row.signature} {row.decision_signature}"
    return hmac.compare_digest(kept.encode(), f"{digest} {signature(row)} {decision_signature(row)}".encode())


def seen_digest(figures: DayFigures) -> str:
    """What somebody who looks at figures has seen, before they are signed."""
    return digest_of(
        figures.first.isoformat(), figures.last.isoformat(), _figures(figures), figures.lines, figures.lines_digest,
        figures.details(),
    )  # fmt: skip


def same_figures(row: DayClose, figures: DayFigures) -> bool:
    """Whether days hold what was signed. What people do with waiting money afterwards changes none of it."""
    return _sums(row) == _figures(figures) and row.lines_digest == figures.lines_digest


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _sums(row: DayClose) -> list[int]:
    values = (
        row.opening, row.money_in, row.money_out, row.closing,
        row.book_opening, row.book_in, row.book_out, row.book_closing,
    )  # fmt: skip
    return [int(v) for v in values]


def _figures(figures: DayFigures) -> list[int]:
    return [int(v) for s in (figures.proven, figures.booked) for v in (s.opening, s.money_in, s.money_out, s.closing)]
