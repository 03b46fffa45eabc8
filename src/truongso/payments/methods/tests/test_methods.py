"""Which ways to pay are ready, which are used with what proof, and what each costs before it is chosen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import ZERO, Dong
from truongso.organizations.models import BankAccount, School
from truongso.payments.methods.models import MethodSetting
from truongso.payments.methods.queries import choices, readiness, settings_of
from truongso.payments.methods.services import MethodChange, MethodRefusedError, save_methods
from truongso.payments.methods.types import FOUR, Caution, Lack
from truongso.payments.models import BillPartner, BillService, Channel, Payment, PosTerminal
from truongso.payments.public import book, undo
from truongso.payments.types import Method

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

FIRST, LAST = dt.date(2026, 9, 1), dt.date(2026, 10, 31)


def _save(school: School, actor: Actor, **changes: MethodChange) -> None:
    whole = {method: MethodChange(is_on=row.is_on) for method, row in settings_of(school.pk).items()}
    whole |= {Method(name): change for name, change in changes.items()}
    with savepoint():
        save_methods(school.pk, changes=whole, order=list(whole), actor=actor)


def _channel(school: School, *, in_operation: bool = True, **changes: object) -> Channel:
    values = {"provider": "vnpay", "label": "VNPAY", "merchant": "TS000001", "is_active": True, **changes}
    made: Channel = Channel.objects.create(school=school, created_at=clock.now(), **values)
    if in_operation:
        factories.in_operation(school, "gateway", made.public_id)
    return made


def _everything(school: School, actor: Actor, *, in_operation: bool = True) -> None:
    account = factories.bank_account(school)
    _channel(school, in_operation=in_operation)
    PosTerminal.objects.create(school=school, code="T1", acquirer="VCB", bank_account=account, created_at=clock.now())
    partner = BillPartner.objects.create(code="AGRI", name="Agribank", key_id="k", created_at=clock.now())
    BillService.objects.create(school=school, partner=partner, created_at=clock.now())
    if in_operation:
        factories.in_operation(school, "acquirer", "VCB")
        factories.in_operation(school, "bill", partner.public_id)
    _save(school, actor, mobile_money=MethodChange(is_on=True))


def test_a_new_school_has_only_cash(school: School) -> None:
    found = readiness(school.pk, first=FIRST, last=LAST)
    assert {m.value: r.lack.value if r.lack else "" for m, r in found.items()} == {
        "qr_transfer": "no_account", "web": "no_channel", "mobile_money": "off", "card_pos": "no_terminal",
        "bank_bill": "no_partner", "cash": "",
    }  # fmt: skip
    assert not any(r.is_used for r in found.values())


def test_everything_set_up_is_ready_and_used_only_with_proof(school: School, actor: Actor) -> None:
    _everything(school, actor)
    assert all(r.is_ready for r in readiness(school.pk, first=FIRST, last=LAST).values())
    invoice = money.invoice(school, [600_000])
    paid: dict[Method, Payment] = {}
    for method in FOUR:
        paid[method] = book(school.pk, booking=money.booking((invoice, 100_000), method=method), actor=actor)
    latest = book(school.pk, booking=money.booking((invoice, 50_000), method=Method.WEB), actor=actor)
    found = readiness(school.pk, first=FIRST, last=LAST)
    assert [found[m].is_used for m in FOUR] == [True] * 4
    proof = found[Method.WEB].proof
    assert proof
    assert (proof.payment_public_id, proof.paid_on) == (latest.public_id, dt.date(2026, 10, 5))
    assert (proof.count, proof.amount) == (2, Dong(150_000))
    assert found[Method.CASH].proof is None
    undo(school.pk, payment_id=paid[Method.CARD_POS].pk, reason="Ghi nhầm", actor=actor)
    assert not readiness(school.pk, first=FIRST, last=LAST)[Method.CARD_POS].is_used
    assert not readiness(school.pk, first=FIRST, last=dt.date(2026, 10, 4))[Method.WEB].is_used


def test_a_dead_channel_is_not_ready_and_an_ended_one_is_none(school: School) -> None:
    channel = _channel(school, failing_since=clock.now())
    assert readiness(school.pk, first=FIRST, last=LAST)[Method.WEB].lack is Lack.CHANNEL_DOWN
    _channel(school, provider="momo", label="MoMo")
    assert readiness(school.pk, first=FIRST, last=LAST)[Method.WEB].is_ready
    Channel.objects.for_school(school).update(is_active=False)
    assert readiness(school.pk, first=FIRST, last=LAST)[Method.WEB].lack is Lack.NO_CHANNEL
    assert channel.pk


def test_what_is_set_up_but_not_in_operation_is_neither_ready_nor_offered(school: School, actor: Actor) -> None:
    _everything(school, actor, in_operation=False)
    found = readiness(school.pk, first=FIRST, last=LAST)
    assert [found[m].lack for m in (Method.WEB, Method.CARD_POS, Method.BANK_BILL)] == [
        Lack.NO_CHANNEL, Lack.NOT_LIVE, Lack.NOT_LIVE
    ]  # fmt: skip
    offered = [c.method for c in choices(school.pk, amount=Dong(100_000), has_code=True)]
    assert offered == [Method.QR_TRANSFER, Method.MOBILE_MONEY, Method.CASH]


def test_another_schools_partner_in_operation_is_not_ours(school: School, other_school: School, actor: Actor) -> None:
    _everything(school, actor, in_operation=False)
    factories.in_operation(other_school, "acquirer", "VCB")
    assert readiness(school.pk, first=FIRST, last=LAST)[Method.CARD_POS].lack is Lack.NOT_LIVE


def test_choices_show_the_qr_first_then_free_ways_then_by_cost(school: School, actor: Actor) -> None:
    _everything(school, actor)
    Channel.objects.for_school(school).update(fee_fixed=Dong(1_000), fee_basis_points=110, payer_pays=True)
    _save(
        school, actor, mobile_money=MethodChange(is_on=True),
        card_pos=MethodChange(is_on=True, payer_pays=True, fee_basis_points=80),
        bank_bill=MethodChange(is_on=True, payer_pays=True, fee_fixed=Dong(5_500), how_to="Quầy Agribank"),
    )  # fmt: skip
    found = choices(school.pk, amount=Dong(894_000), has_code=True)
    assert [(c.method.value, int(c.fee), int(c.total)) for c in found] == [
        ("qr_transfer", 0, 894_000), ("mobile_money", 0, 894_000), ("cash", 0, 894_000),
        ("bank_bill", 5_500, 899_500), ("card_pos", 7_152, 901_152), ("web", 10_834, 904_834),
    ]  # fmt: skip
    assert next(c for c in found if c.method is Method.BANK_BILL).how_to == "Quầy Agribank"


def test_the_cheapest_channel_counts_and_a_dead_one_leaves_the_way_marked(school: School) -> None:
    dear = _channel(school, fee_fixed=Dong(9_000), payer_pays=True)
    cheap = _channel(school, provider="payos", label="payOS", fee_fixed=Dong(700), payer_pays=True)
    web = next(c for c in choices(school.pk, amount=Dong(100_000), has_code=True) if c.method is Method.WEB)
    assert (web.channels, web.fee, web.is_down) == ((cheap.public_id, dear.public_id), Dong(700), False)
    Channel.objects.for_school(school).update(failing_since=clock.now())
    last = choices(school.pk, amount=Dong(100_000), has_code=True)[-1]
    assert (last.method, last.is_down, last.channels) == (Method.WEB, True, ())


def test_without_a_code_there_is_no_qr(school: School) -> None:
    assert [c.method for c in choices(school.pk, amount=Dong(600_000_000), has_code=False)] == [Method.CASH]


def test_settings_are_refused_whole(school: School, actor: Actor) -> None:
    off = {method.value: MethodChange(is_on=False) for method in Method}
    with pytest.raises(MethodRefusedError) as refused:
        _save(school, actor, **off)
    assert refused.value.code == "nothing_left"
    with pytest.raises(MethodRefusedError) as refused:
        _save(school, actor, card_pos=MethodChange(is_on=True, fee_basis_points=10_001))
    assert (refused.value.code, refused.value.params) == ("bad_fee", {"method": "card_pos"})
    assert MethodSetting.objects.for_school(school).count() == 0
    assert AuditEntry.objects.filter(action="payments:methods:save").count() == 0


def test_settings_are_kept_in_their_order(school: School, actor: Actor) -> None:
    order = [Method.CASH, Method.QR_TRANSFER, Method.WEB, Method.MOBILE_MONEY, Method.CARD_POS, Method.BANK_BILL]
    changes = {m: MethodChange(is_on=m is not Method.WEB, how_to="  Phòng   kế toán ") for m in order}
    with savepoint():
        save_methods(school.pk, changes=changes, order=order, actor=actor)
    kept = settings_of(school.pk)
    assert list(kept) == order
    assert kept[Method.CASH].how_to == "Phòng kế toán"
    assert [m for m, row in kept.items() if not row.is_on] == [Method.WEB]
    assert kept[Method.CARD_POS].fee_of(Dong(1_000_000)) == ZERO


def test_queries_do_not_grow_with_payments(school: School, actor: Actor) -> None:
    invoice = money.invoice(school, [900_000])
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            readiness(school.pk, first=FIRST, last=LAST)
        counts.append(len(queries))
        for _n in range(5):
            book(school.pk, booking=money.booking((invoice, 10_000)), actor=actor)
    assert counts == [6, 7]  # without payments there is no proof to fetch


def test_a_bank_that_never_called_and_partners_that_fell_silent_are_told(school: School, actor: Actor) -> None:
    """Only against a past of their own; what is silent comes after what is not. Readiness is another question."""
    _everything(school, actor)
    held = {c.method: c.caution for c in choices(school.pk, amount=Dong(100_000), has_code=True)}
    assert [(m.value, c) for m, c in held.items() if c] == [("bank_bill", Caution.UNUSED)]
    now = clock.now()
    known = {"since": now.isoformat(), "signs": 1, "longest": 0, "usual": 86_400}
    for hours, caution in ((36, None), (37, Caution.SILENT)):
        pace = {**known, "last": (now - dt.timedelta(hours=hours)).isoformat()}
        BillPartner.objects.update(pace=pace)
        PosTerminal.objects.for_school(school).update(pace=pace)
        found = choices(school.pk, amount=Dong(100_000), has_code=True)
        told = {c.method.value for c in found if c.caution is caution}
        assert {"bank_bill", "card_pos"} <= told
    assert [c.method.value for c in found][-2:] == ["card_pos", "bank_bill"]
    second = PosTerminal.objects.create(
        school=school, code="T2", acquirer="VCB", bank_account=BankAccount.objects.for_school(school).get(),
        created_at=now, pace={**known, "last": now.isoformat()},
    )  # fmt: skip
    assert second.is_active
    again = {c.method: c.caution for c in choices(school.pk, amount=Dong(100_000), has_code=True)}
    assert (again[Method.CARD_POS], again[Method.BANK_BILL]) == (None, Caution.SILENT)
    assert all(r.is_ready for r in readiness(school.pk, first=FIRST, last=LAST).values())
