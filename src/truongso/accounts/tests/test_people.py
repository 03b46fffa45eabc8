"""People and roles at a school: given, ended, by two when sensitive; pages of school and office."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pytest
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.acts import acts_at
from truongso.accounts.hygiene.inventory import accounts_of
from truongso.accounts.hygiene.types import AccountState
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.queries import users_without_password
from truongso.accounts.staffing import services
from truongso.accounts.staffing.models import AccountRequest
from truongso.accounts.staffing.services import Manager, PersonData, Span
from truongso.accounts.types import AccountRefusedError, Role
from truongso.kernel import clock
from truongso.kernel.audit_reading import Wanted, entries
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School, Supervision
from truongso.organizations.types import SupervisionFunction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]

FROM = dt.date(2026, 10, 5)


@dataclass
class Staff:
    """The usual four of a school."""

    school: School
    it: User
    principal: User
    accountant: User
    teacher: User

    def manager(self, user: User) -> Manager:
        return Manager(user, user == self.principal, frozenset({self.school.pk}))


@pytest.fixture
def staff(school: School) -> Staff:
    return Staff(
        school,
        factories.user(Role.IT_ADMIN, school=school, full_name="Vàng A Quản", username="quan"),
        factories.user(Role.PRINCIPAL, school=school, full_name="Lò Thị Trưởng", username="truong"),
        factories.user(Role.ACCOUNTANT, school=school, full_name="Phạm Thị Hòa", username="hoapt"),
        factories.user(Role.SUBJECT_TEACHER, school=school, full_name="Giàng A Dạy", username="day"),
    )


def rows() -> tuple[int, int, int, int]:
    return (
        User.objects.count(), Membership.objects.count(), AccountRequest.objects.count(),
        ActivationLink.objects.count(),
    )  # fmt: skip


def refused(code: str, act: object) -> None:
    before = rows(), AuditEntry.objects.count()
    with pytest.raises(AccountRefusedError) as refusal, transaction.atomic():
        act()  # type: ignore[operator]
    assert refusal.value.code == code
    assert (rows(), AuditEntry.objects.count()) == before


def give(staff: Staff, by: User, user: User, role: Role, start: dt.date = FROM) -> services.Done:
    with transaction.atomic():
        return services.give_role(by=staff.manager(by), place=staff.school, user=user, span=Span(role, start))


def test_a_teacher_is_added_at_once_and_can_activate(staff: Staff) -> None:
    with transaction.atomic():
        user, done = services.add_person(
            by=staff.manager(staff.it), place=staff.school,
            data=PersonData("  Lý  Thị Mới ", "MoiLT", "moi@truong.example"),
            span=Span(Role.HOMEROOM_TEACHER, FROM, dt.date(2027, 5, 31)),
        )  # fmt: skip
    assert (user.username, user.full_name, user.has_usable_password()) == ("moilt", "Lý Thị Mới", False)
    membership = user.memberships.get()
    assert (membership.role, membership.valid_from, membership.valid_to) == (
        "homeroom_teacher",
        FROM,
        dt.date(2027, 5, 31),
    )
    assert not done.waits
    assert Client().get(f"/kich-hoat/{done.token}").status_code == 200


def test_an_accountant_waits_for_the_principal_and_gets_the_link_then(staff: Staff) -> None:
    with transaction.atomic():
        user, done = services.add_person(
            by=staff.manager(staff.it), place=staff.school, data=PersonData("Thào Thị Tiền", "tientt"),
            span=Span(Role.CASHIER, FROM),
        )  # fmt: skip
    assert (done.waits, done.token, user.memberships.count(), ActivationLink.objects.count()) == (True, "", 0, 0)
    assert done.request is not None
    with transaction.atomic():
        decided = services.decide(by=staff.manager(staff.principal), request=done.request, approve=True)
    assert user.memberships.get().role == "cashier"
    assert Client().get(f"/kich-hoat/{decided.token}").status_code == 200
    assert list(AuditEntry.objects.filter(school_id=staff.school.pk).values_list("action", flat=True)) == [
        "accounts:request:propose", "accounts:request:approve", "accounts:membership:grant",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (PersonData("Lý Mới", "Có Dấu"), "bad_username"),
        (PersonData("Lý Mới", ""), "bad_username"),
        (PersonData("Lý Mới", "x" * 81), "bad_username"),
        (PersonData("Lý Mới", "HOAPT"), "username_taken"),
        (PersonData("Lý Mới", "moi", "khong-phai"), "bad_email"),
    ],
)
def test_bad_data_makes_nobody(staff: Staff, data: PersonData, code: str) -> None:
    span = Span(Role.SUBJECT_TEACHER, FROM)
    refused(
        code, lambda: services.add_person(by=staff.manager(staff.it), place=staff.school, data=data, span=span)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.ACCOUNTANT, Role.CASHIER), (Role.ACCOUNTANT, Role.PRINCIPAL), (Role.ACCOUNTANT, Role.IT_ADMIN),
        (Role.ACCOUNTANT, Role.SUPPORT),
    ],
)  # fmt: skip
def test_roles_that_do_not_go_together_are_refused(staff: Staff, held: Role, wanted: Role) -> None:
    assert staff.accountant.memberships.get().role == held
    by, span = staff.manager(staff.principal), Span(wanted, FROM)
    refused("roles_conflict", lambda: services.give_role(by=by, place=staff.school, user=staff.accountant, span=span))


def test_a_conflict_also_counts_while_the_first_role_still_waits(staff: Staff) -> None:
    give(staff, staff.it, staff.teacher, Role.ACCOUNTANT)
    by, span = staff.manager(staff.it), Span(Role.CASHIER, FROM)
    refused("roles_conflict", lambda: services.give_role(by=by, place=staff.school, user=staff.teacher, span=span))


def test_after_the_end_of_one_role_the_other_may_follow(staff: Staff) -> None:
    staff.accountant.memberships.update(valid_to=dt.date(2026, 12, 31))
    done = give(staff, staff.principal, staff.accountant, Role.CASHIER, dt.date(2027, 1, 1))
    assert done.waits


def test_the_same_role_twice_dates_turned_round_and_roles_elsewhere_are_refused(staff: Staff) -> None:
    by = staff.manager(staff.it)
    for code, span in (
        ("role_here", Span(Role.SUBJECT_TEACHER, FROM)),
        ("bad_dates", Span(Role.HOMEROOM_TEACHER, FROM, FROM - dt.timedelta(days=1))),
        ("wrong_place", Span(Role.OFFICE, FROM)),
        ("wrong_place", Span(Role.OPERATOR, FROM)),
    ):
        refused(code, lambda s=span: services.give_role(by=by, place=staff.school, user=staff.teacher, span=s))


def test_nobody_gives_themselves_anything(staff: Staff) -> None:
    for user in (staff.it, staff.principal):
        by = staff.manager(user)
        refused(
            "own_account",
            lambda b=by, u=user: services.give_role(by=b, place=staff.school, user=u, span=Span(Role.SUPPORT, FROM)),
        )
        refused("own_account", lambda b=by, u=user: services.renew_link(by=b, place=staff.school, user=u))
        membership = user.memberships.get()
        refused(
            "own_account",
            lambda b=by, m=membership: services.end_role(by=b, place=staff.school, membership=m, last_day=FROM),
        )


def test_ending_a_role_never_prolongs_it(staff: Staff) -> None:
    """One person alone would give a sensitive role that way."""
    today = clock.today()
    last = today + dt.timedelta(days=10)
    membership = staff.accountant.memberships.get()
    with transaction.atomic():
        services.end_role(by=staff.manager(staff.principal), place=staff.school, membership=membership, last_day=last)
    for user in (staff.principal, staff.it):
        by, later = staff.manager(user), last + dt.timedelta(days=1)
        refused(
            "ends_earlier",
            lambda b=by, d=later: services.end_role(
                by=b, place=staff.school, membership=membership, last_day=d, reason="x"
            ),
        )
    # Nor does a request that was overtaken.
    with transaction.atomic():
        done = services.end_role(by=staff.manager(staff.it), place=staff.school, membership=membership, last_day=last)
        services.end_role(by=staff.manager(staff.principal), place=staff.school, membership=membership, last_day=today)
    request = done.request
    assert request is not None
    refused("ends_earlier", lambda: services.decide(by=staff.manager(staff.principal), request=request, approve=True))
    assert staff.accountant.memberships.get().valid_to == today


def test_a_role_approved_here_opens_no_account_that_is_used_elsewhere(staff: Staff, other_school: School) -> None:
    """A link sets the password: it is handed out by who looks after the person."""
    fresh = factories.user(Role.SUBJECT_TEACHER, school=staff.school, username="moive")
    User.objects.filter(pk=fresh.pk).update(password="!", password_changed_at=None)
    fresh.refresh_from_db()
    Membership.objects.create(user=fresh, role=Role.PRINCIPAL.value, school=other_school, valid_from=FROM)
    request = give(staff, staff.it, fresh, Role.CASHIER).request
    assert request is not None
    with transaction.atomic():
        done = services.decide(by=staff.manager(staff.principal), request=request, approve=True)
    assert (done.token, ActivationLink.objects.count()) == ("", 0)
    assert fresh.memberships.filter(school=staff.school, role="cashier").count() == 1


def test_two_people_and_one_of_them_may_approve(staff: Staff) -> None:
    done = give(staff, staff.it, staff.teacher, Role.ACCOUNTANT)
    assert done.request is not None
    request = done.request
    second_it = factories.user(Role.IT_ADMIN, school=staff.school)
    for by, code in (
        (staff.manager(staff.it), "same_person"), (staff.manager(second_it), "needs_approver"),
        (Manager(staff.teacher, True, frozenset({staff.school.pk})), "own_account"),
    ):  # fmt: skip
        refused(code, lambda b=by: services.decide(by=b, request=request, approve=True))
    assert staff.teacher.memberships.count() == 1
    with transaction.atomic():
        services.decide(by=staff.manager(staff.principal), request=request, approve=True)
    refused(
        "already_decided", lambda: services.decide(by=staff.manager(staff.principal), request=request, approve=True)
    )
    assert staff.teacher.memberships.count() == 2


def test_what_the_principal_asks_the_it_administrator_may_confirm(staff: Staff) -> None:
    done = give(staff, staff.principal, staff.teacher, Role.CASHIER)
    assert done.request is not None
    with transaction.atomic():
        services.decide(by=staff.manager(staff.it), request=done.request, approve=True)
    assert set(staff.teacher.memberships.values_list("role", flat=True)) == {"subject_teacher", "cashier"}


def test_a_refusal_needs_a_reason_and_gives_nothing(staff: Staff) -> None:
    done = give(staff, staff.it, staff.teacher, Role.ACCOUNTANT)
    assert done.request is not None
    request = done.request
    by = staff.manager(staff.principal)
    refused("reason_missing", lambda: services.decide(by=by, request=request, approve=False))
    with transaction.atomic():
        services.decide(by=by, request=request, approve=False, reason="Chưa có quyết định")
    assert staff.teacher.memberships.count() == 1
    assert give(staff, staff.it, staff.teacher, Role.ACCOUNTANT).waits


def test_the_database_itself_wants_two_people(staff: Staff) -> None:
    from django.db import IntegrityError

    done = give(staff, staff.it, staff.teacher, Role.ACCOUNTANT)
    assert done.request is not None
    for by in (staff.it, staff.teacher):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountRequest.objects.filter(pk=done.request.pk).update(
                decision="approved", decided_by=by, decided_at=clock.now()
            )


def test_the_first_principal_of_a_school_is_made_by_who_may_approve(other_school: School) -> None:
    unit = factories.org_unit()
    office = factories.user(Role.OFFICE, unit=unit)
    by = Manager(office, True, frozenset({other_school.pk}))
    with transaction.atomic():
        user, done = services.add_person(
            by=by, place=other_school, data=PersonData("Mùa A Trưởng", "truongma"), span=Span(Role.PRINCIPAL, FROM)
        )
        assert (done.waits, user.memberships.get().role) == (False, "principal")
        _second, waits = services.add_person(
            by=by, place=other_school, data=PersonData("Mùa A Hai", "haima"), span=Span(Role.PRINCIPAL, FROM)
        )
    assert waits.waits


def test_roles_end_at_their_day(staff: Staff) -> None:
    membership = staff.teacher.memberships.get()
    with transaction.atomic():
        services.end_role(
            by=staff.manager(staff.it),
            place=staff.school,
            membership=membership,
            last_day=FROM,
            reason="Chuyển trường",
        )
    assert staff.teacher.memberships.get().valid_to == FROM
    refused(
        "last_day_past",
        lambda: services.end_role(
            by=staff.manager(staff.it), place=staff.school, membership=membership, last_day=dt.date(2026, 10, 3)
        ),
    )


def test_the_it_administrator_cannot_end_the_principal_alone_but_the_principal_ends_it_at_once(staff: Staff) -> None:
    with transaction.atomic():
        done = services.end_role(
            by=staff.manager(staff.it), place=staff.school, membership=staff.principal.memberships.get(), last_day=FROM
        )
    assert done.waits
    assert staff.principal.memberships.get().valid_to is None
    with transaction.atomic():
        done = services.end_role(
            by=staff.manager(staff.principal), place=staff.school, membership=staff.it.memberships.get(), last_day=FROM
        )
    assert not done.waits
    assert staff.it.memberships.get().valid_to == FROM


def test_a_link_for_the_accountant_takes_two_and_for_a_teacher_one(staff: Staff) -> None:
    with transaction.atomic():
        assert services.renew_link(by=staff.manager(staff.it), place=staff.school, user=staff.teacher).token
        done = services.renew_link(by=staff.manager(staff.it), place=staff.school, user=staff.accountant)
    assert (done.waits, done.token) == (True, "")
    assert done.request is not None
    with transaction.atomic():
        decided = services.decide(by=staff.manager(staff.principal), request=done.request, approve=True)
    assert Client().get(f"/kich-hoat/{decided.token}").status_code == 200


def test_a_link_into_a_homeroom_teachers_account_in_use_takes_two(staff: Staff) -> None:
    teacher = factories.user(Role.HOMEROOM_TEACHER, school=staff.school)
    with transaction.atomic():
        done = services.renew_link(by=staff.manager(staff.it), place=staff.school, user=teacher)
    assert (done.waits, done.token, ActivationLink.objects.filter(user=teacher).count()) == (True, "", 0)
    unused = factories.user(Role.HOMEROOM_TEACHER, school=staff.school, second_factor=False)
    User.objects.filter(pk=unused.pk).update(password_changed_at=None, activated_at=None)
    unused.refresh_from_db()
    with transaction.atomic():
        assert services.renew_link(by=staff.manager(staff.it), place=staff.school, user=unused).token


def test_an_account_whose_only_key_is_lost_gets_no_link_by_the_way(staff: Staff) -> None:
    """It never had a password and was used all the same: a new way in takes two people who decide on that."""
    lost = factories.user(Role.HOMEROOM_TEACHER, school=staff.school, second_factor=False)
    User.objects.filter(pk=lost.pk).update(password="!", password_changed_at=None)
    lost.refresh_from_db()
    assert lost not in users_without_password()
    with transaction.atomic():
        link = services.renew_link(by=staff.manager(staff.it), place=staff.school, user=lost)
    assert (link.waits, link.token) == (True, "")
    request = give(staff, staff.it, lost, Role.CASHIER).request
    assert request is not None
    with transaction.atomic():
        done = services.decide(by=staff.manager(staff.principal), request=request, approve=True)
    assert (done.token, ActivationLink.objects.count()) == ("", 0)
    assert lost.memberships.filter(role="cashier").count() == 1
    assert [one.state for one in accounts_of(staff.school, only=[lost.pk])] == [AccountState.RESET]


def test_a_password_others_may_know_is_changed_before_anything_else(staff: Staff) -> None:
    person = factories.login(Client(), staff.teacher)
    UserSession.objects.create(
        user=staff.teacher, session_key=person.session.session_key, ip="10.0.0.1", user_agent="x", data={}
    )
    at = f"/nguoi-dung/{staff.teacher.public_id}/lo-mat-khau"
    it = signed_in(staff.it)
    before = AuditEntry.objects.count()
    it.post(at, {"reason": " "})
    staff.teacher.refresh_from_db()
    assert (staff.teacher.change_required, AuditEntry.objects.count()) == ("", before)
    assert it.post(at, {"reason": "Đăng nhập ở máy lạ"}).status_code == 302
    staff.teacher.refresh_from_db()
    assert (staff.teacher.change_required, staff.teacher.has_usable_password()) == ("reported", True)
    assert person.get("/tai-khoan")["Location"].startswith("/dang-nhap")
    again = AuditEntry.objects.count()
    it.post(at, {"reason": "x"})
    it.post(f"/nguoi-dung/{staff.it.public_id}/lo-mat-khau", {"reason": "x"})
    assert AuditEntry.objects.count() == again


def test_who_comes_to_money_for_the_first_time_changes_the_password(staff: Staff) -> None:
    for role, asked in ((Role.HOMEROOM_TEACHER, ""), (Role.CASHIER, "role")):
        done = give(staff, staff.it, staff.teacher, role)
        if done.request is not None:
            with transaction.atomic():
                services.decide(by=staff.manager(staff.principal), request=done.request, approve=True)
        staff.teacher.refresh_from_db()
        assert staff.teacher.change_required == asked


def test_whoever_works_elsewhere_too_is_out_of_a_schools_reach(staff: Staff, other_school: School) -> None:
    """Otherwise an IT administrator would take over the other school's accountant by giving them a role first."""
    stranger = factories.user(Role.ACCOUNTANT, school=other_school)
    Membership.objects.create(user=stranger, role="subject_teacher", school=staff.school, valid_from=FROM)
    for by in (staff.manager(staff.it), staff.manager(staff.principal)):
        refused("has_other_places", lambda b=by: services.renew_link(by=b, place=staff.school, user=stranger))
        refused(
            "has_other_places",
            lambda b=by: services.set_active(by=b, place=staff.school, user=stranger, active=False, reason="x"),
        )
        refused(
            "has_other_places",
            lambda b=by: services.report_lost_factor(by=b, place=staff.school, user=stranger, reason="x"),
        )


