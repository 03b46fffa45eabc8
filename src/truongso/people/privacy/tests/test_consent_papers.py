"""Consent on paper: date, who signed, where it lies, the digest of a scan; taken back the same way."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School
from truongso.people.models import Consent, Guardian, Student
from truongso.people.privacy.consents import agreed
from truongso.people.privacy.purposes import PUBLIC_PHOTO, RECEIPT_NOTICE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.people.tests.urls")]
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def pupil(school: School) -> Student:
    return factories.student(school, "Giàng A Páo", birth_date=dt.date(2018, 3, 14))  # eight years old


@pytest.fixture
def clerk(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.ACCOUNTANT, school=school))


def write(client: Client, pupil: Student, **changes: Any) -> Any:
    guardian = Guardian.objects.for_school(pupil.school_id).get(guardianships__student=pupil)
    data = {
        "muc": PUBLIC_PHOTO, "viec": "dong-y", "nguoi": guardian.pk, "con": "on", "ngay_ky": "28/09/2026",
        "noi_luu": "Cặp 3A2, tủ văn thư",
    }  # fmt: skip
    return client.post(f"/hoc-sinh/{pupil.public_id}/du-lieu/dong-y", {**data, **changes})


def rows(pupil: Student) -> list[tuple[Any, ...]]:
    found = Consent.objects.for_school(pupil.school_id).filter(student=pupil).order_by("pk")
    return list(found.values_list("purpose", "party", "is_given", "said_by", "channel", "signed_on", "paper_place"))


def test_a_paper_signed_by_both_is_recorded_and_taken_back(clerk: Client, pupil: Student) -> None:
    page = clerk.get(f"/hoc-sinh/{pupil.public_id}/du-lieu/dong-y").content.decode()
    assert "Trường đăng ảnh hoạt động có con" in page
    scan = SimpleUploadedFile("giay.pdf", PDF, content_type="application/pdf")
    assert write(clerk, pupil, ban_chup=scan).status_code == 302
    day, place = dt.date(2026, 9, 28), "Cặp 3A2, tủ văn thư"
    assert rows(pupil) == [
        (PUBLIC_PHOTO, "representative", True, "Trần Thị Thu Hằng", "school", day, place),
        (PUBLIC_PHOTO, "child", True, "Giàng A Páo", "school", day, place),
    ]
    digests = Consent.objects.for_school(pupil.school_id).values_list("scan_sha256", "at").distinct()
    assert list(digests) == [(hashlib.sha256(PDF).hexdigest(), NOW)]  # it counts from now on
    shown = clerk.get(f"/hoc-sinh/{pupil.public_id}/du-lieu").content.decode()
    assert "giấy ký ngày 28/09/2026, Cặp 3A2, tủ văn thư" in shown
    assert write(clerk, pupil, viec="rut", ngay_ky="02/10/2026", noi_luu="Tủ văn thư").status_code == 302
    assert rows(pupil)[2:] == [
        (PUBLIC_PHOTO, "representative", False, "Trần Thị Thu Hằng", "school", dt.date(2026, 10, 2), "Tủ văn thư")
    ]
    actions = AuditEntry.objects.filter(action__startswith="people:consent:").order_by("seq")
    assert [one.action.rpartition(":")[2] for one in actions] == ["agree", "agree", "take_back"]


def test_a_receipt_notice_asks_the_representative_alone(clerk: Client, pupil: Student) -> None:
    assert write(clerk, pupil, muc=RECEIPT_NOTICE, con="").status_code == 302
    assert [row[1] for row in rows(pupil)] == ["representative"]
    assert [one[0].pk for one in agreed(RECEIPT_NOTICE)[pupil.school_id]] == [pupil.pk]


def test_what_is_refused_records_nothing(clerk: Client, pupil: Student, school: School, other_school: School) -> None:
    stranger = factories.student(other_school, "Lò Thị Mai")
    foreign = Guardian.objects.for_school(other_school).get()
    refused = [
        (write(clerk, pupil, con=""), "Con từ 7 tuổi"),
        (write(clerk, pupil, ngay_ky="06/10/2026"), "Thời điểm ở tương lai"),
        (write(clerk, pupil, noi_luu="   "), "Không để trống ô này"),
        (write(clerk, pupil, viec="rut"), "không có gì để rút"),
        (write(clerk, pupil, nguoi=foreign.pk), ""),
        (write(clerk, pupil, ban_chup=SimpleUploadedFile("a.pdf", b"MZ\x90\x00")), "Không nhận loại tệp này"),
    ]
    for answer, words in refused:
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert write(clerk, stranger, nguoi=foreign.pk).status_code == 404
    for role in (Role.CASHIER, Role.PRINCIPAL):
        own = factories.login(Client(), factories.user(role, school=school))
        assert write(own, pupil).status_code == 403
    assert (rows(pupil), rows(stranger), AuditEntry.objects.filter(action__startswith="people:consent:").count()) == (
        [], [], 0,
    )  # fmt: skip


def test_an_old_paper_does_not_overrule_what_the_family_said_later(clerk: Client, pupil: Student) -> None:
    assert write(clerk, pupil, muc=RECEIPT_NOTICE, ngay_ky="01/10/2026").status_code == 302
    assert write(clerk, pupil, muc=RECEIPT_NOTICE, viec="rut", ngay_ky="03/10/2026").status_code == 302
    before = rows(pupil)
    answer = write(clerk, pupil, muc=RECEIPT_NOTICE, ngay_ky="02/10/2026")
    assert answer.status_code == 422
    assert "Gia đình đã trả lời ngày 03/10/2026" in answer.content.decode()
    assert rows(pupil) == before
    assert agreed(RECEIPT_NOTICE) == {}


def test_the_database_wants_the_place_with_the_date(pupil: Student) -> None:
    row = {
        "school_id": pupil.school_id, "student": pupil, "purpose": RECEIPT_NOTICE, "version": 1,
        "text_sha256": "0" * 64, "party": "representative", "is_given": True, "said_by": "Mẹ", "at": NOW,
    }  # fmt: skip
    for wrong in (
        {"channel": "school", "signed_on": NOW.date()},
        {"channel": "family", "signed_on": NOW.date(), "paper_place": "Tủ"},
        {"channel": "school", "scan_sha256": "0" * 64},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.create(**row, **wrong)
    assert rows(pupil) == []
