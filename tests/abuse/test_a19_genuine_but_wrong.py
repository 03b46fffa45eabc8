"""A19: a validly signed notice with a wrong content never makes an invoice paid by more than came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import money
from tests.depth import tries
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import Hook, hook
from truongso.fees.models import Invoice
from truongso.kernel.money import ZERO, Dong, total
from truongso.organizations.models import School
from truongso.payments.models import Notice, Payment

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.banking.tests.urls")]
OWED = 250_000


@pytest.fixture
def sepay(school: School) -> Hook:
    return hook(school)


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
)
FIELDS = (
    "id",
    "transactionDate",
    "accountNumber",
    "content",
    "transferType",
    "transferAmount",
    "referenceCode",
    "accumulated",
)


@given(changes=st.dictionaries(st.sampled_from(FIELDS), JUNK, min_size=1, max_size=3), number=st.integers(1, 5))
@settings(max_examples=tries(25, 1_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_pays_more_than_came(school: School, sepay: Hook, changes: dict[str, Any], number: int) -> None:
    invoice = Invoice.objects.for_school(school).first() or money.invoice(school, [OWED])
    fields = json.loads(sepay.body(f"{invoice.code} nop", OWED, number)) | changes
    answer = sepay.send(json.dumps(fields).encode())
    assert answer.status_code in {200, 422}
    came = total(x.amount for x in BankLine.objects.for_school(school).filter(direction="in"))
    booked = total(p.amount for p in Payment.objects.for_school(school))
    paid = Invoice.objects.for_school(school).get().paid
    assert paid <= Dong(OWED)
    assert paid <= booked <= came
    assert not Notice.objects.for_school(school).filter(state__in=["received", "verified"]).exists()


def test_part_of_the_money_is_a_part_payment(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [OWED])
    sepay.send(sepay.body(f"{invoice.code} nop", 1))
    settled = Invoice.objects.for_school(school).get()
    assert (settled.paid, settled.total) == (Dong(1), Dong(OWED))
    assert money.broken_invariants() == []


def test_another_account_pays_nothing(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [OWED])
    body = sepay.body(f"{invoice.code} nop", OWED, accountNumber=sepay.account.number + "1")
    assert sepay.send(body).status_code == 422
    assert Invoice.objects.for_school(school).get().paid == ZERO
    assert BankLine.objects.for_school(school).count() == 0


def test_money_going_out_pays_nothing(school: School, sepay: Hook) -> None:
    invoice = money.invoice(school, [OWED])
    assert sepay.send(sepay.body(f"{invoice.code} nop", OWED, transferType="out")).status_code == 200
    assert Invoice.objects.for_school(school).get().paid == ZERO
    assert Payment.objects.for_school(school).count() == 0
