"""A partner's list: what it lacks, what proves it, when it goes into operation, when its contract ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError
from tests import factories, money

from truongso.accounts.models import User
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.messaging.models import Delivery
from truongso.organizations.models import School
from truongso.payments.bills.tests.bank import bank
from truongso.payments.changes.models import SetupChange
from truongso.payments.changes.types import ChangeRefusedError
from truongso.payments.gateways.models import Channel
from truongso.payments.gateways.tests import twin
from truongso.payments.models import Payment
from truongso.payments.partners.models import PartnerFile
from truongso.payments.partners.operation import (
    approve_channel,
    approve_going_live,
    propose_bill,
    propose_going_live,
)
from truongso.payments.partners.queries import ending, file_of, possible_proofs
from truongso.payments.partners.rules import missing
from truongso.payments.partners.services import link_test, put_into_operation, save_terms
from truongso.payments.partners.tasks import warn_of_ends
from truongso.payments.partners.trial import start_trial
from truongso.payments.partners.types import Item, PartnerFileRefusedError, PartnerKind, Terms
from truongso.payments.settlements.tests.build import slip, terminal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("school_day", "verify_after")]

ASKING, DECIDING = Actor(901, "Kế toán", "web"), Actor(902, "Hiệu trưởng", "web")
WHOLE = Terms(
    contract_number="12/2026/HĐ", signed_on=dt.date(2026, 9, 1), ends_on=dt.date(2027, 8, 31),
    contact_name="Trần Văn Bình", contact_phone="1900 5555 77", contact_email="Hotro@Vnpay.example",
    methods=("web",), fees_agreed=True, fee_basis_points=110, fee_fixed=Dong(1_650),
    started_on=dt.date(2026, 9, 10), integrated_on=dt.date(2026, 9, 20),
)  # fmt: skip


def save(file: PartnerFile, terms: Terms) -> PartnerFile:
    with savepoint():
        return save_terms(file, terms=terms, actor=ASKING)


def link(file: PartnerFile, payment: Payment, among: list[Payment] | None = None) -> PartnerFile:
    with savepoint():
        return link_test(
            file, payment_id=payment.pk, among=possible_proofs(file) if among is None else among, actor=ASKING
        )


def of_channel(school: School, provider: str = "vnpay") -> tuple[Channel, PartnerFile]:
    made = twin.channel(school, provider, active=False)
    file = file_of(school.pk, PartnerKind.GATEWAY, made.public_id)
    assert file is not None
    return made, file


def paid_through(school: School, made: Channel, amount: int) -> Payment:
    """Money a gateway told of, through the channel."""
    attempt = twin.start(made, (money.invoice(school, [500_000]), amount), is_trial=True)
    assert twin.notice(attempt).send().status_code == 200
    payment: Payment = Payment.objects.for_school(school).latest("pk")
    return payment


def test_a_new_partner_lacks_everything_and_each_line_is_done_by_its_own_values(school: School) -> None:
    _channel, file = of_channel(school)
    assert (file.name, file.is_live, missing(file)) == ("VNPAY · Cổng vnpay", False, list(Item))
    steps: list[tuple[dict[str, Any], list[Item]]] = [
        ({"contract_number": "12", "signed_on": dt.date(2026, 9, 1)}, list(Item)),
        ({"is_open_ended": True}, list(Item)[1:]),
        ({"contact_name": "Bình", "contact_phone": "1900"}, list(Item)[1:]),
        ({"contact_email": "a@b.vn"}, list(Item)[2:]),
        ({"methods": ("web", "mobile_money")}, list(Item)[3:]),
        ({"fees_agreed": True}, list(Item)[4:]),
        ({"started_on": dt.date(2026, 9, 1), "integrated_on": dt.date(2026, 9, 1)}, [Item.TEST]),
    ]
    terms = Terms()
    for values, lacking in steps:
        terms = replace(terms, **values)
        assert missing(save(file, terms)) == lacking, values
    kept = save(file, WHOLE)
    assert (kept.contact_email, kept.fee_basis_points, kept.fee_fixed) == ("hotro@vnpay.example", 110, Dong(1_650))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ends_on": dt.date(2026, 8, 31)}, "ends_before_signed"),
        ({"integrated_on": dt.date(2026, 9, 9)}, "integrated_before_started"),
        ({"signed_on": dt.date(2026, 10, 6), "ends_on": None}, "in_future"),
        ({"contact_phone": "gọi anh Bình"}, "bad_phone"),
        ({"contact_email": "a@b\nBcc: c@d.vn"}, "bad_email"),
        ({"methods": ("web", "crypto")}, "bad_method"),
        ({"fee_basis_points": 10_001}, "bad_fee"),
        ({"fee_fixed": Dong(-1)}, "bad_fee"),
    ],
)
def test_bad_terms_change_nothing(school: School, values: dict[str, Any], code: str) -> None:
    _channel, file = of_channel(school)
    before = PartnerFile.objects.for_school(school).values().get()
    with pytest.raises(PartnerFileRefusedError) as refusal:
        save(file, replace(WHOLE, **values))
    assert refusal.value.code == code
    assert PartnerFile.objects.for_school(school).values().get() == before


def test_a_test_brings_what_was_asked_for_and_nothing_else(school: School) -> None:
    """Who wrote the keys down can sign: until two people have opened the channel, no notice pays more than the test."""
    made, file = of_channel(school, "payos")
    invoice = money.invoice(school, [5_000_000])
    attempt = twin.start(made, (invoice, 2_000), is_trial=True)
    answer = twin.notice(attempt, amount=5_000_000).send()
    assert answer.status_code in {200, 400}
    assert Payment.objects.for_school(school).count() == 0
    invoice.refresh_from_db()
    assert invoice.paid == Dong(0)
    twin.notice(attempt).send()
    invoice.refresh_from_db()
    assert (invoice.paid, Payment.objects.for_school(school).count()) == (Dong(2_000), 1)
    link(file, Payment.objects.for_school(school).get())
    file.refresh_from_db()
    with pytest.raises(PartnerFileRefusedError) as refusal:
        start_trial(file, code=invoice.code, amount=Dong(2_000), return_url="/p", actor=DECIDING, client_ip="127.0.0.1")
    assert refusal.value.code == "test_done"


def test_tests_have_an_end(school: School) -> None:
    made, file = of_channel(school, "payos")
    for _ in range(3):
        paid_through(school, made, 2_000)
    code = money.invoice(school, [50_000]).code
    with pytest.raises(PartnerFileRefusedError) as refusal:
        start_trial(file, code=code, amount=Dong(2_000), return_url="/p", actor=DECIDING, client_ip="127.0.0.1")
    assert refusal.value.code == "too_many_tests"
    assert Payment.objects.for_school(school).count() == 3


def test_a_channel_opens_with_a_whole_list_a_real_small_payment_and_two_people(school: School) -> None:
    made, file = of_channel(school)
    save(file, WHOLE)
    with pytest.raises(ChangeRefusedError) as refusal, savepoint():
        propose_going_live(file, reason="Mở", actor=ASKING)
    assert (refusal.value.code, refusal.value.params) == ("not_complete", {"missing": ["test"]})
    large, small = paid_through(school, made, 100_001), paid_through(school, made, 10_000)
    assert possible_proofs(file) == [small], "a test is small"
    with pytest.raises(PartnerFileRefusedError) as too_large:
        link(file, large, [large])
    assert too_large.value.code == "test_too_large"
    link(file, small)
    file.refresh_from_db()
    with savepoint():
        change = propose_going_live(file, reason="Mở", actor=ASKING)
    with pytest.raises(ChangeRefusedError) as own, savepoint():
        approve_channel(school, change_id=change.pk, actor=ASKING)
    made.refresh_from_db()
    assert (own.value.code, made.is_active) == ("own_change", False)
    with savepoint():
        approve_channel(school, change_id=change.pk, actor=DECIDING)
    made.refresh_from_db()
    file.refresh_from_db()
    assert (made.is_active, file.is_live, file.test_payment_id) == (True, True, small.pk)


def test_what_was_complete_when_asked_for_must_still_be_when_approved(school: School) -> None:
    made, file = of_channel(school)
    save(file, WHOLE)
    link(file, paid_through(school, made, 10_000))
    file.refresh_from_db()
    with savepoint():
        change = propose_going_live(file, reason="Mở", actor=ASKING)
    save(file, replace(WHOLE, contact_name=""))
    with pytest.raises(ChangeRefusedError) as refusal, savepoint():
        approve_channel(school, change_id=change.pk, actor=DECIDING)
    change.refresh_from_db()
    made.refresh_from_db()
    assert (refusal.value.code, change.state, made.is_active) == ("not_complete", "proposed", False)


def test_only_money_that_came_through_the_partner_proves_it(school: School, other_school: School) -> None:
    made, file = of_channel(school)
    other, theirs = of_channel(school, "momo")
    foreign, _file = of_channel(other_school)
    own = paid_through(school, made, 10_000)
    assert (possible_proofs(file), possible_proofs(theirs)) == ([own], [])
    elsewhere = paid_through(other_school, foreign, 10_000)
    for payment, among in ((own, possible_proofs(theirs)), (elsewhere, [elsewhere])):
        with pytest.raises(PartnerFileRefusedError) as refusal:
            link(theirs, payment, among)
        assert refusal.value.code == "unknown_payment"
    theirs.refresh_from_db()
    assert (theirs.test_payment_id, other.is_active) == (None, False)


def test_an_acquirer_and_a_bank_go_live_by_their_own_proof(school: School) -> None:
    with savepoint():
        paid = slip(terminal(school), (money.invoice(school), 20_000)).payment
    vcb = bank(school)
    assert vcb.notify((money.invoice(school, [250_000]), 250_000), transaction_id="FT1").result == (200, "ok")
    billed = Payment.objects.for_school(school).latest("pk")
    for kind, payment in ((PartnerKind.ACQUIRER, paid), (PartnerKind.BILL, billed)):
        file = PartnerFile.objects.for_school(school).get(kind=kind.value)
        assert possible_proofs(file) == [payment], kind
        save(file, replace(WHOLE, methods=("card_pos" if kind is PartnerKind.ACQUIRER else "bank_bill",)))
        file = link(file, payment)
        with savepoint():
            change = propose_going_live(file, reason="Đủ", actor=ASKING)
            approve_going_live(school, change_id=change.pk, actor=DECIDING)
        file.refresh_from_db()
        assert file.is_live, kind
    with pytest.raises(ChangeRefusedError) as refusal, savepoint():
        propose_bill(school, vcb.partner, reason="Nữa", actor=ASKING)
    assert refusal.value.code == "nothing_to_open"


def test_in_operation_the_list_stays_whole_and_the_proof_stays(school: School) -> None:
    made, file = of_channel(school)
    save(file, WHOLE)
    file = link(file, paid_through(school, made, 10_000))
    with savepoint():
        put_into_operation(file, actor=DECIDING)
    with pytest.raises(PartnerFileRefusedError) as refusal:
        save(file, replace(WHOLE, contact_phone=""))
    assert (refusal.value.code, refusal.value.params) == ("would_lack", {"missing": ["contact"]})
    save(file, replace(WHOLE, ends_on=dt.date(2028, 8, 31)))
    with pytest.raises(PartnerFileRefusedError) as proof:
        link(file, paid_through(school, made, 20_000))
    assert proof.value.code == "would_lack"
    rows = PartnerFile.objects.for_school(school).filter(pk=file.pk)
    for values in ({"test_payment": None}, {"live_at": None}, {"contract_number": ""}, {"subject": "x"}):
        with pytest.raises(IntegrityError), savepoint():
            rows.update(**values)
    with pytest.raises(IntegrityError), savepoint():
        PartnerFile.objects.create(
            school=school, kind="feed", subject="sepay", name="SePay", live_at=clock.now(), updated_at=clock.now()
        )
    assert rows.get().ends_on == dt.date(2028, 8, 31)


def test_people_are_told_once_thirty_days_before_a_contract_ends(school: School) -> None:
    factories.in_operation(school, "feed", "sepay")
    rows = PartnerFile.objects.for_school(school).filter(kind="feed")
    for name, role in (("Phạm Thị Hòa", Role.ACCOUNTANT), ("Lê Minh Châu", Role.PRINCIPAL)):
        user = factories.user(role, school=school, full_name=name)
        User.objects.filter(pk=user.pk).update(email=f"{user.pk}@truong.example")
    with savepoint():
        rows.update(ends_on=dt.date(2026, 11, 5), contract_number="7/HĐ")
    assert (warn_of_ends(), ending(school.pk)) == (0, []), "31 days before nobody is told"
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        assert [f.subject for f in ending(school.pk)] == ["sepay"]
        assert (warn_of_ends(), warn_of_ends()) == (1, 0)
    told = Delivery.objects.for_school(school).filter(template="partner_contract_ends")
    assert told.count() == 2
    assert "Hợp đồng 7/HĐ" in told[0].body
    assert "hết hạn ngày 05/11/2026" in told[0].body
    with savepoint():
        rows.update(ends_on=dt.date(2027, 11, 5))
    with clock.frozen(dt.datetime(2027, 10, 10, 9, tzinfo=clock.SCHOOL_TIME)):
        assert warn_of_ends() == 1, "the next end is told of again"


def test_a_partner_carried_over_stays_in_operation_while_its_list_is_written_down(school: School) -> None:
    factories.in_operation(school, "acquirer", "VCB")
    file = file_of(school.pk, PartnerKind.ACQUIRER, "VCB")
    assert file is not None
    half = save(file, replace(Terms(), contract_number="9"))
    assert (half.is_live, len(missing(half)), SetupChange.objects.for_school(school).count()) == (True, 6, 0)
