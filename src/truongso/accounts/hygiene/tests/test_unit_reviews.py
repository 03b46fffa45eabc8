"""A unit's campaign among its own people and those below: decided, ended by the clock, signed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from tests import factories

from truongso.accounts.credential_letters import LETTER_JOB
from truongso.accounts.hygiene import tasks, unit_reviews
from truongso.accounts.hygiene.models import ReviewRound, SharedAccount, UnitReviewItem
from truongso.accounts.hygiene.tests.people import Staff, staff_of
from truongso.accounts.models import User
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.types import Role
from truongso.kernel import clock, jobs
from truongso.kernel.models import AuditEntry, Job
from truongso.kernel.scope import of_unit
from truongso.organizations.models import OrgUnit, School

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


@pytest.fixture
def staff(school: School) -> Staff:
    return staff_of(school)


@pytest.fixture
def people(staff: Staff) -> dict[str, User]:
    """A second office of the department, an officer of it and one of a unit below."""
    below = factories.org_unit("Ủy ban nhân dân xã Cốc San")
    OrgUnit.objects.filter(pk=below.pk).update(parent=staff.unit)
    return {
        "second": factories.user(Role.OFFICE, unit=staff.unit, full_name="Hoàng Văn Hai"),
        "officer": factories.user(Role.OFFICER, unit=staff.unit, full_name="Lò Thị Ba"),
        "below": factories.user(Role.OFFICER, unit=below, full_name="Vàng A Bốn"),
    }


def opened(staff: Staff) -> tuple[Client, ReviewRound, str]:
    client = factories.login(Client(), staff.office)
    assert client.post("/an-toan-tai-khoan/ra-soat/mo", {"classes": ["staff"]}).status_code == 302
    of_round = ReviewRound.objects.get()
    return client, of_round, f"/an-toan-tai-khoan/dot/{of_round.public_id}"


def decisions(of_round: ReviewRound) -> dict[str, str]:
    rows = UnitReviewItem.objects.filter(round=of_round)
    return dict(rows.values_list("user__full_name", "decision"))


def number(of_round: ReviewRound, user: User) -> int:
    return int(UnitReviewItem.objects.get(round=of_round, user=user).pk)


def test_officers_are_reviewed_suspended_and_the_unit_signs(staff: Staff, people: dict[str, User]) -> None:
    client, of_round, page = opened(staff)
    names = [staff.office.full_name, "Hoàng Văn Hai", "Lò Thị Ba", "Vàng A Bốn"]
    assert decisions(of_round) == dict.fromkeys(names, "")
    assert "Vàng A Bốn" in client.get(page).content.decode()
    chosen = [number(of_round, one) for one in (staff.office, people["second"], people["officer"])]
    client.post(f"{page}/can-bo", {"tk": [*chosen, "9" * 25, "x"]})
    assert decisions(of_round)[staff.office.full_name] == ""  # nobody on their own
    assert decisions(of_round)["Lò Thị Ba"] == "confirmed"
    client.post(f"{page}/ky")
    of_round.refresh_from_db()
    assert of_round.signed_at is None
    other = factories.login(Client(), people["second"])
    other.post(f"{page}/can-bo", {"tk": [number(of_round, staff.office)]})
    other.post(f"{page}/can-bo", {"khoa": number(of_round, people["below"]), "reason": "Đã chuyển công tác"})
    people["below"].refresh_from_db()
    assert (people["below"].is_active, decisions(of_round)["Vàng A Bốn"]) == (False, "disabled")
    client.post(f"{page}/ky", {"note": "Đủ"})
    of_round.refresh_from_db()
    assert (of_round.signed_by, of_round.digest) == (staff.office, unit_reviews.digest_of(of_round))
    acts = AuditEntry.objects.filter(school_id=of_unit(staff.unit.pk), action__startswith="accounts:review:")
    assert list(acts.order_by("seq").values_list("action", flat=True)) == [
        "accounts:review:round", "accounts:review:confirm", "accounts:review:confirm", "accounts:review:disabled",
        "accounts:review:sign",
    ]  # fmt: skip
    before = decisions(of_round)
    other.post(f"{page}/can-bo", {"khoa": number(of_round, people["officer"]), "reason": "x"})
    with pytest.raises(DatabaseError), transaction.atomic():
        UnitReviewItem.objects.filter(round=of_round).update(reason="x")
    assert decisions(of_round) == before
    assert "Đã ký" in client.get(page).content.decode()
    assert staff.office.full_name in client.get(f"{page}/ban-in").content.decode()


def test_what_nobody_reviewed_is_suspended_but_not_the_last_office(staff: Staff, people: dict[str, User]) -> None:
    client, of_round, page = opened(staff)
    client.post(f"{page}/can-bo", {"tk": [number(of_round, people["officer"])]})
    with clock.frozen(clock.now() + dt.timedelta(days=15)):
        tasks.run_reviews()
        tasks.run_reviews()
    of_round.refresh_from_db()
    found = decisions(of_round)
    assert of_round.closed_at is not None
    assert (found["Lò Thị Ba"], found["Vàng A Bốn"]) == ("confirmed", "expired")
    assert sorted([found[staff.office.full_name], found["Hoàng Văn Hai"]]) == ["expired", "spared"]
    people["below"].refresh_from_db()
    assert not people["below"].is_active


def test_a_shared_account_of_a_unit_is_handed_over(staff: Staff, people: dict[str, User]) -> None:
    """In the campaign and on the person's page: the former owner is out at once, the new one comes by a link."""
    shared = factories.user(Role.OFFICER, unit=staff.unit, full_name="Văn thư", username="vanthu", second_factor=False)
    SharedAccount.objects.create(user=shared, owner=people["second"], since=clock.now(), reason="văn thư")
    client = factories.login(Client(), staff.office)
    client.post("/an-toan-tai-khoan/ra-soat/mo", {"classes": ["shared"]})
    of_round = ReviewRound.objects.get()
    page = f"/an-toan-tai-khoan/dot/{of_round.public_id}"
    assert "người giữ: Hoàng Văn Hai" in client.get(page).content.decode()
    said = {"doi": number(of_round, shared), "owner": people["officer"].public_id, "reason": "Chuyển công tác"}
    for wrong in ({**said, "owner": people["below"].public_id}, {**said, "doi": "x"}, {**said, "reason": " "}):
        client.post(f"{page}/can-bo", wrong)
    assert (shared.shared.owner, decisions(of_round)) == (people["second"], {"Văn thư": ""})
    client.post(f"{page}/can-bo", said)
    row = SharedAccount.objects.get()
    shared.refresh_from_db()
    assert (row.owner, shared.has_usable_password()) == (people["officer"], False)
    assert decisions(of_round) == {"Văn thư": "owner_changed"}
    act = AuditEntry.objects.get(action="accounts:owner:set")
    assert (act.school_id, act.params) == (
        of_unit(staff.unit.pk), {"owner": people["officer"].pk, "before": people["second"].pk}
    )  # fmt: skip
    at = f"/nguoi-dung/{shared.public_id}"
    assert "Lò Thị Ba giữ từ" in client.get(at).content.decode()
    client.post(f"{at}/nguoi-giu", {"owner": people["second"].public_id, "reason": "Trở lại"})
    assert SharedAccount.objects.get().owner == people["second"]


