"""`truongso retention`: counts without taking, takes with --apply and leaves a proof, takes nothing under a hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from tests import money

from truongso.cli.main import main
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Delivery
from truongso.organizations.models import School
from truongso.people.privacy import holds

NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def _message(school: School, days: int, key: str) -> None:
    then = NOW - dt.timedelta(days=days)
    Delivery.objects.create(
        school=school, kind="sms", address="0900000001", template="fee_reminder_before", body="Nguyễn Bảo An",
        dedupe_key=key, state="sent", next_attempt_at=then, created_at=then, finished_at=then,
    )  # fmt: skip


def _kept(school: School) -> list[tuple[str, str]]:
    return list(Delivery.objects.for_school(school).order_by("dedupe_key").values_list("dedupe_key", "body"))


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["retention", *words]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.django_db(transaction=True)
def test_it_counts_then_takes_and_a_hold_stops_it(
    school: School, other_school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction():
        for place in (school, other_school):
            _message(place, 731, "old")
            _message(place, 729, "young")
    both = [("old", "Nguyễn Bảo An"), ("young", "Nguyễn Bảo An")]
    # Dry: every school with its counts, and nothing gone.
    said = _said(capsys)
    assert [line for line in said if not line.startswith("  ")] == [
        f"{one.code} {one.short_name}" for one in sorted((school, other_school), key=lambda one: one.code)
    ]
    assert sum(line.endswith(": 1") for line in said) == 2
    assert (_kept(school), _kept(other_school)) == (both, both)
    # On hold: said, nothing gone, no proof of a removal.
    with transaction():
        hold = holds.set_hold(actor=money.ACTOR, school=school, reason="Thanh tra")
    said = _said(capsys, "--apply", "--school", school.code)
    assert said[-1] == "  đang giữ lại theo yêu cầu pháp lý, không xóa gì"
    assert _kept(school) == both
    assert not AuditEntry.objects.filter(action="people:retention:sweep").exists()
    # Applied: the one school only, with its proof; the second time nothing is over its term.
    with transaction():
        holds.end_hold(actor=money.ACTOR, hold=hold, reason="Xong")
    assert _said(capsys, "--apply", "--school", school.code)[-1] == "  đã xóa: 1"
    assert (_kept(school), _kept(other_school)) == ([("old", ""), ("young", "Nguyễn Bảo An")], both)
    proof = AuditEntry.objects.filter(action="people:retention:sweep")
    assert [(one.school_id, one.subject_id, one.params["count"]) for one in proof] == [(school.pk, "messages", 1)]
    assert _said(capsys, "--apply", "--school", school.code)[-1] == "  không có gì quá hạn"
    # An unknown school is said, and nothing is done.
    assert main(["retention", "--apply", "--school", "KHONG-CO"]) == 1
    assert "không có trường mã KHONG-CO" in capsys.readouterr().err
    assert _kept(other_school) == both
