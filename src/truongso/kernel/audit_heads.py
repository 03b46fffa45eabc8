"""Heads of the audit chains, kept day by day and sent away: a chain that is whole may still have been written anew.

Every night the last entry of each chain is kept here (append-only) and, where TRUONGSO_AUDIT_MAIL names an address,
sent there as a small text; `truongso audit heads` prints it for the minute book. `truongso verify` compares the chains
with what is kept here, `truongso audit compare` with what was kept elsewhere, which nobody who holds the database can
change.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Max
from django.utils.translation import gettext as _

from truongso.kernel import clock
from truongso.kernel.audit import SYSTEM_SCHOOL
from truongso.kernel.audit_reading import day_head, sealed_text
from truongso.kernel.bulk import insert_many
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry, AuditHead, KeptHead

_LINE = re.compile(r"^(-?\d+) (\d{4}-\d\d-\d\d) (\d+) ([0-9a-f]{64}|-)$")
log = logging.getLogger("truongso.audit")


class HeadsFileError(Exception):
    """The text is no list of heads, or was changed since it was written."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A chain that no longer says what its kept head says: the entry `seq` is gone or another one."""

    chain: int
    day: dt.date
    seq: int


def keep_due() -> int:
    """Keep and send yesterday's heads, once a day; how many chains moved. One query when it is done already."""
    day = clock.today() - dt.timedelta(days=1)
    if KeptHead.objects.filter(school_id=SYSTEM_SCHOOL, day=day).exists():
        return 0
    with transaction():
        kept = keep(day)
    _send(day)
    return len(kept)


def keep(day: dt.date) -> list[KeptHead]:
    """Keep the heads of the chains that moved since they were kept last, as they stood at the end of the day. The chain
    of what belongs to no school is kept every day, moved or not: it tells that the day was looked at."""
    last: dict[int, int] = dict(KeptHead.objects.values_list("school_id").annotate(last=Max("seq")))
    rows = []
    for chain, seq in AuditHead.objects.order_by("school_id").values_list("school_id", "seq"):
        if seq <= last.get(chain, 0) and chain != SYSTEM_SCHOOL:
            continue
        found = day_head(chain, day)
        if found is not None and (found.seq > last.get(chain, 0) or chain == SYSTEM_SCHOOL):
            rows.append(_kept(chain, day, found.seq, found.hash))
    if SYSTEM_SCHOOL not in {row.school_id for row in rows}:
        rows.append(_kept(SYSTEM_SCHOOL, day, 0, ""))
    known = set(KeptHead.objects.filter(day=day).values_list("school_id", flat=True))
    return insert_many(row for row in rows if row.school_id not in known)


def heads_text(day: dt.date) -> str:
    """What was kept on the day, one chain a line: number of the chain, day, number and hash of its last entry. The last
    line is the sha256 of the others. Chains: a school's id; 0 the whole installation; below zero a unit's id."""
    lines = [f"{k.school_id} {k.day} {k.seq} {k.hash or '-'}" for k in KeptHead.objects.filter(day=day).order_by("id")]
    return sealed_text([_("Dấu cuối ngày của các chuỗi nhật ký: chuỗi, ngày, số, dấu"), *lines])


def compare(text: str) -> tuple[int, list[Fault]]:
    """How many heads a kept text holds, and the chains that no longer go through theirs. Raises HeadsFileError."""
    *lines, seal = text.strip().splitlines() or [""]
    if len(lines) < 1 or sealed_text(lines).splitlines()[-1] != seal:
        raise HeadsFileError
    found = [match for line in lines[1:] if (match := _LINE.match(line))]
    if len(found) != len(lines) - 1:
        raise HeadsFileError
    faults = []
    for match in found:
        chain, day, seq, said = int(match[1]), dt.date.fromisoformat(match[2]), int(match[3]), match[4]
        row = AuditEntry.objects.filter(school_id=chain, seq=seq).first()
        if seq and (row is None or row.hash != said):
            faults.append(Fault(chain, day, seq))
    return len(found), faults


def _kept(chain: int, day: dt.date, seq: int, said: str) -> KeptHead:
    return KeptHead(school_id=chain, day=day, seq=seq, hash=said, kept_at=clock.now())


def _send(day: dt.date) -> None:
    """To the set address, if any. A mail that fails is logged; the heads are kept and can be printed."""
    if not settings.AUDIT_MAIL:
        return
    mail = EmailMessage(
        _("Dấu cuối ngày của nhật ký, ngày %(day)s") % {"day": f"{day:%d/%m/%Y}"},
        _("Giữ thư này lại: đối chiếu bằng truongso audit compare sẽ thấy nhật ký có bị ghi lại hay không."),
        to=[settings.AUDIT_MAIL],
        attachments=[(f"nhat-ky-{day:%Y%m%d}.txt", heads_text(day), "text/plain")],
    )
    try:
        mail.send()
    except OSError:
        log.exception("the heads of %s could not be sent", day)
