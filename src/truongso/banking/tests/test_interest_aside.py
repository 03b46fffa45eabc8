"""Interest of the bank is set aside by a rule; what a person puts back stays where the person put it."""

from __future__ import annotations

import pytest
from tests import factories, money

from truongso.banking.acts.handling import set_aside
from truongso.banking.decide import decide_lines
from truongso.banking.models import Aside, BankLine
from truongso.banking.queries import queue_figures
from truongso.banking.tests.helpers import ACTOR, arrive
from truongso.banking.types import LineState
from truongso.kernel.db import savepoint
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after", "school_day")]


def decided(line: BankLine, *, again: bool = False) -> BankLine:
    with savepoint():
        decide_lines(line.school_id, [line], actor=ACTOR, again=again)
    line.refresh_from_db()
    return line


def test_interest_leaves_the_queue_with_its_reason(school: School) -> None:
    line = decided(arrive(factories.bank_account(school), "TRA LAI TIEN GUI THANG 10/2026", 1_234))
    assert line.state == "not_fees"
    aside = Aside.objects.for_school(school).get()
    assert (aside.kind, aside.reason, aside.made_by, aside.ended_at) == (
        "interest", "Lãi tiền gửi ngân hàng trả, xếp theo quy tắc", None, None,
    )  # fmt: skip
    (decision,) = line.decisions.all()
    assert (decision.decision, decision.reason["code"]) == ("none", "not_fees_interest")
    assert queue_figures(school.pk)[0] == 0


def test_what_a_person_puts_back_is_not_set_aside_again(school: School) -> None:
    line = decided(arrive(factories.bank_account(school), "TRA LAI TIEN GUI THANG 10/2026", 1_234))
    with savepoint():
        set_aside(school.pk, line_id=line.pk, state=LineState.WAITING, reason="Là tiền nộp", actor=ACTOR)
    line.refresh_from_db()
    assert decided(line, again=True).state == "waiting"
    assert Aside.objects.for_school(school).filter(ended_at__isnull=True).count() == 0


@pytest.mark.parametrize("memo", ["HOC PHI {code}", "tien lai xe cho con {code}", "NODATA"])
def test_what_may_be_fees_stays(school: School, memo: str) -> None:
    invoice = money.invoice(school, [100_000])
    line = decided(arrive(invoice.bank_account, memo.format(code="An lop 3A2"), 1_234))
    assert line.state == "waiting"
    assert Aside.objects.for_school(school).count() == 0
