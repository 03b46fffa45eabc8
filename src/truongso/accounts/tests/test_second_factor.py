"""The second step of signing in with each kind of code, trusted browsers, step-up, own security page."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from tests import factories

from truongso.accounts.factors import services
from truongso.accounts.factors.models import CodeSheet, UsedCode
from truongso.accounts.models import User
from truongso.accounts.policy.services import set_policy
from truongso.accounts.policy.types import LETTER
from truongso.accounts.services import new_activation
from truongso.accounts.signin.models import Device
from truongso.accounts.tests import urls
from truongso.accounts.types import Role
from truongso.accounts.web import activation
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry
from truongso.organizations.models import School

pytestmark = [pytest.mark.django_db, pytest.mark.urls("truongso.accounts.tests.urls")]

WRONG_CODE = "Mã chưa đúng hoặc đã dùng. Xem lại và nhập mã mới nhất."


@pytest.fixture
def person(school: School) -> User:
    return factories.user(Role.ACCOUNTANT, school=school, username="hoapt.lvt", second_factor=False)


@pytest.fixture
def grace(school: School, actor: Actor) -> None:
    """The school gives its accountant a month for the second factor."""
    policy = replace(LETTER, grace_days_sensitive=30)
    with transaction.atomic():
        set_policy(actor=actor, place=school, policy=policy, valid_from=clock.today())


def give_app(person: User, actor: Actor) -> str:
    """An authenticator app; its secret."""
    secret: str = totp.generate_totp_secret()
    with transaction.atomic():
        totp.TOTP.activate(person, secret)
        services.factor_added(user=person, actor=actor, kind="app")
    return secret


def code_now(secret: str) -> str:
    step = next(totp.yield_hotp_counters_from_time()) + 1  # the first is that of half a minute ago
    code: str = totp.format_hotp_value(totp.hotp_value(secret, step))
    return code


def give_sheet(person: User, actor: Actor) -> list[str]:
    with transaction.atomic():
        return services.make_sheet(user=person, actor=actor)


def password_step(client: Client, person: User, next_url: str = "") -> str:
    data = {"login": person.username, "password": factories.PASSWORD, **({"next": next_url} if next_url else {})}
    return str(client.post("/dang-nhap", data)["Location"])


def code_step(client: Client, code: str, **more: str) -> Any:
    return client.post("/dang-nhap/hai-lop", {"code": code, **more})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_password_alone_opens_nothing(client: Client, person: User, actor: Actor) -> None:
    give_app(person, actor)
    assert password_step(client, person) == "/dang-nhap/hai-lop"
    assert not is_in(client)
    assert client.get("/tien").status_code == 302
    assert UserSession.objects.count() == 0
    page = client.get("/dang-nhap/hai-lop").content.decode()
    assert "Mở ứng dụng xác thực trên điện thoại, nhập 6 số." in page


def test_without_the_first_step_there_is_no_second(client: Client, person: User, actor: Actor) -> None:
    secret = give_app(person, actor)
    answer = code_step(client, code_now(secret))
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap")
    assert not is_in(client)


def test_a_code_of_the_app_signs_in_and_leads_back(client: Client, person: User, actor: Actor) -> None:
    secret = give_app(person, actor)
    password_step(client, person, "/tien?thang=10")
    answer = code_step(client, " ".join(code_now(secret)))
    assert (answer.status_code, answer["Location"]) == (302, "/tien?thang=10")
    assert is_in(client)


def test_a_code_of_the_app_is_good_once_in_all_its_ninety_seconds(person: User, actor: Actor) -> None:
    secret = give_app(person, actor)
    code = code_now(secret)
    first, second = Client(), Client()
    password_step(first, person)
    password_step(second, person)
    assert code_step(first, code).status_code == 302
    from django.core.cache import cache

    cache.clear()  # the library forgets after 30 seconds; the table does not
    assert WRONG_CODE in code_step(second, code).content.decode()
    assert (is_in(first), is_in(second)) == (True, False)
    assert UsedCode.objects.count() == 1


def test_sheet_codes_go_in_order_and_once(person: User, actor: Actor) -> None:
    codes = give_sheet(person, actor)
    assert (len(codes), len(set(codes))) == (40, 40)
    assert all(re.fullmatch(r"\d{8}", code) for code in codes)
    client = Client()
    password_step(client, person)
    assert "Nhập mã số <b>1</b> trên phiếu mã đã in." in client.get("/dang-nhap/hai-lop").content.decode()
    assert WRONG_CODE in code_step(client, codes[1]).content.decode()
    assert code_step(client, f"{codes[0][:4]} {codes[0][4:]}").status_code == 302
    other = Client()
    password_step(other, person)
    assert "Nhập mã số <b>2</b> trên phiếu mã đã in." in other.get("/dang-nhap/hai-lop").content.decode()
    assert WRONG_CODE in code_step(other, codes[0]).content.decode()
    assert code_step(other, codes[1]).status_code == 302
    assert CodeSheet.objects.get().used == 2


def test_the_database_holds_no_code_in_the_open(person: User, actor: Actor) -> None:
    codes, secret = give_sheet(person, actor), give_app(person, actor)
    kept = str(list(CodeSheet.objects.values())) + str(list(Authenticator.objects.values()))
    assert [code for code in codes if code in kept] == []
    assert secret not in kept
    trail = str(list(AuditEntry.objects.values()))
    assert [code for code in [*codes, secret] if code in trail] == []


def test_an_empty_sheet_lets_nobody_past(client: Client, person: User, actor: Actor) -> None:
    give_sheet(person, actor)
    CodeSheet.objects.update(used=40)
    assert password_step(client, person) == "/dang-nhap/hai-lop"
    assert "Phiếu mã đã hết. Nhờ quản trị của trường mở lại." in client.get("/dang-nhap/hai-lop").content.decode()
    code_step(client, "12345678")
    assert not is_in(client)


def test_recovery_codes_are_good_once_each(person: User, actor: Actor) -> None:
    give_app(person, actor)
    with transaction.atomic():
        codes = services.make_recovery_codes(user=person, actor=actor)
    assert len(set(codes)) == 10
    for code in (codes[3], codes[0]):
        client = Client()
        password_step(client, person)
        assert code_step(client, code).status_code == 302
        again = Client()
        password_step(again, person)
        assert WRONG_CODE in code_step(again, code).content.decode()
        assert not is_in(again)


def test_guessing_codes_is_slowed_down_for_the_guesser_alone(person: User, actor: Actor) -> None:
    secret = give_app(person, actor)
    thief, owner = Client(), Client()
    for client, address in ((thief, "203.0.113.9"), (owner, "10.0.0.1")):
        data = {"login": person.username, "password": factories.PASSWORD}
        client.post("/dang-nhap", data, REMOTE_ADDR=address)
    for _n in range(5):
        thief.post("/dang-nhap/hai-lop", {"code": "000000"}, REMOTE_ADDR="203.0.113.9")
    answer = thief.post("/dang-nhap/hai-lop", {"code": code_now(secret)}, REMOTE_ADDR="203.0.113.9")
    assert "Đã thử nhiều lần. Chờ 1 phút rồi thử lại." in answer.content.decode()
    assert owner.post("/dang-nhap/hai-lop", {"code": code_now(secret)}, REMOTE_ADDR="10.0.0.1").status_code == 302


def test_a_trusted_browser_is_not_asked_for_thirty_days_and_then_again(person: User, actor: Actor) -> None:
    start = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)
    own = Client()
    with clock.frozen(start):
        codes = give_sheet(person, actor)
        password_step(own, person)
        code_step(own, codes[0], trust="on")
        own.post("/dang-xuat")
        assert password_step(own, person) == "/"
        assert password_step(Client(), person) == "/dang-nhap/hai-lop"
        own.post("/dang-xuat")
    with clock.frozen(start + dt.timedelta(days=30)):
        assert password_step(own, person) == "/dang-nhap/hai-lop"


@pytest.mark.parametrize("change", ["password", "factor", "forget"])
def test_trust_ends_with_every_change(person: User, actor: Actor, change: str) -> None:
    own = Client()
    codes = give_sheet(person, actor)
    password_step(own, person)
    code_step(own, codes[0], trust="on")
    with transaction.atomic():
        if change == "password":
            from truongso.accounts.services import change_password

            change_password(user=person, password="Nui-Cao4mua", actor=actor)
            person.set_password(factories.PASSWORD)
            person.save()
        elif change == "factor":
            give_app(person, actor)
    if change == "forget":
        own.post("/tai-khoan/bao-mat/trinh-duyet", {"device": Device.objects.get().public_id})
        assert Device.objects.count() == 0
    own.post("/dang-xuat")
    assert password_step(own, person) == "/dang-nhap/hai-lop"


def test_an_activation_link_is_no_way_round_the_second_factor(client: Client, person: User, actor: Actor) -> None:
    from truongso.accounts.services import new_activation

    codes = give_sheet(person, actor)
    with transaction.atomic():
        token = new_activation(actor=actor, user=person)
    answer = client.post(f"/kich-hoat/{token}", {"password": "Nui-Cao4mua"})
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/hai-lop")
    assert not is_in(client)
    assert code_step(client, codes[0]).status_code == 302
    assert is_in(client)


def test_step_up_asks_the_second_factor_and_keeps_the_form(client: Client, person: User, actor: Actor) -> None:
    codes = give_sheet(person, actor)
    factories.login(client, person, fresh=False)
    urls.opened.clear()
    answer = client.post("/nguy-hiem", {"amount": "100000", "lines": ["a", "b"], "csrfmiddlewaretoken": "x"})
    assert (answer.status_code, answer["Location"]) == (302, "/xac-nhan-lai?next=%2Fnguy-hiem")
    assert urls.opened == []
    page = client.get(answer["Location"]).content.decode()
    assert "Nhập mã số <b>1</b> trên phiếu mã đã in." in page
    wrong = client.post("/xac-nhan-lai", {"next": "/nguy-hiem", "code": "00000000"})
    assert (wrong.status_code, urls.opened) == (422, [])
    done = client.post("/xac-nhan-lai", {"next": "/nguy-hiem", "code": codes[0]}).content.decode()
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', done)
    fields = [field for field in fields if field[0] != "csrfmiddlewaretoken"]
    assert fields == [("amount", "100000"), ("lines", "a"), ("lines", "b")]
    assert 'action="/nguy-hiem"' in done
    assert client.post("/nguy-hiem", {"amount": "100000"}).status_code == 200
    assert urls.opened == ["danger 100000"]


def test_a_proof_by_password_is_none_for_who_has_a_second_factor(client: Client, person: User, actor: Actor) -> None:
    give_sheet(person, actor)
    factories.login(client, person, fresh=False)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": 9e12, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    assert client.post("/nguy-hiem").status_code == 302


@pytest.mark.usefixtures("grace")
def test_who_has_no_second_factor_yet_confirms_with_the_password(client: Client, person: User) -> None:
    factories.login(client, person, fresh=False)
    assert client.post("/nguy-hiem").status_code == 302
    wrong = client.post("/xac-nhan-lai", {"next": "/nguy-hiem", "password": "sai"})
    assert "Mật khẩu chưa đúng." in wrong.content.decode()
    client.post("/xac-nhan-lai", {"next": "/nguy-hiem", "password": factories.PASSWORD})
    urls.opened.clear()
    assert client.post("/nguy-hiem", {"amount": "5"}).status_code == 200
    assert urls.opened == ["danger 5"]


@pytest.mark.usefixtures("grace")
def test_a_proof_lasts_five_minutes(client: Client, person: User) -> None:
    factories.login(client, person)
    assert client.post("/nguy-hiem").status_code == 200
    session = client.session
    records = session[AUTHENTICATION_METHODS_SESSION_KEY]
    records[-1]["at"] -= 301
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
    assert client.post("/nguy-hiem").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_step_up_never_leads_off_the_site(client: Client, person: User, target: str) -> None:
    factories.login(client, person, fresh=False)
    answer = client.post("/xac-nhan-lai", {"next": target, "password": factories.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_signing_in_with_the_second_factor_is_a_fresh_proof(client: Client, person: User, actor: Actor) -> None:
    codes = give_sheet(person, actor)
    password_step(client, person)
    code_step(client, codes[0])
    assert client.post("/nguy-hiem").status_code == 200


def test_adding_the_app_gives_recovery_codes_once(client: Client, person: User) -> None:
    factories.login(client, person)
    page = client.get("/tai-khoan/bao-mat/ung-dung").content.decode()
    secret = re.search(r'<span class="code">([A-Z2-7 ]+)</span>', page)
    assert secret is not None
    assert "<svg" in page
    wrong = client.post("/tai-khoan/bao-mat/ung-dung", {"code": "000000"})
    assert (wrong.status_code, Authenticator.objects.count()) == (422, 0)
    done = client.post("/tai-khoan/bao-mat/ung-dung", {"code": code_now(secret[1].replace(" ", ""))})
    codes = re.findall(r'<b class="code">(\d{4} \d{4})</b>', done.content.decode())
    assert (done.status_code, len(codes)) == (200, 10)
    assert "no-store" in done["Cache-Control"]
    person.refresh_from_db()
    assert person.second_factor_since is not None
    other = Client()
    password_step(other, person)
    assert code_step(other, codes[9]).status_code == 302
    assert "Còn 9 mã chưa dùng" in other.get("/tai-khoan/bao-mat").content.decode()


def test_the_sheet_is_shown_once_and_a_new_one_ends_it(client: Client, person: User) -> None:
    factories.login(client, person)
    first = client.post("/tai-khoan/bao-mat/phieu-ma", {"act": "make"}).content.decode()
    assert len(re.findall(r'<b class="code">(\d{4} \d{4})</b>', first)) == 40
    factories.prove(client, person)
    assert "Còn 40 mã" in client.get("/tai-khoan/bao-mat").content.decode()
    client.post("/tai-khoan/bao-mat/phieu-ma", {"act": "drop"})
    person.refresh_from_db()
    assert (CodeSheet.objects.count(), person.second_factor_since) == (0, None)


def test_removing_the_last_factor_takes_the_recovery_codes(client: Client, person: User, actor: Actor) -> None:
    give_app(person, actor)
    with transaction.atomic():
        services.make_recovery_codes(user=person, actor=actor)
    factories.login(client, person)
    client.post("/tai-khoan/bao-mat/xoa", {"factor": "app"})
    person.refresh_from_db()
    assert (Authenticator.objects.count(), person.second_factor_since) == (0, None)
    assert list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))[-1] == "accounts:factor:app_remove"


def test_factors_of_others_cannot_be_removed(client: Client, person: User, school: School, actor: Actor) -> None:
    other = factories.user(Role.CASHIER, school=school, second_factor=False)
    give_app(other, actor)
    factories.login(client, person)
    foreign = Authenticator.objects.get()
    for wanted in (str(foreign.pk), "app", "", "x", "9" * 30, "٣"):
        assert client.post("/tai-khoan/bao-mat/xoa", {"factor": wanted}).status_code == 302
    assert Authenticator.objects.get() == foreign


def test_sessions_are_listed_and_ended(person: User) -> None:
    here, there = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537"), Client()
    password_step(here, person)
    password_step(there, person)
    page = here.get("/tai-khoan/bao-mat").content.decode()
    assert "Chrome, Windows" in page
    assert page.count("Đăng nhập ") >= 2
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    here.post("/tai-khoan/bao-mat/phien", {"session": other.pk})
    assert there.get("/cua-toi").status_code == 302
    assert here.get("/cua-toi").status_code == 200
    again = Client()
    password_step(again, person)
    here.post("/tai-khoan/bao-mat/phien", {"session": "others"})
    assert again.get("/cua-toi").status_code == 302
    assert UserSession.objects.get().session_key == here.session.session_key


def test_sessions_of_others_cannot_be_ended(client: Client, person: User, school: School) -> None:
    other, theirs = factories.user(Role.CASHIER, school=school, second_factor=False), Client()
    password_step(theirs, other)
    factories.login(client, person)
    client.post("/tai-khoan/bao-mat/phien", {"session": UserSession.objects.get().pk})
    client.post("/tai-khoan/bao-mat/phien", {"session": "others"})
    assert theirs.get("/cua-toi").status_code == 200


@pytest.mark.parametrize(
    ("role", "idle", "life"),
    [(Role.ACCOUNTANT, 1800, 12 * 3600), (Role.HOMEROOM_TEACHER, 12 * 3600, 7 * 24 * 3600)],
)
def test_sessions_end_by_role(school: School, role: Role, idle: int, life: int) -> None:
    start = dt.datetime(2026, 10, 5, 2, 0, tzinfo=dt.UTC)
    person, client = factories.user(role, school=school, second_factor=False), Client()
    with clock.frozen(start):
        password_step(client, person)
        session = client.session
        assert (session["idle_seconds"], session.get_expiry_age(), session.get_expire_at_browser_close()) == (
            idle,
            idle,
            True,
        )
    with clock.frozen(start + dt.timedelta(seconds=life - 1)):
        assert client.get("/cua-toi").status_code == 200
    with clock.frozen(start + dt.timedelta(seconds=life)):
        assert client.get("/cua-toi").status_code == 302
    assert not is_in(client)


def test_an_account_begun_with_a_key_is_one_in_use_also_when_the_key_is_lost(
    client: Client, school: School, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only an account nobody has used is handed to an owner, or opened by a family's slip."""
    user = factories.user(Role.SUBJECT_TEACHER, school=school, second_factor=False)
    User.objects.filter(pk=user.pk).update(password="!", password_changed_at=None, activated_at=None)
    with transaction.atomic():
        token = new_activation(actor=actor, user=user)
    monkeypatch.setattr(activation, "is_sound", lambda _credential: True)
    monkeypatch.setattr(activation, "keep_key", lambda **_given: None)
    assert client.post(f"/kich-hoat/{token}", {"credential": '{"id": "abc"}'}).status_code == 302
    user.refresh_from_db()
    assert (user.activated_at is not None, user.password_changed_at) == (True, None)
