"""What happens at the door is written down: who signed in how, who failed, who was slowed down, refused, signed out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from tests import factories

from truongso.accounts.forgetting import forget_sessions
from truongso.accounts.models import User
from truongso.accounts.signin import events
from truongso.accounts.signin.events import latest_of, note
from truongso.accounts.signin.models import SecurityEvent
from truongso.accounts.signin.types import EventKind
from truongso.accounts.types import Role
from truongso.cli.main import main
from truongso.kernel import clock
from truongso.kernel.db import savepoint
from truongso.kernel.limits import Limit
from truongso.organizations.models import School

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
SENT: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.77", "headers": {"User-Agent": FIREFOX}}


@pytest.fixture(autouse=True)
def _one_hour() -> Iterator[None]:
    """Now, held: what is counted within an hour must not meet the end of one."""
    with clock.frozen(clock.now()):
        yield


def said(*, count: bool = False) -> list[tuple[Any, ...]]:
    rows = SecurityEvent.objects.order_by("pk")
    return [(one.kind, one.user_id, one.method, one.count) if count else (one.kind, one.method) for one in rows]


def sign_in(client: Client, name: str, password: str) -> Any:
    return client.post("/dang-nhap", {"login": name, "password": password}, **SENT)


def test_a_sign_in_its_failures_and_the_sign_out_are_written_down(client: Client, school: School) -> None:
    user = factories.user(school=school, username="lan", second_factor=False)
    for _n in range(3):
        sign_in(client, "lan", "sai-mat-khau-nay")
    answer = sign_in(client, "LAN", factories.PASSWORD)
    assert answer.status_code == 302
    client.post("/dang-xuat", **SENT)
    assert said(count=True) == [
        ("failed", user.pk, "password", 3), ("signed_in", user.pk, "password", 1), ("signed_out", user.pk, "", 1),
    ]  # fmt: skip
    entered = SecurityEvent.objects.get(kind="signed_in")
    assert (entered.source, entered.device, entered.name_hash, entered.request_id) == (
        "203.0.113.x", "Firefox, Windows", "", answer.headers["X-Request-ID"],
    )  # fmt: skip


def test_a_name_that_is_nobodys_is_kept_as_a_hash_alone(
    client: Client, school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("khong-co-ai@truong.example", "khong-co-ai@truong.example", "ai-do-khac"):
        sign_in(client, name, "mat-khau-doan-mo")
    rows = list(SecurityEvent.objects.order_by("pk"))
    assert [(one.kind, one.user_id, one.count, len(one.name_hash)) for one in rows] == [
        ("failed", None, 2, 64), ("failed", None, 1, 64),
    ]  # fmt: skip
    kept = " ".join(str(value) for row in SecurityEvent.objects.values_list() for value in row)
    assert "khong-co-ai" not in kept
    assert "doan-mo" not in kept
    main(["check"])
    assert "Hôm nay có 3 lần thử đăng nhập bằng tên không có" in capsys.readouterr().out


def test_made_up_names_fill_no_disk(client: Client, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many of a network and day are rows of their own; what is beyond is one row, and known names as ever."""
    user = factories.user(school=school, username="lan", second_factor=False)
    monkeypatch.setattr(events, "UNKNOWN_NAMES", Limit("unknown_names", 3, 86_400))
    for name in ("mot", "hai", "ba", "bon", "nam", "lan"):
        sign_in(client, name, "mat-khau-doan-mo")
    rows = SecurityEvent.objects.order_by("pk")
    assert [(one.user_id, bool(one.name_hash), one.count) for one in rows] == [
        (None, True, 1), (None, True, 1), (None, True, 1), (None, False, 2), (user.pk, False, 1),
    ]  # fmt: skip
    client.post("/dang-nhap", {"login": "sau", "password": "doan"}, **{**SENT, "REMOTE_ADDR": "198.51.100.4"})
    assert SecurityEvent.objects.exclude(name_hash="").count() == 4


