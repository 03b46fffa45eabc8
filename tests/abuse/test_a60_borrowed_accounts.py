"""A60: nobody works as somebody else: support sees nothing at a school but for the hours its principal signed for, and
no code signs a person in but the paths by which people sign in themselves."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import truongso
from tests import factories, money
from tests.tenancy.walk import roles_of
from truongso.accounts.matrix import DATA_OF, Data, Right
from truongso.accounts.models import Membership, User
from truongso.accounts.policies import GRANTABLE, PERMISSIONS
from truongso.accounts.support.models import SupportGrant
from truongso.accounts.types import Permission, Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

SOURCES = Path(truongso.__file__).parent
SIGNS_IN = {"login", "alogin", "perform_login", "force_login", "resume_login"}
NOW = dt.datetime(2026, 10, 5, 14, 0, tzinfo=clock.SCHOOL_TIME)
OWN_WAYS = {
    "accounts/web/activation.py": "the owner of a one-time link",
    "accounts/web/adapter.py": "what the library does after it has seen who it is",
    "accounts/web/second_factor.py": "the second factor of a sign-in under way",
}


def test_only_the_ways_of_signing_in_sign_anybody_in() -> None:
    found = {
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if not {"tests", "sandbox"} & set(path.relative_to(SOURCES).parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) in SIGNS_IN
    }
    assert found == set(OWN_WAYS)


def test_support_and_operators_hold_nothing_but_asking() -> None:
    assert PERMISSIONS[Role.SUPPORT] == {Permission.SUPPORT_SCHOOL_ASK}
    # Beside it operators review one another's accounts, which stand at no school.
    assert PERMISSIONS[Role.OPERATOR] == {Permission.SUPPORT_SCHOOL_ASK, Permission.OPERATOR_ACCOUNT_REVIEW}
    held = [name for name, roles in roles_of().items() if {Role.SUPPORT, Role.OPERATOR} & set(roles)]
    assert held == ["support:school:ask", "operator:account:review"]


def test_a_grant_opens_reading_and_nothing_of_identity_accounts_or_files() -> None:
    opened = {DATA_OF[one] for permissions in GRANTABLE.values() for one in permissions}
    assert {right for _data, right in opened} == {Right.READ}
    assert {data for data, _right in opened} == {
        Data.AUDIT, Data.CONNECTION, Data.BANK_ACCOUNT, Data.INVOICE, Data.PAYMENT, Data.PERIOD, Data.REPORT,
    }  # fmt: skip


@pytest.mark.django_db
def test_nothing_opens_until_the_principal_has_signed(school: School, other_school: School) -> None:
    pupil = factories.student(school)
    for person in (factories.user(Role.SUPPORT, school=school), factories.user(Role.OPERATOR)):
        client = factories.login(Client(), person)
        grant = _asked(client, person, school)
        for address in ("/thu/", "/hoc-sinh", "/nhat-ky", "/cai-dat/doi-tac", f"/hoc-sinh/{pupil.public_id}"):
            answer = client.get(address)
            assert answer.status_code in {403, 404}, address
            assert pupil.full_name not in answer.content.decode()
        assert client.post(f"/ho-tro/{grant.public_id}/vao").headers["Location"] == "/ho-tro"
        assert client.get("/thu").status_code == 403
        assert _verbs(school, person) == ["ask"]
    # A supporter of one school has no say at another, whatever its code.
    stranger = factories.user(Role.SUPPORT, school=other_school)
    client = factories.login(Client(), stranger)
    answer = client.post("/ho-tro", _form(school))
    assert answer.status_code == 422
    assert "không gồm trường này" in answer.content.decode()
    assert not SupportGrant.objects.filter(user=stranger).exists()


@pytest.mark.django_db
def test_a_signed_grant_is_read_only_seen_recorded_and_over_after_its_hours(school: School) -> None:
    with clock.frozen(NOW):
        person, principal = factories.user(Role.OPERATOR), factories.user(Role.PRINCIPAL, school=school)
        client, boss = factories.login(Client(), person), factories.login(Client(), principal)
        grant = _asked(client, person, school)
        assert grant.reason in boss.get("/phep-ho-tro").content.decode()
        _sign(boss, grant)
        grant.refresh_from_db()
        assert (grant.decided_by_id, grant.ends_at) == (principal.pk, NOW + dt.timedelta(hours=2))
        assert client.get("/thu").status_code == 403  # signed, and not begun
        assert client.post(f"/ho-tro/{grant.public_id}/vao").status_code == 302
        page = client.get("/thu?q=bí mật")
        assert page.status_code == 200
        assert "theo phép hỗ trợ, đến 16:00 05/10/2026" in page.content.decode()
        assert client.get("/nhat-ky").status_code == 200
        assert "Đang chạy" in boss.get("/phep-ho-tro").content.decode()
        # Parts that were not signed for, forms, files, sensitive pages and accounts stay closed.
        pupil, before = factories.student(school), Membership.objects.count()
        for address in (
            "/cai-dat/doi-tac",
            "/hoc-sinh",
            f"/hoc-sinh/{pupil.public_id}/nhay-cam",
            "/nguoi-dung",
            "/nhat-ky/tai-ve",
            "/nhat-ky/dau-cuoi-ngay",
        ):
            assert client.get(address).status_code == 403, address
        taken = AuditEntry.objects.filter(action__startswith="workspaces:audit:")
        away = AuditEntry.objects.filter(school_id=school.pk, action="accounts:support:turned_away").order_by("seq")
        assert [one.params["path"] for one in away][3:] == ["/nguoi-dung", "/nhat-ky/tai-ve", "/nhat-ky/dau-cuoi-ngay"]
        assert not taken.exists()  # what was refused was not taken, and the trail does not say it was
        for address in ("/thu", "/nhat-ky", "/nguoi-dung/them", "/phep-ho-tro"):
            assert client.post(address, {}).status_code == 403, address
        assert Membership.objects.count() == before
        views = AuditEntry.objects.filter(school_id=school.pk, action="accounts:support:view").order_by("seq")
        assert [one.params for one in views[:2]] == [{"path": "/thu"}, {"path": "/nhat-ky"}]
        shown = boss.get("/nhat-ky").content.decode()
        assert "Phép hỗ trợ: mở trang" in shown
        assert "phần: Nhật ký, Thu tiền và đối soát, có tên học sinh · số giờ: 2" in shown
        assert _verbs(school, person)[:3] == ["ask", "enter", "view"]
    with clock.frozen(NOW + dt.timedelta(hours=2)):
        factories.login(client, person)
        assert client.get("/thu").status_code == 403
        assert client.post(f"/ho-tro/{grant.public_id}/vao").status_code == 302
        assert client.get("/thu").status_code == 403


@pytest.mark.django_db
def test_a_visit_is_not_given_the_link_to_a_familys_own_page(school: School) -> None:
    with clock.frozen(NOW):
        person, principal = factories.user(Role.OPERATOR), factories.user(Role.PRINCIPAL, school=school)
        client, boss = factories.login(Client(), person), factories.login(Client(), principal)
        invoice = money.invoice(school, [250_000])
        grant = _asked(client, person, school)
        _sign(boss, grant)
        client.post(f"/ho-tro/{grant.public_id}/vao")
        pages = [one.get(reverse("workspaces:invoice", args=[invoice.code])) for one in (boss, client)]
        assert [one.status_code for one in pages] == [200, 200]
        assert [f"/p/{invoice.public_id}" in one.content.decode() for one in pages] == [True, False]
        assert invoice.student_name in pages[1].content.decode()


@pytest.mark.django_db
def test_a_visit_reads_in_the_trail_nothing_of_a_pupil_and_no_reason(school: School) -> None:
    pupil = factories.student(school, "Giàng A Páo")
    person, principal = factories.user(Role.OPERATOR), factories.user(Role.PRINCIPAL, school=school)
    client, boss = factories.login(Client(), person), factories.login(Client(), principal)
    actor = Actor(principal.pk, principal.full_name, "web")
    with savepoint():
        audit.record(
            actor, "people:sensitive:open", school_id=school.pk, subject=("student", pupil.public_id),
            params={"seen": ["health"]}, reason="Em lên cơn hen",
        )  # fmt: skip
        audit.record(
            actor, "fees:exemption:add", school_id=school.pk, subject=("student", pupil.pk), params={"rule": "HO_NGHEO"}
        )
    _sign(boss, _asked(client, person, school))
    client.post(f"/ho-tro/{SupportGrant.objects.get().public_id}/vao")
    told, shown = (one.get("/nhat-ky").content.decode() for one in (boss, client))
    for word in ("Em lên cơn hen", "HO_NGHEO", "Giàng A Páo"):
        assert (word in told, word in shown) == (True, False), word
    assert "Miễn giảm: " in shown  # that something was done is no secret
    assert "Không có việc nào khớp" in client.get("/nhat-ky?ve=cơn hen").content.decode()


@pytest.mark.django_db
def test_the_principal_takes_it_back_and_nobody_else_signs(school: School) -> None:
    person, principal = factories.user(Role.SUPPORT, school=school), factories.user(Role.PRINCIPAL, school=school)
    client, boss = factories.login(Client(), person), factories.login(Client(), principal)
    grant = _asked(client, person, school)
    # Neither the accountant nor the administrator nor whoever asked signs; the principal's proof must be fresh.
    for other in (factories.user(Role.ACCOUNTANT, school=school), factories.user(Role.IT_ADMIN, school=school)):
        own = factories.login(Client(), other)
        assert own.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "approve"}).status_code == 403
    assert client.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "approve"}).status_code == 403
    stale = factories.login(Client(), principal, fresh=False)
    answer = stale.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "approve"})
    assert answer.headers["Location"].startswith("/xac-nhan-lai")
    grant.refresh_from_db()
    assert grant.is_waiting
    _sign(boss, grant)
    client.post(f"/ho-tro/{grant.public_id}/vao")
    assert client.get("/thu").status_code == 200
    assert boss.post(f"/phep-ho-tro/{grant.public_id}/thu-hoi").status_code == 302
    assert client.get("/thu").status_code == 403
    before = AuditEntry.objects.filter(school_id=school.pk).count()
    assert (
        boss.post(f"/phep-ho-tro/{grant.public_id}/thu-hoi").status_code == 302
    )  # over already: said, nothing written
    assert boss.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "approve"}).status_code == 302
    assert AuditEntry.objects.filter(school_id=school.pk).count() == before
    assert _verbs(school, principal) == ["grant", "end"]


@pytest.mark.django_db
def test_a_running_grant_is_not_pushed_out_of_sight_by_asking_again_and_again(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truongso.accounts.support.queries._SHOWN", 2)
    person, principal = factories.user(Role.SUPPORT, school=school), factories.user(Role.PRINCIPAL, school=school)
    client, boss = factories.login(Client(), person), factories.login(Client(), principal)
    running = _asked(client, person, school)
    _sign(boss, running)
    for _n in range(3):
        client.post(f"/ho-tro/{_asked(client, person, school).public_id}/ket-thuc")
    assert f"/phep-ho-tro/{running.public_id}/thu-hoi" in boss.get("/phep-ho-tro").content.decode()


@pytest.mark.django_db
def test_a_second_ask_and_a_refusal_open_nothing(school: School) -> None:
    person, principal = factories.user(Role.SUPPORT, school=school), factories.user(Role.PRINCIPAL, school=school)
    client, boss = factories.login(Client(), person), factories.login(Client(), principal)
    grant = _asked(client, person, school)
    assert client.post("/ho-tro", _form(school)).status_code == 422
    assert client.post("/ho-tro", {**_form(school), "gio": "5"}).status_code == 422
    assert SupportGrant.objects.count() == 1
    boss.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "refuse"})  # without a reason
    grant.refresh_from_db()
    assert grant.is_waiting
    boss.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "refuse", "reason": "Trường tự làm được"})
    grant.refresh_from_db()
    assert (grant.decision, grant.is_running) == ("refused", False)
    assert client.get("/thu").status_code == 403
    # Whoever lost the part since asking is not let in by an old signature.
    other = _asked(client, person, school)
    Membership.objects.filter(user=person).update(role=Role.SUBJECT_TEACHER.value)
    _sign(boss, other)
    other.refresh_from_db()
    assert other.is_waiting


def _form(school: School) -> dict[str, object]:
    return {
        "ma_truong": school.code,
        "phan": ["money", "audit"],
        "gio": "2",
        "ly_do": "Sao kê ngày 05/10 nhập không được",
    }


def _asked(client: Client, person: User, school: School) -> SupportGrant:
    answer = client.post("/ho-tro", _form(school))
    assert answer.status_code == 302, answer.content.decode()
    return SupportGrant.objects.get(user=person, decision="", ended_at=None)


def _sign(boss: Client, grant: SupportGrant) -> None:
    assert boss.post(f"/phep-ho-tro/{grant.public_id}/quyet-dinh", {"decision": "approve"}).status_code == 302


def _verbs(school: School, person: User) -> list[str]:
    rows = AuditEntry.objects.filter(school_id=school.pk, actor_id=person.pk, action__startswith="accounts:support:")
    return [action.rpartition(":")[2] for action in rows.order_by("seq").values_list("action", flat=True)]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