def test_who_came_to_work_elsewhere_since_it_was_asked_is_left_alone(staff: Staff, other_school: School) -> None:
    """The accountant's suspension waits; meanwhile another school gives the account a role."""
    by = staff.manager(staff.it)
    with transaction.atomic():
        done = services.set_active(by=by, place=staff.school, user=staff.accountant, active=False, reason="Nghỉ việc")
    request = done.request
    assert request is not None  # it waits for a second person
    Membership.objects.create(user=staff.accountant, role="subject_teacher", school=other_school, valid_from=FROM)
    principal = staff.manager(staff.principal)
    refused("has_other_places", lambda: services.decide(by=principal, request=request, approve=True))
    assert User.objects.get(pk=staff.accountant.pk).is_active
    with transaction.atomic():  # it can still be refused, so that it does not wait for ever
        services.decide(by=principal, request=request, approve=False, reason="Đã chuyển trường")


def test_a_lost_factor_takes_two_and_ends_sessions(staff: Staff) -> None:
    person = Client()
    factories.login(person, staff.teacher)
    by = staff.manager(staff.it)
    refused(
        "reason_missing",
        lambda: services.report_lost_factor(by=by, place=staff.school, user=staff.teacher, reason=" "),
    )
    with transaction.atomic():
        done = services.report_lost_factor(
            by=by, place=staff.school, user=staff.teacher, reason="Gặp tại văn phòng, xem thẻ căn cước"
        )
    staff.teacher.refresh_from_db()
    assert staff.teacher.second_factor_since is not None
    assert done.request is not None
    with transaction.atomic():
        decided = services.decide(by=staff.manager(staff.principal), request=done.request, approve=True)
    staff.teacher.refresh_from_db()
    assert staff.teacher.second_factor_since is None
    finder = Client()  # of the telephone, who knows the password too
    finder.post("/dang-nhap", {"login": "day", "password": factories.PASSWORD})
    assert "_auth_user_id" not in finder.session
    answer = Client().post(f"/kich-hoat/{decided.token}", {"password": "Nui-Cao4mua"})
    assert answer.status_code == 302
    owner = Client()
    owner.post("/dang-nhap", {"login": "day", "password": "Nui-Cao4mua"})
    assert owner.session["_auth_user_id"] == str(staff.teacher.pk)


