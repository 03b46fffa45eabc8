"""Papers show the fields of the template in force at the issue of their round, and keep them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from tests import factories

from truongso.fees.models import CollectionRound, Invoice
from truongso.fees.public import extra_fields_by_id, fields_of, fields_of_all
from truongso.fees.tests.build import ACTOR, Setting, issue, setting
from truongso.kernel.db import savepoint, transaction
from truongso.organizations.models import OrgUnit, School
from truongso.organizations.public import publish_template, save_template_draft, supervise
from truongso.organizations.types import SupervisionFunction
from truongso.people.models import Student

pytestmark = pytest.mark.django_db

FOUR = [("payer", "", ""), ("beneficiary", "", ""), ("reason", "", ""), ("invoice_code", "", "")]
EXTRA = [
    ("pupil_code", "Mã học sinh", "Ghi trong sổ liên lạc"), ("class", "Lớp", ""), ("school_year", "Năm học", ""),
    ("round", "Đợt", ""), ("support_phone", "Điện thoại hỗ trợ", ""),
]  # fmt: skip


@pytest.fixture
def s(school: School, school_day: dt.datetime) -> Setting:
    School.objects.filter(pk=school.pk).update(support_phone="02140000211")
    return setting(school)


def publish(school: School, fields: list[tuple[str, str, str]], day: dt.date) -> OrgUnit:
    unit = OrgUnit.objects.first() or factories.org_unit()
    with transaction():
        supervise(
            actor=ACTOR, school=school, unit=unit, function=SupervisionFunction.REPORTING,
            valid_from=dt.date(2026, 9, 1),
        )  # fmt: skip
        save_template_draft(actor=ACTOR, unit=unit, fields=fields)
        publish_template(actor=ACTOR, unit=unit, valid_from=day)
    return unit


def test_without_a_template_the_four_fields_stand(s: Setting) -> None:
    invoice = issue(s)["An"]
    assert [(one.label, one.value) for one in fields_of(invoice)] == [
        ("Người nộp tiền", invoice.payer_name), ("Người thụ hưởng", invoice.beneficiary_name),
        ("Lý do", invoice.reason), ("Mã hóa đơn", invoice.code),
    ]  # fmt: skip
    assert extra_fields_by_id(s.school.pk, [invoice.pk]) == {}


def test_the_fields_of_the_template_in_force_at_issue(s: Setting, school_day: dt.datetime) -> None:
    publish(s.school, [FOUR[3], *EXTRA, *FOUR[:3]], school_day.date())
    Student.objects.for_school(s.school).filter(pk=s.students["An"].pk).update(school_code="HS0007")
    invoice = Invoice.objects.for_school(s.school).select_related("round", "bank_account").get(pk=issue(s)["An"].pk)
    assert [(one.label, one.value) for one in fields_of(invoice)] == [
        ("Mã hóa đơn", invoice.code), ("Mã học sinh", "HS0007"), ("Lớp", invoice.class_name),
        ("Năm học", "2026–2027"), ("Đợt", invoice.round.name), ("Điện thoại hỗ trợ", "0214 000 0211"),
        ("Người nộp tiền", invoice.payer_name), ("Người thụ hưởng", invoice.beneficiary_name),
        ("Lý do", invoice.reason),
    ]  # fmt: skip
    assert [one.note for one in fields_of(invoice)][1] == "Ghi trong sổ liên lạc"
    assert [one.label for one in extra_fields_by_id(s.school.pk, [invoice.pk])[invoice.pk]] == [
        "Mã học sinh", "Lớp", "Năm học", "Đợt", "Điện thoại hỗ trợ",
    ]  # fmt: skip


def test_a_pupil_without_a_code_has_no_such_line(s: Setting, school_day: dt.datetime) -> None:
    publish(s.school, [*FOUR, *EXTRA], school_day.date())
    Student.objects.for_school(s.school).update(school_code="", sector_code="")
    assert "Mã học sinh" not in [one.label for one in fields_of(issue(s)["An"])]


def test_a_new_version_is_for_new_rounds_and_older_papers_keep_theirs(s: Setting, school_day: dt.datetime) -> None:
    publish(s.school, [*FOUR, EXTRA[1]], school_day.date())
    old = issue(s)["An"]
    publish(s.school, [*FOUR, EXTRA[3]], school_day.date() + dt.timedelta(days=1))
    assert [one.label for one in fields_of(old)][4:] == ["Lớp"]
    with pytest.raises(DatabaseError, match="papers keep the template"), savepoint():
        CollectionRound.objects.for_school(s.school).filter(pk=s.round.pk).update(payment_template=None)
    assert CollectionRound.objects.for_school(s.school).get(pk=s.round.pk).payment_template is not None


def test_a_version_of_tomorrow_is_not_on_todays_papers(s: Setting, school_day: dt.datetime) -> None:
    publish(s.school, [*FOUR, EXTRA[1]], school_day.date() + dt.timedelta(days=1))
    assert len(fields_of(issue(s)["An"])) == 4


def test_the_number_of_queries_does_not_grow(s: Setting, school_day: dt.datetime) -> None:
    publish(s.school, [*FOUR, *EXTRA], school_day.date())
    issue(s)
    rows = list(Invoice.objects.for_school(s.school).select_related("round", "bank_account"))
    assert len(rows) == 4
    with CaptureQueriesContext(connection) as asked:
        fields_of_all(rows)
    assert len(asked) == 5
