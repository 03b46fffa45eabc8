"""The office's first page and pages about personal data: accessible and no wider than a phone, with rows in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories, money
from tests.browser.test_sign_in import look
from truongso.accounts.models import User
from truongso.accounts.signin.events import note
from truongso.accounts.signin.types import EventKind
from truongso.accounts.types import Role
from truongso.fees.models import Invoice
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.data_classes import DataClass
from truongso.kernel.db import transaction
from truongso.organizations.models import Supervision
from truongso.organizations.types import SupervisionFunction
from truongso.payments.public import book
from truongso.people.models import DataRequest, Erasure, Incident
from truongso.people.privacy.consents import agree
from truongso.people.privacy.erasures import propose
from truongso.people.privacy.holds import set_hold
from truongso.people.privacy.incidents import IncidentData, record
from truongso.people.privacy.queries import guardians_of
from truongso.people.privacy.requests import ask, grant
from truongso.people.privacy.types import DataRequestChannel, DataRequestKind
from truongso.people.sensitive.services import keep_facts, open_facts
from truongso.people.sensitive.types import FactKind, SeenKind
from truongso.people.types import StudentStatus

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Phòng Giáo dục và Đào tạo đề nghị kiểm tra lại toàn bộ hồ sơ của em trước khi trả lời gia đình"


def test_office_and_privacy_on_a_phone(phone: Page, sign_in: Callable[[Page, User], None]) -> None:
    school = factories.school()
    invoice = money.invoice(school, (200_000,))
    principal = factories.user(Role.PRINCIPAL, school=school, full_name="Lò Thị Trưởng")
    accountant = factories.user(school=school, full_name="Nguyễn Hoàng Thị Kế Toán Trường Tiểu học Lê Văn Tám")
    _rows(invoice, principal, accountant)
    for _n in range(2):
        note(EventKind.FAILED, user=principal, method="password")
    note(EventKind.REFUSED, user=accountant, route="thu/hoan-tien/<str:public_id>/quyet-dinh", status=404)
    pupil = f"/hoc-sinh/{invoice.student.public_id}"
    done = DataRequest.objects.for_school(school).order_by("number")[0]
    sign_in(phone, principal)
    for page in (
        "/du-lieu-ca-nhan", f"/du-lieu-ca-nhan/yeu-cau/{done.public_id}",
        f"/du-lieu-ca-nhan/xoa/{Erasure.objects.for_school(school).get().public_id}", "/du-lieu-ca-nhan/giu-lai",
        "/du-lieu-ca-nhan/xuat-toan-truong",
        f"/du-lieu-ca-nhan/su-co/{Incident.objects.for_school(school).get().public_id}", f"{pupil}/du-lieu", "/nhat-ky",
        "/nhat-ky/dang-nhap", "/tai-khoan/bao-mat",
    ):  # fmt: skip
        phone.goto(page)
        look(phone, page.strip("/").replace("/", "-"))
    phone.context.clear_cookies()
    for page in ("ai-da-xem", "du-lieu"):
        phone.goto(f"/p/{invoice.public_id}/{page}")
        look(phone, f"gia-dinh-{page}")

    unit = factories.org_unit()
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    sign_in(phone, factories.user(Role.OFFICER, unit=unit))
    phone.goto("/phong/tong-quan")
    look(phone, "phong-tong-quan")
    phone.get_by_role("link", name=school.short_name).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(school.name)
    look(phone, "phong-mot-truong")


def _rows(invoice: Invoice, principal: User, accountant: User) -> None:
    """One of each, as far as one pupil goes; the erased-to-be is another one, who left."""
    school, student = invoice.school, invoice.student
    mother, gone = guardians_of(student)[0], factories.student(school, "Lê Gia Hân", sector_code="2")
    head, writer = (Actor(one.pk, one.full_name, "web") for one in (principal, accountant))
    now = clock.now()
    with transaction():
        book(school.pk, booking=money.booking((invoice, 200_000)), actor=money.ACTOR)
        asked = ask(
            actor=writer, student=student, kind=DataRequestKind.CORRECT, asked_by=mother.full_name, detail=LONG,
            guardian=mother, channel=DataRequestChannel.SCHOOL,
        )  # fmt: skip
        grant(actor=head, request=asked, answer=LONG)
        ask(actor=writer, student=student, kind=DataRequestKind.VIEW, asked_by=mother.full_name, guardian=mother)
        ended = ask(actor=writer, student=gone, kind=DataRequestKind.RESTRICT, asked_by="Ông nội của em")
        DataRequest.objects.for_school(school).filter(pk=ended.pk).update(state="done", answered_at=now, done_at=now)
        agree(actor=head, student=student, purpose="receipt_notice", guardian=mother, child_agrees=True)
        keep_facts(school.pk, {student.pk: {FactKind.HEALTH: "hen suyễn"}})
        seen = [SeenKind.HEALTH, SeenKind.GUARDIAN_PHONE]
        open_facts(actor=head, role=Role.PRINCIPAL, student=student, seen=seen, reason=LONG)
        type(gone).objects.for_school(school).filter(pk=gone.pk).update(status=StudentStatus.TRANSFERRED.value)
        gone.refresh_from_db()
        propose(actor=writer, student=gone, reason=LONG)
        set_hold(actor=head, school=school, reason=LONG, document="12/QĐ-TA", student=student)
        data = IncidentData(LONG, now, LONG, classes=[DataClass.PERSONAL, DataClass.CONTACT], people=28)
        record(actor=head, school=school, data=data)
