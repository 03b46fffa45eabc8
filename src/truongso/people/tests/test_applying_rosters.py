"""A roster becomes pupils, classes, families and guardians, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.depth import tries

from truongso.accounts.models import Membership
from truongso.accounts.public import hold_family_role
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry
from truongso.messaging.models import Channel
from truongso.organizations.models import School, SchoolYear
from truongso.people.family_accounts.queries import is_open_offer
from truongso.people.family_accounts.services import print_offer
from truongso.people.models import (
    AccountOffer,
    CopyLink,
    Enrolment,
    Family,
    FamilyAccount,
    Guardian,
    Guardianship,
    RosterImport,
    SchoolClass,
    Student,
)
from truongso.people.privacy import requests
from truongso.people.privacy.types import DataRequestKind, PrivacyRefusedError
from truongso.people.services.previewing import content_of, preview
from truongso.people.services.rosters import apply_roster
from truongso.people.tests.rosters import ACTOR, line, take, upload, workbook
from truongso.people.types import PeopleError, StudentStatus

pytestmark = pytest.mark.django_db

TABLES = (SchoolClass, Family, Student, Guardian, Guardianship, Enrolment)
NOTHING = {"new": 0, "changed": 0, "refused": 0, "left": 0, "classes": 0, "families": 0}


@pytest.fixture
def year(school_day: dt.datetime) -> SchoolYear:
    return factories.school_year()


def rows_of(school: School) -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model.objects.for_school(school).order_by("id").values()) for model in TABLES}


def by_name(school: School, name: str) -> Student:
    found: Student = Student.objects.for_school(school).get(full_name=name)
    return found


def guardians(student: Student) -> list[tuple[str, str, tuple[str, ...], bool]]:
    links = Guardianship.objects.for_school(student.school_id).filter(student=student).order_by("id")
    return [
        (g.relationship, g.guardian.full_name, g.guardian.phones, g.is_payer) for g in links.select_related("guardian")
    ]


def places(student: Student) -> list[tuple[str, dt.date, dt.date | None]]:
    rows = Enrolment.objects.for_school(student.school_id).filter(student=student)
    return [(e.school_class.name, e.valid_from, e.valid_to) for e in rows.order_by("valid_from", "id")]


FIRST = [
    line(1, "Nguyễn Bảo An", phone="0912345678", father="Nguyễn Văn Hùng", mother="Trần Thị Lan"),
    line(2, "Nguyễn Bảo Bình", taught="1A1", grade="Khối 1", birth="02/05/2020", phone="0912345678",
         father="Nguyễn Văn Hùng", mother="Trần Thị Lan"),
    line(3, "Vàng Thị Mỷ", phone="0987654321"),
    line(4, "Đỗ Minh Khôi", gender="Nam", mother="Đỗ Thị Hoa"),
]  # fmt: skip


def test_first_import_makes_classes_families_guardians_and_enrolments(school: School, year: SchoolYear) -> None:
    counts = take(school, year, FIRST)
    assert counts == {**NOTHING, "new": 4, "unchanged": 0, "not_in_file": 0, "classes": 2, "families": 3}
    an, binh = by_name(school, "Nguyễn Bảo An"), by_name(school, "Nguyễn Bảo Bình")
    assert an.family_id == binh.family_id
    hung_and_lan = [
        ("father", "Nguyễn Văn Hùng", ("0912345678",), True),
        ("mother", "Trần Thị Lan", (), False),
    ]
    assert guardians(an) == guardians(binh) == hung_and_lan
    assert guardians(by_name(school, "Vàng Thị Mỷ")) == [
        ("guardian", "Phụ huynh em Vàng Thị Mỷ", ("0987654321",), True)
    ]
    assert guardians(by_name(school, "Đỗ Minh Khôi")) == [("mother", "Đỗ Thị Hoa", (), True)]
    assert places(binh) == [("1A1", dt.date(2026, 9, 1), None)]
    classes = SchoolClass.objects.for_school(school).order_by("name").values_list("name", "grade")
    assert list(classes) == [("1A1", "1"), ("3A2", "3")]
    acts = AuditEntry.objects.filter(school_id=school.pk).order_by("seq").values_list("action", flat=True)
    assert list(acts) == [
        "people:roster:upload", "people:roster:apply", "people:class:create", "people:class:create",
        *["people:student:create"] * 4,
    ]  # fmt: skip


def test_the_same_roster_again_changes_nothing(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    before = rows_of(school)
    assert take(school, year, FIRST) == {**NOTHING, "unchanged": 4, "not_in_file": 0}
    assert rows_of(school) == before


def test_class_names_and_phones_in_other_spellings_are_no_change(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    before = rows_of(school)
    other = [[*row] for row in FIRST]
    for row in other:
        row[6] = str(row[6]).lower().replace("a", " a")
        row[8] = str(row[8]).replace("09", "+849", 1)
    assert take(school, year, other)["changed"] == 0
    assert rows_of(school) == before


def test_change_of_class_closes_the_enrolment_and_opens_another(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    moved = [line(1, "Nguyễn Bảo An", taught="3A3")]
    counts = take(school, year, moved)
    assert (counts["changed"], counts["not_in_file"]) == (1, 3)
    assert places(by_name(school, "Nguyễn Bảo An")) == [
        ("3A2", dt.date(2026, 9, 1), dt.date(2026, 10, 4)),
        ("3A3", dt.date(2026, 10, 5), None),
    ]
    back = take(school, year, [line(1, "Nguyễn Bảo An", taught="3A2")])
    assert back["changed"] == 1
    assert places(by_name(school, "Nguyễn Bảo An"))[1] == ("3A2", dt.date(2026, 10, 5), None)


def test_next_years_roster_moves_everyone_even_into_a_class_of_the_same_name(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    following = factories.school_year("2027-2028")
    moved = [[*row] for row in FIRST]
    moved[0][6], moved[0][7] = "4A2", "Khối 4"
    with clock.frozen(dt.datetime(2027, 8, 20, 8, tzinfo=clock.SCHOOL_TIME)):
        assert take(school, following, moved)["changed"] == 4
        assert take(school, following, moved)["changed"] == 0
    assert places(by_name(school, "Vàng Thị Mỷ")) == [
        ("3A2", dt.date(2026, 9, 1), dt.date(2027, 8, 31)),
        ("3A2", dt.date(2027, 9, 1), None),
    ]


def test_leaving_closes_the_enrolment_and_coming_back_opens_one(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    gone = [line(3, "Vàng Thị Mỷ", status="Chuyển đi kỳ 1")]
    assert take(school, year, gone)["changed"] == 1
    pupil = by_name(school, "Vàng Thị Mỷ")
    assert pupil.status == StudentStatus.TRANSFERRED
    assert places(pupil) == [("3A2", dt.date(2026, 9, 1), dt.date(2026, 10, 5))]
    assert take(school, year, gone)["changed"] == 0
    with clock.frozen(dt.datetime(2026, 11, 2, 8, tzinfo=clock.SCHOOL_TIME)):
        assert take(school, year, [line(3, "Vàng Thị Mỷ", status="Đang học")])["changed"] == 1
        assert take(school, year, [line(3, "Vàng Thị Mỷ", status="Đang học")])["changed"] == 0
    assert places(by_name(school, "Vàng Thị Mỷ"))[1] == ("3A2", dt.date(2026, 11, 2), None)


def test_a_real_name_replaces_the_stand_in(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    assert take(school, year, [line(3, "Vàng Thị Mỷ", mother="Vàng Thị Dở")])["changed"] == 1
    assert guardians(by_name(school, "Vàng Thị Mỷ")) == [("mother", "Vàng Thị Dở", ("0987654321",), True)]


def test_a_parent_renamed_for_one_sibling_only_is_a_person_apart(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    one = [line(1, "Nguyễn Bảo An", father="Nguyễn Văn Hưng")]
    assert take(school, year, one)["changed"] == 1
    assert guardians(by_name(school, "Nguyễn Bảo An"))[0][1] == "Nguyễn Văn Hưng"
    assert guardians(by_name(school, "Nguyễn Bảo Bình"))[0][1] == "Nguyễn Văn Hùng"
    assert take(school, year, one)["changed"] == 0


def test_a_parent_renamed_for_all_children_is_renamed(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    count = Guardian.objects.for_school(school).count()
    both = [[*row] for row in FIRST[:2]]
    for row in both:
        row[9] = "Nguyễn Văn Hưng"
    assert take(school, year, both)["changed"] == 2
    assert Guardian.objects.for_school(school).count() == count
    assert guardians(by_name(school, "Nguyễn Bảo Bình"))[0][:2] == ("father", "Nguyễn Văn Hưng")


def test_a_further_number_is_added_and_none_lost(school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    more = [line(1, "Nguyễn Bảo An", phone="0933333333; 0944444444")]
    assert take(school, year, more)["changed"] == 1
    assert take(school, year, more)["changed"] == 0
    payer = guardians(by_name(school, "Nguyễn Bảo An"))[0]
    assert payer[2] == ("0912345678", "0933333333", "0944444444")


def test_phones_of_each_parent_go_to_that_parent_and_a_named_guardian_pays(school: School, year: SchoolYear) -> None:
    header = (
        "Mã định danh Bộ GD&ĐT",
        "Họ tên",
        "Lớp",
        "Họ tên cha",
        "SĐT cha",
        "Họ tên mẹ",
        "SĐT mẹ",
        "Phụ huynh",
    )
    table = [
        ["1000000001", "Lò Văn Sơn", "2A1", "Lò Văn Páo", "0911111111", "Giàng Thị Sua", "0922222222",
         "Giàng Thị Sua"],
        ["1000000002", "Sùng A Chúa", "2A1", "Sùng A Dơ", "", "", "", "Sùng A Tráng"],
    ]  # fmt: skip
    for expected in ((2, 0), (0, 2)):
        stored = upload(school, year, workbook(table, header))
        found = preview(school, stored)
        assert (found.plan.counts["new"], found.plan.counts["unchanged"]) == expected
        apply_roster(actor=ACTOR, school=school, stored=stored, seen=found.digest)
    assert guardians(by_name(school, "Lò Văn Sơn")) == [
        ("mother", "Giàng Thị Sua", ("0922222222",), True),
        ("father", "Lò Văn Páo", ("0911111111",), False),
    ]
    assert guardians(by_name(school, "Sùng A Chúa")) == [
        ("father", "Sùng A Dơ", (), False),
        ("guardian", "Sùng A Tráng", (), True),
    ]


def test_applying_twice_is_refused(school: School, year: SchoolYear) -> None:
    stored = upload(school, year, workbook(FIRST))
    seen = preview(school, stored).digest
    apply_roster(actor=ACTOR, school=school, stored=stored, seen=seen)
    before, acts = rows_of(school), AuditEntry.objects.count()
    with pytest.raises(PeopleError) as refusal:
        apply_roster(actor=ACTOR, school=school, stored=stored, seen=seen)
    assert (refusal.value.code, refusal.value.params) == ("import_applied", {"at": clock.now()})
    assert (rows_of(school), AuditEntry.objects.count()) == (before, acts)


@pytest.mark.django_db(transaction=True)
def test_what_changed_since_the_preview_is_shown_again(
    school_day: dt.datetime,
) -> None:
    school, year = factories.school(), factories.school_year()
    with transaction():
        stored = upload(school, year, workbook(FIRST))
    seen = preview(school, stored).digest
    factories.student(school, "Nguyễn Bảo An", sector_code="1000000001")
    before = rows_of(school)
    with pytest.raises(PeopleError, match="plan_changed"), transaction():
        apply_roster(actor=ACTOR, school=school, stored=stored, seen=seen)
    assert rows_of(school) == before
    assert RosterImport.objects.for_school(school).get().applied_at is None
    with transaction():
        counts = apply_roster(actor=ACTOR, school=school, stored=stored, seen=preview(school, stored).digest)
    assert (counts["new"], counts["changed"]) == (3, 1)


def test_the_same_file_waits_once_and_a_year_that_is_over_is_refused(school: School, year: SchoolYear) -> None:
    first = upload(school, year, workbook(FIRST))
    assert upload(school, year, content_of(first)) == first
    over = factories.school_year("2024-2025")
    with pytest.raises(PeopleError, match="year_over"):
        upload(school, over, workbook(FIRST))
    assert RosterImport.objects.for_school(school).count() == 1


def test_another_school_is_not_touched(school: School, other_school: School, year: SchoolYear) -> None:
    take(school, year, FIRST)
    before = rows_of(school)
    assert take(other_school, year, FIRST)["new"] == 4
    assert rows_of(school) == before


def test_statements_do_not_grow_with_the_pupils(school: School, other_school: School, year: SchoolYear) -> None:
    def statements(where: School, count: int) -> int:
        stored = upload(where, year, workbook(many(count)))
        seen = preview(where, stored).digest
        with CaptureQueriesContext(connection) as queries:
            apply_roster(actor=ACTOR, school=where, stored=stored, seen=seen)
        return len(queries)

    assert statements(school, 5) == statements(other_school, 40)


def many(count: int) -> list[list[Any]]:
    return [
        line(
            n,
            f"Nguyễn Văn {chr(65 + n % 26)} An",
            birth=dt.date(2016, 1, 1) + dt.timedelta(days=n % 1000),
            taught=f"{n % 5 + 1}A{n % 4}",
            grade="",
            phone=f"09{n // 2:08}",
            father=f"Cha {chr(65 + n // 2 % 26)}",
            mother=f"Mẹ {chr(65 + n // 2 % 25)}",
        )
        for n in range(1, count + 1)
    ]


def test_a_large_roster_is_taken_whole(school: School, year: SchoolYear) -> None:
    count = tries(1_500, 10_000)
    stored = upload(school, year, workbook(many(count)))
    found = preview(school, stored)
    assert apply_roster(actor=ACTOR, school=school, stored=stored, seen=found.digest)["new"] == count
    assert Student.objects.for_school(school).count() == count


def _mothers_account(student: Student) -> tuple[FamilyAccount, AccountOffer]:
    """An account of the pupil's mother, and a slip handed out to her."""
    rows = Guardian.objects.for_school(student.school_id)
    mother = rows.get(guardianships__student=student, guardianships__relationship="mother")
    user = factories.user(None)
    hold_family_role(actor=ACTOR, user=user, role=Role.PARENT, school=student.school)
    account = FamilyAccount.objects.create(school=student.school, user=user, guardian=mother, since=clock.now())
    print_offer(actor=ACTOR, student=student, guardian=mother)
    return account, AccountOffer.objects.for_school(student.school_id).get(guardian=mother)


