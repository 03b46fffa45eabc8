"""Requests about a child's data, their clock, and the copy that holds everything of one child and nothing of others."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from tests import factories, money
from tests.invariants.conftest import make_world

from truongso.kernel import clock, data_classes
from truongso.kernel.actor import Actor
from truongso.kernel.data_classes import Subject
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.kernel.personal_data import elsewhere, holdings, sections
from truongso.messaging.models import Channel, Delivery
from truongso.organizations.models import School
from truongso.payments.public import book
from truongso.people.models import CopyLink, DataRequest, Guardian, Student
from truongso.people.privacy import requests
from truongso.people.privacy.copies import as_json, as_pdf, copy_for
from truongso.people.privacy.queries import child_of, guardians_of, open_requests
from truongso.people.privacy.types import DataRequestKind, PrivacyRefusedError

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


def test_every_table_about_pupils_and_families_is_told_of_and_no_field_is_forgotten() -> None:
    about = {label for label, one in data_classes.tables().items() if one.about in {Subject.PUPIL, Subject.FAMILY}}
    listed = {one.label for one in holdings()}
    assert about - listed - set(elsewhere()) == set()
    assert listed & set(elsewhere()) == set()
    assert {one.label: one.unsaid() for one in holdings() if one.unsaid()} == {}
    assert len(listed) >= 35


@pytest.fixture
def an(school: School, actor: Actor) -> Student:
    """An, with a brother and invoices of both, paid by one transfer, beside another family that paid its own."""
    with clock.frozen(MONDAY):
        invoice = money.invoice(school, (200_000,), full_name="Nguyễn Bảo An")
        pupil: Student = Student.objects.for_school(school).get(pk=invoice.student_id)
        factories.guardian(pupil.family, "Nguyễn Văn Cường", phone="0911222333")
        second = money.invoice(school, (70_000,), full_name="Nguyễn Gia Bình", family=pupil.family)
        other = money.invoice(school, (50_000,), full_name="Lê Minh Châu")
        with savepoint():
            book(school.pk, booking=money.booking((invoice, 200_000), (second, 70_000)), actor=actor)
            book(school.pk, booking=money.booking((other, 50_000)), actor=actor)
    return pupil


def test_the_copy_holds_the_child_and_nobody_else(an: Student, actor: Actor) -> None:
    mother = guardians_of(an)[0]
    with clock.frozen(MONDAY), savepoint():
        asked = requests.ask(
            actor=actor, student=an, kind=DataRequestKind.VIEW, asked_by=mother.full_name, guardian=mother
        )
    said = as_json(copy_for(asked, maker="Lê Minh Trưởng"))
    data = json.loads(said)
    tables = {one["table"]: one["rows"] for one in data["tables"]}
    assert tables["people.Student"][0]["full_name"] == "Nguyễn Bảo An"
    assert [row["phone"] for row in tables["people.Guardian"]] == [mother.phone]
    assert [row["amount"] for row in tables["payments.Allocation"]] == [200_000]
    assert [row["paid"] for row in tables["fees.Invoice"]] == [200_000]
    # The transfer paid for the brother too: what belongs to the whole of it is not told.
    assert tables["payments.Payment"][0]["amount"] == "không in: gồm cả phần của con khác"
    assert [one["student_name"] for one in tables["payments.Receipt"][0]["content"]["invoices"]] == ["Nguyễn Bảo An"]
    text = said.decode()
    for stranger in ("Nguyễn Gia Bình", "Lê Minh Châu", "70000", "270000", "0911222333"):
        assert stranger not in text
    assert "YC-1" in data["mark"]
    assert "Trần Thị Thu Hằng" in data["mark"]
    assert "Lê Minh Trưởng" in data["mark"]
    assert as_pdf(copy_for(asked, maker="Lê Minh Trưởng")).startswith(b"%PDF")


def test_a_child_whose_books_hold_everything_is_told_nothing_of_others(school: School, actor: Actor) -> None:
    world = make_world(school, actor)
    pupil = Student.objects.for_school(school).get(pk=world.invoice.student_id)
    found = {one.label: one for one in sections(child_of(pupil))}
    filled = {label for label, one in found.items() if one.rows}
    assert filled >= {
        "fees.Invoice", "fees.InvoiceLine", "payments.Allocation", "payments.Payment", "payments.Evidence",
        "payments.Receipt", "payments.PaymentReversal", "banking.PaymentClaim", "banking.ClaimMessage",
        "people.Consent", "people.DataRequest", "people.Erasure",
    }  # fmt: skip
    told = json.dumps([one.rows for one in found.values()], ensure_ascii=False)
    mine = {str(one) for one in Student.objects.for_school(school).filter(family_id=pupil.family_id)}
    others = {str(one) for one in Student.objects.for_school(school)} - mine
    assert others
    assert [name for name in others if name in told] == []


def test_contacts_of_another_guardian_stay_with_that_guardian(an: Student) -> None:
    from truongso.people.models import Guardian, Guardianship

    father = Guardian.objects.for_school(an.school_id).get(full_name="Nguyễn Văn Cường")
    Guardianship.objects.create(school_id=an.school_id, student=an, guardian=father, relationship="father")
    mine = {s.label: s.rows for s in sections(replace(child_of(an), guardian_id=father.pk))}["people.Guardian"]
    assert {row["full_name"]: row["phone"] for row in mine} == {
        "Nguyễn Văn Cường": "0911222333",
        "Trần Thị Thu Hằng": "có trong hồ sơ, chỉ người này được lấy",
    }


def test_a_request_has_number_and_clock_and_the_link_opens_a_few_times(an: Student, actor: Actor) -> None:
    mother = guardians_of(an)[0]
    Channel.objects.create(school_id=an.school_id, kind="sms", is_active=True, updated_at=MONDAY)
    with clock.frozen(MONDAY), savepoint():
        asked = requests.ask(
            actor=actor, student=an, kind=DataRequestKind.VIEW, asked_by=mother.full_name, guardian=mother
        )
    at_five = dt.time(17)
    assert (str(asked), asked.answer_by, asked.act_by) == (
        "YC-1",
        dt.datetime.combine(dt.date(2026, 10, 7), at_five, tzinfo=clock.SCHOOL_TIME),
        dt.datetime.combine(dt.date(2026, 10, 20), at_five, tzinfo=clock.SCHOOL_TIME),
    )
    with clock.frozen(MONDAY), savepoint(), pytest.raises(PrivacyRefusedError, match="already_asked"):
        requests.ask(actor=actor, student=an, kind=DataRequestKind.VIEW, asked_by=mother.full_name, guardian=mother)
    assert DataRequest.objects.for_school(an.school_id).count() == 1
    with clock.frozen(MONDAY), savepoint():
        granted, to = requests.grant(actor=actor, request=asked, answer="Bản sao đã sẵn sàng")
    assert to == "…0001"
    body = Delivery.objects.for_school(an.school_id).get(template="data_answer").body
    token = body.rsplit("/ban-sao/", 1)[1].split()[0].rstrip(".")
    link = requests.link_by_token(token)
    assert link is not None
    assert link.token_hash != token
    with clock.frozen(MONDAY):
        assert requests.is_usable(link)
        with savepoint():
            assert requests.use_link(actor=actor, link=link, form="pdf").state == "done"
    with clock.frozen(MONDAY + dt.timedelta(hours=72)), savepoint(), pytest.raises(PrivacyRefusedError):
        requests.use_link(actor=actor, link=link, form="pdf")
    assert CopyLink.objects.for_school(an.school_id).get().uses == 1
    assert open_requests(an.school_id) == []
    assert granted.kind == "view"
    verbs = list(
        AuditEntry.objects.filter(action__startswith="people:data_request")
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert [one.rsplit(":", 1)[1] for one in verbs] == ["ask", "grant", "send_link", "fetch"]
    assert requests.link_by_token("khong-co") is None


def test_a_copy_sent_to_a_number_that_was_corrected_opens_no_more(an: Student, actor: Actor) -> None:
    """Whoever holds the old number holds the link, and may know the birthday: the copy has everything of the child."""
    mother, guardians = guardians_of(an)[0], Guardian.objects.for_school(an.school_id)
    Channel.objects.create(school_id=an.school_id, kind="sms", is_active=True, updated_at=MONDAY)
    with clock.frozen(MONDAY), savepoint():
        asked = requests.ask(
            actor=actor, student=an, kind=DataRequestKind.VIEW, asked_by=mother.full_name, guardian=mother
        )
        requests.grant(actor=actor, request=asked, answer="Bản sao đã sẵn sàng")

    def latest() -> CopyLink:
        body = Delivery.objects.for_school(an.school_id).filter(template="data_answer").latest("pk").body
        found = requests.link_by_token(body.rsplit("/ban-sao/", 1)[1].split()[0].rstrip("."))
        assert found is not None
        return found

    with clock.frozen(MONDAY):
        assert requests.is_usable(latest())
        guardians.update(phone="0912345678")
        assert not requests.is_usable(latest())
        with savepoint(), pytest.raises(PrivacyRefusedError, match="link_over"):
            requests.use_link(actor=actor, link=latest(), form="pdf")
        with savepoint():
            asked.refresh_from_db()
            assert requests.send_link(actor=actor, request=asked) == "…5678"
        assert requests.is_usable(latest())
        guardians.update(phone="")
        assert not requests.is_usable(latest())
    assert [one.uses for one in CopyLink.objects.for_school(an.school_id)] == [0, 0]


def test_no_longer_than_once_and_never_without_a_reason(an: Student, actor: Actor) -> None:
    with clock.frozen(MONDAY), savepoint():
        asked = requests.ask(
            actor=actor, student=an, kind=DataRequestKind.ERASE, asked_by="Bà Nguyễn Thị Lan", detail="Chuyển trường"
        )
        with pytest.raises(PrivacyRefusedError, match="reason_missing"):
            requests.refuse(actor=actor, request=asked, reason=" ")
        with pytest.raises(PrivacyRefusedError, match="detail_missing"):
            requests.ask(actor=actor, student=an, kind=DataRequestKind.CORRECT, asked_by="Bà Lan")
        with pytest.raises(PrivacyRefusedError, match="not_granted"):
            requests.extend(actor=actor, request=asked, reason="Nhiều hồ sơ")
        requests.grant(actor=actor, request=asked, answer="Sẽ xóa")
        longer = requests.extend(actor=actor, request=asked, reason="Nhiều hồ sơ giấy")
        assert clock.school_date(longer.act_by) == dt.date(2026, 11, 9)
        with pytest.raises(PrivacyRefusedError, match="already_extended"):
            requests.extend(actor=actor, request=asked, reason="Nữa")
        with pytest.raises(PrivacyRefusedError, match="not_waiting"):
            requests.grant(actor=actor, request=asked, answer="")
    assert clock.school_date(DataRequest.objects.for_school(an.school_id).get().act_by) == dt.date(2026, 11, 9)
