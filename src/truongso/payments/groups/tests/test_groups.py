"""Several invoices by one transfer: one code, one QR."""

from __future__ import annotations

import pytest
from tests import factories, money

from truongso.fees.models import Invoice
from truongso.fees.types import is_group_code, is_valid
from truongso.kernel.actor import Actor
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.groups.models import GroupedInvoice, InvoiceGroup
from truongso.payments.groups.types import GroupRefusedError
from truongso.payments.public import book, group_invoices, group_memo, group_of, group_payload
from truongso.payments.vietqr import decode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def _three(school: School) -> list[Invoice]:
    names = ("Nguyễn Bảo An", "Lý Thị Mẩy", "Vàng A Sử")
    return [
        money.invoice(school, [amount], full_name=n)
        for amount, n in zip((250_000, 120_000, 30_000), names, strict=True)
    ]


def test_a_group_has_a_code_of_letters_and_asks_for_the_sum(school: School) -> None:
    invoices = _three(school)
    group = group_invoices(school.pk, invoice_ids=[i.pk for i in invoices])
    assert is_group_code(group.code)
    assert not is_valid(group.code)
    assert group.code.startswith("TS")
    assert group_memo(group, 3) == f"{group.code} GOP 3 PHIEU"
    read = decode(group_payload(group, invoices))
    assert (read.amount, read.memo, read.bill_number) == (Dong(400_000), f"{group.code} GOP 3 PHIEU", group.code)
    assert read.account == "0071000123456"
    again = group_invoices(school.pk, invoice_ids=[i.pk for i in reversed(invoices)])
    assert again.pk == group.pk
    assert group_of(school.pk, [i.pk for i in invoices]) == group
    assert group_of(school.pk, [i.pk for i in invoices[:2]]) is None


def test_what_cannot_be_grouped_is_refused_and_leaves_nothing(
    school: School, other_school: School, actor: Actor
) -> None:
    first, second, third = _three(school)
    foreign = money.invoice(other_school)
    elsewhere = factories.bank_account(school, number="99990000")
    fourth = factories.invoice(
        factories.student(school, "Tẩn Láo Tả", school_class=first.school_class),
        [factories.Charge(factories.fee_item(school, "X", "X"), 5_000)],
        of_round=factories.collection_round(school, account=elsewhere),
    )
    book(school.pk, booking=money.booking((third, 30_000)), actor=actor)
    for ids, code in (
        ([first.pk], "too_few"),
        ([first.pk, foreign.pk], "unknown_invoice"),
        ([first.pk, fourth.pk], "several_accounts"),
        ([first.pk, third.pk], "not_open"),
        (list(range(1, 15)), "too_many"),
    ):
        with pytest.raises(GroupRefusedError) as refused:
            group_invoices(school.pk, invoice_ids=ids)
        assert refused.value.code == code
    assert InvoiceGroup.objects.for_school(school).count() == 0
    assert GroupedInvoice.objects.for_school(school).count() == 0
    assert second.paid == Dong(0)
