"""A20: a replayed notice books nothing again, however many arrive at the same moment."""

from __future__ import annotations

import pytest

from tests import money
from truongso.banking.models import BankLine, FeedSighting
from truongso.banking.tests.helpers import at_once, hook
from truongso.fees.models import Invoice
from truongso.kernel.money import Dong
from truongso.ledger.models import Entry
from truongso.organizations.models import School
from truongso.payments.models import Notice, Payment, Receipt

pytestmark = pytest.mark.urls("truongso.banking.tests.urls")


@pytest.mark.django_db
def test_sixteen_replays_one_after_the_other(school: School) -> None:
    sepay, invoice = hook(school), money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)
    assert [sepay.send(body).status_code for _ in range(16)] == [200] * 16
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    assert Receipt.objects.for_school(school).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixteen_replays_at_once(school: School) -> None:
    sepay, invoice = hook(school), money.invoice(school, [250_000])
    body = sepay.body(f"{invoice.code} nop", 250_000)
    answers = at_once(16, lambda _n: sepay.send(body).status_code)
    assert answers == [200] * 16
    assert BankLine.objects.for_school(school).count() == 1
    assert FeedSighting.objects.for_school(school).count() == 1
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    assert Receipt.objects.for_school(school).count() == 1
    assert Entry.objects.for_school(school).filter(kind="payment").count() == 1
    assert Invoice.objects.for_school(school).get().paid == Dong(250_000)
    states = sorted(Notice.objects.for_school(school).values_list("state", flat=True))
    assert states == ["duplicate"] * 15 + ["processed"]
    assert money.broken_invariants() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_edited_replay_in_a_crowd_changes_nothing(school: School) -> None:
    sepay, invoice = hook(school), money.invoice(school, [250_000])
    true, edited = sepay.body(f"{invoice.code} nop", 250_000), sepay.body(f"{invoice.code} nop", 2_500_000)
    assert sepay.send(true).status_code == 200
    answers = at_once(8, lambda n: sepay.send(edited if n % 2 else true).status_code)
    assert answers == [200, 422] * 4
    assert Payment.objects.for_school(school).get().amount == Dong(250_000)
    assert money.broken_invariants() == []
