"""The same movements in another layout of the bank, one that leaves out the references, are not new money."""

from __future__ import annotations

import pytest
from tests import factories, money

from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import bring, line
from truongso.fees.models import Invoice
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Payment, Receipt

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_without_references_after_one_with_them_adds_nothing(school: School) -> None:
    account = factories.bank_account(school)
    under = money.invoice(school, [500_000])
    twin = line("Nguyen Thi Ha nop tien cho con", 70_000, "R2")
    movements = (line(f"{under.code} thu thang 10", 200_000, "R1"), twin, line("Tien ve khac", 5_000, "R3"), twin)
    _statement, counts = bring(account, *movements, layout="bidv_ibank")
    assert (counts["new"], counts["booked"]) == (4, 1)
    _statement, counts = bring(account, *movements, layout="mb_detail")
    assert (counts["new"], counts["known"], counts["booked"]) == (0, 4, 0)
    assert BankLine.objects.for_school(school).count() == 4
    assert Payment.objects.for_school(school).count() == Receipt.objects.for_school(school).count() == 1
    assert Invoice.objects.for_school(school).get(pk=under.pk).paid == Dong(200_000)
    assert money.broken_invariants() == []


def test_a_longer_file_without_references_adds_its_later_lines_and_the_third_twin(school: School) -> None:
    account = factories.bank_account(school)
    twins = [line("Nguyen Thi Ha nop tien cho con", 70_000, f"R{n}") for n in (1, 2, 3)]
    bring(account, *twins[:2], layout="bidv_ibank")
    _statement, counts = bring(account, *twins, line("Nguyen Van Ba nop tien", 9_000, "R4"), layout="mb_detail")
    assert (counts["new"], counts["known"]) == (2, 2)
    assert BankLine.objects.for_school(school).count() == 4
    _statement, counts = bring(account, *twins, layout="mb_detail")
    assert (counts["new"], counts["known"]) == (0, 3)
    assert money.broken_invariants() == []
