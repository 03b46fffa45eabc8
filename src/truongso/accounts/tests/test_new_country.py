"""A sign-in from a country that is new for the account is evidence: who rests on a password alone changes it first, for
who showed a second factor it is told and may be attested. Countries come from a file the operator supplies.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from tests import factories

from truongso.accounts import family_contacts
from truongso.accounts.countries import COUNTRIES
from truongso.accounts.event_texts import country_text
from truongso.accounts.factors.services import make_sheet
from truongso.accounts.forgetting import forget_sessions
from truongso.accounts.models import User
from truongso.accounts.signin import countries, country_file
from truongso.accounts.signin.models import Device, SecurityEvent, SignInCountry
from truongso.accounts.tests import country_files
from truongso.accounts.types import Role
from truongso.kernel import clock
from truongso.kernel.actor import Actor
from truongso.kernel.models import AuditEntry, Job
from truongso.messaging.models import Delivery
from truongso.messaging.types import ChannelKind
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
VN, VN6, JP, UNKNOWN, PRIVATE = "1.52.0.9", "2405:4800::7", "1.112.0.9", "9.9.9.9", "192.168.1.20"
NEW = "Nui cao mua xuan 4 ngay!"


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    networks: dict[str, country_files.Value] = {
        "1.52.0.0/16": {"country": {"iso_code": "VN"}, "continent": {"code": "AS"}},
        "2405:4800::/32": {"country": {"iso_code": "VN"}},
        "1.112.0.0/16": {"country": {"iso_code": "JP"}},
        "192.168.0.0/16": {"country": {"iso_code": "US"}},
        "8.8.8.0/24": {"country": "US"},
        "8.8.4.0/24": {"country_code": "DE"},
        "5.5.5.0/24": {"country": {"iso_code": "Việt"}},
    }
    settings.COUNTRY_FILE = country_files.write(tmp_path / "countries.mmdb", networks)
    return Path(settings.COUNTRY_FILE)


@pytest.fixture
def parent(school: School, monkeypatch: pytest.MonkeyPatch) -> User:
    user = factories.user(Role.PARENT, school=school, username="hang", second_factor=False)
    User.objects.filter(pk=user.pk).update(password_changed_at=_earlier())
    record = {(school.pk, user.pk): (ChannelKind.EMAIL, "hang@nha.example")}
    monkeypatch.setattr(family_contacts, "_SOURCES", [lambda at, user_id: record.get((at.pk, user_id))])
    return user


def _earlier() -> dt.datetime:
    return clock.now() - dt.timedelta(days=1)


def sign_in(person: User, source: str, client: Client | None = None, password: str = factories.PASSWORD) -> Client:
    client = client or Client()
    client.post("/dang-nhap", {"login": person.username, "password": password}, REMOTE_ADDR=source)
    return client


def kept(user: User) -> list[tuple[str, bool]]:
    rows = SignInCountry.objects.filter(user=user).order_by("pk")
    return [(one.country, one.attested_at is not None) for one in rows]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (VN, "VN"), (VN6, "VN"), (JP, "JP"), (f"::ffff:{JP}", "JP"), ("8.8.8.8", "US"), ("8.8.4.4", "DE"),
        (UNKNOWN, ""), (PRIVATE, ""), ("127.0.0.1", ""), ("::1", ""), ("5.5.5.5", ""), ("khong-phai", ""), ("", ""),
    ],
)  # fmt: skip
def test_two_letters_of_an_address(file: Path, address: str, code: str) -> None:
    assert country_file.country_of(address) == code


def test_a_file_that_cannot_be_read_is_none_and_said(tmp_path: Path, settings: Any, file: Path) -> None:
    assert (country_file.built_on(), country_file.problem()) == (clock.now().date(), "")
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(file.read_bytes()[:200])
    settings.COUNTRY_FILE = broken
    assert (country_file.country_of(VN), country_file.built_on()) == ("", None)
    assert country_file.problem() == "broken.mmdb cannot be read as MaxMind DB"
    settings.COUNTRY_FILE = tmp_path / "none.mmdb"
    assert (country_file.country_of(VN), country_file.problem()) == ("", "")


def test_without_a_file_nothing_is_learnt(parent: User, tmp_path: Path, settings: Any) -> None:
    settings.COUNTRY_FILE = tmp_path / "none.mmdb"
    sign_in(parent, VN)
    sign_in(parent, JP)
    parent.refresh_from_db()
    assert (kept(parent), parent.change_required) == ([], "")


def test_the_first_country_is_learnt_and_neither_home_nor_school_nor_unknown_networks_are_new(
    parent: User, file: Path
) -> None:
    for source in (PRIVATE, VN, UNKNOWN, VN6, "127.0.0.1"):
        sign_in(parent, source)
    parent.refresh_from_db()
    assert (kept(parent), parent.change_required) == ([("VN", True)], "")
    assert not SecurityEvent.objects.filter(kind="country").exists()


def test_a_password_alone_from_a_new_country_is_changed_before_anything_else(
    school: School, parent: User, file: Path
) -> None:
    sign_in(parent, VN)
    client = sign_in(parent, JP)
    parent.refresh_from_db()
    assert (parent.change_required, kept(parent)) == ("country", [("VN", True), ("JP", False)])
    event = SecurityEvent.objects.get(kind="country")
    assert (event.user_id, event.method, event.source) == (parent.pk, "JP", "1.112.0.x")
    assert AuditEntry.objects.get(action="accounts:user:require_change").reason == "country"
    told = Delivery.objects.for_school(school).get()
    assert told.address == "hang@nha.example"
    assert "Tài khoản vừa được đăng nhập từ một nước chưa từng thấy ở tài khoản này lúc" in told.body
    # Nothing of one's own but the change of the password: a stranger adds no factor and reads no list of machines.
    for path in (
        "/tai-khoan/bao-mat",
        "/tai-khoan/bao-mat/ung-dung",
        "/tai-khoan/bao-mat/khoa",
        "/tai-khoan/email-cong-vu",
    ):
        assert client.get(path)["Location"] == "/tai-khoan"
    for path, data in {
        "/tai-khoan/bao-mat/phieu-ma": {}, "/tai-khoan/nuoc-moi": {"country": "JP"},
        "/tai-khoan/bao-mat/phien": {"session": "others"},
    }.items():  # fmt: skip
        assert client.post(path, data)["Location"] == "/tai-khoan"
    parent.refresh_from_db()
    assert (parent.second_factor_since, kept(parent)[1]) == (None, ("JP", False))
    page = client.get("/tai-khoan").content.decode()
    assert "Nhật Bản" in page
    assert "Đổi mật khẩu trước khi làm việc tiếp: tài khoản vừa được đăng nhập từ nước mới." in page
    assert "Đúng là tôi" not in page
    client.post("/tai-khoan", {"old_password": factories.PASSWORD, "password": NEW})
    parent.refresh_from_db()
    assert (parent.change_required, kept(parent)) == ("", [("VN", True), ("JP", True)])
    assert client.get("/tai-khoan/bao-mat").status_code == 200
    sign_in(parent, JP, password=NEW)
    parent.refresh_from_db()
    assert parent.change_required == ""


def test_with_a_second_factor_it_is_asked_for_even_of_a_trusted_browser_told_and_attested(
    school: School, file: Path, actor: Actor
) -> None:
    person = factories.user(Role.ACCOUNTANT, school=school, username="hoapt", second_factor=False)
    with transaction.atomic():
        codes = make_sheet(user=person, actor=actor)
    client = sign_in(person, VN)
    client.post("/dang-nhap/hai-lop", {"code": codes[0], "trust": "on"}, REMOTE_ADDR=VN)
    Device.objects.filter(user=person).update(trusted_until=clock.now() + dt.timedelta(days=9))
    client.post("/dang-xuat")
    sign_in(person, VN, client)
    assert "_auth_user_id" in client.session  # trusted here
    client.post("/dang-xuat")
    sign_in(person, JP, client)
    assert "_auth_user_id" not in client.session
    client.post("/dang-nhap/hai-lop", {"code": codes[1]}, REMOTE_ADDR=JP)
    person.refresh_from_db()
    assert (person.change_required, kept(person)) == ("", [("VN", True), ("JP", False)])
    assert client.get("/thu").status_code == 200
    assert "Đúng là tôi" in client.get("/tai-khoan").content.decode()
    assert client.get("/tai-khoan/nuoc-moi")["Location"] == "/tai-khoan"
    assert client.post("/tai-khoan/nuoc-moi", {"country": "JP"})["Location"] == "/tai-khoan"
    assert kept(person) == [("VN", True), ("JP", True)]
    entry = AuditEntry.objects.get(action="accounts:user:attest_country")
    assert (entry.subject_id, entry.params) == (str(person.pk), {"country": "JP"})
    client.post("/tai-khoan/nuoc-moi", {"country": "JP"})
    client.post("/tai-khoan/nuoc-moi", {"country": "FR"})
    assert AuditEntry.objects.filter(action="accounts:user:attest_country").count() == 1


def test_who_works_at_a_unit_alone_gets_a_letter(file: Path) -> None:
    person = factories.user(Role.OFFICER, unit=factories.org_unit(), username="can.bo", second_factor=False)
    User.objects.filter(pk=person.pk).update(password_changed_at=_earlier())
    sign_in(person, VN)
    sign_in(person, JP)
    person.refresh_from_db()
    assert person.change_required == "country"
    assert Job.objects.get(kind="accounts.credential_letter").params["change"] == "country"


def test_a_password_that_was_chosen_by_a_link_a_moment_ago_is_not_changed_again(parent: User, file: Path) -> None:
    sign_in(parent, VN)
    User.objects.filter(pk=parent.pk).update(password_changed_at=clock.now())
    sign_in(parent, JP)
    parent.refresh_from_db()
    assert (parent.change_required, kept(parent)) == ("", [("VN", True), ("JP", False)])


def test_countries_go_with_the_logs_but_for_the_latest(parent: User) -> None:
    now = clock.now()
    for days, code in ((800, "JP"), (500, "VN"), (400, "FR")):
        at = now - dt.timedelta(days=days)
        SignInCountry.objects.create(user=parent, country=code, first_at=at, last_at=at, attested_at=at)
    forget_sessions()
    assert kept(parent) == [("FR", True)]


def test_the_compliance_page_says_whether_countries_are_known(
    school: School, parent: User, file: Path, tmp_path: Path, settings: Any
) -> None:
    page = "/an-toan-tai-khoan/minh-chung"
    it = factories.login(Client(), factories.user(Role.IT_ADMIN, school=school, username="quan"))
    sign_in(parent, VN)
    sign_in(parent, JP)
    text = it.get(page).content.decode()
    assert "1 tài khoản có lần đăng nhập từ nước mới chưa được chính chủ xác nhận" in text
    settings.COUNTRY_FILE = tmp_path / "none.mmdb"
    text = it.get(page).content.decode()
    assert "Đăng nhập từ nước mới: chưa có tệp quốc gia, nên chưa nhận ra được" in text
    assert "chưa được chính chủ xác nhận" not in text


def test_strange_is_only_what_is_known_to_be_elsewhere(parent: User, file: Path, rf: RequestFactory) -> None:
    def strange(source: str) -> bool:
        return countries.is_strange(rf.get("/", REMOTE_ADDR=source), parent)

    assert not strange(JP)  # nothing learnt yet
    sign_in(parent, VN)
    assert [strange(one) for one in (VN, JP, UNKNOWN, PRIVATE)] == [False, True, False, False]


@pytest.mark.parametrize(
    ("code", "name"), [("VN", "Việt Nam"), ("CI", "Côte d’Ivoire"), ("HK", "Hồng Kông"), ("QZ", "nước có mã QZ")]
)
def test_countries_are_named_in_vietnamese(code: str, name: str) -> None:
    assert country_text(code) == name
    assert len(COUNTRIES) == 250
