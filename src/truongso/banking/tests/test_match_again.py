"""Matching again: a preview that changes nothing, no decision twice, undone lines held, jobs after changes."""

from __future__ import annotations

import dataclasses

import pytest
from tests import factories, money

from truongso.banking import services, tasks
from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.queues.queries import differences
from truongso.banking.queues.types import Says
from truongso.banking.tests.helpers import DAY, arrive, bring, line, rows
from truongso.banking.types import MATCH_AGAIN_JOB
from truongso.fees.models import Invoice
from truongso.kernel import jobs
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.models import Job
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(school: School) -> BankAccount:
    return factories.bank_account(school)


def _again(school: School, actor: Actor) -> int:
    with transaction():
        return services.match_again(school.pk, actor=actor)


def _last(school: School, reference: str) -> MatchDecision:
    found: MatchDecision = MatchDecision.objects.for_school(school).filter(line__reference=reference).latest("pk")
    return found


def test_nothing_new_stores_nothing(school: School, account: BankAccount, actor: Actor) -> None:
    money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line("NODATA", 1_000, "R1"), line("nguyen bao an", 250_000, "R2"), line("gi do", 5_000, "R3"))
    before = rows()
    assert before["MatchDecision"] == 3
    assert services.preview_match_again(school.pk) == []
    assert _again(school, actor) == 0
    assert services.match_again_in_parts(school.pk, actor=actor) == 0
    assert rows() == before


def test_lines_of_one_file_say_what_was_owed_when_their_turn_came(
    school: School, account: BankAccount, actor: Actor
) -> None:
    paid, partly = money.invoice(school, [250_000]), money.invoice(school, [90_000], full_name="Lý Văn Bình")
    bring(
        account, line(f"{paid.code} nop", 250_000, "R1"), line(f"{paid.code} nop", 250_000, "R2"),
        line(f"{partly.code} nop", 50_000, "R3"), line(f"{partly.code} nop", 30_000, "R4"),
    )  # fmt: skip
    owed = {r: [c["outstanding"] for c in _last(school, r).candidates] for r in ("R1", "R2", "R3", "R4")}
    assert owed == {"R1": [250_000], "R2": [0], "R3": [90_000], "R4": [40_000]}
    assert services.preview_match_again(school.pk) == []
    before = rows()
    assert _again(school, actor) == 0
    assert rows() == before
    first = DAY.replace(day=1)
    short = {e.reference: (e.ours, e.theirs) for e in differences(school.pk, first, DAY) if e.says is Says.UNDER}
    assert short == {"R3": (Dong(90_000), Dong(50_000)), "R4": (Dong(40_000), Dong(30_000))}


def test_preview_says_what_would_change_and_changes_nothing(school: School, account: BankAccount, actor: Actor) -> None:
    money.invoice(school, [70_000], full_name="Vàng Thị Chi")
    bring(account, line("nguyen bao an 250", 250_000, "R1"), line("NODATA", 1_000, "R2"))
    invoice = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    with transaction():
        arrive(account, f"{invoice.code} nop", 250_000, "R3")
    before = rows()
    changes = {c.line.reference: c for c in services.preview_match_again(school.pk)}
    assert rows() == before
    assert set(changes) == {"R1", "R3"}
    assert changes["R3"].before is None
    assert (changes["R3"].would_book, changes["R3"].after.rule, changes["R3"].after.confidence) == (True, "exact", 100)
    was = changes["R1"].before
    assert was is not None
    assert (was.rule, changes["R1"].after.rule, changes["R1"].would_book) == ("no_code", "names", False)
    assert _again(school, actor) == 1
    assert not any(c.would_book for c in services.preview_match_again(school.pk))
    assert money.broken_invariants() == []


def test_what_a_person_undid_is_proposed_and_not_booked_again(
    school: School, account: BankAccount, actor: Actor
) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line(f"{invoice.code} nop", 250_000, "R1"))
    row = BankLine.objects.for_school(school).get()
    with transaction():
        services.undo_match(school.pk, line_id=row.pk, reason="Không phải của em này", actor=actor)
    assert _again(school, actor) == 0
    assert services.match_again_in_parts(school.pk, actor=actor) == 0
    last = _last(school, "R1")
    assert (last.decision, last.rule, last.confidence) == ("suggest", "exact", 50)
    assert Invoice.objects.for_school(school).get().paid == Dong(0)
    with transaction():
        services.assign(school.pk, line_id=row.pk, shares=[(invoice.pk, Dong(250_000))], actor=actor)
    said = _last(school, "R1")
    assert (said.decision, said.reason["params"]["rule"], said.confidence) == ("person", "exact", 50)
    assert money.broken_invariants() == []


