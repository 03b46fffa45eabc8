"""Sign-in, sign-out, activation, and the password of one's own account, over the real pages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from tests import factories

from truongso.accounts.hashers import Argon2id
from truongso.accounts.models import ActivationLink, Membership, User
from truongso.accounts.services import activate, activation_for, create_user, grant, new_activation
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.accounts.tests.urls")]

MISMATCH = "Tên đăng nhập hoặc mật khẩu chưa đúng. Xem lại dấu, chữ hoa và bàn phím."
GOOD = "Nui-Cao4mua"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def plain(content: bytes, *spellings: str) -> str:
    """The page without what differs in every answer: the form token and the name typed in."""
    page = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", content.decode())
    for spelling in spellings:
        page = page.replace(spelling, "…")
    return page


def new_person(school: School, actor: Actor) -> tuple[User, str]:
    person = create_user(actor=actor, username="hoapt.lvt", full_name="Phạm Thị Hòa")
    grant(actor=actor, user=person, role=Role.ACCOUNTANT, valid_from=dt.date(2026, 1, 1), school_id=school.pk)
    return person, new_activation(actor=actor, user=person)


def test_unknown_wrong_disabled_and_never_activated_get_the_same_answer(client: Client, school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school, username="hoapt")
    factories.user(Role.ACCOUNTANT, school=school, username="nghiviec")
    User.objects.filter(username="nghiviec").update(is_active=False)
    User.objects.create_user("chuakich", "Chưa Kích Hoạt")
    answers = [
        client.post("/dang-nhap", {"login": name, "password": password})
        for name, password in (
            ("khongco", GOOD), (person.username, GOOD), ("nghiviec", factories.PASSWORD), ("chuakich", GOOD),
            ("khongco@truong.example", GOOD),
        )
    ]  # fmt: skip
    pages = {plain(a.content, "khongco@truong.example", "khongco", "hoapt", "nghiviec", "chuakich") for a in answers}
    assert {a.status_code for a in answers} == {200}
    assert len(pages) == 1
    assert MISMATCH in pages.pop()
    assert "_auth_user_id" not in client.session


def test_every_answer_costs_one_hash(client: Client, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an answer is the time of the hash: computed as often for nobody as for somebody."""
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    person = factories.user(Role.ACCOUNTANT, school=school)
    counts = []
    for name in (person.username, "khongco"):
        hashed.clear()
        client.post("/dang-nhap", {"login": name, "password": GOOD})
        counts.append(len(hashed))
    assert counts == [1, 1]


def test_hash_parameters() -> None:
    assert issubclass(Argon2id, Argon2PasswordHasher)
    assert (Argon2id.time_cost, Argon2id.memory_cost, Argon2id.parallelism) == (2, 19_456, 1)
    assert Argon2id().encode("x", "somesalt").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_signing_in_says_nothing_in_another_language(client: Client, school: School) -> None:
    person = factories.user(Role.SUBJECT_TEACHER, school=school, second_factor=False)
    data = {"login": person.username, "password": factories.PASSWORD, "next": "/tai-khoan"}
    page = client.post("/dang-nhap", data, follow=True).content.decode()
    assert "Tài khoản của tôi" in page
    assert "Successfully" not in page


def test_signing_out_ends_the_session_and_only_by_post(client: Client, school: School) -> None:
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    assert client.get("/dang-xuat").headers["Location"] == "/"
    assert "_auth_user_id" in client.session
    answer = client.post("/dang-xuat")
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session
    assert client.post("/dang-xuat")["Location"] == "/dang-nhap"


def test_forged_posts_are_refused(school: School) -> None:
    client = Client(enforce_csrf_checks=True)
    factories.login(client, factories.user(Role.ACCOUNTANT, school=school))
    assert client.post("/dang-xuat").status_code == 403
    assert "_auth_user_id" in client.session
    assert client.post("/tai-khoan", {}).status_code == 403