def test_suspending_ends_links_and_lets_nobody_in(staff: Staff) -> None:
    with transaction.atomic():
        token = services.renew_link(by=staff.manager(staff.it), place=staff.school, user=staff.teacher).token
        services.set_active(
            by=staff.manager(staff.it), place=staff.school, user=staff.teacher, active=False, reason="Nghỉ việc"
        )
    assert Client().get(f"/kich-hoat/{token}").status_code == 410
    client = Client()
    client.post("/dang-nhap", {"login": "day", "password": factories.PASSWORD})
    assert "_auth_user_id" not in client.session
    with transaction.atomic():
        done = services.set_active(
            by=staff.manager(staff.it), place=staff.school, user=staff.accountant, active=False, reason="Nghi lộ"
        )
    staff.accountant.refresh_from_db()
    assert (done.waits, staff.accountant.is_active) == (True, True)


# Pages


def signed_in(user: User) -> Client:
    return factories.login(Client(), user)


def test_the_list_shows_people_roles_and_state(staff: Staff) -> None:
    page = signed_in(staff.it).get("/nguoi-dung").content.decode()
    for text in ("Phạm Thị Hòa", "hoapt", "Kế toán", "Giáo viên bộ môn", "Hiệu trưởng", "Đang dùng"):
        assert text in page
    found = signed_in(staff.principal).get("/nguoi-dung?q=hoa").content.decode()
    assert "Phạm Thị Hòa" in found
    assert "Giàng A Dạy" not in found


