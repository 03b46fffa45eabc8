"""Fee items and dated rates: what is refused changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from tests import factories

from truongso.fees.models import FeeItem, FeeRate, ReductionRule
from truongso.fees.public import install_reduction_rules, seed_catalogue
from truongso.fees.services.catalogue import (
    add_rate,
    change_rate,
    create_item,
    end_rate,
    set_item_active,
    update_item,
)
from truongso.fees.tests.build import ACTOR, Setting, everything, issue, plan, setting
from truongso.fees.types import FeeNature, FeesRefusedError, FeeUnit
from truongso.kernel.db import TransactionRequiredError
from truongso.kernel.models import AuditEntry
from truongso.kernel.money import Dong
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db


@pytest.fixture
def s(school: School, school_day: dt.datetime) -> Setting:
    return setting(school)


def rows(school: School) -> list[Any]:
    rates = FeeRate.objects.for_school(school).order_by("pk").values()
    return [everything(school), list(rates), list(ReductionRule.objects.order_by("pk").values())]


def new_item(school: School, **changes: Any) -> FeeItem:
    values: dict[str, Any] = {
        "code": "GUI_XE", "name": "Gửi xe", "nature": FeeNature.SERVICE, "unit": FeeUnit.MONTH,
        "is_voluntary": True, "legal_basis": "QĐ 5", "actor": ACTOR,
    }  # fmt: skip
    with transaction.atomic():
        return create_item(school.pk, **{**values, **changes})


def new_rate(s: Setting, **changes: Any) -> FeeRate:
    values: dict[str, Any] = {
        "item_id": s.care.pk, "grade": "", "amount": Dong(165_000), "cap": None,
        "valid_from": dt.date(2026, 11, 1), "valid_to": None, "document_number": "", "deciding_body": "",
        "actor": ACTOR,
    }  # fmt: skip
    with transaction.atomic():
        return add_rate(s.school.pk, **{**values, **changes})


def test_an_item_is_kept_tidy_and_leaves_a_trace(s: Setting) -> None:
    item = new_item(s.school, code=" gui_xe ", name="  Gửi   xe ")
    assert (item.code, item.name, item.nature, item.unit) == ("GUI_XE", "Gửi xe", "service", "month")
    act = AuditEntry.objects.filter(school_id=s.school.pk).latest("seq")
    assert (act.action, act.subject_id) == ("fees:item:create", str(item.pk))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "item_unnamed"),
        ({"name": "x" * 161}, "item_unnamed"),
        ({"code": ""}, "item_uncoded"),
        ({"code": "GỬI"}, "item_uncoded"),
        ({"code": "A/B"}, "item_uncoded"),
        ({"code": "CS_BT"}, "item_code_taken"),
        ({"code": "quy_cmhs", "name": "Quỹ"}, "not_school_money"),
        ({"name": "Quỹ phụ huynh"}, "not_school_money"),
        ({"nature": FeeNature.DONATION, "is_voluntary": False}, "donation_is_voluntary"),
    ],
)
def test_what_cannot_be_an_item(s: Setting, change: dict[str, Any], code: str) -> None:
    before = rows(s.school)
    with pytest.raises(FeesRefusedError) as caught:
        new_item(s.school, **change)
    assert caught.value.code == code
    assert rows(s.school) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": Dong(0)}, "rate_not_positive"),
        ({"amount": Dong(-1)}, "rate_not_positive"),
        ({"cap": Dong(164_999)}, "rate_above_cap"),
        ({"valid_to": dt.date(2026, 10, 31)}, "rate_dates"),
        ({}, "rate_overlaps"),
        ({"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 9, 1)}, "rate_overlaps"),
        ({"item_id": 10**12}, "no_such_item"),
    ],
)
def test_what_cannot_be_a_rate(s: Setting, change: dict[str, Any], code: str) -> None:
    before = rows(s.school)
    with pytest.raises(FeesRefusedError) as caught:
        new_rate(s, **change)
    assert caught.value.code == code
    assert rows(s.school) == before


def test_a_rate_may_stand_beside_another_grades_and_before_the_first(s: Setting) -> None:
    new_rate(s, grade="3")
    new_rate(s, valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2026, 8, 31))
    assert FeeRate.objects.for_school(s.school).filter(fee_item=s.care).count() == 3


def test_a_rate_equal_to_its_cap_is_allowed(s: Setting) -> None:
    assert new_rate(s, grade="3", cap=Dong(165_000)).cap == Dong(165_000)


def test_a_rate_that_was_used_is_ended_and_never_changed(s: Setting) -> None:
    rate = s.care.rates.get()
    issue(s)
    before = rows(s.school)
    with pytest.raises(FeesRefusedError, match="rate_used"), transaction.atomic():
        change_rate(
            s.school.pk, rate_id=rate.pk, amount=Dong(1), cap=None, document_number="", deciding_body="", actor=ACTOR
        )
    with pytest.raises(FeesRefusedError) as caught, transaction.atomic():
        end_rate(s.school.pk, rate_id=rate.pk, valid_to=dt.date(2026, 9, 30), actor=ACTOR)
    assert (caught.value.code, caught.value.params) == ("rate_used_later", {"day": dt.date(2026, 10, 1)})
    assert rows(s.school) == before
    with transaction.atomic():
        end_rate(s.school.pk, rate_id=rate.pk, valid_to=dt.date(2026, 10, 1), actor=ACTOR)
    rate.refresh_from_db()
    assert (rate.amount, rate.valid_to) == (Dong(150_000), dt.date(2026, 10, 1))


def test_an_unused_rate_can_be_corrected_and_previews_are_out_of_date(s: Setting) -> None:
    assert plan(s).planned_at is not None
    with transaction.atomic():
        change_rate(
            s.school.pk, rate_id=s.care.rates.get().pk, amount=Dong(155_000), cap=None, document_number="QĐ 7",
            deciding_body="", actor=ACTOR,
        )  # fmt: skip
    s.round.refresh_from_db()
    assert s.round.planned_at is None
    assert s.care.rates.get().amount == Dong(155_000)


def test_an_invoiced_items_nature_is_fixed(s: Setting) -> None:
    issue(s)
    data: dict[str, Any] = {
        "item_id": s.care.pk, "name": "Bán trú", "unit": FeeUnit.MONTH, "is_voluntary": False,
        "legal_basis": "QĐ 9", "note": "", "actor": ACTOR,
    }  # fmt: skip
    before = rows(s.school)
    with pytest.raises(FeesRefusedError, match="item_used"), transaction.atomic():
        update_item(s.school.pk, nature=FeeNature.AGREED, **data)
    assert rows(s.school) == before
    with transaction.atomic():
        update_item(s.school.pk, nature=FeeNature.SERVICE, **data)
    s.care.refresh_from_db()
    assert (s.care.name, s.care.legal_basis) == ("Bán trú", "QĐ 9")


def test_an_item_leaves_use_once(s: Setting) -> None:
    for _ in range(2):
        with transaction.atomic():
            set_item_active(s.school.pk, item_id=s.care.pk, active=False, actor=ACTOR)
    assert AuditEntry.objects.filter(action="fees:item:deactivate").count() == 1


def test_seeding_adds_what_is_missing_once(s: Setting) -> None:
    with transaction.atomic():
        added = seed_catalogue(s.school.pk, level="primary", actor=ACTOR, sample_rates_from=dt.date(2026, 9, 1))
    codes = {i.code for i in added}
    assert "CS_BT" not in codes  # the school has its own
    assert {"HP", "AN_BT", "BHYT", "2BUOI"} <= codes
    assert not {"QUY_CMHS", "TAI_TRO"} & codes
    rates = FeeRate.objects.for_school(s.school).filter(fee_item__code__in=["AN_BT", "BHYT", "HP"])
    assert set(rates.values_list("fee_item__code", "amount", "cap", "document_number")) == {
        ("AN_BT", Dong(22_000), Dong(22_000), "Mức tham khảo: Cao Bằng NQ 08/2025"),
        ("BHYT", Dong(683_100), None,
         "Mức tham khảo: toàn quốc tính từ lương cơ sở 2.530.000 đ từ 01/7/2026, cần kiểm tra"),
    }  # fmt: skip
    assert not FeeItem.objects.for_school(s.school).get(code="2BUOI").is_active
    with transaction.atomic():
        assert seed_catalogue(s.school.pk, level="primary", actor=ACTOR) == []


def test_the_law_is_known(db: None) -> None:
    with transaction.atomic():
        assert install_reduction_rules() == 4
        assert install_reduction_rules() == 0
    assert set(ReductionRule.objects.values_list("code", "percent", "everyone", "ownership")) == {
        ("MIEN_CONG_LAP", 100, True, "public"), ("MIEN_100", 100, False, ""), ("GIAM_70", 70, False, ""),
        ("GIAM_50", 50, False, ""),
    }  # fmt: skip


def test_writes_demand_a_transaction(transactional_db: None) -> None:
    school = factories.school()
    with pytest.raises(TransactionRequiredError):
        create_item(
            school.pk, code="X", name="X", nature=FeeNature.SERVICE, unit=FeeUnit.ONCE, is_voluntary=False,
            legal_basis="", actor=ACTOR,
        )  # fmt: skip