def test_waiting_is_written_down_and_wrong_codes_too(client: Client, school: School) -> None:
    user = factories.user(school=school, username="lan")
    sign_in(client, "lan", factories.PASSWORD)
    for _n in range(6):
        client.post("/dang-nhap/hai-lop", {"code": "123456"}, **SENT)
    assert said(count=True) == [("factor_failed", user.pk, "code", 5), ("slowed", user.pk, "code", 1)]
    stranger = Client()
    for _n in range(7):
        sign_in(stranger, "lan", "sai-mat-khau-nay")
    assert said(count=True)[2:] == [("failed", user.pk, "password", 5), ("slowed", user.pk, "password", 2)]


def test_refused_pages_are_counted_by_person_page_and_hour(school: School, other_school: School) -> None:
    cashier = factories.user(Role.CASHIER, school=school)
    client = factories.login(Client(), cashier)
    foreign = factories.student(other_school)
    with clock.frozen(dt.datetime(2026, 10, 5, 9, 10, tzinfo=clock.SCHOOL_TIME)):
        for _n in range(4):
            assert client.get("/nhat-ky").status_code == 403
        assert client.get(f"/hoc-sinh/{foreign.public_id}").status_code == 404
        assert client.get("/khong-co-trang-nay").status_code == 404  # no page at all
        assert Client().get(f"/hoc-sinh/{foreign.public_id}").status_code == 302  # nobody yet
    with clock.frozen(dt.datetime(2026, 10, 5, 10, 10, tzinfo=clock.SCHOOL_TIME)):
        client.get("/nhat-ky")
    rows = SecurityEvent.objects.order_by("pk").values_list("route", "status", "count", "user_id")
    assert list(rows) == [
        ("nhat-ky", 403, 4, cashier.pk), ("hoc-sinh/<str:public_id>", 404, 1, cashier.pk),
        ("nhat-ky", 403, 1, cashier.pk),
    ]  # fmt: skip
    assert foreign.public_id not in str(list(SecurityEvent.objects.values()))
    assert latest_of(cashier, 5) == []  # refused pages are for those who answer for the place


def test_ones_own_page_shows_ones_own(school: School) -> None:
    me, other = factories.user(school=school), factories.user(school=school)
    note(EventKind.FAILED, user=me, method="password")
    note(EventKind.FAILED, user=me, method="password")
    note(EventKind.SIGNED_IN, user=me, method="password+totp")
    note(EventKind.FACTOR_FAILED, user=other, method="code")
    page = factories.login(Client(), me).get("/tai-khoan/bao-mat").content.decode()
    assert "mật khẩu + ứng dụng xác thực" in page
    assert "Sai mật khẩu hoặc khóa" in page
    assert "2 lần" in page
    assert "Sai mã xác thực" not in page


def test_the_record_is_guarded_and_goes_after_its_term(school: School) -> None:
    user = factories.user(school=school)
    note(EventKind.SIGNED_IN, user=user)
    before = list(SecurityEvent.objects.values())
    for sql in (
        "UPDATE accounts_securityevent SET kind = 'signed_out'", "UPDATE accounts_securityevent SET count = 1",
        "UPDATE accounts_securityevent SET user_id = NULL, count = 2", "DELETE FROM accounts_securityevent",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), savepoint(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert list(SecurityEvent.objects.values()) == before
    with clock.frozen(clock.now() - dt.timedelta(days=368)):
        note(EventKind.SIGNED_IN, user=user)
    forget_sessions()
    assert list(SecurityEvent.objects.values()) == before


def test_who_read_the_clock_first_may_write_last(school: School) -> None:
    """Two requests at once: the later one is counted, and the latest time stays."""
    user, nine = factories.user(school=school), dt.datetime(2026, 10, 5, 9, 10, tzinfo=clock.SCHOOL_TIME)
    for late in (0, -1):
        with clock.frozen(nine + dt.timedelta(microseconds=late)):
            note(EventKind.FAILED, user=user, method="password")
    assert list(SecurityEvent.objects.values_list("count", "first_at", "last_at")) == [(2, nine, nine)]


def test_an_account_has_no_row_of_another(school: School) -> None:
    """One row per person, even where everything else is alike."""
    users: list[User] = [factories.user(school=school) for _n in range(2)]
    for one in users:
        note(EventKind.FAILED, user=one, method="password")
    assert said(count=True) == [("failed", one.pk, "password", 1) for one in users]