@pytest.mark.parametrize("who", ["accountant", "teacher"])
def test_others_see_no_list_of_people(staff: Staff, who: str) -> None:
    client = signed_in(getattr(staff, who))
    for path in ("/nguoi-dung", "/nguoi-dung/them", f"/nguoi-dung/{staff.it.public_id}", "/nguoi-dung/nhap"):
        assert client.get(path).status_code == 403
    assert client.post(f"/nguoi-dung/{staff.teacher.public_id}/vai-tro", {"role": "principal"}).status_code == 403
    assert rows() == (4, 4, 0, 0)


def test_adding_a_person_shows_the_slip_once(staff: Staff) -> None:
    client = signed_in(staff.it)
    form = {"full_name": "Lý Thị Mới", "role": "homeroom_teacher", "valid_from": "05/10/2026"}
    answer = client.post("/nguoi-dung/them", form)
    page = answer.content.decode()
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    address = re.search(r"/kich-hoat/[\w-]{40,}", page)
    assert address is not None
    assert "moilt.lvt" in page
    assert "<svg" in page
    assert Client().get(address[0]).status_code == 200
    again = client.get("/nguoi-dung").content.decode()
    assert "/kich-hoat/" not in again
    assert "Đã cấp đường dẫn" in again


def test_the_page_of_a_person_asks_and_the_principal_decides(staff: Staff) -> None:
    it, principal = signed_in(staff.it), signed_in(staff.principal)
    it.post(f"/nguoi-dung/{staff.teacher.public_id}/vai-tro", {"role": "accountant", "valid_from": "05/10/2026"})
    waiting = AccountRequest.objects.get()
    assert "Chờ người thứ hai" in it.get("/nguoi-dung").content.decode()
    assert "Duyệt" in principal.get(f"/nguoi-dung/{staff.teacher.public_id}").content.decode()
    it.post(f"/nguoi-dung/de-nghi/{waiting.public_id}", {"decision": "approve"})
    assert staff.teacher.memberships.count() == 1
    principal.post(f"/nguoi-dung/de-nghi/{waiting.public_id}", {"decision": "approve"})
    assert staff.teacher.memberships.count() == 2


