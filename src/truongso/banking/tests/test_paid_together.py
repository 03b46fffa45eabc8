"""A transfer with the code of a group is booked on all its invoices when the sum agrees, and waits otherwise."""

from __future__ import annotations

import pytest
from tests import money

from truongso.banking.decide import decide_lines
from truongso.banking.models import MatchDecision
from truongso.banking.tests.helpers import arrive
from truongso.fees.models import Invoice
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.public import book, group_invoices

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def _three(school: School) -> list[Invoice]:
    names = ("Nguyễn Bảo An", "Lý Thị Mẩy", "Vàng A Sử")
    return [
        money.invoice(school, [amount], full_name=n)
        for amount, n in zip((250_000, 120_000, 30_000), names, strict=True)
    ]


@pytest.mark.usefixtures("verify_after")
@pytest.mark.parametrize("memo", ["{code} GOP 3 PHIEU", "MBVCB.123 {code}", "{spaced} nop tien cho 3 con", "{lower}"])
def test_one_transfer_pays_all(school: School, actor: Actor, memo: str) -> None:
    invoices = _three(school)
    group = group_invoices(school.pk, invoice_ids=[i.pk for i in invoices])
    spaced = f"{group.code[:3]} {group.code[3:6]}.{group.code[6:]}"
    written = memo.format(code=group.code, spaced=spaced, lower=group.code.lower())
    line = arrive(invoices[0].bank_account, written, 400_000)
    assert decide_lines(school.pk, [line], actor=actor) == 1
    assert [int(i.paid) for i in Invoice.objects.for_school(school).order_by("pk")] == [250_000, 120_000, 30_000]
    decision = MatchDecision.objects.for_school(school).get()
    assert (decision.rule, decision.reason["code"]) == ("several", "several")
    line.refresh_from_db()
    assert line.memo == written


@pytest.mark.usefixtures("verify_after")
def test_one_paid_alone_meanwhile_no_longer_counts(school: School, actor: Actor) -> None:
    invoices = _three(school)
    group = group_invoices(school.pk, invoice_ids=[i.pk for i in invoices])
    book(school.pk, booking=money.booking((invoices[2], 30_000)), actor=actor)
    line = arrive(invoices[0].bank_account, group.code, 370_000)
    assert decide_lines(school.pk, [line], actor=actor) == 1
    assert [int(i.paid) for i in Invoice.objects.for_school(school).order_by("pk")] == [250_000, 120_000, 30_000]


@pytest.mark.usefixtures("verify_after")
@pytest.mark.parametrize("amount", [399_000, 401_000])
def test_another_amount_waits_for_a_person(school: School, actor: Actor, amount: int) -> None:
    invoices = _three(school)
    group = group_invoices(school.pk, invoice_ids=[i.pk for i in invoices])
    line = arrive(invoices[0].bank_account, group.code, amount)
    assert decide_lines(school.pk, [line], actor=actor) == 0
    assert [int(i.paid) for i in Invoice.objects.for_school(school).order_by("pk")] == [0, 0, 0]
    decision = MatchDecision.objects.for_school(school).get()
    assert decision.reason["code"] == "several_differs"
    assert [c["code"] for c in decision.candidates] == [i.code for i in invoices]


@pytest.mark.usefixtures("verify_after")
def test_paid_twice_is_recognised(school: School, actor: Actor) -> None:
    invoices = _three(school)
    group = group_invoices(school.pk, invoice_ids=[i.pk for i in invoices])
    assert decide_lines(school.pk, [arrive(invoices[0].bank_account, group.code, 400_000)], actor=actor) == 1
    second = arrive(invoices[0].bank_account, group.code, 400_000, "FT2")
    assert decide_lines(school.pk, [second], actor=actor) == 0
    decision = MatchDecision.objects.for_school(school).order_by("-pk").first()
    assert decision
    assert decision.rule == "already_paid"


def test_a_group_of_another_school_or_account_means_nothing(school: School, other_school: School, actor: Actor) -> None:
    invoices = _three(school)
    group = group_invoices(school.pk, invoice_ids=[i.pk for i in invoices])
    foreign = money.invoice(other_school, [400_000])
    line = arrive(foreign.bank_account, group.code, 400_000)
    assert decide_lines(other_school.pk, [line], actor=actor) == 0
    assert Invoice.objects.for_school(other_school).get().paid == Dong(0)