def test_what_is_open_again_goes_to_the_next_transfer_that_names_it(
    school: School, account: BankAccount, actor: Actor
) -> None:
    invoice = money.invoice(school, [250_000])
    bring(account, line(f"{invoice.code} nop", 250_000, "R1"), line(f"{invoice.code} nop", 250_000, "R2"))
    assert _last(school, "R2").rule == "already_paid"
    first = BankLine.objects.for_school(school).get(reference="R1")
    with transaction():
        services.undo_match(school.pk, line_id=first.pk, reason="Của em khác", actor=actor)
    assert [c.line.reference for c in services.preview_match_again(school.pk) if c.would_book] == ["R2"]
    assert _again(school, actor) == 1
    states = dict(BankLine.objects.for_school(school).values_list("reference", "state"))
    assert states == {"R1": "waiting", "R2": "matched"}
    assert (_last(school, "R1").decision, _last(school, "R1").rule) == ("suggest", "already_paid")
    assert money.broken_invariants() == []


def test_a_decision_keeps_confidence_and_what_differs(school: School, account: BankAccount, actor: Actor) -> None:
    invoice = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    bring(account, line(f"{invoice.code} nop", 200_000, "R1"), line("NODATA", 900, "R2"), line("abc", 900, "R3"))
    kept = {d.line.reference: d for d in MatchDecision.objects.for_school(school).select_related("line")}
    assert (kept["R1"].rule, kept["R1"].confidence, kept["R1"].differs) == ("under", 100, ["amount"])
    assert (kept["R2"].rule, kept["R2"].confidence, kept["R2"].differs) == ("not_fees", 99, [])
    assert (kept["R3"].rule, kept["R3"].confidence) == ("no_code", None)
    bring(account, line("nguyen bao an nop", 50_000, "R4"))
    named = _last(school, "R4")
    assert (named.rule, named.differs) == ("names", ["no_code"])
    assert named.confidence is not None
    assert 1 <= named.confidence <= 99


def test_number_of_an_invoice_is_a_rule_of_its_own(school: School, account: BankAccount) -> None:
    invoice = money.invoice(school, [250_000])
    reported = dataclasses.replace(line("chuyen tien", 250_000, "R1"), virtual_account=f"VQR{invoice.code}")
    with transaction():
        row = arrive(account, reported.memo, 250_000, "R1", virtual_account=reported.virtual_account)
        assert services.match_again(school.pk, actor=Actor.system("test", "cli")) == 1
    kept = _last(school, "R1")
    assert (kept.rule, kept.reason["code"], kept.line_id) == ("virtual_account", "virtual_account", row.pk)


def test_a_change_starts_one_job_and_the_same_state_none(school: School, account: BankAccount) -> None:
    assert tasks.match_after_changes() == 0  # nothing waits
    money.invoice(school, [70_000], full_name="Vàng Thị Chi")
    bring(account, line("nguyen bao an 250", 250_000, "R1"))
    assert tasks.match_after_changes() == 1
    assert tasks.match_after_changes() == 0
    invoice = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    with transaction():
        arrive(account, f"{invoice.code} nop", 250_000, "R2")
    assert tasks.match_after_changes() == 1
    for job in Job.objects.filter(kind=MATCH_AGAIN_JOB, school_id=school.pk).order_by("pk"):
        jobs.run(job.pk)
    done = Job.objects.filter(kind=MATCH_AGAIN_JOB, school_id=school.pk).latest("pk")
    assert done.state == "done"
    assert Invoice.objects.for_school(school).get(pk=invoice.pk).paid == Dong(250_000)
    rules = MatchDecision.objects.for_school(school).filter(line__reference="R1").order_by("pk")
    assert [d.rule for d in rules] == ["no_code", "names", "no_code"]  # proposed until the invoice was paid
    assert money.broken_invariants() == []