def test_giving_roles_wants_a_fresh_proof(staff: Staff) -> None:
    client = factories.login(Client(), staff.principal, fresh=False)
    for tail, data in (
        ("vai-tro", {"role": "cashier", "valid_from": "05/10/2026"}), ("ket-thuc", {"last_day": "05/10/2026"}),
        ("duong-dan", {}), ("mat-lop-hai", {"reason": "x"}), ("trang-thai", {"reason": "x"}),
    ):  # fmt: skip
        answer = client.post(f"/nguoi-dung/{staff.teacher.public_id}/{tail}", data)
        assert answer["Location"].startswith("/xac-nhan-lai")
    assert rows() == (4, 4, 0, 0)


def test_people_of_another_school_are_not_found(staff: Staff, other_school: School) -> None:
    foreign = factories.user(Role.SUBJECT_TEACHER, school=other_school)
    client = signed_in(staff.principal)
    assert client.get(f"/nguoi-dung/{foreign.public_id}").status_code == 404
    for tail in ("vai-tro", "ket-thuc", "duong-dan", "mat-lop-hai", "trang-thai"):
        assert client.post(f"/nguoi-dung/{foreign.public_id}/{tail}", {"reason": "x"}).status_code == 404
    assert client.get(f"/phong/truong/{other_school.code}/nguoi-dung").status_code == 404


