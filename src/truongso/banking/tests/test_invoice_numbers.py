"""Money sent to the number that a bank gave one invoice: certain, whatever the memo, and never another's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import factories, money

from truongso.banking.models import BankLine, MatchDecision
from truongso.banking.tests.helpers import ACTOR, Hook, hook
from truongso.fees.models import Invoice
from truongso.fees.public import cancel_invoice
from truongso.kernel.db import transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.models import InvoiceNumber, Payment
from truongso.payments.virtual_accounts.invoices import number_invoices

pytestmark = [
    pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls"), pytest.mark.usefixtures("school_day"),
]  # fmt: skip


@pytest.fixture
def sepay(school: School) -> Hook:
    made = hook(school)
    factories.number_rule(made.account, "962TS", 6, kind="bill_seq")
    return made


@pytest.fixture(autouse=True)
def _books_add_up() -> Iterator[None]:
    yield
    assert money.broken_invariants() == []


def numbered(sepay: Hook) -> list[str]:
    with transaction():
        number_invoices(sepay.account, actor=ACTOR)
    return list(
        InvoiceNumber.objects.for_school(sepay.account.school_id).order_by("pk").values_list("number", flat=True)
    )


def pay(sepay: Hook, memo: str, amount: int, to: str, number: int = 92_704) -> MatchDecision:
    assert sepay.send(sepay.body(memo, amount, number, subAccount=to)).status_code == 200
    line = BankLine.objects.for_school(sepay.account.school_id).order_by("-pk")[0]
    found: MatchDecision = MatchDecision.objects.for_school(line.school_id).filter(line=line).order_by("-pk")[0]
    return found


def test_each_of_two_invoices_of_a_pupil_is_paid_by_its_own_number(school: School, sepay: Hook) -> None:
    first = money.invoice(school, [250_000])
    second = money.invoice(school, [250_000], pupil=first.student)
    assert numbered(sepay) == ["962TS000001", "962TS000002"]
    said = pay(sepay, "chuyen tien", 250_000, "962ts000002")
    assert (said.decision, said.rule, said.reason["code"], said.reason["params"], said.confidence) == (
        "auto", "virtual_account", "virtual_account", {"code": second.code}, 100,
    )  # fmt: skip
    said = pay(sepay, "", 100_000, "962TS000001", 2)
    assert (said.decision, said.reason["code"]) == ("auto", "virtual_account_under")
    assert [int(i.paid) for i in Invoice.objects.for_school(school).order_by("pk")] == [100_000, 250_000]
    said = pay(sepay, "", 50_000, "962TS000002", 3)
    assert (said.decision, said.rule) == ("suggest", "already_paid")


def test_the_code_of_another_invoice_in_the_memo_stops_it(school: School, sepay: Hook) -> None:
    mine = money.invoice(school, [250_000])
    other = money.invoice(school, [250_000], full_name="Trần Bình Minh")
    numbers = numbered(sepay)
    said = pay(sepay, f"{other.code} thu thang 10", 250_000, numbers[0])
    assert (said.decision, said.reason["code"], said.reason["params"]) == (
        "suggest", "virtual_account_differs", {"code": mine.code, "other": other.code},
    )  # fmt: skip
    assert not Payment.objects.for_school(school).exists()


def test_the_number_of_a_cancelled_invoice_stays_its_own(school: School, sepay: Hook) -> None:
    gone = money.invoice(school, [250_000])
    other = money.invoice(school, [250_000], full_name="Trần Bình Minh")
    numbers = numbered(sepay)
    with transaction():
        cancel_invoice(school.pk, invoice_id=gone.pk, reason="Lập nhầm", actor=ACTOR)
    said = pay(sepay, "", 250_000, numbers[0])
    assert (said.decision, said.reason["code"], said.reason["params"]) == (
        "none", "virtual_account_gone", {"code": gone.code},
    )  # fmt: skip
    said = pay(sepay, other.code, 250_000, numbers[0], 2)
    assert (said.decision, said.reason["code"], [one["code"] for one in said.candidates]) == (
        "suggest", "virtual_account_gone", [other.code],
    )  # fmt: skip
    assert not Payment.objects.for_school(school).exists()
    third = money.invoice(school, [70_000], full_name="Lê Chi")
    assert numbered(sepay) == [*numbers, "962TS000003"]
    assert pay(sepay, "", 70_000, "962TS000003", 3).decision == "auto"
    third.refresh_from_db()
    assert third.paid == Dong(70_000)


def test_papers_of_an_account_that_was_replaced_stay_good(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [250_000])
    numbers = numbered(sepay)
    other = factories.bank_account(school, number="0071000999999")
    BankAccount.objects.for_school(school).filter(pk=sepay.account.pk).update(
        is_active=False, replaced_by=other, replaced_at=invoice.issued_at
    )
    said = pay(sepay, "", 250_000, numbers[0])
    assert (said.decision, said.reason["code"]) == ("auto", "virtual_account")
