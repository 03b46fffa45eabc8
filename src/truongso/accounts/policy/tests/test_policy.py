"""Policies of organisations: inherited, dated, only stricter below; what they ask of people; the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.factors.models import CodeSheet
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.models import User
from truongso.accounts.policy.models import AuthPolicy, UsedPassword
from truongso.accounts.policy.queries import DutyKind, bounds_of, duty_of, policy_at, policy_of
from truongso.accounts.policy.services import require_change, set_policy
from truongso.accounts.policy.types import LETTER, NIST, Policy, Profile, Rotation
from truongso.accounts.services import change_password
from truongso.accounts.types import SENSITIVE_ROLES, AccountRefusedError, Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import OrgUnit, School, Supervision
from truongso.organizations.types import SupervisionFunction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

TODAY = dt.date(2026, 10, 5)
MOMENT = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)
GOOD = "Nui-Cao4mua"


@pytest.fixture
def department() -> OrgUnit:
    return factories.org_unit()


@pytest.fixture
def commune(department: OrgUnit, school: School) -> OrgUnit:
    unit = factories.org_unit("Phòng Văn hóa – Xã hội xã Tả Van")
    OrgUnit.objects.filter(pk=unit.pk).update(parent=department)
    unit.refresh_from_db()
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    return unit


def put(place: School | OrgUnit, policy: Policy, actor: Actor, day: dt.date = TODAY) -> None:
    with transaction.atomic():
        set_policy(actor=actor, place=place, policy=policy, valid_from=day)


def refused(
    code: str, place: School | OrgUnit, policy: Policy, actor: Actor, day: dt.date = TODAY
) -> AccountRefusedError:
    before = (AuthPolicy.objects.count(), AuditEntry.objects.count())
    with pytest.raises(AccountRefusedError) as refusal:
        put(place, policy, actor, day)
    assert (refusal.value.code, AuthPolicy.objects.count(), AuditEntry.objects.count()) == (code, *before)
    return refusal.value


def test_without_any_the_letters_profile_holds(school: School, commune: OrgUnit) -> None:
    assert policy_at(school, TODAY) == LETTER


def test_policies_come_down_by_date(school: School, commune: OrgUnit, department: OrgUnit, actor: Actor) -> None:
    put(department, replace(LETTER, history=5), actor)
    put(commune, replace(LETTER, history=5, rotation_days=60), actor, dt.date(2026, 11, 1))
    assert (policy_at(school, TODAY).history, policy_at(school, TODAY).rotation_days) == (5, 90)
    assert policy_at(school, dt.date(2026, 11, 1)).rotation_days == 60
    assert policy_at(school, dt.date(2026, 10, 4)) == LETTER
    assert policy_at(department, dt.date(2026, 12, 1)).rotation_days == 90


def test_below_only_stricter(school: School, commune: OrgUnit, department: OrgUnit, actor: Actor) -> None:
    put(department, replace(LETTER, history=5), actor)
    refusal = refused("policy_weaker", school, replace(LETTER, history=4, grace_days=60), actor)
    assert refusal.params["fields"] == ("grace_days", "history")
    put(school, replace(NIST, history=6), actor)
    assert policy_at(school, TODAY).profile is Profile.NIST


def test_what_is_tightened_above_later_reaches_down(
    school: School, department: OrgUnit, commune: OrgUnit, actor: Actor
) -> None:
    put(school, replace(LETTER, min_len_single=10), actor)
    put(department, replace(LETTER, min_len_single=12, grace_days=7), actor, TODAY + dt.timedelta(days=10))
    later = policy_at(school, TODAY + dt.timedelta(days=10))
    assert (later.min_len_single, later.grace_days) == (12, 7)


def test_who_starts_may_be_softer_than_the_default_as_no_one_above_said_anything(school: School, actor: Actor) -> None:
    put(school, replace(LETTER, grace_days_sensitive=30), actor)
    assert policy_at(school, TODAY).grace_days_sensitive == 30


def test_past_days_and_figures_out_of_bounds_are_refused(school: School, actor: Actor) -> None:
    refused("policy_past", school, LETTER, actor, dt.date(2026, 10, 4))
    for name, value in (("min_len_single", 7), ("min_len_mfa", 65), ("rotation_days", 29), ("history", 11)):
        change: dict[str, Any] = {name: value}
        assert refused("policy_bounds", school, replace(LETTER, **change), actor).params["field"] == name


def test_setting_the_same_day_again_replaces(school: School, actor: Actor) -> None:
    put(school, replace(LETTER, history=5), actor)
    put(school, replace(LETTER, history=6), actor)
    assert (AuthPolicy.objects.count(), policy_at(school, TODAY).history) == (1, 6)


def test_who_works_at_two_places_keeps_the_stricter_of_both(school: School, other_school: School, actor: Actor) -> None:
    put(school, replace(LETTER, min_len_single=12), actor)
    put(other_school, replace(LETTER, history=9), actor)
    person = factories.user(Role.SUBJECT_TEACHER, school=school)
    person.memberships.create(role="subject_teacher", school=other_school, valid_from=dt.date(2026, 1, 1))
    found = policy_of(person)
    assert (found.min_len_single, found.history) == (12, 9)


def codes(password: str, person: User) -> list[str]:
    try:
        validate_password(password, person)
    except ValidationError as refusal:
        return [str(error.code) for error in refusal.error_list]
    return []


def test_the_policy_of_the_school_judges_passwords(school: School, actor: Actor) -> None:
    alone = factories.user(Role.SUBJECT_TEACHER, school=school, second_factor=False, full_name="Lý Ý")
    beside = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Lý Ý")
    assert (codes("nui cao mua xuan", alone), codes(GOOD, alone)) == ([], [])
    put(school, NIST, actor)
    assert codes(GOOD, alone) == ["too_short"]
    assert (codes(GOOD, beside), codes("nui cao mua", beside)) == ([], [])


@pytest.mark.parametrize(
    "password", ["Matkhau@123", "matkhau@123", "Truong@2026", "Mật khẩu@123", "password1", "VNEDU@123"]
)
def test_listed_passwords_are_refused_whole(school: School, password: str) -> None:
    person = factories.user(Role.SUBJECT_TEACHER, school=school)
    assert "breached" in codes(password, person)


def test_an_operator_adds_a_list(school: School, settings: object, tmp_path: object) -> None:
    from pathlib import Path

    person = factories.user(Role.SUBJECT_TEACHER, school=school)
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    assert codes("Rung-Gia7voi", person) == []
    Path(str(tmp_path), "breached.txt").write_text("rung-gia7voi\nkhac\n", encoding="utf-8")
    assert codes("Rung-Gia7voi", person) == ["breached"]


def test_the_last_passwords_are_not_taken_again(school: School, actor: Actor) -> None:
    person = factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Lý Ý")
    chosen = ["Nui-Cao1mua", "Nui-Cao2mua", "Nui-Cao3mua", "Nui-Cao4mua"]
    for password in chosen:
        with transaction.atomic():
            change_password(user=person, password=password, actor=actor)
    found = [codes(password, person) for password in chosen]
    assert found == [[], ["used_before"], ["used_before"], ["used_before"]]
    assert UsedPassword.objects.filter(user=person).count() == 4
    assert all(password not in str(list(UsedPassword.objects.values())) for password in chosen)


def test_the_same_letters_from_another_keyboard_are_the_same_password(school: School, actor: Actor) -> None:
    import unicodedata

    person = factories.user(Role.SUBJECT_TEACHER, school=school)
    with transaction.atomic():
        change_password(user=person, password=unicodedata.normalize("NFD", "Đồi.Chè7xanh"), actor=actor)
    assert person.check_password(unicodedata.normalize("NFC", "Đồi.Chè7xanh"))


# Duties


def at(days: int) -> dt.datetime:
    return MOMENT + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("role", "days", "kind"),
    [
        (Role.ACCOUNTANT, 0, DutyKind.FACTOR), (Role.PRINCIPAL, 0, DutyKind.FACTOR),
        (Role.HOMEROOM_TEACHER, 0, DutyKind.NONE), (Role.HOMEROOM_TEACHER, 29, DutyKind.NONE),
        (Role.HOMEROOM_TEACHER, 30, DutyKind.FACTOR), (Role.PARENT, 89, DutyKind.NONE),
    ],
)  # fmt: skip
def test_the_second_factor_is_due_by_role(school: School, role: Role, days: int, kind: DutyKind) -> None:
    person = factories.user(role, school=school, second_factor=False)
    with clock.frozen(at(days)):
        assert duty_of(person).kind is kind


def test_grace_counts_from_activation(school: School) -> None:
    person = factories.user(Role.HOMEROOM_TEACHER, school=school, second_factor=False)
    person.activated_at = at(20)
    with clock.frozen(at(49)):
        assert duty_of(person).factor_due == TODAY + dt.timedelta(days=50)


def test_an_old_password_alone_must_be_changed_and_beside_a_factor_is_reminded(school: School, actor: Actor) -> None:
    alone = factories.user(Role.PARENT, school=school, second_factor=False)
    beside = factories.user(Role.ACCOUNTANT, school=school)
    with clock.frozen(at(90)):
        assert duty_of(alone).kind is DutyKind.PASSWORD
        found = duty_of(beside)
        assert (found.kind, found.remind, found.password_due) == (DutyKind.NONE, True, TODAY + dt.timedelta(days=90))


@pytest.mark.parametrize(
    ("policy", "letters_alone", "after_a_year"),
    [(LETTER, (200, False), ("/tai-khoan", DutyKind.PASSWORD)), (NIST, (302, True), ("", DutyKind.NONE))],
    ids=["letter", "nist"],
)
def test_what_the_two_profiles_ask_on_the_pages(
    school: School, actor: Actor, policy: Policy, letters_alone: tuple[int, bool], after_a_year: tuple[str, DutyKind]
) -> None:
    """ASVS 6.2.5 and 6.2.10: classes and age are asked under the letter's profile alone; a passphrase is free of both
    kinds of classes under either."""
    put(school, replace(policy, factor_roles=SENSITIVE_ROLES), actor)
    beside = factories.user(Role.SUBJECT_TEACHER, school=school)
    alone = factories.user(Role.HOMEROOM_TEACHER, school=school, second_factor=False)
    own = factories.login(Client(), beside)
    answer = own.post("/tai-khoan", {"old_password": factories.PASSWORD, "password": "nuicaomua"})
    beside.refresh_from_db()
    assert (answer.status_code, beside.check_password("nuicaomua")) == letters_alone
    assert codes("nui cao mua xuan", User.objects.get(pk=alone.pk)) == []
    with clock.frozen(at(366)):
        found = User.objects.get(pk=alone.pk)
        page = factories.login(Client(), found).get("/lop-chu-nhiem")
        assert (page.headers.get("Location", ""), duty_of(found).kind) == after_a_year


def test_evidence_of_a_leak_asks_for_a_change_whatever_the_policy(school: School, actor: Actor) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    put(school, replace(NIST, rotation=Rotation.OFF), actor)
    with transaction.atomic():
        require_change(user=person, reason="leaked", actor=actor)
    client = factories.login(Client(), person)
    answer = client.get("/thu")
    assert (answer.status_code, answer["Location"]) == (302, "/tai-khoan")
    data = {"old_password": factories.PASSWORD, "password": "Nui cao mua xuan 4 ngay"}
    assert client.post("/tai-khoan", data).status_code == 302
    assert client.get("/thu").status_code == 200


def test_a_listed_password_is_noticed_at_sign_in(client: Client, school: School) -> None:
    person = factories.user(Role.SUBJECT_TEACHER, school=school, second_factor=False, password="Matkhau@123")
    client.post("/dang-nhap", {"login": person.username, "password": "Matkhau@123"})
    person.refresh_from_db()
    assert person.change_required == "leaked"
    assert AuditEntry.objects.get(action="accounts:user:require_change").reason == "leaked"


def test_without_the_due_factor_no_work_goes_and_with_it_at_once(client: Client, school: School, actor: Actor) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    client.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    for path in ("/thu", "/thu/quay", "/hoc-sinh"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/tai-khoan/bao-mat")
    answer = client.get("/thu", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/tai-khoan/bao-mat")
    page = client.get("/tai-khoan/bao-mat").content.decode()
    assert "Thêm lớp xác thực thứ hai trước khi làm việc tiếp" in page
    with transaction.atomic():
        make_sheet(user=person, actor=actor)
    assert client.get("/thu").status_code == 200


def test_during_grace_the_day_is_said_at_sign_in_and_work_goes(client: Client, school: School, actor: Actor) -> None:
    put(school, replace(LETTER, grace_days_sensitive=30), actor)
    person = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    client.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    page = client.get("/thu")
    assert page.status_code == 200
    said = page.content.decode()
    assert '<a href="/tai-khoan/bao-mat">Thêm lớp xác thực thứ hai trước ngày 04/11/2026.</a>' in said
    assert '<a href="/tai-khoan/email-cong-vu">Đọc và xác nhận quy định dùng email công vụ.</a>' in said


def test_the_last_code_of_a_sheet_asks_for_a_new_one(client: Client, school: School, actor: Actor) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school, second_factor=False)
    with transaction.atomic():
        codes_ = make_sheet(user=person, actor=actor)
    CodeSheet.objects.update(used=39)
    client.post("/dang-nhap", {"login": person.username, "password": factories.PASSWORD})
    client.post("/dang-nhap/hai-lop", {"code": codes_[39]})
    assert client.get("/thu")["Location"] == "/tai-khoan/bao-mat"


def test_an_old_password_may_be_kept_after_a_look_into_the_lists(client: Client, school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    with clock.frozen(at(100)):
        factories.login(client, person)
        assert "Kiểm tra và giữ" in client.get("/tai-khoan").content.decode()
        client.post("/tai-khoan/giu-mat-khau", {"old_password": "sai"})
        person.refresh_from_db()
        assert person.password_kept_at is None
        client.post("/tai-khoan/giu-mat-khau", {"old_password": factories.PASSWORD})
        person.refresh_from_db()
        assert person.password_kept_at == at(100)
        assert "Kiểm tra và giữ" not in client.get("/tai-khoan").content.decode()
    assert AuditEntry.objects.get().action == "accounts:user:keep_password"


def test_sessions_follow_the_policy(school: School, actor: Actor) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    put(school, replace(LETTER, idle_minutes_sensitive=15, life_hours_sensitive=8), actor)
    found = bounds_of(person)
    assert (found.idle, found.life) == (dt.timedelta(minutes=15), dt.timedelta(hours=8))


# Pages


def form(**changes: Any) -> dict[str, Any]:
    names = (
        "min_len_single", "min_len_mfa", "composition_free_from", "rotation_days", "history", "grace_days",
        "grace_days_sensitive", "idle_minutes", "idle_minutes_sensitive", "life_hours", "life_hours_sensitive",
        "review_days", "dormant_days",
    )  # fmt: skip
    values: dict[str, Any] = {name: str(getattr(LETTER, name)) for name in names}
    values["factor_roles"] = ["homeroom_teacher", "subject_teacher"]
    return {**values, "composition": "required", "rotation": "force_pwonly", "valid_from": "05/10/2026", **changes}


def test_the_page_explains_and_the_principal_chooses(school: School) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    page = client.get("/chinh-sach-tai-khoan").content.decode()
    assert "Công văn khuyến nghị đổi mật khẩu ba tháng một lần" in page
    assert "đang theo hồ sơ <b>Theo công văn</b>" in page
    client.post("/chinh-sach-tai-khoan/dat", {"profile": "nist"})
    assert policy_at(school, TODAY) == NIST
    assert client.post("/chinh-sach-tai-khoan/dat", form(history="5", note="QĐ 12")).status_code == 302
    kept = AuthPolicy.objects.get()
    assert (kept.history, kept.note, kept.min_len_single) == (5, "QĐ 12", 8)


def test_roles_with_a_second_factor_are_chosen_but_never_taken_from_who_moves_money(
    school: School, actor: Actor
) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    teacher = factories.user(Role.SUBJECT_TEACHER, school=school, second_factor=False)
    assert duty_of(teacher).factor_due == TODAY + dt.timedelta(days=30)
    client.post("/chinh-sach-tai-khoan/dat", form(factor_roles=["homeroom_teacher", "parent"]))
    assert policy_at(school, TODAY).factor_roles == SENSITIVE_ROLES | {Role.HOMEROOM_TEACHER, Role.PARENT}
    assert duty_of(teacher).factor_due is None
    page = client.get("/chinh-sach-tai-khoan").content.decode()
    assert "người quản lý tiền và quyền, giáo viên chủ nhiệm, phụ huynh;" in page
    kept = AuthPolicy.objects.get()
    assert client.post("/chinh-sach-tai-khoan/dat", form(factor_roles=["accountant"])).status_code == 422
    refused("policy_roles", school, replace(LETTER, factor_roles=SENSITIVE_ROLES - {Role.CASHIER}), actor)
    assert AuthPolicy.objects.get().set_at == kept.set_at


def test_what_is_weaker_than_above_is_said_and_not_kept(
    school: School, department: OrgUnit, commune: OrgUnit, actor: Actor
) -> None:
    put(department, NIST, actor)
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    answer = client.post("/chinh-sach-tai-khoan/dat", form(valid_from="06/10/2026"))
    assert answer.status_code == 422
    assert "Độ dài ít nhất khi chỉ có mật khẩu" in answer.content.decode()
    assert AuthPolicy.objects.filter(school=school).count() == 0


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        (Role.PRINCIPAL, 200, 302),
        (Role.IT_ADMIN, 200, 403),
        (Role.ACCOUNTANT, 403, 403),
        (Role.HOMEROOM_TEACHER, 403, 403),
    ],
)
def test_who_reads_and_who_sets(school: School, role: Role, read: int, write: int) -> None:
    client = factories.login(Client(), factories.user(role, school=school))
    assert client.get("/chinh-sach-tai-khoan").status_code == read
    assert client.post("/chinh-sach-tai-khoan/dat", {"profile": "nist"}).status_code == write
    assert AuthPolicy.objects.count() == (1 if write == 302 else 0)


def test_the_office_sets_for_its_unit(department: OrgUnit) -> None:
    client = factories.login(Client(), factories.user(Role.OFFICE, unit=department))
    client.post("/chinh-sach-tai-khoan/dat", {"profile": "nist"})
    assert AuthPolicy.objects.get().unit == department
