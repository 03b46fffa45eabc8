"""A44: what is public holds nothing of a pupil, a family, a debt or a member of staff.

The page, the frame on the school's own website, the look-up form, the guides.
"""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories, money
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.organizations.models import School
from truongso.payments.methods.models import MethodSetting
from truongso.payments.public import book, receipts_of_invoice
from truongso.people.models import Guardian, Student
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind
from truongso.workspaces.ways import NAMINGS

BASE = "/truong/79-thu"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def test_no_name_phone_code_class_debt_or_receipt_of_anyone_is_on_it(
    school: School, client: Client, actor: Actor
) -> None:
    School.objects.filter(pk=school.pk).update(support_contact="A", support_phone="02140000111", has_public_page=True)
    owing = money.invoice(school, [777_123])
    paid = money.invoice(school, [333_456], full_name="Lý Thị Mẩy")
    book(school.pk, booking=money.booking((paid, 333_456), payer_name="Tẩn Láo Tả"), actor=actor)
    factories.exemption(
        owing.student, "HO_NGHEO", valid_from=owing.round.priced_on, document="Giấy chứng nhận hộ nghèo số 12"
    )
    facts = {FactKind.PERSONAL_NUMBER: "999217004711", FactKind.ETHNICITY: "Canarydantoc", FactKind.HEALTH: "Hen suyễn"}
    keep_facts(school.pk, {owing.student_id: facts})
    MethodSetting.objects.create(school=school, method="mobile_money", updated_at=clock.now())
    staff = factories.user(Role.ACCOUNTANT, school=school)
    pages = [BASE, f"{BASE}/nhung", f"{BASE}/tra-cuu", f"{BASE}/huong-dan"]
    pages += [f"{BASE}/huong-dan/{naming.slug}" for naming in NAMINGS.values()]
    shown = {path: client.get(path) for path in pages}
    open_ways = [path for path in pages if shown[path].status_code == 200]
    assert open_ways[:4] == pages[:4]
    assert {path.rsplit("/", 1)[1] for path in open_ways[4:]} == {"ma-qr", "mobile-money", "tien-mat"}
    receipt = receipts_of_invoice(school.pk, paid.pk)[0]
    secrets = [
        *Student.objects.for_school(school).values_list("full_name", flat=True),
        *Guardian.objects.for_school(school).values_list("full_name", flat=True),
        *Guardian.objects.for_school(school).values_list("phone", flat=True),
        owing.code, paid.code, owing.public_id, paid.public_id, receipt.public_id, "BL-2026", "777.123", "Tẩn Láo Tả",
        "Giấy chứng nhận hộ nghèo", "3A2", staff.full_name, staff.username, *facts.values(),
    ]  # fmt: skip
    assert len(secrets) > 12
    for path in open_ways:
        page = shown[path].content.decode()
        for secret in secrets:
            assert secret not in page, (path, secret)
        for word in ("nợ", "quá hạn", "chưa nộp") if "huong-dan" not in path else ():  # guides are the same everywhere
            assert word not in page.lower(), (path, word)
