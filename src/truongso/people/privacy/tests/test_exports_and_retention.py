"""The whole school in one archive; what is over its term goes by night and leaves a proof; deadlines are called out."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from tests import factories, money

from truongso.accounts.models import Membership, User
from truongso.accounts.public import hold_family_role
from truongso.accounts.types import Role
from truongso.kernel import clock, jobs, retention
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry, Job
from truongso.messaging.models import Delivery
from truongso.organizations.models import School
from truongso.payments.models import Notice
from truongso.people.models import (
    AccessEntry,
    DataRequest,
    FamilyAccount,
    Guardian,
    RetentionTerm,
    SchoolExport,
    Student,
)
from truongso.people.privacy import erasures, holds, requests, sweeping
from truongso.people.privacy.reminding import remind
from truongso.people.privacy.school_exports import path_of, remove_old_exports
from truongso.people.privacy.types import DataRequestKind
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = pytest.mark.django_db
NIGHT = dt.datetime(2026, 10, 5, 2, 30, tzinfo=clock.SCHOOL_TIME)


@pytest.fixture(autouse=True)
def _night(tmp_path: Path) -> Iterator[None]:
    with clock.frozen(NIGHT), override_settings(DATA_DIR=tmp_path):
        yield


def test_every_rule_has_a_term_and_says_whether_it_was_verified() -> None:
    assert {one.code for one in retention.rules()} == set(retention.terms())
    assert [one.code for one in retention.rules() if one.purge is None] == [
        "security_log",
        "audit",
        "vouchers",
        "supporting",
    ]
    assert all(one.least <= one.days <= one.most for one in retention.terms().values())
    assert {code for code, one in retention.terms().items() if one.verified} == {
        "uploads", "number_lists", "staff_lists", "statements"
    }  # fmt: skip


def test_the_principal_takes_the_whole_school_out(school: School, other_school: School) -> None:
    pupil = Student.objects.for_school(school).get(pk=money.invoice(school, (200_000,)).student_id)
    factories.student(other_school, "Lê Minh Châu")
    with savepoint():
        keep_facts(school.pk, {pupil.pk: {FactKind.ETHNICITY: "Mông"}})
    person = factories.user(Role.PRINCIPAL, school=school, full_name="Lò Thị Trưởng")
    client = factories.login(Client(), person)
    page = "/du-lieu-ca-nhan/xuat-toan-truong"
    client.post(page, {"ly_do": " "})
    assert not SchoolExport.objects.for_school(school).exists()
    client.post(page, {"ly_do": "Chuyển sang hệ thống khác"})
    client.post(page, {"ly_do": "Lần nữa"})
    row = SchoolExport.objects.for_school(school).get()  # one at a time
    assert client.post(f"{page}/{row.public_id}").status_code == 302  # not made yet
    assert not path_of(row).exists()
    job = jobs.run(Job.objects.get(kind="people.school_data").pk)
    assert (job.state, job.error) == ("done", "")
    answer = client.post(f"{page}/{row.public_id}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    row.refresh_from_db()
    assert hashlib.sha256(content).hexdigest() == row.sha256
    assert row.downloads == 1
    looked = AccessEntry.objects.for_school(school).get()
    assert (looked.student_id, looked.seen, looked.role) == (pupil.pk, ["ethnicity", "guardian_phone"], "principal")
    assert looked.reason == "Tải bản xuất toàn trường: Chuyển sang hệ thống khác"
    assert AuditEntry.objects.get(action="people:school_data:download").params["pupils"] == 1
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        dictionary = {one["table"]: one for one in json.loads(archive.read("dictionary.json"))}
        for one in manifest["files"]:
            assert hashlib.sha256(archive.read(one["file"])).hexdigest() == one["sha256"]
        pupils = list(csv.DictReader(io.StringIO(archive.read("csv/people.Student.csv").decode("utf-8-sig"))))
        facts = [json.loads(line) for line in archive.read("jsonl/people.SensitiveFact.jsonl").splitlines()]
        users = [json.loads(line) for line in archive.read("jsonl/accounts.User.jsonl").splitlines()]
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert [one["full_name"] for one in pupils] == ["Nguyễn Bảo An"]
    assert [one["value"] for one in facts] == ["Mông"]
    assert [(one["full_name"], "password" in one) for one in users] == [("Lò Thị Trưởng", False)]
    assert "Lê Minh Châu" not in whole
    assert manifest["mark"].startswith("Dữ liệu của Trường Tiểu học Lê Văn Tám, do Lò Thị Trưởng xuất")
    assert manifest["rows"] == row.rows == sum(one["rows"] for one in manifest["files"]) // 2
    said = {one["name"]: one for one in dictionary["accounts.User"]["columns"]}
    assert said["password"]["note"] == "not exported: readable by nobody"
    assert {one["name"]: one["class"] for one in dictionary["people.SensitiveFact"]["columns"]}["value"] == "sensitive"
    with clock.frozen(NIGHT + dt.timedelta(hours=73)):
        assert remove_old_exports() == 1
        assert not path_of(row).exists()
        assert client.post(f"{page}/{row.public_id}").status_code == 302
    taken = AuditEntry.objects.filter(action__startswith="people:school_data").order_by("seq")
    assert [one.action.rsplit(":", 1)[1] for one in taken] == ["ask", "make", "download"]


def _old_message(school: School, days: int, key: str) -> None:
    then = NIGHT - dt.timedelta(days=days)
    Delivery.objects.create(
        school=school, kind="sms", address="0900000001", template="fee_reminder_before", body="Nguyễn Bảo An",
        dedupe_key=key, state="sent", next_attempt_at=then, created_at=then, finished_at=then,
    )  # fmt: skip


def test_what_is_over_its_term_goes_at_night_unless_held(school: School) -> None:
    _old_message(school, 731, "old")
    _old_message(school, 729, "young")
    for days, state in ((400, "processed"), (400, "received"), (10, "processed")):
        Notice.objects.create(
            school=school, provider="sepay", connection="x", body=b'{"content":"NGUYEN BAO AN"}',
            headers={"a": "b"}, body_sha256="0" * 64, state=state, external_id=f"{days}{state}",
            received_at=NIGHT - dt.timedelta(days=days),
        )  # fmt: skip
    due = {one.rule.code: one.count for one in sweeping.report(school.pk)}
    assert (due["messages"], due["notices"], due["vouchers"]) == (1, 1, None)
    assert Delivery.objects.for_school(school).filter(body="").count() == 0  # looking takes nothing
    with savepoint():
        hold = holds.set_hold(actor=money.ACTOR, school=school, reason="Thanh tra")
    assert sweeping.sweep(school.pk) == {}
    with savepoint():
        holds.end_hold(actor=money.ACTOR, hold=hold, reason="Xong")
    with clock.frozen(NIGHT.replace(hour=1)):
        assert sweeping.start_sweeps() == 0
    assert (sweeping.start_sweeps(), sweeping.start_sweeps()) == (1, 0)
    job = jobs.run(Job.objects.get(kind="people.retention").pk)
    assert job.result == {"counts": {"messages": 1, "notices": 1}, "held": False}
    kept = {one.dedupe_key: (one.address, one.body) for one in Delivery.objects.for_school(school)}
    assert kept == {"old": ("forgotten", ""), "young": ("0900000001", "Nguyễn Bảo An")}
    bodies = {one.external_id: bytes(one.body) for one in Notice.objects.for_school(school)}
    assert (bodies["400processed"], len(bodies["400received"]), len(bodies["10processed"])) == (b"", 27, 27)
    proof = AuditEntry.objects.filter(action="people:retention:sweep").order_by("seq")
    assert [(one.subject_id, one.params["count"]) for one in proof] == [("messages", 1), ("notices", 1)]


def test_a_hold_set_while_the_sweep_runs_stops_the_next_part(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def purge(school_id: int, _before: dt.datetime) -> int:
        taken.append(school_id)
        holds.set_hold(actor=money.ACTOR, school=school, reason="Thanh tra đến giữa đêm")
        return 5 if len(taken) < 2 else 0

    rule = retention.Rule("messages", "Tin", "Xóa", due=lambda *_: 10, purge=purge)
    monkeypatch.setattr(retention, "rules", lambda: (rule, replace(rule, code="notices")))
    assert sweeping.sweep(school.pk) == {"messages": 5}
    assert taken == [school.pk]
    assert AuditEntry.objects.filter(action="people:retention:sweep").count() == 1


@pytest.mark.postgres  # SQLite has one writer at a time and locks no rows
def test_an_erasure_holds_the_school_before_it_looks_for_holds(school: School) -> None:
    pupil = factories.student(school)
    Student.objects.for_school(school).update(status="transferred")
    pupil.refresh_from_db()
    with savepoint():
        made = erasures.propose(actor=money.ACTOR, student=pupil, reason="Gia đình chuyển đi")
    with savepoint(), CaptureQueriesContext(connection) as seen:
        erasures.approve(actor=replace(money.ACTOR, user_id=(money.ACTOR.user_id or 0) + 1), erasure=made)
    said = [one["sql"] for one in seen]
    held = next(n for n, sql in enumerate(said) if "organizations_school" in sql and "FOR NO KEY UPDATE" in sql)
    assert held < next(n for n, sql in enumerate(said) if 'FROM "people_legalhold"' in sql)


def test_the_last_child_that_is_erased_takes_the_guardians_along(school: School) -> None:
    first = factories.student(school)
    second = factories.student(school, "Nguyễn Bảo Khang", family=first.family)
    Guardian.objects.for_school(school).update(phone="0912345678", email="hang@example.vn")
    Student.objects.for_school(school).update(status="transferred")
    other = replace(money.ACTOR, user_id=(money.ACTOR.user_id or 0) + 1)
    kept = []
    for pupil in (first, second):
        pupil.refresh_from_db()
        with savepoint():
            made = erasures.propose(actor=money.ACTOR, student=pupil, reason="Gia đình chuyển đi")
            erasures.approve(actor=other, erasure=made)
        kept.append(Guardian.objects.for_school(school).values_list("full_name", "phone", "email").get())
    assert kept == [("Trần Thị Thu Hằng", "0912345678", "hang@example.vn"), ("Phụ huynh đã xóa dữ liệu", "", "")]


def test_an_erased_family_s_account_is_nobody_s_and_a_teacher_s_stays(school: School) -> None:
    alone = factories.user(None, username="hangtt.lvt", full_name="Trần Thị Thu Hằng")
    User.objects.filter(pk=alone.pk).update(email="hang@example.vn", phone="0912345678")
    teacher = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Vàng A Dạy")
    other = replace(money.ACTOR, user_id=(money.ACTOR.user_id or 0) + 1)
    factories.login(Client(), alone)
    pupils = [factories.student(school), factories.student(school, "Vàng Thị Mỷ")]
    with savepoint():
        for pupil, user in zip(pupils, (alone, teacher), strict=True):
            guardian = Guardian.objects.for_school(school).get(guardianships__student=pupil)
            hold_family_role(actor=money.ACTOR, user=user, role=Role.PARENT, school=school)
            FamilyAccount.objects.create(school=school, user=user, guardian=guardian, since=clock.now())
    Student.objects.for_school(school).update(status="transferred")
    for pupil in pupils:  # on the day the account was made, before the clock comes by
        pupil.refresh_from_db()
        with savepoint():
            made = erasures.propose(actor=money.ACTOR, student=pupil, reason="Gia đình chuyển đi")
            erasures.approve(actor=other, erasure=made)
    for user in (alone, teacher):
        user.refresh_from_db()
    assert (alone.username, alone.full_name) == (f"da-xoa-{alone.public_id}", "Tài khoản đã xóa dữ liệu")
    assert (alone.email, alone.phone, alone.is_active, alone.has_usable_password()) == ("", "", False, False)
    assert (alone.second_factor_since, UserSession.objects.filter(user=alone).count()) == (None, 0)
    assert (teacher.full_name, teacher.is_active, teacher.has_usable_password()) == ("Vàng A Dạy", True, True)
    assert FamilyAccount.objects.for_school(school).count() == 0
    assert not Membership.objects.filter(role=Role.PARENT.value, valid_to=None).exists()


def test_a_school_sets_a_term_within_bounds_with_its_document(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    page = "/du-lieu-ca-nhan/thoi-han"
    for said in (
        {"loai": "messages", "ngay": "10", "van_ban": "QĐ 5"},  # too few
        {"loai": "vouchers", "ngay": "4000", "van_ban": "QĐ 5"},  # nothing the machine takes away
        {"loai": "messages", "ngay": "400", "van_ban": ""},
    ):
        client.post(page, said)
        assert not RetentionTerm.objects.for_school(school).exists()
    client.post(page, {"loai": "messages", "ngay": "400", "van_ban": "QĐ 5/2026"})
    assert RetentionTerm.objects.for_school(school).values_list("code", "days").get() == ("messages", 400)
    shown = client.get(page).content.decode()
    assert "QĐ 5/2026" in shown
    assert "chưa đối chiếu" in shown
    it = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school))
    it.post(page, {"loai": "messages", "ngay": "500", "van_ban": "QĐ 6"})
    assert RetentionTerm.objects.for_school(school).get().days == 400


def test_the_school_is_reminded_once_a_day_of_what_is_due(school: School) -> None:
    person = factories.user(Role.PRINCIPAL, school=school)
    User.objects.filter(pk=person.pk).update(email="truong@truong.example")
    pupil = factories.student(school)
    with savepoint():
        requests.ask(actor=money.ACTOR, student=pupil, kind=DataRequestKind.RESTRICT, asked_by="Bà Lan")
    assert remind() == 0  # two working days are left
    with clock.frozen(NIGHT + dt.timedelta(days=2)):
        assert (remind(), remind()) == (1, 0)
    said = Delivery.objects.for_school(school).get()
    assert (said.template, said.address) == ("data_task", "truong@truong.example")
    assert "Trả lời yêu cầu YC-1" in said.body
    assert "17:00 07/10/2026" in said.body
    assert DataRequest.objects.for_school(school).get().state == "received"