def test_the_office_looks_after_schools_under_its_unit_alone(staff: Staff, other_school: School) -> None:
    unit = factories.org_unit()
    Supervision.objects.create(
        school=staff.school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    office = signed_in(factories.user(Role.OFFICE, unit=unit))
    assert "Phạm Thị Hòa" in office.get(f"/phong/truong/{staff.school.code}/nguoi-dung").content.decode()
    assert office.get(f"/phong/truong/{other_school.code}/nguoi-dung").status_code == 404
    answer = office.post(
        f"/phong/truong/{staff.school.code}/nguoi-dung/{staff.teacher.public_id}/vai-tro",
        {"role": "homeroom_teacher", "valid_from": "05/10/2026"},
    )
    assert answer.status_code == 302
    assert staff.teacher.memberships.count() == 2
    officer = signed_in(factories.user(Role.OFFICER, unit=unit))
    assert officer.get(f"/phong/truong/{staff.school.code}/nguoi-dung").status_code == 200
    assert officer.get(f"/phong/truong/{staff.school.code}/nguoi-dung/them").status_code == 403


def test_parts_are_switched_off_and_their_pages_close(staff: Staff) -> None:
    it, accountant = signed_in(staff.it), signed_in(staff.accountant)
    assert accountant.get("/thu/nhac-nop").status_code == 200
    it.post("/truong/phan-su-dung", {"used": ["counter", "gateways"]})
    staff.school.refresh_from_db()
    assert staff.school.switched_off == ["einvoice", "reminders"]
    assert accountant.get("/thu/nhac-nop").status_code == 403
    assert accountant.get("/thu/quay").status_code == 200
    assert accountant.get("/bao-cao/khong-tien-mat").status_code == 200
    assert AuditEntry.objects.get(school_id=staff.school.pk).action == "organizations:school:modules"


def test_a_suspension_is_read_at_every_place_of_the_person(staff: Staff, other_school: School) -> None:
    """One who looks after both schools suspends: both schools read it, also when it was done at one of them."""
    Membership.objects.create(
        user=staff.teacher, role=Role.SUBJECT_TEACHER.value, school=other_school, valid_from=clock.today()
    )
    office = factories.user(Role.OFFICE, unit=factories.org_unit())
    by = Manager(office, True, frozenset({staff.school.pk, other_school.pk}))
    with transaction.atomic():
        services.set_active(by=by, place=staff.school, user=staff.teacher, active=False, reason="nghi lộ mật khẩu")
        services.set_active(by=by, place=other_school, user=staff.teacher, active=True, reason="đã gặp chính chủ")
    stranger = factories.school(code="79-LA", name="Trường lạ", prefix="TL")
    read = {
        place: [one.action for one in entries([place], Wanted(), also=acts_at([place]))]
        for place in (staff.school.pk, other_school.pk, stranger.pk)
    }
    both = ["accounts:user:resume", "accounts:user:suspend"]
    assert read == {staff.school.pk: both, other_school.pk: both, stranger.pk: []}
