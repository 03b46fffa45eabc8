"""Sensitive facts: sealed in the database, found by exact number, opened with a reason, sealed anew and shredded."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, connection, transaction
from tests import factories

from truongso.accounts.types import Role
from truongso.kernel import clock, key_rotation
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, DataKey
from truongso.kernel.school_keys import number_of
from truongso.organizations.models import School
from truongso.people.models import AccessEntry, SensitiveFact, Student
from truongso.people.sensitive.queries import (
    accesses,
    facts_of,
    kinds_of,
    lost_numbers,
    pupils_seen,
    student_with_number,
)
from truongso.people.sensitive.services import (
    edit_facts,
    forget_facts,
    forget_old_accesses,
    keep_facts,
    open_facts,
)
from truongso.people.sensitive.types import FactKind, SeenKind, SensitiveError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

NUMBER, ETHNICITY, HEALTH = FactKind.PERSONAL_NUMBER, FactKind.ETHNICITY, FactKind.HEALTH
PRINCIPAL = Actor(7, "Hoàng Văn Thắng", "web")


@pytest.fixture
def pupil(school: School) -> Student:
    return factories.student(school, "Giàng A Páo")


def raw() -> str:
    """Everything the table says, as it stands in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, blind FROM people_sensitivefact")
        return " ".join(f"{bytes(value)!r} {blind}" for value, blind in cursor.fetchall())


def everything() -> tuple[Any, ...]:
    rows = SensitiveFact.objects.across_schools("test").order_by("pk").values_list("student_id", "kind", "value")
    return list(rows), AuditEntry.objects.count(), AccessEntry.objects.across_schools("test").count()


def test_facts_are_kept_sealed_and_a_second_time_changes_nothing(school: School, pupil: Student) -> None:
    facts = {NUMBER: "999217000001", ETHNICITY: "Mông"}
    assert keep_facts(school.pk, {pupil.pk: facts}) == {pupil.pk: [NUMBER, ETHNICITY]}
    assert facts_of(school.pk) == {pupil.pk: facts}
    assert kinds_of(school.pk, pupil.pk) == [NUMBER, ETHNICITY]
    assert "999217000001" not in raw()
    assert "M\\xc3\\xb4ng" not in raw()
    before = everything()
    assert keep_facts(school.pk, {pupil.pk: facts}) == {}
    assert everything() == before
    assert keep_facts(school.pk, {pupil.pk: {ETHNICITY: ""}}) == {pupil.pk: [ETHNICITY]}
    assert facts_of(school.pk) == {pupil.pk: {NUMBER: "999217000001"}}
    assert forget_facts(school.pk, pupil.pk) == 1
    assert facts_of(school.pk) == {}


def test_an_exact_number_is_found_in_its_own_school_alone(school: School, other_school: School, pupil: Student) -> None:
    foreign = factories.student(other_school, "Lò Thị Hoa")
    keep_facts(school.pk, {pupil.pk: {NUMBER: "999217000001"}})
    keep_facts(other_school.pk, {foreign.pk: {NUMBER: "999217000001"}})
    assert student_with_number(school.pk, "999 217 000 001") == pupil.pk
    assert student_with_number(other_school.pk, "999217000001") == foreign.pk
    assert [student_with_number(school.pk, text) for text in ("999217000002", "99921700000", "%")] == [None] * 3
    blinds = set(SensitiveFact.objects.across_schools("test").values_list("blind", flat=True))
    assert len(blinds) == 2, "the same number looks different in every school"


def test_one_number_belongs_to_one_pupil(school: School, pupil: Student) -> None:
    other = factories.student(school, "Lò Thị Hoa")
    keep_facts(school.pk, {pupil.pk: {NUMBER: "999217000001"}})
    before = everything()
    for wanted in (
        {other.pk: {NUMBER: "999217000001"}},
        {other.pk: {NUMBER: "999217000003"}, pupil.pk: {NUMBER: "999217000003"}},
    ):
        with pytest.raises(SensitiveError, match="number_taken"), transaction.atomic():
            keep_facts(school.pk, wanted)
    assert everything() == before


def test_a_ciphertext_cannot_be_moved_to_another_pupil(school: School, pupil: Student) -> None:
    other = factories.student(school, "Lò Thị Hoa")
    keep_facts(school.pk, {pupil.pk: {HEALTH: "Hen suyễn"}, other.pk: {HEALTH: "Khiếm thính"}})
    mine = SensitiveFact.objects.for_school(school).get(student=pupil)
    SensitiveFact.objects.for_school(school).filter(student=other).update(value=mine.value)
    with pytest.raises(InvalidTag):
        facts_of(school.pk, [other.pk])
    moved = SensitiveFact.objects.for_school(school).get(student=other).pk
    assert key_rotation.misplaced() == [f"{school.pk} people_sensitivefact {moved}"]


def test_verify_names_a_number_that_a_search_would_miss(school: School, pupil: Student) -> None:
    keep_facts(school.pk, {pupil.pk: {NUMBER: "999217000001", HEALTH: "Hen suyễn"}})
    assert (key_rotation.misplaced(), lost_numbers()) == ([], [])
    number = SensitiveFact.objects.for_school(school).filter(kind=NUMBER.value)
    number.update(blind="0" * 16)
    assert lost_numbers() == [f"{school.pk} people_sensitivefact {number.get().pk}"]
    key_rotation.destroy(PRINCIPAL, school.pk, reason="Trường giải thể")
    assert (key_rotation.misplaced(), lost_numbers()) == ([], []), "what was destroyed on purpose is no fault"


