"""Messages of new receipts go to who agreed, from then on, and stop at once when the yes is taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.fees.models import InvoiceLine
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.money import Dong
from truongso.messaging.models import Channel, Delivery
from truongso.organizations.models import School
from truongso.payments.credit.services import LineReduction, reduce_lines
from truongso.payments.public import book
from truongso.payments.receipt_messages import tell_of_receipts
from truongso.people.models import Consent, Guardian, Guardianship, Student
from truongso.people.privacy import requests
from truongso.people.privacy.consents import agree, agreed
from truongso.people.privacy.purposes import PUBLIC_PHOTO, PURPOSES, RECEIPT_NOTICE
from truongso.people.privacy.types import DataRequestKind

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


def test_only_who_agreed_is_told_and_only_until_it_is_taken_back(school: School) -> None:
    with clock.frozen(MONDAY):
        invoice = money.invoice(school, (300_000,))
        other = money.invoice(school, (50_000,), full_name="Lê Minh Châu")
        Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=MONDAY)
        with savepoint():
            book(school.pk, booking=money.booking((invoice, 100_000)), actor=money.ACTOR)
            book(school.pk, booking=money.booking((other, 50_000)), actor=money.ACTOR)
        assert tell_of_receipts() == 0  # nobody said yes
    pupil = Student.objects.for_school(school).get(pk=invoice.student_id)
    mother = Guardian.objects.for_school(school).get(guardianships__student=pupil)
    family, page = Client(), f"/p/{invoice.public_id}/dong-y"
    answer = {"muc": RECEIPT_NOTICE, "nguoi": str(mother.pk), "viec": "dong-y"}
    with clock.frozen(MONDAY + dt.timedelta(minutes=5)):
        assert "Đã đồng ý" not in family.get(page).content.decode()
        family.post(page, {**answer, "nguoi": ""})
        family.post(page, {**answer, "muc": "khong-co"})
        assert not Consent.objects.for_school(school).exists()
        family.post(page, answer)
        assert tell_of_receipts() == 0  # what was before the yes is not told
        assert "Đã đồng ý" in family.get(page).content.decode()
    with clock.frozen(MONDAY + dt.timedelta(minutes=10)):
        with savepoint():
            book(school.pk, booking=money.booking((invoice, 80_000)), actor=money.ACTOR)
        assert (tell_of_receipts(), tell_of_receipts()) == (1, 0)
    said = Delivery.objects.for_school(school).get(template="receipt_notice")
    assert (said.template, said.address, said.essential) == ("receipt_notice", "0900000001", False)
    assert "80.000" in said.body
    assert f"/p/{invoice.public_id}/lich-su" in said.body
    with clock.frozen(MONDAY + dt.timedelta(minutes=11)), CaptureQueriesContext(connection) as quiet:
        assert tell_of_receipts() == 0
    assert len(quiet) <= 6  # the same for a thousand families: they are read at once
    with clock.frozen(MONDAY + dt.timedelta(minutes=12)):
        with savepoint():
            asked = requests.ask(
                actor=money.ACTOR, student=pupil, kind=DataRequestKind.RESTRICT, asked_by="Bà Lan"
            )  # fmt: skip
            requests.grant(actor=money.ACTOR, request=asked, answer="")
            book(school.pk, booking=money.booking((invoice, 10_000)), actor=money.ACTOR)
        assert tell_of_receipts() == 0  # restricted, though agreed to
    with clock.frozen(MONDAY + dt.timedelta(minutes=15)):
        family.post(page, {**answer, "viec": "rut"})
        with savepoint():
            book(school.pk, booking=money.booking((invoice, 60_000)), actor=money.ACTOR)
        assert tell_of_receipts() == 0
    rows = Consent.objects.for_school(school).order_by("pk").values_list("party", "is_given", "version")
    assert list(rows) == [("representative", True, 1), ("representative", False, 1)]
    assert Consent.objects.for_school(school).order_by("pk")[0].text_sha256 == PURPOSES[RECEIPT_NOTICE].text_sha256


def test_who_is_guardian_no_more_is_told_nothing(school: School) -> None:
    """A roster gave the child another mother: the yes of the one before shows her nothing of it."""
    with clock.frozen(MONDAY):
        invoice = money.invoice(school, (200_000,))
        Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=MONDAY)
        pupil, before = Student.objects.for_school(school).get(), Guardian.objects.for_school(school).get()
        with savepoint():
            agree(actor=money.ACTOR, student=pupil, purpose=RECEIPT_NOTICE, child_agrees=False, guardian=before)
        after = Guardian.objects.create(
            school=school, family=pupil.family, full_name="Vàng Thị Sua", phone="0912345678"
        )  # fmt: skip
        Guardianship.objects.for_school(school).update(guardian=after)
        with savepoint():
            book(school.pk, booking=money.booking((invoice, 80_000)), actor=money.ACTOR)
        assert (agreed(RECEIPT_NOTICE), tell_of_receipts()) == ({}, 0)
        Guardianship.objects.for_school(school).update(guardian=before)
        assert tell_of_receipts() == 1


def test_the_amount_is_what_stayed_with_the_child(school: School) -> None:
    with clock.frozen(MONDAY):
        invoice = money.invoice(school, (200_000, 100_000))
        Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=MONDAY)
        pupil = Student.objects.for_school(school).get(pk=invoice.student_id)
        with savepoint():
            agree(
                actor=money.ACTOR, student=pupil, purpose=RECEIPT_NOTICE, child_agrees=False,
                guardian=Guardian.objects.for_school(school).get(),
            )  # fmt: skip
            book(school.pk, booking=money.booking((invoice, 300_000)), actor=money.ACTOR)
            line = InvoiceLine.objects.for_school(school).filter(invoice=invoice).order_by("pk")[0]
            lowered = LineReduction(invoice.pk, line.pk, Dong(35_000))
            reduce_lines(school.pk, reductions=[lowered], reason="Nghỉ 1 ngày", actor=money.ACTOR)
        assert tell_of_receipts() == 1
    body = Delivery.objects.for_school(school).get(template="receipt_notice").body
    assert "265.000" in body
    assert "465.000" not in body


def test_from_seven_on_the_child_says_yes_to_its_picture_too(school: School) -> None:
    with clock.frozen(MONDAY):
        invoice = money.invoice(school, (300_000,))  # born 14/3/2018: eight
        pupil = Student.objects.for_school(school).get(pk=invoice.student_id)
        mother = Guardian.objects.for_school(school).get()
        family, page = Client(), f"/p/{invoice.public_id}/dong-y"
        answer = {"muc": PUBLIC_PHOTO, "nguoi": str(mother.pk), "viec": "dong-y"}
        stranger = family.post(page, {**answer, "con": "co"}, follow=True).content.decode()
        assert "Trả lời một trong hai câu" in stranger
        assert not Consent.objects.for_school(school).exists()
        answer["dien_thoai"] = "0900000001"
        refused = family.post(page, answer, follow=True).content.decode()
        assert "hỏi con và đánh dấu khi con tự đồng ý" in refused
        assert not Consent.objects.for_school(school).exists()
        family.post(page, {**answer, "con": "co"})
        said = Consent.objects.for_school(school).values_list("party", "said_by")
        assert set(said) == {("representative", "Trần Thị Thu Hằng"), ("child", "Nguyễn Bảo An")}
        small = factories.student(school, "Nguyễn Bé", birth_date=dt.date(2020, 11, 1), family=pupil.family)
        young = money.invoice(school, (10_000,), full_name="Lò Thị Út")
        Student.objects.for_school(school).filter(pk=young.student_id).update(birth_date=small.birth_date)
        guardian = Guardian.objects.for_school(school).get(guardianships__student=young.student_id)
        family.post(f"/p/{young.public_id}/dong-y", {**answer, "nguoi": str(guardian.pk)})
        assert Consent.objects.for_school(school).filter(student=young.student_id).values_list("party", flat=True).get()
        family.post(f"/p/{young.public_id}/dong-y", {**answer, "nguoi": str(mother.pk)})  # not this child's
        assert Consent.objects.for_school(school).filter(student=young.student_id).count() == 1
