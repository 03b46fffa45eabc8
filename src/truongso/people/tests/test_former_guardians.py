"""The end of a guardianship: dated, with a reason, told; no roster undoes it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Channel, Delivery
from truongso.organizations.models import School, SchoolYear
from truongso.people.family_accounts.services import find_offer, print_offer, send_offer, take_up
from truongso.people.family_accounts.types import FamilyAccountRefusedError
from truongso.people.guardians.services import end_guardianship
from truongso.people.models import FamilyAccount, FormerGuardian, Guardian, Guardianship, Student
from truongso.people.privacy.erasing import guardians as erase_guardians
from truongso.people.privacy.queries import child_of
from truongso.people.privacy.requests import ask, grant, link_by_token, send_link
from truongso.people.privacy.types import DataRequestKind, PrivacyRefusedError
from truongso.people.queries.guardians import last_ending, payers_or_guardians
from truongso.people.queries.proof import knows_pupil
from truongso.people.tests.rosters import line, take
from truongso.people.tests.test_applying_rosters import guardians, rows_of
from truongso.people.types import PeopleError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
NOW = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)
REASON = "Quyết định 12/2026/QĐST-HNGĐ"


@pytest.fixture
def pupil(school: School) -> Student:
    """A pupil with mother (pays) and father."""
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=clock.now())
    found = factories.student(school, school_class=factories.school_class(school))
    _add_father(found)
    return found


def _add_father(pupil: Student) -> Guardianship:
    father = Guardian.objects.for_school(pupil.school_id).filter(full_name="Nguyễn Văn Hùng").first()
    father = father or factories.guardian(pupil.family, "Nguyễn Văn Hùng", phone="0900000002")
    link: Guardianship = Guardianship.objects.create(
        school_id=pupil.school_id, student=pupil, guardian=father, relationship="father"
    )
    return link


def _link(pupil: Student, name: str) -> Guardianship:
    found: Guardianship = (
        Guardianship.objects.for_school(pupil.school_id).select_related("guardian").get(
            student=pupil, guardian__full_name=name
        )
    )  # fmt: skip
    return found


def _end(actor: Actor, pupil: Student, name: str) -> FormerGuardian:
    with transaction():
        return end_guardianship(actor=actor, student=pupil, link=_link(pupil, name), reason=REASON)


def test_it_is_dated_told_and_in_the_trail_and_who_paid_hands_it_on(pupil: Student, actor: Actor) -> None:
    made = _end(actor, pupil, "Trần Thị Thu Hằng")
    assert guardians(pupil) == [("father", "Nguyễn Văn Hùng", ("0900000002",), True)]
    assert (made.was_payer, made.ended_at, made.ended_by, made.guardian.full_name) == (
        True, clock.now(), actor.user_id, "Trần Thị Thu Hằng",
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="people:student:end_guardian")
    assert (entry.reason, entry.params["name"], entry.subject_id) == (REASON, "Trần Thị Thu Hằng", pupil.public_id)
    told = Delivery.objects.for_school(pupil.school_id).filter(template="guardian_ended").order_by("address")
    assert [(one.address, one.recipient_name) for one in told] == [
        ("0900000001", "Trần Thị Thu Hằng"), ("0900000002", "Nguyễn Văn Hùng"),
    ]  # fmt: skip
    assert ["Tr*** Th*** Th*** Hang" in one.body for one in told] == [True, True]
    assert payers_or_guardians(pupil.school_id, [pupil.pk]) == {pupil.pk: "Nguyễn Văn Hùng"}
    known = [
        knows_pupil(pupil.school_id, pupil.pk, birth_date=None, phone=number) for number in ("0900000001", "0900000002")
    ]
    assert known == [False, True]
    assert last_ending(pupil.school_id, pupil.family_id) == made.ended_at


def test_who_is_left_alone_or_is_anothers_stays(pupil: Student, actor: Actor, school: School) -> None:
    other = factories.student(school, "Lê Minh Châu", payer="Lê Văn Tư")
    foreign = _link(other, "Lê Văn Tư")
    with pytest.raises(PeopleError, match="not_a_guardian"), transaction():
        end_guardianship(actor=actor, student=pupil, link=foreign, reason=REASON)
    with pytest.raises(PeopleError, match="last_guardian"):
        _end(actor, other, "Lê Văn Tư")
    factories.guardian(other.family, "Phụ huynh em Lê Minh Châu", phone="")
    stand_in = Guardian.objects.for_school(school).get(full_name="Phụ huynh em Lê Minh Châu")
    Guardianship.objects.create(school=school, student=other, guardian=stand_in, relationship="guardian")
    with pytest.raises(PeopleError, match="last_guardian"):
        _end(actor, other, "Lê Văn Tư")
    assert FormerGuardian.objects.for_school(school).count() == 0
    assert Guardianship.objects.for_school(school).count() == 4


def test_account_offers_and_copies_end_with_the_last_child_here(pupil: Student, actor: Actor, school: School) -> None:
    brother = factories.student(school, "Nguyễn Bảo Bình", family=pupil.family)
    _add_father(brother)
    user, father = factories.user(None), _link(pupil, "Nguyễn Văn Hùng").guardian
    with transaction():
        offer = find_offer(print_offer(actor=actor, student=pupil, guardian=father).rsplit("/", 1)[1])
        assert offer is not None
        take_up(offer=offer, user=user, actor=actor)
        request = ask(
            actor=actor, student=pupil, kind=DataRequestKind.VIEW, guardian=father, asked_by=father.full_name, detail=""
        )
        grant(actor=actor, request=request, answer="Đã chuẩn bị bản sao.")
    carried = [row.body for row in Delivery.objects.for_school(school).filter(body__contains="/ban-sao/")]
    link = link_by_token(carried[0].split("/ban-sao/")[1].split()[0].rstrip("."))
    assert link is not None
    assert link.revoked_at is None
    _end(actor, pupil, "Nguyễn Văn Hùng")
    link.refresh_from_db()
    assert link.revoked_at == clock.now()
    with transaction():
        request.refresh_from_db()
        assert send_link(actor=actor, request=request) == ""  # not to him any more
    with pytest.raises(PrivacyRefusedError, match="not_a_guardian"), transaction():
        ask(actor=actor, student=pupil, kind=DataRequestKind.VIEW, guardian=father, asked_by="Hùng", detail="")
    account = FamilyAccount.objects.for_school(school).get(guardian=father)
    assert account.ended_at is None  # the brother is his child still
    _end(actor, brother, "Nguyễn Văn Hùng")
    account.refresh_from_db()
    assert account.ended_at == clock.now()
    for student in (pupil, brother):
        with pytest.raises(FamilyAccountRefusedError, match="not_a_guardian"), transaction():
            send_offer(actor=actor, student=student, guardian=father)


def test_an_older_list_brings_nobody_back(school: School, actor: Actor) -> None:
    year: SchoolYear = factories.school_year()
    rows = [line(1, "Nguyễn Bảo An", phone="0912345678", father="Nguyễn Văn Hùng", mother="Trần Thị Lan")]
    take(school, year, rows)
    pupil = Student.objects.for_school(school).get()
    _end(actor, pupil, "Nguyễn Văn Hùng")
    before = rows_of(school)
    take(school, year, rows)
    assert rows_of(school) == before
    rows[0][9] = "Phạm Văn Mới"
    take(school, year, rows)
    assert [phones for _kind, _name, phones, _pays in guardians(pupil)] == [(), ()]  # his number goes to nobody else
    assert [(kind, name) for kind, name, _phones, _pays in guardians(pupil)] == [
        ("mother", "Trần Thị Lan"), ("father", "Phạm Văn Mới"),
    ]  # fmt: skip
    stranger = line(2, "Vàng Thị Mỷ", phone="0912345678")
    take(school, year, [rows[0], stranger])
    assert Student.objects.for_school(school).get(full_name="Vàng Thị Mỷ").family_id != pupil.family_id


def test_erasing_the_child_forgets_who_was_its_guardian_before(pupil: Student, actor: Actor) -> None:
    _end(actor, pupil, "Nguyễn Văn Hùng")
    assert erase_guardians(child_of(pupil)) == 2
    rows = Guardian.objects.for_school(pupil.school_id).values_list("full_name", "phone")
    assert set(rows) == {("Phụ huynh đã xóa dữ liệu", "")}


@pytest.mark.urls("truongso.people.tests.urls")
def test_the_page_of_the_pupil_ends_one_and_the_others_keep_their_number(client: Client, pupil: Student) -> None:
    factories.login(client, factories.user(Role.ACCOUNTANT, school=pupil.school))
    page = f"/hoc-sinh/{pupil.public_id}"
    assert f"{page}/giam-ho/1/thoi" in client.get(f"{page}/giam-ho/1").content.decode()
    assert "Trần Thị Thu Hằng không còn mở được" in client.get(f"{page}/giam-ho/1/thoi").content.decode()
    refused = client.post(f"{page}/giam-ho/1/thoi", {"reason": " "})
    assert (refused.status_code, "Ghi lý do." in refused.content.decode()) == (200, True)
    assert len(guardians(pupil)) == 2
    assert client.post(f"{page}/giam-ho/1/thoi", {"reason": REASON})["Location"] == page
    shown = client.get(page).content.decode()
    assert [part in shown for part in (f"{page}/giam-ho/2", f"{page}/giam-ho/1", "Thôi giám hộ", REASON)] == [
        True, False, True, True,
    ]  # fmt: skip
    again = client.post(f"{page}/giam-ho/1/thoi", {"reason": REASON})
    assert (again.status_code, len(guardians(pupil))) == (404, 1)
    alone = client.post(f"{page}/giam-ho/2/thoi", {"reason": REASON}).content.decode()
    assert ["Em chỉ còn người giám hộ này" in alone, len(guardians(pupil))] == [True, 1]
