"""A64: who holds the database rewrites the audit trail.

An edited row is named; a trail written anew does not go through the heads kept day by day, and heads rewritten with it
are not those that were printed or sent.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import override_settings

from truongso.cli import audit as command
from truongso.cli.errors import Refused
from truongso.kernel import audit, audit_heads, clock, selfcheck, triggers
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, AuditHead, KeptHead
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 10, 5)
NEXT = dt.datetime(2026, 10, 6, 0, 5, tzinfo=clock.SCHOOL_TIME)
KEPT = "mỗi chuỗi nhật ký đi qua các đầu chuỗi đã lưu từng ngày"
CHAIN = "chuỗi nhật ký không bị đứt"


@pytest.fixture
def chain(school: School) -> Iterator[int]:
    """Three entries of a school on the day, one on the next; the day's heads are kept. The guards are off."""
    with clock.frozen(dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)), transaction.atomic():
        for amount in (100_000, 200_000, 300_000):
            _record(school.pk, amount)
    with clock.frozen(NEXT):
        assert audit_heads.keep_due() == 2  # the school's, and the sign that the day was looked at
        assert audit_heads.keep_due() == 0  # once a day
        with transaction.atomic():
            _record(school.pk, 400_000)
        triggers.remove()
        yield school.pk


def _record(school_id: int, amount: int) -> None:
    audit.record(
        Actor(7, "Kế toán", "web"), "payments:payment:book", school_id=school_id, subject=("payment", amount),
        params={"amount": amount},
    )  # fmt: skip


def _broken(title: str) -> list[str]:
    return next(r.examples for r in selfcheck.run_all() if r.title == title)


def _edit(school_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_auditentry SET actor_label = 'Người khác' WHERE school_id = %s AND seq = 2", [school_id]
        )


def _write_anew(school_id: int, *, left_out: int = 0) -> None:
    """Another past with right hashes from the first entry to the head, as only who holds the database can write it."""
    rows = [r for r in AuditEntry.objects.filter(school_id=school_id).order_by("seq") if r.seq != left_out]
    AuditEntry.objects.filter(school_id=school_id).delete()
    previous = ""
    for number, row in enumerate(rows, 1):
        row.seq, row.prev_hash, row.pk = number, previous, None
        row.actor_label = "Người khác" if number == 2 else row.actor_label
        row.hash = previous = audit.entry_hash(row)
        row.save(force_insert=True)
    AuditHead.objects.filter(school_id=school_id).update(seq=len(rows), hash=previous)


def test_the_heads_of_a_day_are_those_of_its_last_entries(chain: int) -> None:
    kept = KeptHead.objects.get(school_id=chain)
    third = AuditEntry.objects.get(school_id=chain, seq=3)
    assert (kept.day, kept.seq, kept.hash) == (DAY, 3, third.hash)
    none = KeptHead.objects.get(school_id=audit.SYSTEM_SCHOOL, day=DAY)
    assert (none.seq, none.hash) == (0, "")
    assert [len(_broken(title)) for title in (KEPT, CHAIN)] == [0, 0]
    with clock.frozen(NEXT + dt.timedelta(days=1)):
        audit_heads.keep_due()
    assert [(k.day.day, k.seq) for k in KeptHead.objects.filter(school_id=chain).order_by("day")] == [(5, 3), (6, 4)]


def test_an_edited_row_is_named(chain: int) -> None:
    _edit(chain)
    assert _broken(CHAIN) == [f"{chain} nhật ký 2"]


@pytest.mark.parametrize("left_out", [0, 1, 3])
def test_a_trail_written_anew_does_not_go_through_the_kept_heads(chain: int, left_out: int) -> None:
    _write_anew(chain, left_out=left_out)
    assert _broken(CHAIN) == []  # every hash is right
    assert _broken(KEPT) == [f"{chain} {DAY} 3"]


def test_heads_rewritten_with_it_do_not_fit_the_printed_ones(
    chain: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.run(argparse.Namespace(what="heads", day="2026-10-05", files=[])) == 0
    printed = tmp_path / "dau.txt"
    printed.write_text(capsys.readouterr().out)
    compare = argparse.Namespace(what="compare", day="", files=[printed])
    assert command.run(compare) == 0
    assert capsys.readouterr().out == f"{printed}: 2 trên 2 dấu còn khớp\n"

    _write_anew(chain)
    KeptHead.objects.filter(school_id=chain).update(hash=AuditEntry.objects.get(school_id=chain, seq=3).hash)
    assert [_broken(title) for title in (CHAIN, KEPT)] == [[], []]  # the database alone cannot know
    assert command.run(compare) == 1
    assert capsys.readouterr().out == (
        f"SAI   chuỗi {chain}, ngày 2026-10-05: dòng số 3 đã bị ghi lại hoặc bị xóa\n{printed}: 1 trên 2 dấu còn khớp\n"
    )

    printed.write_text(printed.read_text().replace(" 3 ", " 2 "))
    with pytest.raises(Refused, match="đã bị sửa"):
        command.run(compare)
    for wrong in ("2026-13-01", "hôm qua", "2026-10-06"):
        with pytest.raises(Refused):
            command.run(argparse.Namespace(what="heads", day=wrong, files=[]))


def test_the_heads_are_sent_to_the_set_address_once(school: School) -> None:
    with clock.frozen(NEXT), override_settings(AUDIT_MAIL="so-bien-ban@example.vn"):
        assert audit_heads.keep_due() == 1
        assert audit_heads.keep_due() == 0
        assert [m.to for m in mail.outbox] == [["so-bien-ban@example.vn"]]
        name, text, _kind = mail.outbox[0].attachments[0]
        assert name == "nhat-ky-20261005.txt"
        assert audit_heads.compare(str(text)) == (1, [])


def test_kept_heads_cannot_be_changed_with_the_guards_on(school: School) -> None:
    with clock.frozen(NEXT):
        audit_heads.keep_due()
    for statement in ("UPDATE kernel_kepthead SET hash = ''", "DELETE FROM kernel_kepthead"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)
    assert KeptHead.objects.count() == 1


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_what_no_column_gives_back_is_not_written(chain: int, number: str) -> None:
    """JSON keeps no such number: with it the chain would look rewritten for ever."""
    before = AuditEntry.objects.count(), AuditHead.objects.get(school_id=chain).seq
    with pytest.raises(ValueError, match="JSON"), transaction.atomic():
        audit.record(
            Actor.system("tick"), "fees:x:y", school_id=chain, subject=("x", 1), params={"share": float(number)}
        )
    assert (AuditEntry.objects.count(), AuditHead.objects.get(school_id=chain).seq) == before
    assert _broken(CHAIN) == []