def test_activation_shows_whose_account_it_is_sets_the_password_once_and_signs_in(
    client: Client, school: School, actor: Actor
) -> None:
    person, token = new_person(school, actor)
    page = client.get(f"/kich-hoat/{token}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    for shown in ("Phạm Thị Hòa", "hoapt.lvt", "Trường Tiểu học Lê Văn Tám", 'autocomplete="new-password"'):
        assert shown in text
    assert "onpaste" not in text
    answer = client.post(f"/kich-hoat/{token}", {"password": GOOD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.pk)
    person.refresh_from_db()
    assert person.check_password(GOOD)
    link = ActivationLink.objects.get()
    assert token not in link.token_hash
    assert link.used_at is not None
    again = Client()
    for answer in (
        again.get(f"/kich-hoat/{token}"),
        again.post(f"/kich-hoat/{token}", {"password": "Khac-Han9x"}),
    ):
        assert answer.status_code == 410
        assert "Đường dẫn không còn dùng được" in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(GOOD)


def test_a_weak_password_leaves_the_link_alive(client: Client, school: School, actor: Actor) -> None:
    person, token = new_person(school, actor)
    acts = AuditEntry.objects.count()
    for password in ("", "abc", "Thlevantam@123"):
        answer = client.post(f"/kich-hoat/{token}", {"password": password})
        assert answer.status_code == 200
        assert 'aria-invalid="true"' in answer.content.decode()
        assert not password or password not in answer.content.decode()
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert (ActivationLink.objects.get().used_at, AuditEntry.objects.count()) == (None, acts)
    assert client.post(f"/kich-hoat/{token}", {"password": GOOD}).status_code == 302


def test_a_link_lives_72_hours(client: Client, school: School, actor: Actor) -> None:
    start = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)
    with clock.frozen(start):
        person, token = new_person(school, actor)
    with clock.frozen(start + dt.timedelta(hours=72) - dt.timedelta(seconds=1)):
        assert client.get(f"/kich-hoat/{token}").status_code == 200
    with clock.frozen(start + dt.timedelta(hours=72)):
        assert client.get(f"/kich-hoat/{token}").status_code == 410
        assert client.post(f"/kich-hoat/{token}", {"password": GOOD}).status_code == 410
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_a_newer_link_ends_the_earlier_one_and_a_disabled_owner_cannot_use_it(
    client: Client, school: School, actor: Actor
) -> None:
    person, first = new_person(school, actor)
    second = new_activation(actor=actor, user=person)
    assert client.get(f"/kich-hoat/{first}").status_code == 410
    assert client.get(f"/kich-hoat/{second}").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(f"/kich-hoat/{second}").status_code == 410
    assert client.get("/kich-hoat/khong-co-that").status_code == 410


def test_two_tabs_set_one_password(school: School, actor: Actor) -> None:
    person, token = new_person(school, actor)
    one, two = activation_for(token), activation_for(token)
    assert one is not None
    assert two is not None
    assert activate(link=one, password=GOOD, actor=actor) is True
    assert activate(link=two, password="Khac-Han9x", actor=actor) is False
    person.refresh_from_db()
    assert person.check_password(GOOD)
    assert AuditEntry.objects.filter(action="accounts:user:activate").count() == 1


def test_changing_the_password_needs_the_old_one(client: Client, school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    factories.login(client, person)
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"old_password": "sai", "password": GOOD}, "Mật khẩu hiện tại chưa đúng."),
        ({"password": GOOD}, "Ghi mật khẩu hiện tại."),
        ({"old_password": factories.PASSWORD, "password": "ngan"}, "Mật khẩu cần ít nhất 8 ký tự"),
        ({"old_password": factories.PASSWORD, "password": factories.PASSWORD}, "phải khác mật khẩu hiện tại"),
    ]
    for data, message in refusals:
        assert message in client.post("/tai-khoan", data).content.decode()
    person.refresh_from_db()
    assert person.check_password(factories.PASSWORD)
    assert AuditEntry.objects.count() == 0


def test_a_changed_password_keeps_this_session_and_ends_the_others(client: Client, school: School) -> None:
    person, elsewhere = factories.user(Role.ACCOUNTANT, school=school), Client()
    factories.login(client, person)
    factories.login(elsewhere, person)
    answer = client.post("/tai-khoan", {"old_password": factories.PASSWORD, "password": GOOD}, follow=True)
    assert "Đã đổi mật khẩu. Các máy khác đã được đăng xuất." in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(GOOD)
    assert client.get("/cua-toi").status_code == 200
    assert elsewhere.get("/cua-toi").status_code == 302
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["accounts:user:change_password"]


def test_guessing_the_old_password_is_slowed_down(client: Client, school: School) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school)
    factories.login(client, person)
    for _n in range(5):
        client.post("/tai-khoan", {"old_password": "sai", "password": GOOD})
    answer = client.post("/tai-khoan", {"old_password": factories.PASSWORD, "password": GOOD})
    assert "Đã thử nhiều lần. Chờ 1 phút rồi thử lại." in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(factories.PASSWORD)


def test_own_account_lists_the_memberships(client: Client, school: School) -> None:
    factories.login(client, factories.user(Role.PRINCIPAL, school=school))
    page = client.get("/tai-khoan").content.decode()
    assert "Trường Tiểu học Lê Văn Tám" in page
    assert "Hiệu trưởng" in page
    assert "Lê Thị Kế Toán" in page


def test_nobody_changes_over_to_a_role_of_the_family(client: Client, school: School, other_school: School) -> None:
    parent = factories.user(Role.PARENT, school=school)
    roles = (Role.PARENT, Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER)
    made = [
        Membership.objects.create(user=parent, role=role.value, school=other_school, valid_from=dt.date(2026, 1, 1))
        for role in roles
    ]
    factories.login(client, parent)
    client.post("/doi-don-vi", {"membership": made[1].pk})
    page = client.get("/tai-khoan").content.decode()
    assert (page.count("Chuyển sang"), page.count("Phụ huynh · từ"), page.count("Đang dùng")) == (1, 2, 1)
    assert re.findall(r'name="membership" value="(\d+)"', page) == [str(made[2].pk)]
