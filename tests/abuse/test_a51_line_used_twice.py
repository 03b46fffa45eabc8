"""A51: a bank line pays once, whole, whoever tries at the same moment and whatever a form says."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from tests import factories, money
from truongso.banking import services
from truongso.banking.models import BankLine
from truongso.banking.tests.helpers import ACTOR, at_once, bring, line
from truongso.banking.types import LineRefusedError
from truongso.fees.models import Invoice
from truongso.kernel.db import retrying, transaction
from truongso.kernel.money import Dong
from truongso.organizations.models import School
from truongso.payments.models import Evidence, Payment, Receipt
from truongso.payments.types import PaymentRefusedError


def _waiting(school: School) -> tuple[BankLine, Invoice, Invoice]:
    account = factories.bank_account(school)
    one = money.invoice(school, [250_000], full_name="Nguyễn Bảo An")
    two = money.invoice(school, [250_000], full_name="Lý Văn Bình")
    bring(account, line("khong ro", 250_000, "R1"))
    return BankLine.objects.for_school(school).get(), one, two


@pytest.mark.django_db
def test_shares_never_exceed_the_line(school: School) -> None:
    row, one, two = _waiting(school)
    for shares in ([(one.pk, Dong(250_000)), (two.pk, Dong(1))], [(one.pk, Dong(250_001))], [(one.pk, Dong(10**12))]):
        with pytest.raises(PaymentRefusedError, match="shares_exceed_amount"), transaction():
            services.assign(school.pk, line_id=row.pk, shares=shares, actor=ACTOR)
    for amount in (0, -1):
        with pytest.raises(PaymentRefusedError, match="amount_not_positive"), transaction():
            services.assign(school.pk, line_id=row.pk, shares=[(one.pk, Dong(amount))], actor=ACTOR)
    assert Payment.objects.for_school(school).count() == 0
    assert BankLine.objects.for_school(school).get().state == "waiting"
    assert money.broken_invariants() == []


@pytest.mark.django_db
def test_a_second_assignment_is_refused(school: School) -> None:
    row, one, two = _waiting(school)
    with transaction():
        services.assign(school.pk, line_id=row.pk, shares=[(one.pk, Dong(250_000))], actor=ACTOR)
    with pytest.raises(LineRefusedError, match="not_waiting"), transaction():
        services.assign(school.pk, line_id=row.pk, shares=[(two.pk, Dong(250_000))], actor=ACTOR)
    assert Payment.objects.for_school(school).count() == 1


@pytest.mark.django_db
def test_the_database_refuses_to_use_evidence_beyond_its_amount(school: School) -> None:
    row, one, _two = _waiting(school)
    with transaction():
        services.assign(school.pk, line_id=row.pk, shares=[(one.pk, Dong(250_000))], actor=ACTOR)
    with pytest.raises(IntegrityError), transaction():
        Evidence.objects.for_school(school).update(used=Dong(250_001))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_accountants_assign_the_same_line_at_once(school: School) -> None:
    row, one, two = _waiting(school)

    def act(n: int) -> Payment:
        def attempt() -> Payment:
            with transaction():
                share = [((one, two)[n % 2].pk, Dong(250_000))]
                return services.assign(school.pk, line_id=row.pk, shares=share, actor=ACTOR)

        return retrying(attempt)

    outcomes = at_once(8, act)
    refused = [x.code for x in outcomes if isinstance(x, LineRefusedError)]
    assert refused == ["not_waiting"] * 7
    assert Payment.objects.for_school(school).count() == 1
    assert Receipt.objects.for_school(school).count() == 1
    assert sum(i.paid.value for i in Invoice.objects.for_school(school)) == 250_000
    assert money.broken_invariants() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_assigning_undoing_and_matching_again_at_once(school: School) -> None:
    account = factories.bank_account(school)
    invoice = money.invoice(school, [250_000])
    bring(account, line(f"{invoice.code} nop", 250_000, "R1"))
    row = BankLine.objects.for_school(school).get()
    assert row.state == "matched"

    def act(n: int) -> None:
        def attempt() -> None:
            with transaction():
                if n % 3 == 0:
                    services.undo_match(school.pk, line_id=row.pk, reason="thử", actor=ACTOR)
                elif n % 3 == 1:
                    services.match_again(school.pk, actor=ACTOR)
                else:
                    services.assign(school.pk, line_id=row.pk, shares=[(invoice.pk, Dong(250_000))], actor=ACTOR)

        retrying(attempt)

    outcomes = at_once(12, act)
    assert [x for x in outcomes if x is not None and not isinstance(x, LineRefusedError)] == []
    standing = Payment.objects.for_school(school).filter(reversed_at__isnull=True).count()
    state = BankLine.objects.for_school(school).get().state
    assert (state, standing) in {("matched", 1), ("waiting", 0)}
    assert money.broken_invariants() == []