def test_the_office_is_told_what_waits_on_three_days(staff: Staff, people: dict[str, User]) -> None:
    User.objects.filter(pk=staff.office.pk).update(email="truong.truc@example.gov.vn")
    _client, of_round, page = opened(staff)

    def letters() -> list[tuple[int, int]]:
        rows = Job.objects.filter(kind=LETTER_JOB, params__change="review").order_by("pk")
        return [(one.params["user"], one.params["waiting"]) for one in rows]

    both = [(staff.office.pk, 4), (people["second"].pk, 4)]
    assert letters() == both
    assert tasks.run_reviews() == 1  # the school's campaign; nobody is told twice
    for day, told in ((6, 1), (7, 2), (8, 2), (12, 3), (13, 3)):
        with clock.frozen(clock.now() + dt.timedelta(days=day)):
            tasks.run_reviews()
        assert letters() == both * told
    jobs.run(Job.objects.filter(kind=LETTER_JOB, params__user=staff.office.pk).order_by("pk")[0].pk)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["truong.truc@example.gov.vn"], "Còn tài khoản chờ rà soát")
    assert letter.body.split("\n")[1] == (
        f"Đợt rà soát tài khoản của cơ quan còn 4 tài khoản chờ, hạn {of_round.due_on:%d/%m/%Y}: "
        f"{settings.PUBLIC_URL}{page}"
    )


def test_who_only_reads_or_is_a_stranger_decides_nothing(staff: Staff, people: dict[str, User]) -> None:
    _client, of_round, page = opened(staff)
    reader = factories.login(Client(), people["officer"])
    assert reader.get(page).status_code == 200
    assert reader.post(f"{page}/can-bo", {"tk": [number(of_round, people["below"])]}).status_code == 403
    assert reader.post(f"{page}/ky").status_code == 403
    stranger = factories.login(Client(), factories.user(Role.OFFICE, unit=factories.org_unit("Sở khác")))
    for tail in ("can-bo", "ky"):
        assert stranger.post(f"{page}/{tail}", {"tk": [number(of_round, people["below"])]}).status_code == 404
    assert set(decisions(of_round).values()) == {""}
    assert AccountRequest.objects.count() == 0