def test_opening_is_written_down_first_and_wants_a_reason(school: School, pupil: Student) -> None:
    keep_facts(school.pk, {pupil.pk: {NUMBER: "999217000001", HEALTH: "Hen suyễn"}})
    before = everything()
    with pytest.raises(SensitiveError, match="reason_missing"), transaction.atomic():
        open_facts(actor=PRINCIPAL, role=Role.PRINCIPAL, student=pupil, seen=[SeenKind.HEALTH], reason="  ")
    assert everything() == before
    facts = open_facts(
        actor=PRINCIPAL, role=Role.PRINCIPAL, student=pupil, seen=[SeenKind.HEALTH], reason=" Đi  cấp cứu "
    )
    assert facts == {HEALTH: "Hen suyễn"}
    (entry,) = accesses(school.pk, pupil.pk)
    assert (entry.user_id, entry.user_name, entry.role, entry.seen, entry.reason, entry.at) == (
        7, "Hoàng Văn Thắng", "principal", ["health"], "Đi cấp cứu", clock.now(),
    )  # fmt: skip
    audited = AuditEntry.objects.get(action="people:sensitive:open")
    assert (audited.subject_id, audited.params, audited.reason) == (
        pupil.public_id, {"seen": ["health"], "role": "principal"}, "Đi cấp cứu",
    )  # fmt: skip
    assert "Hen suyễn" not in str(AuditEntry.objects.values_list("params", "reason"))
    assert pupils_seen(school.pk, 7, clock.now() - dt.timedelta(hours=1)) == 1


def test_editing_by_hand_names_kinds_and_no_values(school: School, pupil: Student) -> None:
    with pytest.raises(SensitiveError, match="reason_missing"):
        edit_facts(actor=PRINCIPAL, student=pupil, facts={HEALTH: "Hen suyễn"}, reason=" ")
    assert facts_of(school.pk) == {}
    assert edit_facts(actor=PRINCIPAL, student=pupil, facts={HEALTH: "Hen suyễn"}, reason="Gia đình báo") == [HEALTH]
    assert edit_facts(actor=PRINCIPAL, student=pupil, facts={HEALTH: "Hen suyễn"}, reason="Gia đình báo") == []
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.params) == ("people:sensitive:edit", {"kinds": ["health"]})


def test_access_entries_stay_for_two_years(school: School, pupil: Student) -> None:
    open_facts(actor=PRINCIPAL, role=Role.PRINCIPAL, student=pupil, seen=[SeenKind.HEALTH], reason="Đi cấp cứu")
    AccessEntry.objects.create(
        school=school, student=pupil, user_id=7, user_name="A", role="principal", seen=["health"], reason="cũ",
        at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    rows = AccessEntry.objects.for_school(school)
    for act in (lambda: rows.update(reason="x"), lambda: rows.filter(reason="Đi cấp cứu").delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert forget_old_accesses(school.pk, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)) == 1
    assert [entry.reason for entry in accesses(school.pk, pupil.pk)] == ["Đi cấp cứu"]


def test_shredding_leaves_nothing_to_read(school: School, pupil: Student) -> None:
    keep_facts(school.pk, {pupil.pk: {HEALTH: "Hen suyễn", NUMBER: "999217000001"}})
    key_rotation.destroy(PRINCIPAL, school.pk, reason="Trường giải thể")
    assert facts_of(school.pk) == {}
    assert student_with_number(school.pk, "999217000001") is None


@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_was_cut_off_goes_on_where_it_stopped(
    school: School, other_school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    pupils = [factories.student(school, f"Giàng A {name}") for name in ("Páo", "Sử", "Chứ", "Lử", "Và")]
    foreign = factories.student(other_school, "Lò Thị Hoa")
    wanted = {pupil.pk: {ETHNICITY: f"Mông {i}"} for i, pupil in enumerate(pupils)}
    with transaction.atomic():
        keep_facts(school.pk, wanted)
        keep_facts(other_school.pk, {foreign.pk: {ETHNICITY: "Thái"}})
    untouched = bytes(SensitiveFact.objects.for_school(other_school).get().value)

    class KilledError(Exception):
        pass

    def die(done: int) -> None:
        if done >= 2:
            raise KilledError

    with pytest.raises(KilledError):
        key_rotation.rotate(PRINCIPAL, school.pk, at=die)
    assert numbers(school) == [2, 2, 1, 1, 1]
    assert facts_of(school.pk) == wanted
    assert key_rotation.rotate(PRINCIPAL, school.pk) == 3
    assert numbers(school) == [2, 2, 2, 2, 2]
    assert facts_of(school.pk) == wanted
    live = DataKey.objects.filter(school_id=school.pk, destroyed_at=None).order_by("use", "number")
    assert list(live.values_list("use", "number")) == [("blind", 1), ("seal", 2)]
    assert bytes(SensitiveFact.objects.for_school(other_school).get().value) == untouched
    actions = AuditEntry.objects.filter(school_id=school.pk).order_by("seq").values_list("action", "params")
    assert list(actions) == [
        ("kernel:keys:rotate", {"from": 1, "to": 2}), ("kernel:keys:rotated", {"number": 2, "destroyed": 1}),
    ]  # fmt: skip


def numbers(school: School) -> list[int]:
    rows = SensitiveFact.objects.for_school(school).order_by("pk")
    return [number_of(bytes(value)) for value in rows.values_list("value", flat=True)]