def test_a_roster_that_names_another_person_ends_the_account_of_the_one_before(
    school: School, year: SchoolYear
) -> None:
    """As when the name is written over on the pupil's page: the new mother does not come to the old one's account."""
    with transaction():
        take(school, year, FIRST)
        account, offer = _mothers_account(by_name(school, "Đỗ Minh Khôi"))
        take(school, year, [*FIRST[:3], line(4, "Đỗ Minh Khôi", gender="Nam", mother="Do Thi  HOA")])
    account.refresh_from_db()
    offer.refresh_from_db()
    assert (account.ended_at, is_open_offer(offer)) == (None, True)  # accents and case alone: the same person
    with transaction():
        take(school, year, [*FIRST[:3], line(4, "Đỗ Minh Khôi", gender="Nam", mother="Vàng Thị Sua")])
    account.refresh_from_db()
    offer.refresh_from_db()
    assert (account.ended_at is not None, is_open_offer(offer)) == (True, False)
    role = Membership.objects.get(user=account.user)
    assert (role.valid_to, account.guardian.full_name) == (clock.today(), "Vàng Thị Sua")
    ended = AuditEntry.objects.filter(action="people:family_account:end")
    assert [one.params for one in ended] == [{"role": "parent"}]


def test_a_copy_asked_for_is_not_fetched_by_who_is_guardian_no_more(school: School, year: SchoolYear) -> None:
    """A roster gives one of two siblings another mother: the first keeps her record and number, not the copy."""
    Channel.objects.create(school=school, kind="sms", is_active=True, updated_at=clock.now())
    with transaction():
        take(school, year, FIRST)
    an = by_name(school, "Nguyễn Bảo An")
    lan = Guardian.objects.for_school(school).get(full_name="Trần Thị Lan")
    lan.phone = "0911111111"
    lan.save()
    with transaction():
        asked = requests.ask(
            actor=ACTOR, student=an, kind=DataRequestKind.VIEW, asked_by=lan.full_name, guardian=lan
        )  # fmt: skip
        requests.grant(actor=ACTOR, request=asked, answer="Đồng ý")
    link = CopyLink.objects.for_school(school).get()
    assert (requests.is_usable(link), requests.copy_goes_to(asked)) == (True, "…1111")
    other = line(1, "Nguyễn Bảo An", phone="0912345678", father="Nguyễn Văn Hùng", mother="Vàng Thị Sua")
    with transaction():
        take(school, year, [other, *FIRST[1:]])
    assert [name for _r, name, _p, _m in guardians(an)] == ["Nguyễn Văn Hùng", "Vàng Thị Sua"]
    link.refresh_from_db()
    asked.refresh_from_db()
    assert not requests.is_usable(link)
    with transaction(), pytest.raises(PrivacyRefusedError, match="link_over"):
        requests.use_link(actor=ACTOR, link=link, form="pdf")
    with transaction():
        assert (requests.copy_goes_to(asked), requests.send_link(actor=ACTOR, request=asked)) == ("", "")
    assert [one.uses for one in CopyLink.objects.for_school(school)] == [0]
