"""What schools were using before there were lists stays in use after the upgrade; the rest waits for its list."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from tests import factories

from truongso.kernel import clock
from truongso.organizations.models import School
from truongso.payments.models import BillPartner, BillService, Channel, PartnerFile, PosTerminal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("verify_after")]


def test_active_partners_are_in_operation_and_others_begin_a_list(school: School, other_school: School) -> None:
    now, account = clock.now(), factories.bank_account(school)
    on, off = (
        Channel.objects.create(
            school=school, provider="vnpay", label=label, merchant="M", is_active=label == "Mở", created_at=now
        )
        for label in ("Mở", "Tắt")
    )
    for number, (acquirer, is_active) in enumerate([("VCB", False), ("VCB", True), ("BIDV", False)]):
        PosTerminal.objects.create(
            school=school, code=f"T{number}", acquirer=acquirer, bank_account=account, is_active=is_active,
            created_at=now,
        )  # fmt: skip
    bank = BillPartner.objects.create(code="agri", name="Agribank", key_id="k", created_at=now)
    BillService.objects.create(school=other_school, partner=bank, created_at=now)
    import_module("truongso.payments.migrations.0014_partners_carried_over").carry_over(apps, None)
    found = PartnerFile.objects.across_schools("test looks everywhere").order_by("kind", "name")
    assert [(f.school_id, f.kind, f.subject, f.name, f.is_live, f.is_carried_over) for f in found] == [
        (school.pk, "acquirer", "BIDV", "BIDV", False, False),
        (school.pk, "acquirer", "VCB", "VCB", True, True),
        (other_school.pk, "bill", bank.public_id, "Agribank", True, True),
        (school.pk, "gateway", on.public_id, "VNPAY · Mở", True, True),
        (school.pk, "gateway", off.public_id, "VNPAY · Tắt", False, False),
    ]
